package planner_test

import (
	"slices"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/planner"
	"loket/internal/rules"
)

// at returns a time of the counters.
func at(t *testing.T, text string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	must(t, err)
	moment, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	must(t, err)
	return moment
}

// What happens is told before it does, and once: the same thing has the same name however
// often one looks, and what nobody knows yet is not told.
func TestNewsSayWhatHappens(t *testing.T) { // P-32 P-40 P-63 P-64
	each(t, func(t *testing.T, w *world) {
		soon := counter("deventer", "east", 1, "2022-08-31")
		soon.Fields["stands"], soon.Fields["first"] = "2022-08-01 dated; 2022-08-25 open", "2022-08-25"
		moves := counter("nijmegen", "south", 1, "2022-08-31")
		moves.Fields["stands"] = "2022-08-01 open; 2022-08-10 moving"
		moves.Fields["addresses"] = "2022-08-01 Verzonnenstraat 1, Assen; 2022-08-29 Verzonnenplein 2, Assen"
		unknown := rules.Item{ID: "maybe", Name: rules.Words{"nl": "maybe"}, Fields: map[string]string{"state": "announced", "region": "north-west"}}
		w.has(counter("assen", region, 1, "2022-08-17"), soon, moves, unknown)
		w.work(t)
		kinds := func() (ids []string) {
			news, err := w.News(t.Context())
			must(t, err)
			for i, n := range news {
				if i > 0 && n.At.After(news[i-1].At) {
					t.Errorf("%s comes after %s and stands behind it", n.ID, news[i-1].ID)
				}
				ids = append(ids, n.ID)
			}
			return ids
		}
		first := kinds()
		for _, want := range []string{"opening-deventer-2022-08-25", "move-nijmegen-2022-08-29", "closing-assen-2022-12-31", "draw-1"} {
			if !slices.Contains(first, want) {
				t.Errorf("nobody is told of %s: %s", want, first)
			}
		}
		for _, id := range first {
			if id == "opening-maybe" || id == "opening-assen-2022-08-01" { // no day is known; two weeks have gone
				t.Errorf("news of %s", id)
			}
		}
		if again := kinds(); !slices.Equal(first, again) {
			t.Errorf("looked at twice:\n%s\n%s", first, again)
		}
		coming, err := w.Coming(t.Context(), 3)
		must(t, err)
		if len(coming) != 3 || coming[0].Location.ID != "assen" || !coming[0].At.Equal(w.clock.Now().Add(10*time.Minute)) || coming[0].Slots != 3+4 ||
			coming[0].LastDay != "2022-08-17" || coming[0].Expected {
			t.Errorf("what comes: %+v", coming)
		}
		w.pass(t, 10*time.Minute)
		if coming, err = w.Coming(t.Context(), 3); err != nil || len(coming) != 1 || coming[0].Location.ID != "deventer" { // when it opens
			t.Errorf("after the release nobody knows of another but that of the opening: %+v, %v", coming, err)
		}
	})
}

// A horizon that moves by itself makes the next releases known, and they come as was said.
func TestExpectedReleasesCome(t *testing.T) { // P-32 P-65
	w := newWorld(t, db.SQLite)
	rolling := counter("assen", region, 1, "")
	rolling.Fields["horizon"] = "2022-08-01 3 days"
	w.has(rolling)
	w.work(t)
	w.pass(t, time.Hour) // Tuesday; given up to Friday
	coming, err := w.Coming(t.Context(), 3)
	must(t, err)
	if len(coming) != 3 || !coming[0].Expected || coming[0].FirstDay != "2022-08-22" || !coming[0].At.Equal(at(t, "2022-08-19 00:10")) { // no weekend
		t.Fatalf("expected: %+v", coming)
	}
	w.pass(t, coming[0].At.Sub(w.clock.Now())-9*time.Minute)
	told, err := w.Coming(t.Context(), 1)
	must(t, err)
	if len(told) != 1 || told[0].Expected || told[0].FirstDay != coming[0].FirstDay || told[0].Slots != coming[0].Slots ||
		told[0].At.Sub(coming[0].At).Abs() > 10*time.Minute {
		t.Errorf("what was announced is %+v, expected was %+v", told, coming[0])
	}
}

// Full names the month, up to when places are given, and the next release or that nobody
// knows it; a late draw is told apart from it.
func TestFullIsNotBroken(t *testing.T) { // P-32
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 1, "2022-08-16"), counter("deventer", "east", 1, "2022-09-01"))
		fill := func(id string) planner.Fill {
			list, err := w.Full(t.Context())
			must(t, err)
			return list[slices.IndexFunc(list, func(f planner.Fill) bool { return f.Region.ID == id })]
		}
		w.work(t)
		w.clock.Advance(-30 * time.Minute)
		if f := fill("east"); f.Next.IsZero() || f.Until.String() != "2022-09-01" || len(f.Months) != 0 { // announced, and not given yet
			t.Errorf("before the release: %+v", f)
		}
		w.clock.Advance(30 * time.Minute)
		w.pass(t, 10*time.Minute)
		f := fill("east")
		if len(f.Months) != 2 || f.Months[0].Month != "2022-08" || f.Months[1] != (planner.Month{"2022-09", 4, 4}) || !f.Next.IsZero() {
			t.Errorf("after it: %+v", f)
		}
		asking := w.person(t)
		asking.Region = "east"
		r := w.ask(t, asking)
		w.toOffers(t)
		w.status(t, r)
		if g := fill("east"); g.Months[0].Free != f.Months[0].Free-3-1 { // the rest of the morning has gone; one is offered
			t.Errorf("after an offer: %+v, before %+v", g, f)
		}
		if f := fill(region); len(f.Months) != 0 || !f.Next.IsZero() {
			t.Errorf("nothing is given any more: %+v", f)
		}
		if h, err := w.Health(t.Context()); err != nil || !h.Works || h.Last.IsZero() || !h.Closes.After(w.clock.Now()) {
			t.Errorf("the planner works: %+v, %v", h, err)
		}
		w.clock.Advance(h24 + 31*time.Minute)
		if h, err := w.Health(t.Context()); err != nil || h.Works {
			t.Errorf("nobody closed the list: %+v, %v", h, err)
		}
	})
}

const h24 = 24 * time.Hour
