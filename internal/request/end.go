package request

import (
	"context"
	"fmt"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/upload"
)

const (
	closeRequest = `UPDATE request SET closed_at = $3, state = $4 WHERE id = $1 AND round = $2 AND closed_at IS NULL AND state = $5`
	selectDue    = `
		SELECT ` + columns + ` FROM request
		WHERE closed_at IS NULL AND expires_at <= $1 AND (state IN ('proved', 'asked', 'refused') OR state = 'counter' AND $3)
			AND (state <> 'counter' OR NOT EXISTS (SELECT 1 FROM proposal WHERE proposal.request_id = request.id AND proposal.state = 'waiting'))
		ORDER BY expires_at LIMIT $2`
)

// close ends a request: it is destroyed when the life of a closed case is over.
func (s *Store) close(ctx context.Context, tx *db.Tx, r row, to State, why string) error {
	now := s.Now()
	n, err := db.Exec(ctx, tx, closeRequest, r.ID, r.Round, now, string(to), r.State)
	if err != nil || n == 0 {
		return err
	}
	if to == Expired {
		if err := s.count(ctx, tx, pathExpired, now.Sub(r.ReceivedAt)); err != nil {
			return err
		}
	}
	if err := s.Uploads.End(ctx, tx, r.ID, upload.Left); err != nil {
		return err
	}
	if err := s.Vault.End(ctx, tx, r.ID, now.Add(s.life.closed)); err != nil {
		return err
	}
	return s.note(ctx, tx, r.ID, audit.System, roleWorker, "request.close", why)
}

// Expire closes the requests whose person did not come back, without prejudice.
// What waits for us never expires, and neither does what waits for a counter while none
// is open.
func (s *Store) Expire(ctx context.Context) error {
	for {
		open, err := s.Locations.AnyOpen(ctx)
		if err != nil {
			return err
		}
		rows, err := db.Select[row](ctx, s.DB, selectDue, s.Now(), int64(batch), open)
		if err != nil {
			return fmt.Errorf("find requests that end: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		err = s.DB.Update(ctx, func(tx *db.Tx) error {
			for _, r := range rows {
				to := r.State
				if to == Asked || to == Counter {
					to = Expired
				}
				if err := s.close(ctx, tx, r, to, "expired"); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("close requests: %w", err)
		}
	}
}
