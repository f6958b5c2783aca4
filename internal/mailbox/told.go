package mailbox

import (
	"context"
	"fmt"
	"time"

	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/seal"
)

const selectTold = `
	SELECT id, body, release_at FROM message
	WHERE case_id = $1 AND direction = 'in' AND body IS NOT NULL ORDER BY release_at, id`

type toldRow struct {
	ID        string
	Body      []byte
	ReleaseAt time.Time
}

// Told returns what the person of a case wrote, oldest first, to whoever holds the key of
// the case: staff who have it in hand.
func (s *Store) Told(ctx context.Context, q db.Queryer, c seal.Case) ([]Reply, error) {
	rows, err := db.Select[toldRow](ctx, q, selectTold, c.ID())
	if err != nil {
		return nil, fmt.Errorf("find replies of %s: %w", c.ID(), err)
	}
	replies := make([]Reply, 0, len(rows))
	for _, r := range rows {
		var text ident.Private
		if err := c.Open(replyPurpose(r.ID), r.Body, &text); err != nil {
			return nil, err
		}
		replies = append(replies, Reply{s.day(r.ReleaseAt), text})
	}
	return replies, nil
}
