package draw

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Short says why a list closes sooner than those of a day: when it opened there was more
// than enough for everybody, everywhere. All that decides it is fixed at that moment, before
// anybody is on the list, so that nobody can hasten or hold up its closing.
type Short struct {
	Hours  int      `json:"hours"`     // it closes at the next full so many hours of UTC after it opened; a part of 24
	Opened string   `json:"opened_at"` // RFC 3339, whole seconds
	Supply []Supply `json:"supply"`    // of each part of the country and thing, in order
}

// Supply is how much is free for whom.
type Supply struct {
	Regions string `json:"regions"`         // names, joined by "+"
	Thing   string `json:"thing,omitempty"` // what is handed out; empty for everything together
	Free    int    `json:"free"`            // slots that anybody could be offered
	People  int    `json:"people"`          // who wait, and as many again as were on the lists of the last day; rounded up to a Step
}

// Step is what numbers of people are rounded up to, so that no small one is told.
const Step = 5

// RoundUp returns a number of people as a Supply has it.
func RoundUp(people int) int { return (people + Step - 1) / Step * Step }

// lateness is how long after its time a list can close at the soonest, if not on time: then
// the value of its time could be known, and it closes anew.
const lateness = Delay - time.Minute

// ShortClosing returns when a list closes that opened at t, if it is short.
func ShortClosing(t time.Time, hours int) time.Time {
	every := time.Duration(hours) * time.Hour
	return t.Truncate(every).Add(every)
}

// Plenty reports whether there is enough: as many free as people in every line, and anything
// free at all.
func (s Short) Plenty() bool {
	return !slices.ContainsFunc(s.Supply, func(l Supply) bool { return l.Free < l.People }) &&
		slices.ContainsFunc(s.Supply, func(l Supply) bool { return l.Free > 0 })
}

// Check reports as a fault.Invalid a list that had to stay open longer.
func (s Short) Check(closes time.Time) error {
	if s.Hours < 1 || s.Hours > 12 || 24%s.Hours != 0 {
		return wrong("short", "%d hours are no part of a day", s.Hours)
	}
	opened, err := time.Parse(time.RFC3339, s.Opened)
	if err != nil || opened.Format(time.RFC3339) != s.Opened {
		return wrong("short", "%q is not an instant of RFC 3339 in whole seconds", s.Opened)
	}
	if due := ShortClosing(opened, s.Hours); !closes.Equal(due) && closes.Before(due.Add(lateness)) {
		return wrong("short", "it closed at %v and not at %v", closes, due)
	}
	for i, l := range s.Supply {
		if err := l.check(); err != nil {
			return err
		}
		if i > 0 && strings.Compare(s.Supply[i-1].line(), l.line()) >= 0 {
			return wrong("short", "line %d is there twice, or not in its place", i+1)
		}
	}
	if !s.Plenty() {
		return wrong("short", "there was not enough for everybody when it opened")
	}
	return nil
}

func (l Supply) check() error {
	if l.Thing != "" && !isName(l.Thing, maxTicket) || l.Free < 0 || l.People < 0 || l.People%Step != 0 {
		return wrong("short", "a line has no name of a thing, or no number of people in steps of %d", Step)
	}
	for name := range strings.SplitSeq(l.Regions, "+") {
		if !isName(name, maxTicket) {
			return wrong("short", "a line has no names of regions")
		}
	}
	return nil
}

// line is what of a Supply is there once.
func (l Supply) line() string { return l.Regions + " " + l.Thing }

// head writes down why a list is short, before its source.
func (s *Short) head(b *strings.Builder) {
	if s == nil {
		return
	}
	fmt.Fprintf(b, "short %d %s\n", s.Hours, s.Opened)
	for _, l := range s.Supply {
		thing := l.Thing
		if thing == "" {
			thing = "*"
		}
		fmt.Fprintf(b, "supply %s %s %d %d\n", l.Regions, thing, l.Free, l.People)
	}
}
