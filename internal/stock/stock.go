// Package stock is how much there is of what is handed out: counts, what is expected,
// and pauses. Nothing in it is about a person.
//
// Each product of a pack has a Sheet: what lies at each location and centrally, which
// deliveries are expected, and when it is not handed out. A Forecast says from it, and
// from what is promised already, how much more can be promised for a day at a location:
//
//	sheets, err := store.Sheets(ctx, db)
//	forecast := sheets[0].Forecast()
//	forecast.Add("assen", day, 3)          // promised already
//	if forecast.Fits("assen", day, 1) { … } // one more can be promised
//
// Only a delivery that somebody is sure of counts, and only from some days after it is
// expected. What lies centrally stands in wherever a location has too little. Of a product
// that nobody has counted there is no limit: the first movement begins the counting.
//
// Changes are of one shape: Preview shows the sheet before and after, Do does it, if
// nobody changed the product meanwhile. Staff change; what is handed out at a desk is
// counted by Issue, in the transaction that hands it out.
//
// A pause stops one product, at one location or everywhere, from a day on: its cause, its
// estimate of the return with a word of confidence, what it leaves alone, and, for each
// location, from when to when it is handed out again. The pack may tell of pauses too, each
// fact with the moment from which it was known.
//
// Two who promise at one time, or one who promises while another counts, meet in the row
// of the product: Take is one conditional statement that fails for whoever read what does
// not hold any more.
package stock

import (
	"time"

	"loket/internal/fault"
	"loket/internal/rules"
)

// Central is the location of what lies nowhere in particular.
const Central = ""

// Confidence says how sure a day is.
type Confidence string

// The words of confidence. Unknown is of an estimate without a day.
const (
	Sure    Confidence = "sure"
	Likely  Confidence = "likely"
	Unsure  Confidence = "unsure"
	Unknown Confidence = "unknown"
)

// Confidences returns the words that a day can have, the surest first.
func Confidences() []Confidence { return []Confidence{Sure, Likely, Unsure} }

// Sheet is all that is known of one product at a moment.
type Sheet struct {
	Product    string
	Counted    bool             // somebody counted it; if not, there is no limit
	OnHand     map[string]int64 // by location; Central is one
	Issued     int64            // handed out, since the counting of what is handed out began
	Deliveries []Delivery       // expected, soonest first
	Pauses     []Pause          // in the order in which they were stated
	Said       Statement        // whether there is enough for everybody
	Version    int64            // how often it was changed: what a change was previewed against

	promised int64     // how often something was promised or handed out; see Take
	settled  string    // what it looked like when promises were last brought into agreement with it
	today    rules.Day // of the reading
	now      time.Time
	floor    int64 // what is kept back
	lead     int   // days from the expected day to the day it can be handed out
}

// Delivery is what is expected.
type Delivery struct {
	ID         string
	Location   string
	Day        rules.Day
	N          int64
	Confidence Confidence
	Owner      string    // who said so
	StatedOn   rules.Day // when
}

// Statement is a sentence that there is enough for everybody. The zero value is that
// nobody says so.
type Statement struct {
	Enough bool
	Owner  string
	On     rules.Day
}

// Pause is days on which a product is not handed out.
type Pause struct {
	ID        string
	Product   string
	Location  string // where; empty is everywhere
	Cause     string // item of the pack's list of causes
	Spares    []string
	Owner     string // who decided it
	StartsOn  rules.Day
	Stated    time.Time
	Estimates []Estimate // oldest first
	Restarts  []Restart
}

// Estimate is when a product is expected back.
type Estimate struct {
	Expected   rules.Day // zero where nobody knows
	Confidence Confidence
	Owner      string
	Stated     time.Time
}

// Restart is when a product is handed out again at a location, or everywhere if it is
// empty: on which days, and from which moment on these are given.
type Restart struct {
	Location    string
	First, Last rules.Day // Last is zero where no end is known
	Gives       time.Time
}

// Estimate returns the estimate that holds; the zero one is unknown.
func (p Pause) Estimate() Estimate {
	if len(p.Estimates) == 0 {
		return Estimate{Confidence: Unknown, Owner: p.Owner, Stated: p.Stated}
	}
	return p.Estimates[len(p.Estimates)-1]
}

// Holds reports whether a pause keeps a product from being given, at a moment, for a day
// at a location.
func (p Pause) Holds(location string, day rules.Day, now time.Time) bool {
	if day.Before(p.StartsOn) || p.Location != "" && p.Location != location {
		return false
	}
	for _, r := range p.Restarts {
		if (r.Location == "" || r.Location == location) && !now.Before(r.Gives) && !day.Before(r.First) && (r.Last.IsZero() || !day.After(r.Last)) {
			return false
		}
	}
	return true
}

// Over reports whether a pause has ended for good where it held, on a day.
func (p Pause) Over(day rules.Day) bool {
	for _, r := range p.Restarts {
		if (r.Location == "" || r.Location == p.Location) && !day.Before(r.First) && r.Last.IsZero() {
			return true
		}
	}
	return false
}

// Gives reports whether the product is given for a day at a location: no pause holds. How
// much of it there is, is another question.
func (s Sheet) Gives(location string, day rules.Day) bool {
	for _, p := range s.Pauses {
		if p.Holds(location, day, s.now) {
			return false
		}
	}
	return true
}

// Total is what there is, everywhere.
func (s Sheet) Total() (n int64) {
	for _, here := range s.OnHand {
		n += here
	}
	return n
}

// clone returns a sheet that can be changed.
func (s Sheet) clone() Sheet {
	counts := make(map[string]int64, len(s.OnHand)+1)
	for id, n := range s.OnHand {
		counts[id] = n
	}
	s.OnHand = counts
	s.Deliveries = append([]Delivery(nil), s.Deliveries...)
	pauses := append([]Pause(nil), s.Pauses...)
	for i := range pauses {
		pauses[i].Estimates = append([]Estimate(nil), pauses[i].Estimates...)
		pauses[i].Restarts = append([]Restart(nil), pauses[i].Restarts...)
	}
	s.Pauses = pauses
	return s
}

func invalid(key, private string) error { return fault.New(fault.Invalid, key, "%s", private) }

// changedSince is the fault of who changes what they have not seen.
func changedSince() error {
	return fault.New(fault.TooLate, "stock.changed", "the product was changed since it was looked at")
}
