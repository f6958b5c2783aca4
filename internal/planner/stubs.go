package planner

import (
	"context"

	"loket/internal/db"
)

// What stands here is the other half's: whoever writes it takes the stub away.

// Work moves everything on that is due.
func (s *Store) Work(ctx context.Context) error { return s.closeDue(ctx) }

// free takes back what an ask has of places, in the transaction that ends it or puts it back
// into the line: its open offer is withdrawn, its booked appointments are cancelled for a
// reason in fixed words, and their slots are free. The ask itself is the caller's.
func (s *Store) free(ctx context.Context, tx *db.Tx, askID, why string) error { return nil }

// offerOf returns the open offer of an ask; nil when it has none.
func (s *Store) offerOf(ctx context.Context, q db.Queryer, a askRow) (*Offer, error) { return nil, nil }

// appointmentsOf returns the appointments of an ask that are booked, by member.
func (s *Store) appointmentsOf(ctx context.Context, q db.Queryer, askID string) ([]Appointment, error) {
	return nil, nil
}
