package planner

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
)

// Opened is the list that is open, with all that is fixed before it closes. Who is on it
// and how many they are is told to nobody.
type Opened struct {
	N       int64
	Closes  time.Time
	Source  draw.Source // as it was named when the list opened; its Parties come with the closing
	Short   *draw.Short // why it closes sooner than those of a day; nil for those
	Parties []Pledge    // of FromReveal, with the hashes they have said until now
}

const selectOpened = `SELECT ` + drawColumns + ` FROM draw WHERE state = 'open'`

// Opened returns the list that is open; a fault.NotFound where none is.
func (s *Store) Opened(ctx context.Context) (Opened, error) {
	row, err := db.Get[drawRow](ctx, s.DB, selectOpened)
	if err != nil {
		return Opened{}, fmt.Errorf("find the open list: %w", err)
	}
	o := Opened{N: row.N, Closes: row.ClosesAt}
	if err := json.Unmarshal([]byte(row.Published), &o.Source); err != nil {
		return o, fmt.Errorf("read the source of draw %d: %w", row.N, err)
	}
	if o.Short, err = row.short(); err != nil {
		return o, err
	}
	if o.Source.Kind == draw.FromReveal {
		o.Parties, err = s.Pledges(ctx, row.N)
	}
	return o, err
}
