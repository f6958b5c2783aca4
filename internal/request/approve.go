package request

import (
	"bytes"
	"context"
	"fmt"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/staff"
)

const (
	countDoors = `
		SELECT count(*) AS n FROM audit_entry
		WHERE object = $1 AND actor = $2 AND (role IN ('counter', 'helper') OR act IN ('request.decide', 'request.propose', 'request.give-back'))`
	turnProposal = `UPDATE proposal SET state = $2 WHERE id = $1 AND state = 'waiting'`
	dropProposal = `DELETE FROM proposal WHERE id = $1 AND state = 'waiting'`
)

// mayApprove says that whoever approves is somebody else than who proposed, neither filled
// the form in with the person nor served them, and did not decide before an objection.
func (s *Store) mayApprove(ctx context.Context, q db.Queryer, t task) error {
	if t.proposal == nil || t.role != staff.Approver {
		return fault.New(fault.Denied, "staff.role.missing", "lease %s is of no proposal", t.lease.ID)
	}
	if t.proposal.StaffID == t.member.ID {
		return fault.New(fault.Denied, "request.proposal.own", "%s proposed %s", t.member.ID, t.proposal.ID)
	}
	n, err := db.Get[int64](ctx, q, countDoors, t.request.ID, t.member.ID)
	if err != nil {
		return fmt.Errorf("look who served the person: %w", err)
	}
	if n > 0 {
		return fault.New(fault.Denied, "request.proposal.own", "%s served the person of %s", t.member.ID, t.request.ID)
	}
	if t.proposal.State != proposalWaiting || t.proposal.Round != t.request.Round || t.request.ClosedAt != nil {
		return fault.New(fault.TooLate, "request.state", "proposal %s is %s", t.proposal.ID, t.proposal.State)
	}
	return nil
}

// Approve decides as proposed. The passkey of the approver confirms the same content
// (Desk.Proposal). It is a fault.TooLate when the record changed since: the case goes back
// to the queue.
func (s *Store) Approve(ctx context.Context, m staff.Member, leaseID string, c staff.Ceremony, response []byte) error {
	t, err := s.take(ctx, m, leaseID, "")
	if err != nil {
		return err
	}
	if err := s.mayApprove(ctx, s.DB, t); err != nil {
		return err
	}
	kept, err := s.openProposal(t.box, *t.proposal)
	if err != nil {
		return err
	}
	from := Answered
	if kept.Queue == staff.QueueCounter {
		from = Counter
	}
	if t.request.State != from { // such as somebody who said that the address is not theirs
		return s.stale(ctx, t)
	}
	d, _, err := s.mayRule(kept.Ruling, true)
	if err != nil {
		return err
	}
	now, plan, err := s.content(ctx, t, t.proposal.ID, kept.Ruling)
	if err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	if err != nil || !bytes.Equal(now.Bytes, kept.Content) {
		return s.stale(ctx, t)
	}
	err = s.Staff.Update(ctx, func(tx *db.Tx) error {
		if err := s.again(ctx, tx, t); err != nil {
			return err
		}
		if err := s.mayApprove(ctx, tx, t); err != nil {
			return err
		}
		if err := s.Staff.Confirm(ctx, tx, m, staff.Approver, t.proposal.ID, kept.Content, c, response); err != nil {
			return err
		}
		if err := s.turn(ctx, tx, t, proposalKept); err != nil {
			return err
		}
		if err := s.decide(ctx, tx, t, Proposed{ID: t.proposal.ID, Ruling: kept.Ruling}, d, plan); err != nil {
			return err
		}
		return s.Staff.Release(ctx, tx, t.lease, "decided")
	})
	if err == nil {
		s.answerAt(ctx, t)
	}
	return err
}

func (s *Store) turn(ctx context.Context, tx *db.Tx, t task, state string) error {
	n, err := db.Exec(ctx, tx, turnProposal, t.proposal.ID, state)
	if err != nil {
		return fmt.Errorf("turn proposal %s: %w", state, err)
	}
	if n == 0 {
		return fault.New(fault.TooLate, "request.state", "proposal %s moved on", t.proposal.ID)
	}
	return nil
}

// stale takes a proposal away whose grounds have changed, so that somebody looks anew.
func (s *Store) stale(ctx context.Context, t task) error {
	err := s.Staff.Update(ctx, func(tx *db.Tx) error {
		if err := s.again(ctx, tx, t); err != nil {
			return err
		}
		if _, err := db.Exec(ctx, tx, dropProposal, t.proposal.ID); err != nil {
			return fmt.Errorf("drop proposal: %w", err)
		}
		if err := s.noteTask(ctx, tx, t, "request.return", "changed"); err != nil {
			return err
		}
		return s.Staff.Release(ctx, tx, t.lease, "returned")
	})
	if err != nil {
		return err
	}
	return fault.New(fault.TooLate, "request.proposal.changed", "what proposal %s rests on has changed", t.proposal.ID)
}

// Return gives a proposal back for a reason of the pack's list "return_reasons"; another
// checker takes it up.
func (s *Store) Return(ctx context.Context, m staff.Member, leaseID, reason string) error {
	t, err := s.take(ctx, m, leaseID, "")
	if err != nil {
		return err
	}
	if err := s.mayApprove(ctx, s.DB, t); err != nil {
		return err
	}
	if _, ok := s.Pack.Item(listReturns, reason); !ok {
		return fault.New(fault.Invalid, "request.return.reason", "the reason is not of the list")
	}
	return s.Staff.Update(ctx, func(tx *db.Tx) error {
		if err := s.again(ctx, tx, t); err != nil {
			return err
		}
		if err := s.turn(ctx, tx, t, proposalReturned); err != nil {
			return err
		}
		if err := s.noteTask(ctx, tx, t, "request.return", reason); err != nil {
			return err
		}
		return s.Staff.Release(ctx, tx, t.lease, "returned")
	})
}
