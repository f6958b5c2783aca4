package upload

import (
	"context"

	"loket/internal/db"
)

// RecordEnd records the end of a photo whose key this caller unlinked, or another.
func (s *Store) RecordEnd(ctx context.Context, tx *db.Tx, id, rule string, own bool) error {
	return s.recordEnd(ctx, tx, ending{id, rule, own})
}
