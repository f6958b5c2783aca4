package planner

import (
	"context"
	"fmt"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/point"
	"loket/internal/rules"
	"loket/internal/staff"
)

// A card that nobody fetches was chased three times. Some days later whoever works where it
// lies can send it back to its maker; and after many more, or when it never came, its ask
// is given up by itself, so that none stays for ever. Its person is told, and asks anew.
// Nothing was handed out: no count changes.

// chases is how often somebody is asked to fetch a card.
const chases = 3

// whyReturned is why an ask ended whose card went back.
const whyReturned = "returned"

// returnsFrom returns the last day on which a card was ready that can go back today.
func (s *Store) returnsFrom() (rules.Day, error) {
	days, err := s.setting(setCollectReturn)
	return s.Today().Add(-days), err
}

const (
	selectDocumentAt = `
		SELECT ` + documentColumns + ` FROM document
		WHERE ask_id = (SELECT id FROM ask WHERE number = $1) AND member = $2 AND location_id = $3`
	updateReturned = `
		UPDATE document SET returned_at = $3 WHERE ask_id = $1 AND member = $2 AND collected_at IS NULL AND returned_at IS NULL
			AND location_id = $4 AND ready_on <= $5 AND (reminders = $6 OR told_on = '')`
)

// Return says that a card which lies at a location, and which nobody fetched, goes back to
// its maker: by somebody of the counter, at their own location, or a lead. It is a
// fault.TooLate while it may not: somebody fetched it, it is not long enough ago, or its
// person was not chased; and a fault.NotFound for a card that does not lie there.
func (s *Store) Return(ctx context.Context, m staff.Member, locationID string, number ident.CaseNumber, memberN int) error {
	if !m.Has(staff.Counter, staff.Lead) {
		return s.refuseDesk(ctx, m, locationID)
	}
	if err := s.sitsAt(m, locationID); err != nil {
		return err
	}
	until, err := s.returnsFrom()
	if err != nil {
		return err
	}
	r, err := db.Get[documentRow](ctx, s.DB, selectDocumentAt, string(number), memberN, locationID)
	if err != nil {
		return fmt.Errorf("find document: %w", err)
	}
	by := actor{id: m.ID, role: string(staff.Counter)}
	if !m.Has(staff.Counter) {
		by.role = string(staff.Lead)
	}
	return s.giveBack(ctx, r.AskID, by, "ask.return", func(tx *db.Tx) (int64, error) {
		return db.Exec(ctx, tx, updateReturned, r.AskID, memberN, s.now(), locationID, until.String(), chases)
	})
}

const countHanded = `
	SELECT count(*) AS n FROM appointment WHERE ask_id = $1 AND state = 'served' AND NOT EXISTS
		(SELECT 1 FROM document WHERE document.ask_id = appointment.ask_id AND document.member = appointment.member AND collected_at IS NULL)`

// giveBack marks documents of an ask as returned, tells its person, and ends the ask when
// nothing of it is still made or waits. Where somebody of it got what they came for it was
// served; otherwise nobody was.
func (s *Store) giveBack(ctx context.Context, askID string, by actor, act string, mark func(*db.Tx) (int64, error)) error {
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		a, err := db.Get[askRow](ctx, tx, lockAsk, askID)
		if err != nil {
			return fmt.Errorf("lock ask: %w", err)
		}
		n, err := mark(tx)
		if err != nil {
			return fmt.Errorf("give a document back: %w", err)
		}
		if n == 0 {
			return fault.New(fault.TooLate, "planner.return.early", "a document of %s does not go back now", askID)
		}
		if err := s.noteBy(ctx, tx, by, askID, act, "ok"); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, askID); err != nil {
			return err
		}
		left, err := db.Get[int64](ctx, tx, countUncollected, askID)
		if err != nil || left > 0 || a.State != Making {
			return err
		}
		handed, err := db.Get[int64](ctx, tx, countHanded, askID)
		if err != nil {
			return fmt.Errorf("count what was handed out: %w", err)
		}
		if handed > 0 {
			return s.allServed(ctx, tx, a, whyReturned)
		}
		if err := s.end(ctx, tx, a, Withdrawn, whyReturned); err != nil {
			return err
		}
		return s.figure(ctx, tx, a.Region, string(Withdrawn))
	})
	if err == nil {
		point.Reach("planner.document-returned")
	}
	return err
}

const (
	selectForgotten = `
		SELECT DISTINCT ask_id FROM document
		WHERE collected_at IS NULL AND returned_at IS NULL AND (ready_on <> '' AND ready_on <= $1 OR ready_on = '' AND due_on <= $1)
		ORDER BY ask_id LIMIT $2`
	updateGivenUp = `
		UPDATE document SET returned_at = $2 WHERE ask_id = $1 AND collected_at IS NULL AND returned_at IS NULL
			AND (ready_on <> '' AND ready_on <= $3 OR ready_on = '' AND due_on <= $3)`
)

// giveUpDocuments ends the waiting for cards that lay, or did not come, for so long that
// nobody will fetch them.
func (s *Store) giveUpDocuments(ctx context.Context) error {
	const thing = "documents that nobody fetches"
	if s.memory.fresh(thing, s.Today().String(), s.now()) {
		return nil
	}
	days, err := s.setting(setCollectEnd)
	if err != nil {
		return err
	}
	until := s.Today().Add(-days).String()
	for {
		asks, err := db.Select[string](ctx, s.DB, selectForgotten, until, int64(endBatch))
		if err != nil {
			return fmt.Errorf("find documents that nobody fetches: %w", err)
		}
		for _, id := range asks {
			err := s.giveBack(ctx, id, actor{id: audit.System, role: roleWorker}, "ask.give-up", func(tx *db.Tx) (int64, error) {
				return db.Exec(ctx, tx, updateGivenUp, id, s.now(), until)
			})
			if err != nil && !fault.Is(err, fault.TooLate) { // somebody fetched it at this moment
				return err
			}
		}
		if len(asks) < endBatch {
			break
		}
	}
	s.memory.keep(thing, s.Today().String(), s.now().Add(restBetween))
	return nil
}
