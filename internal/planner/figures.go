package planner

import (
	"context"
	"fmt"

	"loket/internal/db"
)

// What is counted of asks, besides the answers and what ends them.
const (
	figureAsked     = "asked"
	figureOffered   = "offered"
	figureLapsed    = "lapsed"
	figureCancelled = "cancelled"
	figureMissed    = "missed"
)

const upsertFigure = `
	INSERT INTO ask_figure (day, region, what, n) VALUES ($1, $2, $3, 1)
	ON CONFLICT (day, region, what) DO UPDATE SET n = ask_figure.n + 1`

// figure counts one event of today, in the transaction of the event. It comes last in it:
// its row is everybody's.
func (s *Store) figure(ctx context.Context, tx *db.Tx, region, what string) error {
	if _, err := db.Exec(ctx, tx, upsertFigure, s.Today().String(), region, what); err != nil {
		return fmt.Errorf("count %s: %w", what, err)
	}
	return nil
}
