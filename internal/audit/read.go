package audit

import (
	"context"
	"fmt"
	"time"

	"loket/internal/db"
)

// Line is an entry as a reader sees it: who did what to what, never about whom.
type Line struct {
	ID     string
	At     time.Time
	Actor  string
	Role   string
	Act    string
	Object string
	Lease  string
	Result string
	Seq    int64 // its number; 0 before it has one
}

// Filter narrows what is read; an empty field narrows nothing.
type Filter struct {
	Actor  string // as in Entry
	Object string
}

// selectLines reads the log of a time, newest first, in pages.
const selectLines = `
	SELECT id, at, actor, role, act, object, lease, result, coalesce(seq, 0) AS seq FROM audit_entry
	WHERE at >= $1 AND at < $2 AND ($3 = '' OR actor = $3) AND ($4 = '' OR object = $4)
	ORDER BY at DESC, seq DESC, id LIMIT $5 OFFSET $6`

// Read returns at most limit entries from one moment until before another, the newest
// first, after leaving out the newest skip.
func Read(ctx context.Context, q db.Queryer, from, until time.Time, f Filter, skip, limit int64) ([]Line, error) {
	lines, err := db.Select[Line](ctx, q, selectLines, from, until, f.Actor, f.Object, limit, skip)
	if err != nil {
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	return lines, nil
}
