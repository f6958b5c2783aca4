package request

import (
	"context"
	"fmt"
	"slices"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/mailbox"
	"loket/internal/staff"
)

// SetContact changes where the person of a case is reached, as they ask at the counter and
// nowhere else: whoever holds a phone that was lost must not point the messages to
// another (T2). An empty contact takes the one before away. A link that was sent before
// opens with a code on the new phone only. Whoever had the contact before is told there that
// it was changed, and neither by whom nor to what.
//
// An answer that is on its way stays on its way: whoever sent a form in another's name has
// its number and code too, and would have a proof sent to themselves (T4). ToCounter takes
// such a case over first; it is then decided by what is seen.
func (s *Store) SetContact(ctx context.Context, m staff.Member, leaseID string, email ident.Email, phone ident.Phone) error {
	return s.atCounter(ctx, m, leaseID, func(tx *db.Tx, t task) error {
		if r := t.request; r.ClosedAt != nil || !slices.Contains([]State{Counter, Asked, Answered}, r.State) {
			return fault.New(fault.TooLate, "request.state", "request %s is %s", r.ID, r.State)
		}
		if err := s.openedWithCode(ctx, tx, t); err != nil {
			return err
		}
		body := t.body
		a := &body.Answers
		former := mailbox.Former{ID: ident.NewID(s.Random, "con"), Email: a.Email, Phone: a.Phone}
		changed := !a.Email.Equal(email) || !a.Phone.Equal(phone)
		if changed && !(a.Email.IsZero() && a.Phone.IsZero()) {
			body.Former = append(slices.Clone(body.Former), former)
			if err := s.Mailbox.TellFormer(ctx, tx, t.request.ID, former); err != nil {
				return err
			}
		}
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

const countOpenedWith = `SELECT count(*) AS n FROM audit_entry WHERE object = $1 AND lease = $2 AND act = 'request.open'`

// openedWithCode says that the person of a case gave their code for this lease.
func (s *Store) openedWithCode(ctx context.Context, tx *db.Tx, t task) error {
	n, err := db.Get[int64](ctx, tx, countOpenedWith, t.request.ID, t.lease.ID)
	if err != nil {
		return fmt.Errorf("look who opened the case: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Denied, "staff.lease.none", "lease %s was not opened with a code", t.lease.ID)
	}
	return nil
}

// EndVisit gives back the case of a lease at the counter, when its person goes. A lease of
// another queue is a fault.Denied: who could put back what they drew would draw until it is
// whom they want.
func (s *Store) EndVisit(ctx context.Context, m staff.Member, leaseID string) error {
	return s.Staff.Update(ctx, func(tx *db.Tx) error {
		lease, err := s.Staff.Lease(ctx, tx, m, leaseID)
		if err != nil {
			return err
		}
		if lease.Queue != staff.QueueCounter {
			return fault.New(fault.Denied, "staff.role.missing", "lease %s is not of the counter", leaseID)
		}
		return s.Staff.Release(ctx, tx, lease, staff.Left)
	})
}

// GiveBack puts back a case of a queue whose person the member knows (T8). Neither the case
// nor a proposal about it is offered to them again.
func (s *Store) GiveBack(ctx context.Context, m staff.Member, leaseID string) error {
	t, err := s.take(ctx, m, leaseID, "")
	if err != nil {
		return err
	}
	if t.role == staff.Counter {
		return fault.New(fault.Denied, "staff.role.missing", "lease %s is of the counter", leaseID)
	}
	return s.Staff.Update(ctx, func(tx *db.Tx) error {
		if err := s.again(ctx, tx, t); err != nil {
			return err
		}
		if err := s.noteTask(ctx, tx, t, "request.give-back", "known"); err != nil {
			return err
		}
		return s.Staff.Release(ctx, tx, t.lease, staff.Left)
	})
}
