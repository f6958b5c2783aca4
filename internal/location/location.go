// Package location is where people can go: the places of the route's pack, how each
// stands today, and what it hands out.
//
// A pack announces a place in a list, with a name in each language. How it stands is a row
// that a lead or an editor changes, with a ground and after seeing how many people it
// touches; without a row what the pack says holds (see At):
//
//	announced   promised, and nobody knows when or where: no day is shown
//	dated       opens on a day that is known; open from that day on by itself
//	bookable    as dated, and its slots are given already
//	open        there is a counter to go to, at its hours
//	moving      as open, and its next address has a day
//	paused      not for now; it comes back
//	closed      not any more
//
// Hours are those of a week, with breaks, by the clock on the wall of the zone, so
// that nine o'clock is nine o'clock after the clocks change too. A Plan adds what is
// handed out with how many desks, from when to when: of it come the slots of a day.
//
//	for _, slot := range l.Slots(day, zone) { … }
//
// What staff open has a checklist, which has to be complete: see Opening.
//
// Addresses, desks and products have days, so that what is said of a day ahead is what
// will hold on it.
//
// Cases follow a place that is not open yet. When it opens each is told once: the
// mark that it was told and the message to its person are one transaction of Sweep,
// which may be killed anywhere and run again.
//
// Nothing here is about a person: a follower is the random id of a case, and goes with it.
package location

import (
	"slices"
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
	Bookable  State = "bookable"
	Open      State = "open"
	Moving    State = "moving"
	Paused    State = "paused"
	Closed    State = "closed"
)

// valid reports whether s is one of the states.
func (s State) valid() bool {
	switch s {
	case Announced, Dated, Bookable, Open, Moving, Paused, Closed:
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
	Address string    // of today, or of the first day; empty while nobody knows it
	OpensOn rules.Day // the first day; zero while nobody knows it
	Week    Week
	Point   Point // where it is, roughly; zero where the pack does not say
	Plan    Plan
	Ground  string // why it was changed last
	Changed time.Time
	Version int64 // how often it was changed: what a change was previewed against

	from   []Location // those whose successor it is
	stored string     // the plan of the row; empty while the pack's holds
	bound  bool       // staff open it: not without its checklist, see Opening
	ready  bool       // that is complete
}

// On returns the state on a day: a counter with a date is open from that day on, one that
// moves is open, and after the last day of its service it is closed.
func (l Location) On(day rules.Day) State {
	last := l.Plan.Last
	switch {
	case l.State == Announced || l.State == Paused:
		return l.State
	case !last.IsZero() && day.After(last):
		return Closed
	case l.Unready() && l.dated() && !day.Before(l.OpensOn):
		return Announced // nobody knows when
	case l.Unready() && l.dated():
		return Dated
	case l.State == Moving, (l.State == Dated || l.State == Bookable) && !day.Before(l.OpensOn):
		return Open
	}
	return l.State
}

// BookableAt reports whether its slots are given at t, whose zone is the counter's. A
// counter with a date is bookable from the instant of its plan, before it opens.
func (l Location) BookableAt(t time.Time) bool {
	switch l.On(rules.DayOf(t)) {
	case Bookable, Open:
		return !t.Before(l.Plan.Bookable)
	case Dated:
		return !l.Unready() && !l.Plan.Bookable.IsZero() && !t.Before(l.Plan.Bookable)
	}
	return false
}

// BookableOnOpening reports whether its slots are given from the first day on, because
// nobody said another moment.
func (l Location) BookableOnOpening(zone *time.Location) bool {
	return !l.OpensOn.IsZero() && l.Plan.Bookable.Equal(onWall(l.OpensOn, 0, zone))
}

// OpenAt reports whether somebody is served at t, whose zone is the counter's.
func (l Location) OpenAt(t time.Time) bool {
	return slices.ContainsFunc(l.HoursOn(rules.DayOf(t)), func(s Span) bool { return s.holds(t) })
}

// horizon is how many days ahead an opening is looked for: nobody closes for longer and
// calls it a closure.
const horizon = 400

// NextOpening returns the first moment from t on at which somebody is served, which is t
// itself while it is open. It is false when no such moment is known: the counter has no
// date, is paused or closed, or has no hours.
func (l Location) NextOpening(t time.Time) (time.Time, bool) {
	if l.Week.IsZero() {
		return time.Time{}, false
	}
	first := rules.DayOf(t)
	if first.Before(l.OpensOn) {
		first = l.OpensOn
	}
	for n := range horizon {
		for _, s := range l.HoursOn(first.Add(n)) {
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
