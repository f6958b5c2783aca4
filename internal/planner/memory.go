package planner

import (
	"sync"
	"time"
)

// memory is what one process knows besides the database, so that it does not look for the
// same in vain every few seconds. Nothing depends on it: whoever has forgotten all of it
// does more work and comes to the same.
type memory struct {
	mu    sync.Mutex
	seen  map[string]string
	until map[string]time.Time
}

// fresh reports whether what was remembered of a thing is still so: it looked the same,
// and that was less than its time ago.
func (m *memory) fresh(thing, looks string, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.seen[thing] == looks && now.Before(m.until[thing])
}

// keep remembers how a thing looks, for some time.
func (m *memory) keep(thing, looks string, until time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.seen == nil {
		m.seen, m.until = map[string]string{}, map[string]time.Time{}
	}
	m.seen[thing], m.until[thing] = looks, until
}
