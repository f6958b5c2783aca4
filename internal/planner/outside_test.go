package planner_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"loket/internal/draw"
	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/planner"
	"loket/internal/rules"
)

// change changes a location as a lead.
func (w *world) change(t testing.TB, id string, how func(*location.Change)) location.Location {
	t.Helper()
	l, err := w.Locations.One(t.Context(), id)
	must(t, err)
	plan := l.Plan
	c := location.Change{ID: id, State: l.State, Address: l.Address, OpensOn: l.OpensOn, Week: l.Week, Plan: &plan, Ground: "besluit", Seen: l.Version}
	how(&c)
	p, err := w.Locations.Preview(t.Context(), lead(), c)
	must(t, err)
	must(t, w.Locations.Change(t.Context(), lead(), c))
	return p.After
}

// A location closes, and another takes its region: whoever was offered a place there waits
// without a mark, whoever has one is told once and comes first at the other.
func TestClosingTakesPlacesFromNobody(t *testing.T) { // P-39 P-60
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 1, "2022-09-30"), counter("groningen", "east", 1, "2022-09-30"))
		w.work(t)
		people := w.several(t, 2)
		offered, waits := w.ask(t, w.asker(t)), w.ask(t, w.asker(t))
		w.toOffers(t)
		must(t, w.Answer(t.Context(), waits.Number, waits.Code, w.status(t, waits).Offer.ID, planner.Other))
		silent, accepts := people[0], people[1]
		told := []int64{w.notices(t, silent), w.notices(t, accepts), w.notices(t, offered)}
		lines := []int64{w.line(t, silent), w.line(t, accepts), w.line(t, offered)}

		after := w.change(t, "assen", func(c *location.Change) { c.State, c.Plan.Successor = location.Closed, "groningen" })
		out, err := w.Outside(t.Context(), after)
		must(t, err)
		if out.Booked != 2 || out.Offered != 1 {
			t.Errorf("outside are %+v", out)
		}
		for range 3 {
			w.work(t)
		}
		w.promises(t)
		for i, r := range []planner.Receipt{silent, accepts} {
			s := w.status(t, r)
			if s.State != planner.Booked || s.Moving == nil || s.Moving.Why != planner.MovePlanned {
				t.Errorf("who had a place sees %+v", s)
			}
			if n := w.notices(t, r); n < told[i]+1 {
				t.Errorf("who had a place was told %d times", n-told[i])
			}
			if err := w.Keep(t.Context(), r.Number, r.Code); fault.Key(err) != "planner.keep.gone" {
				t.Errorf("a place that is gone is kept: %v", err)
			}
		}
		if s := w.status(t, offered); s.State == planner.Offered && s.Offer.Location.ID == "assen" {
			t.Errorf("somebody is still offered %+v", s.Offer)
		}
		w.pass(t, 12*time.Minute)
		w.promises(t)
		first, second := w.status(t, silent).Offer, w.status(t, accepts).Offer
		if first == nil || second == nil || first.Location.ID != "groningen" {
			t.Fatalf("at the other they are offered %+v and %+v", first, second)
		}
		for _, r := range []planner.Receipt{offered, waits} { // they came after
			if o := w.status(t, r).Offer; o != nil && (o.Starts.Before(first.Starts) || o.Starts.Before(second.Starts)) {
				t.Errorf("somebody came before: %+v", o)
			}
		}
		must(t, w.Answer(t.Context(), accepts.Number, accepts.Code, second.ID, planner.Accept))
		w.pass(t, first.Until.Sub(w.clock.Now()))
		w.promises(t)
		if s := w.status(t, accepts); s.State != planner.Booked || s.Moving != nil || s.Appointments[0].Location.ID != "groningen" {
			t.Errorf("after yes: %+v", s)
		}
		for i, r := range []planner.Receipt{silent, accepts, offered} {
			if n := w.count(t, countOf+`ask WHERE number = $1 AND silences = 0 AND laters = 0 AND line = $2`, string(r.Number), lines[i]); n != 1 && r.Number != offered.Number {
				t.Errorf("%d: a location that closed left a mark", i)
			}
		}
		if s := w.status(t, silent); s.State != planner.Offered && s.State != planner.Waiting {
			t.Errorf("who said nothing is %s", s.State)
		}
	})
}

// Without a successor the people of a location that pauses keep their place in the line;
// when it opens again before their day they have what they had. Each change is told once.
func TestAPauseThatEnds(t *testing.T) { // P-60
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 1, "2022-09-30"))
		w.work(t)
		r, before := w.bookedAt(t, w.asker(t))
		line, told := w.line(t, r), w.notices(t, r)
		news := w.Today().Add(20)
		w.change(t, "assen", func(c *location.Change) { c.State, c.Plan.News = location.Paused, news })
		for range 3 {
			w.work(t)
		}
		w.promises(t)
		if s := w.status(t, r); s.Moving == nil || s.Offer != nil || w.notices(t, r) != told+1 {
			t.Errorf("after the pause: %+v, told %d times", s, w.notices(t, r)-told)
		}
		outlook, err := w.Outlook(t.Context())
		must(t, err)
		if i := slices.IndexFunc(outlook, func(o planner.Outlook) bool { return o.Region.ID == region }); outlook[i].News != news {
			t.Errorf("the region is told %+v", outlook[i])
		}
		w.change(t, "assen", func(c *location.Change) { c.State = location.Open })
		for range 3 {
			w.work(t)
		}
		w.promises(t)
		w.same(t, r, before, line)
		if n := w.notices(t, r); n != told+2 {
			t.Errorf("told %d times", n-told)
		}
		w.change(t, "assen", func(c *location.Change) { c.State = location.Closed })
		w.pass(t, before.Appointments[0].Starts.Sub(w.clock.Now())+24*time.Hour)
		w.promises(t)
		if n := w.count(t, countOf+`ask WHERE number = $1 AND state = 'waiting' AND silences = 0 AND line = $2`, string(r.Number), line); n != 1 {
			t.Errorf("after the day: %+v", w.status(t, r))
		}
		if n := w.count(t, countOf+`appointment WHERE state = 'missed'`); n != 0 {
			t.Error("somebody is marked as missed where no desk was")
		}
	})
}

// Fewer desks move only those whose desk is gone, to another on the same day if there is one.
func TestFewerDesks(t *testing.T) { // P-67
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 2, "2022-08-31"))
		w.work(t)
		people := w.several(t, 2) // at nine, at two desks
		day := w.day(t, w.status(t, people[0]).Appointments[0].Starts)
		w.has(counter("assen", region, 1, "2022-08-31"))
		w.pass(t, 2*time.Minute)
		w.promises(t)
		moved := 0
		for _, r := range people {
			if s := w.status(t, r); s.Moving != nil {
				moved++
				if s.Offer == nil || w.day(t, s.Offer.Starts) != day {
					t.Errorf("whose desk is gone sees %+v", s)
				}
			}
		}
		if moved != 1 {
			t.Errorf("%d are moved", moved)
		}
	})
}

// The pack moves appointments of 16 November on. Staff say the 15th, and then the 16th
// again: each time exactly those of the 15th are told, and every page shows the address of
// its day.
func TestTheMoveToGatwickstraat(t *testing.T) { // P-34 P-35
	each(t, func(t *testing.T, w *world) {
		w.clock.Advance(time.Date(2022, 11, 1, 8, 0, 0, 0, time.UTC).Sub(w.clock.Now()))
		w.work(t)
		var people []planner.Receipt
		for range 3 {
			people = append(people, w.ask(t, w.person(t)))
		}
		w.toOffers(t)
		days := []string{"2022-11-14", "2022-11-15", "2022-11-16"}
		for i, r := range people {
			must(t, w.Answer(t.Context(), r.Number, r.Code, w.status(t, r).Offer.ID, planner.Accept))
			day, err := rules.ParseDay(days[i])
			must(t, err)
			must(t, w.Move(t.Context(), r.Number, r.Code, day))
		}
		w.pass(t, time.Minute)
		for _, r := range people {
			must(t, w.Answer(t.Context(), r.Number, r.Code, w.status(t, r).Offer.ID, planner.Accept))
		}
		w.promises(t)
		shows := func(when string, wants ...string) {
			t.Helper()
			for i, r := range people {
				s := w.status(t, r).Appointments[0]
				if w.day(t, s.Starts).String() != days[i] || !strings.HasPrefix(s.Location.Address, wants[i]) {
					t.Errorf("%s: on %v the address is %s, want %s", when, s.Starts, s.Location.Address, wants[i])
				}
			}
		}
		told := func(when string, before []int64, wants ...int64) {
			t.Helper()
			for range 3 {
				w.work(t)
			}
			for i, r := range people {
				if n := w.notices(t, r) - before[i]; n != wants[i] {
					t.Errorf("%s: of the %s somebody was told %d times, want %d", when, days[i], n, wants[i])
				}
			}
			w.promises(t)
		}
		counts := func() (list []int64) {
			for _, r := range people {
				list = append(list, w.notices(t, r))
			}
			return list
		}
		const here, there = "Bijlmerdreef", "Gatwickstraat"
		shows("by the pack", here, here, there)
		before := counts()
		told("by the pack", before, 0, 0, 0)
		w.movesOn(t, "2022-11-15")
		told("on the 15th", before, 0, 1, 0)
		shows("on the 15th", here, there, there)
		w.movesOn(t, "2022-11-16")
		told("on the 16th", before, 0, 2, 0)
		shows("on the 16th", here, here, there)
	})
}

// movesOn says on which day Amsterdam moves to its last address.
func (w *world) movesOn(t *testing.T, on string) {
	t.Helper()
	day, err := rules.ParseDay(on)
	must(t, err)
	w.change(t, "amsterdam", func(c *location.Change) {
		c.Plan.Addresses = slices.Clone(c.Plan.Addresses)
		c.Plan.Addresses[len(c.Plan.Addresses)-1].First = day
	})
}

// The successor serves the region from the day on which the other is closed, and not before.
func TestASuccessorTakesTheRegion(t *testing.T) { // P-60
	each(t, func(t *testing.T, w *world) {
		closes := counter("assen", region, 1, "2022-09-30")
		closes.Fields["last"], closes.Fields["successor"] = "2022-08-19", "groningen"
		w.has(closes, counter("groningen", "east", 1, "2022-09-30"))
		w.work(t)
		var all []planner.Receipt
		for range 10 { // the eight of Thursday and Friday, and two more
			all = append(all, w.ask(t, w.asker(t)))
		}
		w.pass(t, w.untilClosing(t)+draw.Delay+time.Minute)
		at := map[string]int{}
		for _, r := range all {
			if o := w.status(t, r).Offer; o != nil {
				at[o.Location.ID]++
				if o.Location.ID == "groningen" && w.day(t, o.Starts).String() <= "2022-08-19" {
					t.Errorf("before the other closes somebody is offered %v", o.Starts)
				}
			}
		}
		if at["assen"] != 8 || at["groningen"] != 2 {
			t.Errorf("offered are %v", at)
		}
		w.promises(t)
	})
}
