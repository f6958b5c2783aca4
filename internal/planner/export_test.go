package planner

import (
	"context"

	"loket/internal/staff"
)

// Serve lets tests hand a document out without a desk.
func (s *Store) Serve(ctx context.Context, m staff.Member, appointmentID string) error {
	return s.handOver(ctx, m, appointmentID)
}

// Invariants lets tests break each of them.
func Invariants() [][2]string { return invariants() }
