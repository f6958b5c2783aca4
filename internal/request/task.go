package request

import (
	"context"
	"fmt"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/seal"
	"loket/internal/staff"
)

// task is a case that a member has in hand.
type task struct {
	member   staff.Member
	lease    staff.Lease
	role     staff.Role // in which the member works
	request  row
	box      seal.Case
	body     sealedBody
	proposal *proposal // of a lease of staff.QueueApprove
}

// roleOf is the role that a queue is for.
func roleOf(queue string) (staff.Role, bool) {
	switch queue {
	case staff.QueueCheck:
		return staff.Checker, true
	case staff.QueueApprove:
		return staff.Approver, true
	case staff.QueueCounter:
		return staff.Counter, true
	}
	return "", false
}

// take returns what a member has in hand, opened. With an act, which says what the member
// is shown, its audit entry is committed before anything is opened.
func (s *Store) take(ctx context.Context, m staff.Member, leaseID, act string) (task, error) {
	t := task{member: m}
	caseID := ""
	err := s.Staff.Update(ctx, func(tx *db.Tx) (err error) {
		t.proposal = nil
		if t.lease, err = s.Staff.Lease(ctx, tx, m, leaseID); err != nil {
			return err
		}
		role, known := roleOf(t.lease.Queue)
		if !known || !m.Has(role) {
			return fault.New(fault.Denied, "staff.role.missing", "%s may not work from queue %s", m.ID, t.lease.Queue)
		}
		t.role, caseID = role, t.lease.Object
		if role == staff.Approver {
			p, err := db.Get[proposal](ctx, tx, selectProposal, t.lease.Object)
			if err != nil {
				return fmt.Errorf("find proposal: %w", err)
			}
			t.proposal, caseID = &p, p.RequestID
		}
		if act == "" {
			return nil
		}
		return s.Staff.View(ctx, tx, staff.View{Lease: t.lease, Role: role, Act: act, Object: caseID})
	})
	if err != nil {
		return task{}, err
	}
	if t.request, err = db.Get[row](ctx, s.DB, selectRequest, caseID); err != nil {
		return task{}, fault.New(fault.TooLate, "request.state", "find request of a lease: %w", err)
	}
	if t.request.State == Withdrawn {
		return task{}, fault.New(fault.TooLate, "request.state", "request %s is withdrawn", caseID)
	}
	t.box, t.body, err = s.open(ctx, s.DB, t.request)
	return t, err
}

// again makes sure, in the transaction of an act, that the lease still lives.
func (s *Store) again(ctx context.Context, tx *db.Tx, t task) error {
	_, err := s.Staff.Lease(ctx, tx, t.member, t.lease.ID)
	return err
}

// noteTask writes an audit entry of an act under a lease.
func (s *Store) noteTask(ctx context.Context, tx *db.Tx, t task, act, result string) error {
	e := s.entry(t.box, t.member.ID, string(t.role), act, result)
	e.Lease = t.lease.ID
	return s.Audit.Add(ctx, tx, e)
}
