package request

import (
	"context"
	"slices"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/staff"
)

// SetContact changes where the person of a case is reached, as they ask at the counter and
// nowhere else: whoever holds a phone that was lost must not point the messages to
// another (T2). An empty contact takes the one before away. A link that was sent before
// opens with a code on the new phone only.
//
// An answer that is on its way stays on its way: whoever sent a form in another's name has
// its number and code too, and would have a proof sent to themselves (T4). ToCounter takes
// such a case over first; it is then decided by what is seen.
func (s *Store) SetContact(ctx context.Context, m staff.Member, leaseID string, email ident.Email, phone ident.Phone) error {
	return s.atCounter(ctx, m, leaseID, func(tx *db.Tx, t task) error {
		if r := t.request; r.ClosedAt != nil || !slices.Contains([]State{Counter, Asked, Answered}, r.State) {
			return fault.New(fault.TooLate, "request.state", "request %s is %s", r.ID, r.State)
		}
		body := t.body
		a := &body.Answers
		a.Email, a.EmailAsked, a.Phone, a.PhoneAsked = email, true, phone, true
		body.WrongContact = false
		if err := s.reseal(ctx, tx, t, body); err != nil {
			return err
		}
		if err := s.followCounters(ctx, tx, t.request.ID, t.request.State, *a); err != nil {
			return err
		}
		return s.noteTask(ctx, tx, t, "request.set-contact", "ok")
	})
}

// EndVisit gives back the case of a lease at the counter, when its person goes.
func (s *Store) EndVisit(ctx context.Context, m staff.Member, leaseID string) error {
	return s.Staff.Update(ctx, func(tx *db.Tx) error {
		lease, err := s.Staff.Lease(ctx, tx, m, leaseID)
		if err != nil {
			return err
		}
		return s.Staff.Release(ctx, tx, lease, "left")
	})
}
