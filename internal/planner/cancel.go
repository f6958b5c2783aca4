package planner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/rules"
)

const (
	selectBookedFrom = `
		SELECT slot.starts_at FROM appointment JOIN slot ON slot.id = appointment.slot_id
		WHERE appointment.ask_id = $1 AND appointment.state IN ('booked', 'served') ORDER BY slot.starts_at LIMIT 1`
	updateCancelled = `UPDATE ask SET state = 'waiting', not_before = $2, changed_at = $3 WHERE id = $1 AND state = 'booked'`
)

// Cancel gives the appointments of an ask back, all of them: their slots are free at once,
// and go to whoever is next. The ask waits again, where it stood in the line; what it is
// offered next is on a later day than what it gave back, so that cancelling is no way to
// pick (P-42). It is a fault.TooLate when there is none, or it has begun.
func (s *Store) Cancel(ctx context.Context, number ident.CaseNumber, code ident.Code) error {
	found, err := s.enter(ctx, number, code)
	if err != nil {
		return err
	}
	return s.cancelBy(ctx, found.ID, self)
}

// cancelBy is Cancel for an ask that was opened.
func (s *Store) cancelBy(ctx context.Context, askID string, by actor) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		a, err := db.Get[askRow](ctx, tx, lockAsk, askID)
		if err != nil {
			return fmt.Errorf("lock ask: %w", err)
		}
		return s.cancelOwn(ctx, tx, a, by)
	})
}

// cancelOwn is Cancel for an ask that is locked.
func (s *Store) cancelOwn(ctx context.Context, tx *db.Tx, a askRow, by actor) error {
	if a.State != Booked {
		return fault.New(fault.TooLate, "planner.cancel.none", "ask %s has no appointment", a.ID)
	}
	starts, err := db.Get[time.Time](ctx, tx, selectBookedFrom, a.ID)
	if err != nil {
		return fmt.Errorf("find the appointment: %w", err)
	}
	if !s.now().Before(starts) {
		return fault.New(fault.TooLate, "planner.cancel.begun", "the appointment of ask %s has begun", a.ID)
	}
	if _, err := s.choose(ctx, tx, a.ID, s.day(starts), choiceCancel); err != nil {
		return err
	}
	return s.cancel(ctx, tx, a, s.day(starts).Add(1), by)
}

// cancel gives the appointments of an ask that is locked back. What it is offered next is
// on a day or later.
func (s *Store) cancel(ctx context.Context, tx *db.Tx, a askRow, next rules.Day, by actor) error {
	if _, err := db.Exec(ctx, tx, updateCancelled, a.ID, s.midnight(next), s.now()); err != nil {
		return fmt.Errorf("cancel: %w", err)
	}
	if err := s.freeBooked(ctx, tx, a.ID, "person"); err != nil {
		return err
	}
	if err := s.noteBy(ctx, tx, by, a.ID, "ask.cancel", "ok"); err != nil {
		return err
	}
	return s.figure(ctx, tx, a.Region, figureCancelled)
}

const (
	freeBookedSlots = `
		UPDATE slot SET state = 'free', offer_id = '' WHERE state = 'booked' AND id IN
			(SELECT slot_id FROM appointment WHERE ask_id = $1 AND state = 'booked')`
	cancelAppointments = `UPDATE appointment SET state = 'cancelled', why = $2, changed_at = $3 WHERE ask_id = $1 AND state = 'booked'`
)

// freeBooked cancels the appointments of an ask and frees their slots.
func (s *Store) freeBooked(ctx context.Context, tx *db.Tx, askID, why string) error {
	if err := s.dropMove(ctx, tx, askID); err != nil {
		return err
	}
	slots, err := db.Exec(ctx, tx, freeBookedSlots, askID)
	if err != nil {
		return fmt.Errorf("free the slots of an ask: %w", err)
	}
	appointments, err := db.Exec(ctx, tx, cancelAppointments, askID, why, s.now())
	if err != nil {
		return fmt.Errorf("cancel the appointments of an ask: %w", err)
	}
	if slots != appointments || slots == 0 {
		return fault.New(fault.Internal, "", "ask %s: %d slots for %d appointments", askID, slots, appointments)
	}
	return nil
}

const selectOpenOfferID = `SELECT id FROM offer WHERE ask_id = $1 AND state = 'open'`

// freeOffered takes the offer of an ask back and frees its slots.
func (s *Store) freeOffered(ctx context.Context, tx *db.Tx, askID string) error {
	id, err := db.Get[string](ctx, tx, selectOpenOfferID, askID)
	if err != nil {
		return fmt.Errorf("find the offer of an ask: %w", err)
	}
	if _, err := db.Exec(ctx, tx, endOffer, id, offerWithdrawn, s.now()); err != nil {
		return fmt.Errorf("take an offer back: %w", err)
	}
	return s.freeOffer(ctx, tx, id)
}

// Withdraw ends an ask as its person wants, wherever it is: what it holds is free at once,
// and so are the numbers of its people. It is a fault.TooLate when it has ended.
func (s *Store) Withdraw(ctx context.Context, number ident.CaseNumber, code ident.Code) error {
	found, err := s.enter(ctx, number, code)
	if err != nil {
		return err
	}
	return s.withdrawBy(ctx, found.ID, self)
}

// withdrawBy is Withdraw for an ask that was opened.
func (s *Store) withdrawBy(ctx context.Context, askID string, by actor) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		a, err := db.Get[askRow](ctx, tx, lockAsk, askID)
		if err != nil {
			return fmt.Errorf("lock ask: %w", err)
		}
		return s.withdraw(ctx, tx, a, by)
	})
}

// withdraw is Withdraw for an ask that is locked.
func (s *Store) withdraw(ctx context.Context, tx *db.Tx, a askRow, by actor) (err error) {
	if a.ClosedAt != nil || a.State == Making { // what is being made lies somewhere: it is fetched
		return movedOn(a.ID)
	}
	switch a.State {
	case Offered:
		err = s.freeOffered(ctx, tx, a.ID)
	case Booked:
		err = s.freeBooked(ctx, tx, a.ID, "withdrawn")
	}
	if err != nil {
		return err
	}
	if err := s.end(ctx, tx, a, Withdrawn, "person"); err != nil {
		return err
	}
	if err := s.noteBy(ctx, tx, by, a.ID, "ask.withdraw", "ok"); err != nil {
		return err
	}
	return s.figure(ctx, tx, a.Region, string(Withdrawn))
}

const (
	updateEnded = `UPDATE ask SET state = $3, why = $4, closed_at = $5, changed_at = $5 WHERE id = $1 AND state = $2`
	updateLetGo = `UPDATE ask_member SET holds = FALSE WHERE ask_id = $1 AND holds`
)

// end ends an ask that is still in the state it was read in: its people's numbers are let
// go, and all of it is destroyed when the life of an ended case is over. Whoever calls it
// writes the audit entry, and then the figure of the same name as the state.
func (s *Store) end(ctx context.Context, tx *db.Tx, a askRow, to State, why string) error {
	now := s.now()
	n, err := db.Exec(ctx, tx, updateEnded, a.ID, string(a.State), string(to), why, now)
	if err != nil {
		return fmt.Errorf("end ask: %w", err)
	}
	if n == 0 {
		return movedOn(a.ID)
	}
	if _, err := db.Exec(ctx, tx, updateLetGo, a.ID); err != nil {
		return fmt.Errorf("let the numbers of an ask go: %w", err)
	}
	return s.Vault.End(ctx, tx, a.ID, now.Add(s.Schema.Lifetimes["closed-case"].Duration()))
}

const updateWoken = `
	UPDATE ask SET state = 'waiting', draw_id = $2, ticket = $3, line = NULL, silences = 0, laters = 0, not_before = $4, changed_at = $4
	WHERE id = $1 AND state = 'resting'`

// Wake puts an ask that rests into the draw whose list is open, with another ticket: behind
// those who asked before, and no worse than whoever asks today. It is a fault.TooLate when
// it does not rest.
func (s *Store) Wake(ctx context.Context, number ident.CaseNumber, code ident.Code) error {
	a, err := s.enter(ctx, number, code)
	if err != nil {
		return err
	}
	return s.wakeBy(ctx, a, self)
}

// wakeBy is Wake for an ask that was opened.
func (s *Store) wakeBy(ctx context.Context, a askRow, by actor) (err error) {
	if a.State != Resting {
		return movedOn(a.ID)
	}
	for range listTries {
		err = s.DB.Update(ctx, func(tx *db.Tx) error { return s.wake(ctx, tx, a, by) })
		if !errors.Is(err, errNoList) {
			return err
		}
		if err := s.closeDue(ctx); err != nil {
			return err
		}
	}
	return fault.New(fault.Unavailable, "", "no list stays open long enough to wake an ask")
}

func (s *Store) wake(ctx context.Context, tx *db.Tx, a askRow, by actor) error {
	draw, err := db.Get[drawRow](ctx, tx, selectOpenDraw, s.now())
	if fault.Is(err, fault.NotFound) {
		return errNoList
	}
	if err != nil {
		return fmt.Errorf("find the open list: %w", err)
	}
	n, err := db.Exec(ctx, tx, updateWoken, a.ID, draw.ID, s.newTicket(), s.now())
	if err != nil {
		return fmt.Errorf("wake ask: %w", err)
	}
	if n == 0 {
		return movedOn(a.ID)
	}
	if err := s.checkOpen(ctx, tx, draw.ID); err != nil {
		return err
	}
	return s.noteBy(ctx, tx, by, a.ID, "ask.wake", "ok")
}
