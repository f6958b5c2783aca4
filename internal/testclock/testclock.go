// Package testclock is a clock for tests that moves only when it is told to.
package testclock

import (
	"sync"
	"time"
)

// Clock is a time that stands still. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// At returns a clock that shows an instant given as RFC 3339; it panics for
// another form.
func At(instant string) *Clock {
	t, err := time.Parse(time.RFC3339, instant)
	if err != nil {
		panic(err)
	}
	return &Clock{now: t}
}

// Now returns what the clock shows. It is passed wherever time is asked for.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock forward.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
