package planner

import (
	"context"

	"loket/internal/fault"
	"loket/internal/rules"
	"loket/internal/staff"
)

// Whoever has no telephone, no mail or no wish to type gives number and code to somebody
// at a counter, or on the phone, who then does for them all that the pages do. Each act is
// in the audit log with the member and the lease.

// deskAsk returns the ask of a lease at the counter.
func (s *Store) deskAsk(ctx context.Context, m staff.Member, leaseID string) (askRow, staff.Lease, error) {
	lease, err := s.deskLease(ctx, s.DB, m, leaseID)
	if err != nil {
		return askRow{}, lease, err
	}
	a, err := s.ask(ctx, s.DB, lease.Object)
	if fault.Is(err, fault.NotFound) { // destroyed, or no ask
		return askRow{}, lease, movedOn(lease.Object)
	}
	return a, lease, err
}

// StatusAt is Status for the ask at the desk. It is no look of its own: it shows nothing
// that tells whose it is.
func (s *Store) StatusAt(ctx context.Context, m staff.Member, leaseID string) (Status, error) {
	a, _, err := s.deskAsk(ctx, m, leaseID)
	if err != nil {
		return Status{}, err
	}
	return s.statusOf(ctx, a)
}

// AnswerAt is Answer for the ask at the desk, as its person says.
func (s *Store) AnswerAt(ctx context.Context, m staff.Member, leaseID, offerID string, answer Answer) error {
	a, lease, err := s.deskAsk(ctx, m, leaseID)
	if err != nil {
		return err
	}
	return s.answerBy(ctx, a.ID, offerID, answer, seated(lease))
}

// CancelAt is Cancel for the ask at the desk.
func (s *Store) CancelAt(ctx context.Context, m staff.Member, leaseID string) error {
	a, lease, err := s.deskAsk(ctx, m, leaseID)
	if err != nil {
		return err
	}
	return s.cancelBy(ctx, a.ID, seated(lease))
}

// MoveAt is Move for the ask at the desk.
func (s *Store) MoveAt(ctx context.Context, m staff.Member, leaseID string, from rules.Day) error {
	a, lease, err := s.deskAsk(ctx, m, leaseID)
	if err != nil {
		return err
	}
	return s.moveBy(ctx, a.ID, from, seated(lease))
}

// KeepAt is Keep for the ask at the desk.
func (s *Store) KeepAt(ctx context.Context, m staff.Member, leaseID string) error {
	a, lease, err := s.deskAsk(ctx, m, leaseID)
	if err != nil {
		return err
	}
	return s.keepBy(ctx, a.ID, seated(lease))
}

// WithdrawAt is Withdraw for the ask at the desk.
func (s *Store) WithdrawAt(ctx context.Context, m staff.Member, leaseID string) error {
	a, lease, err := s.deskAsk(ctx, m, leaseID)
	if err != nil {
		return err
	}
	return s.withdrawBy(ctx, a.ID, seated(lease))
}

// WakeAt is Wake for the ask at the desk.
func (s *Store) WakeAt(ctx context.Context, m staff.Member, leaseID string) error {
	a, lease, err := s.deskAsk(ctx, m, leaseID)
	if err != nil {
		return err
	}
	return s.wakeBy(ctx, a, seated(lease))
}
