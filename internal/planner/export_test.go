package planner

import "context"

// HasPostcode lets tests try every postcode.
func HasPostcode(ranges string, code int) bool { return hasPostcode(ranges, code) }

// Invariants lets tests break each of them.
func Invariants() [][2]string { return invariants() }

// GiveLines lets a benchmark give the asks of a draw their places.
func (s *Store) GiveLines(ctx context.Context, id string, n int64, order []string) error {
	return s.giveLines(ctx, drawRow{ID: id, N: n}, order)
}
