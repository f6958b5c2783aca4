package planner_test

import (
	"fmt"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/planner"
	"loket/internal/rules"
	"loket/internal/staff"
)

// lead declares disruptions.
func lead() staff.Member { return staff.Member{ID: "stf_lead", Roles: []staff.Role{staff.Lead}} }

// unsigned stands for a passkey.
func unsigned(*db.Tx) error { return nil }

// strike declares that no trains run on a day.
func strike(day rules.Day, places ...string) planner.Declaring {
	return planner.Declaring{Day: day, Locations: places, Cause: "trains"}
}

// several lets some people of the tests' region have places.
func (w *world) several(t testing.TB, n int) []planner.Receipt {
	t.Helper()
	var all []planner.Receipt
	for range n {
		all = append(all, w.ask(t, w.asker(t)))
	}
	w.toOffers(t)
	for _, r := range all {
		must(t, w.Answer(t.Context(), r.Number, r.Code, w.status(t, r).Offer.ID, planner.Accept))
	}
	return all
}

// On a day of a strike everybody who has a place is told once, and keeps it, moves it or
// cancels it. Nobody who does not come loses anything.
func TestStrike(t *testing.T) { // P-59
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 2, "2022-08-31"))
		w.work(t)
		people := w.several(t, 4) // all on one day
		day := w.struck(t, people)
		w.chooseOnStrike(t, day, people)
	})
}

// struck declares a strike on the day of the first of some people, and looks whether each
// was told once, by two processes.
func (w *world) struck(t *testing.T, people []planner.Receipt) rules.Day {
	t.Helper()
	day := w.day(t, w.status(t, people[0]).Appointments[0].Starts)
	told := map[ident.CaseNumber]int64{}
	for _, r := range people {
		told[r.Number] = w.notices(t, r)
	}
	touched, err := w.Touch(t.Context(), lead(), strike(day))
	must(t, err)
	if touched.Asks != 4 || touched.People != 4 || touched.Offered != 0 {
		t.Errorf("it touches %+v", touched)
	}
	must(t, w.Declare(t.Context(), lead(), strike(day), unsigned))
	must(t, w.Declare(t.Context(), lead(), strike(day, "assen"), unsigned)) // again is the same
	another := w.another(t)
	another.has(counter("assen", region, 2, "2022-08-31"))
	for range 3 {
		w.work(t)
		another.work(t)
	}
	for _, r := range people {
		if n := w.notices(t, r); n != told[r.Number]+1 {
			t.Errorf("somebody was told %d times", n-told[r.Number])
		}
		if d := w.status(t, r).Disturbance; d == nil || d.Cause.ID != "trains" || d.Choice != "" || d.Lifted {
			t.Errorf("they see %+v", d)
		}
	}
	w.promises(t)
	return day
}

// chooseOnStrike lets the first keep a place, the second move it and the third cancel it;
// the fourth says nothing.
func (w *world) chooseOnStrike(t *testing.T, day rules.Day, people []planner.Receipt) {
	t.Helper()
	keeps, moves, cancels, silent := people[0], people[1], people[2], people[3]
	lines := map[ident.CaseNumber]int64{keeps.Number: w.line(t, keeps), silent.Number: w.line(t, silent)}
	must(t, w.Keep(t.Context(), keeps.Number, keeps.Code))
	must(t, w.Move(t.Context(), moves.Number, moves.Code, rules.Day{}))
	must(t, w.Cancel(t.Context(), cancels.Number, cancels.Code))
	w.pass(t, time.Minute)
	w.promises(t)
	status := w.status(t, moves)
	if status.Offer == nil || w.day(t, status.Offer.Starts) == day || status.Moves != 2 {
		t.Fatalf("who moves sees %+v", status)
	}
	must(t, w.Answer(t.Context(), moves.Number, moves.Code, status.Offer.ID, planner.Accept))
	if s := w.status(t, cancels); s.Offer == nil || !w.day(t, s.Offer.Starts).After(day) {
		t.Errorf("who cancelled sees %+v", s)
	}
	if n := w.count(t, countOf+`slot WHERE state IN ('offered', 'booked') AND day = $1`, day.String()); n != 2 {
		t.Errorf("on the day of the strike %d have a place", n)
	}
	must(t, w.Answer(t.Context(), cancels.Number, cancels.Code, w.status(t, cancels).Offer.ID, planner.Accept))

	w.pass(t, w.status(t, silent).Appointments[0].Starts.Sub(w.clock.Now())+24*time.Hour)
	w.promises(t)
	for _, r := range []planner.Receipt{keeps, silent} {
		if s := w.status(t, r); s.State != planner.Offered && s.State != planner.Waiting {
			t.Errorf("who did not come is %s", s.State)
		}
		if n := w.count(t, countOf+`ask WHERE number = $1 AND silences = 0 AND line = $2`, string(r.Number), lines[r.Number]); n != 1 {
			t.Error("not to come on the day of a strike left a mark")
		}
	}
	if n := w.count(t, countOf+`appointment WHERE state = 'missed'`); n != 0 {
		t.Errorf("%d are marked as missed", n)
	}
	if n := w.count(t, `SELECT n FROM ask_figure WHERE what = 'disrupted'`); n != 2 {
		t.Errorf("disrupted is counted %d times", n)
	}
	list, err := w.Disruptions(t.Context(), day)
	must(t, err)
	if got := fmt.Sprint(len(list), list[0].Told, list[0].Kept, list[0].Moved, list[0].Cancelled); got != "1 4 1 1 1" {
		t.Errorf("disruptions: %s", got)
	}
}

// A disruption that is lifted is told once more to whoever still has a place, and its
// slots are given again.
func TestStrikeIsLifted(t *testing.T) { // P-59
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 1, "2022-08-18"))
		w.work(t)
		people := w.several(t, 2)
		day := w.day(t, w.status(t, people[0]).Appointments[0].Starts)
		before := w.notices(t, people[0]) + w.notices(t, people[1])
		must(t, w.Declare(t.Context(), lead(), strike(day, "assen"), unsigned))
		w.work(t)
		must(t, w.Cancel(t.Context(), people[1].Number, people[1].Code))
		w.pass(t, time.Minute)
		if n := w.count(t, countFree+` AND day = $1`, day.String()); n != 3 {
			t.Errorf("%d slots of the day are free", n)
		}
		list, err := w.Disruptions(t.Context(), day)
		must(t, err)
		must(t, w.Lift(t.Context(), lead(), list[0].ID))
		must(t, w.Lift(t.Context(), lead(), list[0].ID))
		for range 3 {
			w.work(t)
		}
		if n := w.notices(t, people[0]) + w.notices(t, people[1]) - before; n != 3 { // both of the strike, one of its end
			t.Errorf("%d messages", n)
		}
		if d := w.status(t, people[0]).Disturbance; d == nil || !d.Lifted {
			t.Errorf("who keeps it sees %+v", d)
		}
		next := w.ask(t, w.soon(t))
		w.pass(t, w.untilClosing(t)+draw.Delay+time.Minute)
		if w.Today() == day.Add(-1) && w.status(t, next).Offer == nil {
			t.Error("nothing of the day is given")
		}
		w.promises(t)
	})
}

// Only a lead declares, and only what can be.
func TestWhatCanBeDeclared(t *testing.T) { // P-59
	each(t, func(t *testing.T, w *world) {
		counters := staff.Member{ID: "stf_counter", Roles: []staff.Role{staff.Counter, staff.Editor}}
		if err := w.Declare(t.Context(), counters, strike(w.Today()), unsigned); !fault.Is(err, fault.Denied) {
			t.Errorf("by somebody else: %v", err)
		}
		if err := w.Lift(t.Context(), counters, "dis_x"); !fault.Is(err, fault.Denied) {
			t.Errorf("lifted by somebody else: %v", err)
		}
		for key, d := range map[string]planner.Declaring{"planner.disruption.day": strike(w.Today().Add(-1)), "planner.disruption.place": strike(w.Today(), "atlantis"),
			"planner.disruption.cause": {Day: w.Today(), Cause: "boredom"}} {
			if err := w.Declare(t.Context(), lead(), d, unsigned); fault.Key(err) != key {
				t.Errorf("%s: %v", key, err)
			}
		}
	})
}
