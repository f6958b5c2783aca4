package request

import (
	"context"
	"fmt"
	"time"

	"loket/internal/db"
	"loket/internal/rules"
)

// Paths that requests take, as they are counted. Each opening and reopening is
// followed by exactly one first answer: automatic, document-asked, counter or
// withdrawn-early; until then the request waits. The others tell how it went on.
const (
	pathOpened         = "opened"
	pathReopened       = "reopened"
	pathAutomatic      = "automatic"
	pathAsked          = "document-asked"
	pathCounter        = "counter"
	pathWithdrawnEarly = "withdrawn-early"
	pathApproved       = "approved"
	pathRefused        = "refused"
	pathCounterAsked   = "counter-asked"
	pathExpired        = "expired"
	pathWithdrawn      = "withdrawn"
)

const upsertFigure = `
	INSERT INTO request_figure (day, pack, path, cases, seconds) VALUES ($1, $2, $3, 1, $4)
	ON CONFLICT (day, pack, path) DO UPDATE SET
		cases = request_figure.cases + 1, seconds = request_figure.seconds + excluded.seconds`

// count adds a case to a path of today, with the time since it was received.
func (s *Store) count(ctx context.Context, tx *db.Tx, path string, since time.Duration) error {
	if _, err := db.Exec(ctx, tx, upsertFigure, s.Today().String(), s.Pack.ID, path, int64(since.Seconds())); err != nil {
		return fmt.Errorf("count %s: %w", path, err)
	}
	return nil
}

// countOpened counts a request that came, or came back, and its first answer where
// that is the counter.
func (s *Store) countOpened(ctx context.Context, tx *db.Tx, path string, state State) error {
	if err := s.count(ctx, tx, path, 0); err != nil || state != Counter {
		return err
	}
	return s.count(ctx, tx, pathCounter, 0)
}

// Figure is how many requests took a path on a day.
type Figure struct {
	Day     string // YYYY-MM-DD
	Path    string
	Cases   int64
	Seconds int64 // from receiving to this step, all cases together
}

const selectFigures = `
	SELECT day, path, cases, seconds FROM request_figure
	WHERE pack = $1 AND day >= $2 AND day <= $3 ORDER BY day, path`

// Figures returns the figures of the route on offer, from one day to another, both
// included.
func (s *Store) Figures(ctx context.Context, from, to rules.Day) ([]Figure, error) {
	figures, err := db.Select[Figure](ctx, s.DB, selectFigures, s.Pack.ID, from.String(), to.String())
	if err != nil {
		return nil, fmt.Errorf("read figures: %w", err)
	}
	return figures, nil
}
