package request

import (
	"context"
	"fmt"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/staff"
)

const selectStanding = `
	SELECT state, coalesce((SELECT count(*) FROM proposal p
		WHERE p.request_id = request.id AND p.round = request.round AND p.state = 'waiting'), 0) AS waiting
	FROM request WHERE id = $1`

// Standing is what the case of a lease at the counter waits for, without anything of its
// person: a screen that looks every few seconds is no read of a case.
func (s *Store) Standing(ctx context.Context, m staff.Member, leaseID string) (waits, making bool, err error) {
	lease, err := s.Staff.Lease(ctx, s.DB, m, leaseID)
	if err != nil {
		return false, false, err
	}
	if lease.Queue != staff.QueueCounter {
		return false, false, fault.New(fault.Denied, "staff.role.missing", "lease %s is not of the counter", leaseID)
	}
	found, err := db.Get[struct {
		State   State
		Waiting int64
	}](ctx, s.DB, selectStanding, lease.Object)
	if err != nil {
		return false, false, fmt.Errorf("look what a case waits for: %w", err)
	}
	return found.Waiting > 0, found.Waiting == 0 && found.State == Decided, nil
}
