package request

import (
	"context"
	"fmt"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/staff"
)

// offered is how many pieces of work are looked at for one that nobody else takes first.
const offered = 25

// Whoever filled the form in with somebody, or served them, has an audit entry of the
// case in the role of a door. They do not decide on it from a queue.
const (
	selectAnswered = `
		SELECT request.id FROM request
		WHERE state = 'answered' AND closed_at IS NULL
			AND NOT EXISTS (SELECT 1 FROM lease WHERE lease.object = request.id AND lease.ended_at IS NULL AND lease.until > $2)
			AND NOT EXISTS (SELECT 1 FROM proposal WHERE proposal.request_id = request.id AND proposal.round = request.round
				AND (proposal.state = 'waiting' OR proposal.state = 'returned' AND proposal.staff_id = $1))
			AND NOT EXISTS (SELECT 1 FROM proposal WHERE proposal.request_id = request.id AND proposal.round < request.round
				AND proposal.staff_id = $1)
			AND NOT EXISTS (SELECT 1 FROM audit_entry WHERE audit_entry.object = request.id AND audit_entry.actor = $1
				AND (audit_entry.role IN ('counter', 'helper') OR audit_entry.act IN ('request.decide', 'request.give-back')))
		ORDER BY received_at LIMIT $3`
	selectWaiting = `
		SELECT proposal.id, request.state FROM proposal JOIN request ON request.id = proposal.request_id AND request.round = proposal.round
		WHERE proposal.state = 'waiting' AND request.state IN ('answered', 'counter') AND request.closed_at IS NULL AND proposal.staff_id <> $1
			AND NOT EXISTS (SELECT 1 FROM lease WHERE lease.object = proposal.id AND lease.ended_at IS NULL AND lease.until > $2)
			AND NOT EXISTS (SELECT 1 FROM audit_entry WHERE audit_entry.object = request.id AND audit_entry.actor = $1
				AND (audit_entry.role IN ('counter', 'helper') OR audit_entry.act IN ('request.decide', 'request.propose', 'request.give-back')))
		ORDER BY proposal.at, proposal.id`
)

type waiting struct {
	ID    string
	State State
}

// Next gives a member the next piece of work of a queue: of staff.QueueCheck the request
// that has waited longest, of staff.QueueApprove a proposal of somebody else, drawn at
// random, those of people who stand at a counter first. What the member has in hand
// already comes again. A fault.NotFound says that nothing waits.
func (s *Store) Next(ctx context.Context, m staff.Member, queue string) (staff.Lease, error) {
	role, known := roleOf(queue)
	if !known || queue == staff.QueueCounter || !m.Has(role) {
		return staff.Lease{}, s.refuseStaff(ctx, m, role, queue)
	}
	lease, err := s.Staff.Living(ctx, s.DB, m, queue)
	if err == nil || !fault.Is(err, fault.NotFound) {
		return lease, err
	}
	objects, err := s.offer(ctx, m, queue)
	if err != nil {
		return staff.Lease{}, fmt.Errorf("look for work: %w", err)
	}
	for _, object := range objects {
		err := s.Staff.Update(ctx, func(tx *db.Tx) (err error) {
			lease, err = s.Staff.Take(ctx, tx, m, queue, object)
			return err
		})
		if fault.Is(err, fault.TooLate) || fault.Is(err, fault.Taken) {
			continue // somebody else was first
		}
		return lease, err
	}
	return staff.Lease{}, fault.New(fault.NotFound, "request.queue.empty", "nothing waits in queue %s", queue)
}

// offer returns what a member could take, in the order in which to try.
func (s *Store) offer(ctx context.Context, m staff.Member, queue string) ([]string, error) {
	if queue == staff.QueueCheck {
		return db.Select[string](ctx, s.DB, selectAnswered, m.ID, s.Now(), int64(offered))
	}
	list, err := db.Select[waiting](ctx, s.DB, selectWaiting, m.ID, s.Now())
	if err != nil {
		return nil, err
	}
	if err := s.shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] }); err != nil {
		return nil, err
	}
	var first, rest []string
	for _, w := range list {
		if w.State == Counter {
			first = append(first, w.ID)
		} else {
			rest = append(rest, w.ID)
		}
	}
	return append(first, rest...), nil
}

// refuseStaff keeps that a member was refused something for want of a role, and returns
// the fault.
func (s *Store) refuseStaff(ctx context.Context, m staff.Member, role staff.Role, object string) error {
	if err := s.Staff.Refused(ctx, m, role, object, "role"); err != nil {
		return err
	}
	return fault.New(fault.Denied, "staff.role.missing", "%s may not act as %s", m.ID, role)
}

// OpenAt opens a case at the counter, with the number and the code of the person who
// stands there. Wrong codes count as they do at Status.
func (s *Store) OpenAt(ctx context.Context, m staff.Member, number ident.CaseNumber, code ident.Code) (staff.Lease, error) {
	if !m.Has(staff.Counter) {
		return staff.Lease{}, s.refuseStaff(ctx, m, staff.Counter, staff.QueueCounter)
	}
	r, err := s.enterWith(ctx, m, staff.Counter, number, code)
	if err != nil {
		return staff.Lease{}, err
	}
	lease, err := s.Staff.Living(ctx, s.DB, m, staff.QueueCounter)
	if err == nil && lease.Object == r.ID {
		return lease, nil
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return staff.Lease{}, err
	}
	before, had := lease, err == nil
	err = s.Staff.Update(ctx, func(tx *db.Tx) (err error) {
		if had { // the person before is gone
			if err := s.Staff.Release(ctx, tx, before, "left"); err != nil {
				return err
			}
		}
		if lease, err = s.Staff.Take(ctx, tx, m, staff.QueueCounter, r.ID); err != nil {
			return err
		}
		return s.Audit.Add(ctx, tx, audit.Entry{Actor: m.ID, Role: string(staff.Counter), Act: "request.open", Object: r.ID,
			Lease: lease.ID, Result: "ok"})
	})
	return lease, err
}

// enterWith is enter for a member who types the code of a person. A wrong one is kept in
// the audit log.
func (s *Store) enterWith(ctx context.Context, m staff.Member, role staff.Role, number ident.CaseNumber, code ident.Code) (row, error) {
	r, err := s.enter(ctx, number, code)
	if err == nil || !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Throttled) {
		return r, err
	}
	object := "case"
	if found, err := db.Get[row](ctx, s.DB, selectByNumber, string(number)); err == nil {
		object = found.ID
	}
	if kept := s.Staff.Refused(ctx, m, role, object, staff.WrongCode); kept != nil {
		return row{}, kept
	}
	return row{}, err
}

// Steps is what an agent sees of a case without its code: steps and days.
func (s *Store) Steps(ctx context.Context, m staff.Member, number ident.CaseNumber) (Status, error) {
	role := staff.Counter
	switch {
	case m.Has(staff.Counter):
	case m.Has(staff.Intake):
		role = staff.Intake
	default:
		return Status{}, s.refuseStaff(ctx, m, role, "steps")
	}
	r, err := db.Get[row](ctx, s.DB, selectByNumber, string(number))
	if err != nil {
		return Status{}, fault.New(fault.Of(err), "request.status.wrong", "find request by number: %w", err)
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		return s.note(ctx, tx, r.ID, m.ID, string(role), "request.steps", "ok")
	})
	if err != nil {
		return Status{}, err
	}
	return s.statusOf(ctx, r)
}
