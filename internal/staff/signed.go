package staff

import (
	"context"
	"fmt"

	"loket/internal/db"
)

// Signed returns whose passkeys signed for an object, whatever its content was, in the order
// in which they did: for when the content was destroyed. Each assertion is verified
// again over the digest that is kept; a row that cannot be verified is an error, and then
// nobody has signed anything. Nothing may be allowed because of it: Confirmed says
// what was confirmed.
func (s *Store) Signed(ctx context.Context, q db.Queryer, object string) ([]Confirmation, error) {
	rows, err := db.Select[confirmationRow](ctx, q, selectConfirmations, object)
	if err != nil {
		return nil, fmt.Errorf("read confirmations: %w", err)
	}
	var list []Confirmation
	for _, r := range rows {
		if err := s.verifyKept(r); err != nil {
			return nil, err
		}
		list = append(list, Confirmation{r.StaffID, r.Role, r.At})
	}
	return list, nil
}
