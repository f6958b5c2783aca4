// Package tally counts how often something was tried, per day and for a week, without
// keeping what it was: each thing is a sum under the throttle index key.
//
// Counts are in the database, so that a restart forgets nothing and several processes
// count together. What a count leads to is for the caller; a count by itself stops
// nothing.
package tally

import (
	"context"
	"fmt"
	"time"

	"loket/internal/db"
	"loket/internal/seal"
)

// Tally counts.
type Tally struct {
	index *seal.Index
	zone  *time.Location
	now   func() time.Time
}

// New returns a tally whose days are those of a zone.
func New(keys *seal.Keys, zone *time.Location, now func() time.Time) *Tally {
	return &Tally{keys.Index("throttle"), zone, now}
}

// week is how far back Week looks, and how long a count is kept beyond its day.
const week = 7 * 24 * time.Hour

const (
	upsertTally = `
		INSERT INTO tally (kind, hmac, day, n, expires_at) VALUES ($1, $2, $3, 1, $4)
		ON CONFLICT (kind, hmac, day) DO UPDATE SET n = tally.n + 1
		RETURNING n`
	sumTally = `SELECT coalesce(CAST(sum(n) AS bigint), 0) AS n FROM tally WHERE kind = $1 AND hmac = $2 AND day > $3`
)

// Add counts one try of a thing and returns how many there were today, this one
// included.
func (t *Tally) Add(ctx context.Context, tx *db.Tx, kind string, thing ...string) (int64, error) {
	now := t.now()
	n, err := db.Get[int64](ctx, tx, upsertTally, kind, t.index.Sum(kind, thing...), t.day(now), now.Add(week+24*time.Hour))
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", kind, err)
	}
	return n, nil
}

// Week returns how many tries of a thing there were in the last seven days.
func (t *Tally) Week(ctx context.Context, q db.Queryer, kind string, thing ...string) (int64, error) {
	n, err := db.Get[int64](ctx, q, sumTally, kind, t.index.Sum(kind, thing...), t.day(t.now().Add(-week)))
	if err != nil {
		return 0, fmt.Errorf("add up %s: %w", kind, err)
	}
	return n, nil
}

func (t *Tally) day(at time.Time) string { return at.In(t.zone).Format(time.DateOnly) }
