package planner

import (
	"context"

	"loket/internal/staff"
)

// Serve lets tests hand a document out without a desk.
func (s *Store) Serve(ctx context.Context, m staff.Member, appointmentID string) error {
	return s.attend(ctx, m, appointmentID)
}

// Invariants lets tests break each of them.
func Invariants() [][2]string { return invariants() }

// GiveLines lets a benchmark give the asks of a draw their places.
func (s *Store) GiveLines(ctx context.Context, id string, n int64, order []string) error {
	return s.giveLines(ctx, drawRow{ID: id, N: n}, order)
}
