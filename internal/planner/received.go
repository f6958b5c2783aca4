package planner

import (
	"time"

	"loket/internal/fault"
)

// A form of paper counts from when it came in, not from when somebody had time to type it:
// that is what its receipt says. It joins the list that is open when it is typed. A list that
// was closed and hashed meanwhile takes nobody any more; whoever comes too late by that sees
// on the receipt that it was not their doing.

// longestPaper is how long a form may lie before it is typed in.
const longestPaper = 31 * 24 * time.Hour

// mayBeReceived refuses a time at which no form of paper can have come in.
func (s *Store) mayBeReceived(a Asking) error {
	if a.Received.IsZero() {
		return nil
	}
	if a.Door != OnPaper || a.Received.After(s.Now()) || a.Received.Before(s.Now().Add(-longestPaper)) {
		return fault.New(fault.Invalid, "planner.received", "a form by door %s that came in at another time than it can have", a.Door)
	}
	return nil
}

// askedAt is when a form counts as asked, as the database keeps it.
func (s *Store) askedAt(f form) time.Time {
	if f.Received.IsZero() {
		return s.now()
	}
	return f.Received.Truncate(time.Second)
}
