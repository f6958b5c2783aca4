package draw

import "time"

// Clock says when the rounds of a beacon come: round one at Genesis, the next each Period.
type Clock struct {
	Genesis time.Time
	Period  time.Duration // more than zero
}

// RoundAt returns the first round that comes at t or later.
func (c Clock) RoundAt(t time.Time) uint64 {
	since := t.Sub(c.Genesis)
	if since <= 0 {
		return 1
	}
	return uint64((since-1)/c.Period) + 2
}

// TimeOf returns when a round comes, in UTC. Rounds end after 292 years: those beyond are
// not told apart.
func (c Clock) TimeOf(round uint64) time.Time {
	last := uint64((1<<63 - 1) / c.Period)
	passed := min(max(round, 1)-1, last)
	return c.Genesis.Add(time.Duration(passed) * c.Period).UTC()
}
