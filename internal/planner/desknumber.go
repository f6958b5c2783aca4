package planner

import (
	"context"
	"fmt"
	"slices"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/staff"
)

// What shows a counter whose number it is, beside a document with name, birth date and
// photo: a passport does not have the number on it.
const (
	NumberOnDocument = "document" // it stands on the document itself
	NumberOnLetter   = "letter"   // on a letter of the authority, with the same name and birth date
	NumberInRegister = "register" // in the register of the authority, with the same name and birth date
)

// Sights returns what can show whose number it is.
func Sights() []string { return []string{NumberOnDocument, NumberOnLetter, NumberInRegister} }

const (
	selectSum     = `SELECT sum FROM ask_member WHERE ask_id = $1 AND n = $2`
	selectHolder  = `SELECT ask_id FROM ask_member WHERE sum = $1 AND holds`
	countServedOf = `SELECT count(*) AS n FROM served_number WHERE sum = $1 AND expires_at > $2`
	updateLost    = `UPDATE ask_member SET holds = FALSE WHERE ask_id = $1 AND sum = $2 AND holds`
	updateGained  = `UPDATE ask_member SET holds = TRUE WHERE ask_id = $1 AND sum = $2 AND NOT holds`
	updateWaits   = `UPDATE ask SET state = 'waiting', changed_at = $3 WHERE id = $1 AND state = $2`
)

// GiveNumber gives the number of one of the people of the ask at the desk to this ask:
// their document was seen, and what is seen of the number is one of Sights (decision 020).
// The other ask that had it waits again where it stood, its offer or appointment is free
// at once, and its person is told that there is news. When this ask has the number
// already nothing changes.
//
// It is a fault.TooLate when somebody with the number got their document, when the other
// ask is being served, or when either ended.
func (s *Store) GiveNumber(ctx context.Context, m staff.Member, leaseID string, memberN int, seen string) error {
	if !slices.Contains(Sights(), seen) {
		return fault.New(fault.Invalid, "planner.desk.seen", "no such sight of a number")
	}
	return s.Staff.Update(ctx, func(tx *db.Tx) error {
		lease, err := s.deskLease(ctx, tx, m, leaseID)
		if err != nil {
			return err
		}
		sum, err := db.Get[[]byte](ctx, tx, selectSum, lease.Object, int64(memberN))
		if err != nil {
			return fmt.Errorf("find a person of an ask: %w", err)
		}
		other, err := s.lockClaims(ctx, tx, lease.Object, sum)
		if err != nil || other != nil && other.ID == lease.Object {
			return err
		}
		return s.giveNumber(ctx, tx, lease, other, sum, seen)
	})
}

// lockClaims locks an ask and the one that holds a number, and returns the latter; nil if
// none does. Both are locked in one order, so that two counters that give one number do
// not wait for each other for ever.
func (s *Store) lockClaims(ctx context.Context, tx *db.Tx, askID string, sum []byte) (*askRow, error) {
	holder, err := s.holder(ctx, tx, sum)
	if err != nil {
		return nil, err
	}
	ids := []string{askID}
	if holder != "" && holder != askID {
		ids = append(ids, holder)
	}
	slices.Sort(ids)
	var found *askRow
	for _, id := range ids {
		a, err := db.Get[askRow](ctx, tx, lockAsk, id)
		if err != nil {
			return nil, fmt.Errorf("lock ask: %w", err)
		}
		if a.ClosedAt != nil {
			return nil, movedOn(id)
		}
		if id == holder {
			found = &a
		}
	}
	if again, err := s.holder(ctx, tx, sum); err != nil || again != holder {
		return nil, orElse(err, movedOn(askID))
	}
	served, err := db.Get[int64](ctx, tx, countServedOf, sum, s.now())
	if err != nil {
		return nil, fmt.Errorf("look who was served: %w", err)
	}
	if served > 0 {
		return nil, fault.New(fault.TooLate, "planner.desk.had", "somebody with a number of ask %s was served", askID)
	}
	return found, nil
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// holder returns the ask that holds a number; empty if none does.
func (s *Store) holder(ctx context.Context, tx *db.Tx, sum []byte) (string, error) {
	found, err := db.Select[string](ctx, tx, selectHolder, sum)
	if err != nil {
		return "", fmt.Errorf("find who has a number: %w", err)
	}
	if len(found) == 0 {
		return "", nil
	}
	return found[0], nil
}

// giveNumber moves a number from an ask, if any has it, to that of a lease. Both are
// locked.
func (s *Store) giveNumber(ctx context.Context, tx *db.Tx, lease staff.Lease, from *askRow, sum []byte, seen string) error {
	loser := "nobody"
	if from != nil {
		loser = from.ID
		if err := s.loseNumber(ctx, tx, *from, sum); err != nil {
			return err
		}
		if err := s.noteDesk(ctx, tx, lease, "ask.lose-number", from.ID, lease.Object); err != nil {
			return err
		}
	}
	n, err := db.Exec(ctx, tx, updateGained, lease.Object, sum)
	if db.Unique(err) == "ask_member_sum" { // somebody asked with it at this moment
		return movedOn(lease.Object)
	}
	if err != nil {
		return fmt.Errorf("give a number: %w", err)
	}
	if n == 0 {
		return movedOn(lease.Object)
	}
	if err := s.noteDesk(ctx, tx, lease, "ask.give-number", lease.Object, seen+" "+loser); err != nil {
		return err
	}
	if from != nil {
		to, err := db.Get[askRow](ctx, tx, lockAsk, lease.Object)
		if err != nil {
			return fmt.Errorf("find ask again: %w", err)
		}
		if err := s.keepLine(ctx, tx, to, *from); err != nil {
			return err
		}
	}
	if from != nil && from.State == Booked {
		return s.figure(ctx, tx, from.Region, figureCancelled)
	}
	return nil
}

// loseNumber takes a number from an ask that is locked. What it was offered or had is free
// at once; it waits where it stood, and its person is asked to a counter.
func (s *Store) loseNumber(ctx context.Context, tx *db.Tx, a askRow, sum []byte) error {
	switch a.State {
	case Offered:
		if err := s.freeOffered(ctx, tx, a.ID); err != nil {
			return err
		}
	case Booked:
		served, err := db.Get[int64](ctx, tx, countServed, a.ID)
		if err != nil {
			return fmt.Errorf("count who was served: %w", err)
		}
		if served > 0 {
			return fault.New(fault.TooLate, "planner.desk.began", "people of ask %s were served today", a.ID)
		}
		if err := s.freeBooked(ctx, tx, a.ID, "number"); err != nil {
			return err
		}
	}
	if a.State == Offered || a.State == Booked {
		if _, err := db.Exec(ctx, tx, updateWaits, a.ID, string(a.State), s.now()); err != nil {
			return fmt.Errorf("let an ask wait: %w", err)
		}
	}
	if n, err := db.Exec(ctx, tx, updateLost, a.ID, sum); err != nil || n == 0 {
		return orElse(err, movedOn(a.ID))
	}
	if _, err := db.Select[int64](ctx, tx, upsertSkip, a.ID, string(skipContested), s.now()); err != nil {
		return fmt.Errorf("keep why an ask waits: %w", err)
	}
	return s.tell(ctx, tx, a.ID)
}
