// Package once makes one thing of a form or call that is sent twice.
//
// A page puts a random key into its form, a program sends one in a header. The
// first call with a key makes the thing and keeps the key beside it, in the same
// transaction; a repeat is given the same thing. A repeat with another body is a
// fault.Invalid, and nothing is made. Of the body only an HMAC is kept.
package once

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/seal"
)

// Call names one form or call.
type Call struct {
	Route string // which form or call, such as "request.submit"
	Key   string // made by the sender
	Body  string // what was sent, in one fixed encoding
}

// Guard keeps the keys.
type Guard struct {
	index *seal.Index
	now   func() time.Time
	life  time.Duration
}

// NewGuard returns a guard that keeps each key for life.
func NewGuard(keys *seal.Keys, now func() time.Time, life time.Duration) *Guard {
	return &Guard{keys.Index("request"), now, life}
}

const (
	insertCall = `
		INSERT INTO idempotency (route, key, body, object, expires_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (route, key) DO NOTHING`
	selectCall = `SELECT body, object FROM idempotency WHERE route = $1 AND key = $2`
	maxKey     = 100
)

func notPrintable(r rune) bool { return r < ' ' || r > '~' }

type kept struct {
	Body   []byte
	Object string
}

// Do claims the call for the thing called object, in the caller's transaction. When
// the call is new it returns object and true, and the caller makes the thing.
// When it is a repeat it returns what the first call made, and false.
func (g *Guard) Do(ctx context.Context, tx *db.Tx, call Call, object string) (string, bool, error) {
	if call.Key == "" || len(call.Key) > maxKey || strings.ContainsFunc(call.Key, notPrintable) {
		return "", false, fault.New(fault.Invalid, "once.key", "idempotency key of %d characters", len(call.Key))
	}
	body := g.index.Sum("body", call.Route, call.Body)
	made, err := db.Exec(ctx, tx, insertCall, call.Route, call.Key, body, object, g.now().Add(g.life))
	if err != nil {
		return "", false, fmt.Errorf("keep idempotency key: %w", err)
	}
	if made == 1 {
		return object, true, nil
	}
	first, err := db.Get[kept](ctx, tx, selectCall, call.Route, call.Key)
	if err != nil {
		return "", false, fmt.Errorf("find idempotency key: %w", err)
	}
	if !bytes.Equal(first.Body, body) {
		return "", false, fault.New(fault.Invalid, "once.other-body", "idempotency key was used for another body")
	}
	return first.Object, false, nil
}
