package location_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/rules"
)

func amsterdam(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	check(t, err)
	return zone
}

func week(t testing.TB, text string) location.Week {
	t.Helper()
	w, err := location.ParseWeek(text)
	check(t, err)
	return w
}

func day(t testing.TB, text string) rules.Day {
	t.Helper()
	d, err := rules.ParseDay(text)
	check(t, err)
	return d
}

func TestHoursAreThoseOfTheClockOnTheWall(t *testing.T) {
	l := location.Location{State: location.Open, Week: week(t, "mon 09:00-12:30 13:00-17:00; sun 01:00-04:00")}
	for _, c := range []struct {
		at   string
		open bool
		next string // empty: at itself, or none
	}{
		{"2021-12-20T09:00:00+01:00", true, ""},
		{"2021-12-20T08:59:59+01:00", false, "2021-12-20T09:00:00+01:00"},
		{"2021-12-20T12:30:00+01:00", false, "2021-12-20T13:00:00+01:00"}, // the break
		{"2021-12-20T16:59:59+01:00", true, ""},
		{"2021-12-20T17:00:00+01:00", false, "2021-12-26T01:00:00+01:00"},
		{"2022-03-28T09:00:00+02:00", true, ""}, // after the clocks went forward
		{"2022-03-26T20:00:00+01:00", false, "2022-03-27T01:00:00+01:00"},
		{"2022-03-27T03:30:00+02:00", true, ""}, // two to three was missing that night
		{"2022-03-27T04:00:00+02:00", false, "2022-03-28T09:00:00+02:00"},
		{"2022-10-30T02:30:00+02:00", true, ""}, // came twice
		{"2022-10-30T02:30:00+01:00", true, ""},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		check(t, err)
		at = at.In(amsterdam(t))
		if got := l.OpenAt(at); got != c.open {
			t.Errorf("open at %s: %v", c.at, got)
		}
		next, ok := l.NextOpening(at)
		want := at
		if c.next != "" {
			want, err = time.Parse(time.RFC3339, c.next)
			check(t, err)
		}
		if !ok || !next.Equal(want) {
			t.Errorf("next opening from %s: %v, %v", c.at, next, ok)
		}
	}
}

// Whatever the hours and the night, the next opening is open and nothing before it is.
func TestTheNextOpeningIsTheFirst(t *testing.T) {
	zone := amsterdam(t)
	rapid.Check(t, func(t *rapid.T) {
		l := location.Location{State: location.Open}
		for d := range l.Week {
			from := rapid.IntRange(0, 1400).Draw(t, "from")
			if rapid.Bool().Draw(t, "any") {
				l.Week[d] = []location.Span{{From: location.Clock(from), To: location.Clock(rapid.IntRange(from+1, 1440).Draw(t, "to"))}}
			}
		}
		changes := []int64{1648342800, 1667091600, 1640000000} // both nights of 2022, and a winter's day
		at := time.Unix(rapid.SampledFrom(changes).Draw(t, "near")+rapid.Int64Range(-2*86400, 86400).Draw(t, "off"), 0).In(zone)
		next, ok := l.NextOpening(at)
		end := at.Add(7 * 24 * time.Hour)
		if ok && next.Before(end) {
			end = next
			if !l.OpenAt(next) || next.Before(at) {
				t.Fatalf("from %v it is not open at %v", at, next)
			}
		}
		for before := at; before.Before(end); before = before.Add(time.Minute) {
			if l.OpenAt(before) {
				t.Fatalf("from %v: open at %v, before %v (%v)", at, before, next, ok)
			}
		}
	})
}

func TestACounterWithADateIsOpenFromThen(t *testing.T) {
	l := location.Location{State: location.Dated, OpensOn: day(t, "2022-02-14"), Week: week(t, "mon 09:00-17:00")}
	before := time.Date(2021, 12, 20, 10, 0, 0, 0, amsterdam(t)) // a Monday, weeks ahead
	if l.OpenAt(before) || l.On(rules.DayOf(before)) != location.Dated {
		t.Error("open before its day")
	}
	if at, ok := l.NextOpening(before); !ok || at.Format(time.RFC3339) != "2022-02-14T09:00:00+01:00" {
		t.Errorf("next opening %v, %v", at, ok)
	}
	on := time.Date(2022, 2, 14, 10, 0, 0, 0, amsterdam(t))
	if !l.OpenAt(on) || l.On(rules.DayOf(on)) != location.Open || !l.ServesLater(on) {
		t.Error("closed on its day")
	}
	for _, state := range []location.State{location.Announced, location.Paused, location.Closed} {
		l.State = state
		if at, ok := l.NextOpening(on); ok || l.OpenAt(on) {
			t.Errorf("%s, and opens at %v", state, at) // G-43
		}
	}
}

func TestHoursThatCannotBeAreRefused(t *testing.T) {
	for _, text := range []string{"mon", "mon 9-17", "mon 17:00-09:00", "mon 09:00-09:00", "mon 09:00-12:00 11:00-13:00",
		"mon 09:00-12:00 12:00-13:00", "tue 09:00-10:00; mon 09:00-10:00", "mon 09:00-10:00; mon 11:00-12:00", "day 09:00-10:00",
		"mon 09:00-25:00", "mon 09:60-10:00", "mon -1:00-10:00", ";", "mon 01:00-02:00 03:00-04:00 05:00-06:00 07:00-08:00 09:00-10:00 11:00-12:00 13:00-14:00"} {
		if _, err := location.ParseWeek(text); !fault.Is(err, fault.Invalid) || fault.Key(err) != "location.hours" {
			t.Errorf("ParseWeek(%q): %v", text, err)
		}
	}
	if w, err := location.ParseWeek(" "); err != nil || !w.IsZero() {
		t.Errorf("no hours: %v, %v", w, err)
	}
}

func FuzzParseWeek(f *testing.F) {
	f.Add("mon 09:00-12:30 13:00-17:00; sun 00:00-24:00")
	f.Add("tue 9:00-10:05,11:00-12:00")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		w, err := location.ParseWeek(text)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		again, err := location.ParseWeek(w.String())
		if err != nil || !cmp.Equal(again, w) {
			t.Fatalf("%q reads %q, which reads %v, %v", text, w.String(), again, err)
		}
	})
}
