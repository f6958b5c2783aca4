package request

import (
	"context"
	"fmt"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
)

const reopenRefused = `
	UPDATE request SET state = 'answered', round = round + 1, closed_at = NULL, expires_at = $3
	WHERE id = $1 AND round = $2 AND state = 'refused'`

// object takes an answer to a refusal in: the request waits for staff again, and
// somebody else looks than who decided before. A case whose end has come stays ended.
func (s *Store) object(ctx context.Context, tx *db.Tx, r row) error {
	if r.ClosedAt != nil {
		err := s.Vault.Reopen(ctx, tx, r.ID)
		if fault.Is(err, fault.TooLate) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	n, err := db.Exec(ctx, tx, reopenRefused, r.ID, r.Round, s.Now().Add(s.life.request))
	if err != nil {
		return fmt.Errorf("reopen refused request: %w", err)
	}
	if n == 0 {
		return fault.New(fault.TooLate, "", "request %s moved on", r.ID)
	}
	return s.note(ctx, tx, r.ID, audit.Applicant, roleSelf, "request.object", "ok")
}
