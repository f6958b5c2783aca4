package texting_test

import (
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/location"
	"loket/internal/planner"
	"loket/internal/rules"
	"loket/internal/staff"
)

// booked is a phone with an appointment, and its digits.
func booked(t *testing.T, w *world) (p *phone, digits string) {
	t.Helper()
	w.Pass(t, 12*time.Hour)
	p = w.phone(t, "+31612345670")
	p.asks("2800000001")
	w.Pass(t, 10*time.Hour+4*time.Minute)
	w.Pass(t, time.Hour)
	digits = digitsIn(t, p.last(), "WHERE")
	p.says("yes "+digits, "yours")
	return p, digits
}

func unsigned(*db.Tx) error { return nil }

// On the day of a strike a second text comes, and WHERE says what is the matter, and that
// nothing is lost; one text asks for another day. When it is lifted all is as before.
func TestWhereTellsOfAStrike(t *testing.T) { // P-59 P-42
	each(t, func(t *testing.T, w *world) {
		p, digits := booked(t, w)
		before := p.says("where "+digits, "Brabanthallen", "Bring your document")
		lea := w.Hire(t, staff.Lead)
		day := rules.DayOf(when(t, w).In(w.Planner.Zone))
		texts := len(p.got())
		must(t, w.Planner.Declare(t.Context(), lea.Member, planner.Declaring{Day: day, Cause: "trains"}, unsigned))
		w.Pass(t, time.Minute)
		if got := p.got(); len(got) != texts+1 || strings.Contains(p.last(), "strike") || !strings.Contains(p.last(), "news") {
			t.Fatalf("after the strike was declared come %q", got[texts:])
		}
		p.says("where "+digits, "Brabanthallen", "because of a strike", "lose nothing", "OTHER "+digits)
		w.Promises(t)
		declared, err := w.Planner.Disruptions(t.Context(), day)
		must(t, err)
		for _, d := range declared {
			must(t, w.Planner.Lift(t.Context(), lea.Member, d.ID))
		}
		w.Pass(t, time.Minute)
		if after := p.says("where "+digits, "Bring your document"); after != before {
			t.Errorf("afterwards it reads %q, want %q", after, before)
		}
		p.says("other "+digits, "until you say YES")
		w.Promises(t)
	})
}

// A plan takes a desk away: the text says that the time is gone, and not that it is kept.
func TestWhereTellsOfATimeThatIsGone(t *testing.T) { // P-60
	each(t, func(t *testing.T, w *world) {
		p, digits := booked(t, w)
		lea := w.Hire(t, staff.Lead)
		place, err := db.Get[string](t.Context(), w.DB, `SELECT location_id FROM slot WHERE state = 'booked'`)
		must(t, err)
		l, err := w.Planner.Locations.One(t.Context(), place)
		must(t, err)
		c := location.Change{ID: l.ID, State: location.Closed, Address: l.Address, OpensOn: l.OpensOn, Week: l.Week, Plan: &l.Plan, Ground: "besluit", Seen: l.Version}
		must(t, w.Planner.Locations.Change(t.Context(), lea.Member, c))
		w.Pass(t, time.Minute)
		p.says("where "+digits, "not there any more", "look for another time for you first")
		w.Promises(t)
	})
}
