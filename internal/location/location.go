// Package location is where people can go: the counters of the route's pack, and how
// each stands today.
//
// A pack announces a counter in its list "counters", with a name in each language.
// How it stands is a row that a lead or an editor changes, with a ground and after
// seeing how many people it touches; without a row the pack's own fields hold:
//
//	announced   promised, and nobody knows when or where: no day is shown
//	dated       opens on a day that is known; open from that day on by itself
//	open        there is a counter to go to, at its hours
//	paused      not for now; it comes back
//	closed      not any more
//
// Hours are those of a week, with breaks, by the clock on the wall of the zone, so
// that nine o'clock is nine o'clock after the clocks change too.
//
// Cases follow a counter that is not open yet. When it opens each is told once: the
// mark that it was told and the message to its person are one transaction of Sweep,
// which may be killed anywhere and run again.
//
// Nothing here is about a person: a follower is the random id of a case, and goes with it.
package location

import (
	"time"

	"loket/internal/fault"
	"loket/internal/rules"
)

// State says how a counter stands.
type State string

// The states.
const (
	Announced State = "announced"
	Dated     State = "dated"
	Open      State = "open"
	Paused    State = "paused"
	Closed    State = "closed"
)

// valid reports whether s is one of the states.
func (s State) valid() bool {
	switch s {
	case Announced, Dated, Open, Paused, Closed:
		return true
	}
	return false
}

// Location is a counter as it stands. The zero time of Changed says that nobody has
// changed what the pack says of it.
type Location struct {
	ID      string // item of the pack's list of counters
	Name    rules.Words
	When    rules.Words // the pack's words for a counter that is only announced; may be empty
	State   State
	Address string    // empty while nobody knows it
	OpensOn rules.Day // the first day; zero while nobody knows it
	Week    Week
	Plan    Plan
	Ground  string // why it was changed last
	Changed time.Time
	Version int64 // how often it was changed: what a change was previewed against
}

// On returns the state on a day: a counter with a date is open from that day on.
func (l Location) On(day rules.Day) State {
	if l.State == Dated && !day.Before(l.OpensOn) {
		return Open
	}
	return l.State
}

// OpenAt reports whether somebody is served at t, whose zone is the counter's.
func (l Location) OpenAt(t time.Time) bool {
	return l.On(rules.DayOf(t)) == Open && !rules.DayOf(t).Before(l.OpensOn) && l.Week.OpenAt(t)
}

// horizon is how many days ahead an opening is looked for: further than a week past a
// first day, no hour that a week holds is missed.
const horizon = 9

// NextOpening returns the first moment from t on at which somebody is served, which is t
// itself while it is open. It is false when no such moment is known: the counter has no
// date, is paused or closed, or has no hours.
func (l Location) NextOpening(t time.Time) (time.Time, bool) {
	if l.State != Open && l.State != Dated {
		return time.Time{}, false
	}
	first := rules.DayOf(t)
	if first.Before(l.OpensOn) {
		first = l.OpensOn
	}
	for n := range horizon {
		for _, s := range l.Week.On(first.Add(n)) {
			if at, ok := s.firstFrom(first.Add(n), t); ok {
				return at, true
			}
		}
	}
	return time.Time{}, false
}

// ServesLater reports whether somebody is, or will still be, served on the day of t.
func (l Location) ServesLater(t time.Time) bool {
	at, ok := l.NextOpening(t)
	return ok && rules.DayOf(at) == rules.DayOf(t)
}

func invalid(key, private string) error { return fault.New(fault.Invalid, key, "%s", private) }
