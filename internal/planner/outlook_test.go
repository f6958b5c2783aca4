package planner_test

import (
	"testing"
	"time"

	"loket/internal/location"
	"loket/internal/planner"
)

// What is full is explained: how many wait, how many places come in a week, when somebody who
// asks today has one, and when new ones are given.
func TestOutlook(t *testing.T) { // P-32 P-83
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 1, "2022-08-31"), counter("deventer", "east", 2, "2022-08-31"))
		look := func(id string) planner.Outlook {
			t.Helper()
			all, err := w.Outlook(t.Context())
			must(t, err)
			for _, o := range all {
				if o.Region.ID == id {
					return o
				}
			}
			t.Fatalf("no region %s", id)
			return planner.Outlook{}
		}
		w.work(t)
		if o := look(region); o.Waiting != 0 || o.Week != 20 || o.Days != 0 || len(o.Places) != 1 || !o.Next.Equal(w.clock.Now().Add(10*time.Minute)) {
			t.Errorf("on the first day: %+v", o)
		}
		for range 4 {
			w.ask(t, w.asker(t))
		}
		if o := look(region); o.Waiting != -1 || o.Days != 2 {
			t.Errorf("with four who wait: %+v", o)
		}
		w.ask(t, w.asker(t))
		if o := look(region); o.Waiting != 5 || o.Days != 2 { // 5 people, 20 slots in 7 days
			t.Errorf("with five who wait: %+v", o)
		}
		if o := look("east"); o.Waiting != 0 || o.Week != 40 {
			t.Errorf("elsewhere: %+v", o)
		}
		if o := look("south"); o.Week != 0 || o.Days != -1 || len(o.Places) != 0 || !o.Next.IsZero() {
			t.Errorf("where there is nothing: %+v", o)
		}
		w.pass(t, 10*time.Minute)
		if o := look(region); !o.Next.IsZero() {
			t.Errorf("after the release: %+v", o)
		}
	})
}

// Where a location is follows its dated states and addresses: the places of a day are those
// of the pack's season, and nobody is offered one that is closed then.
func TestPlacesOfADay(t *testing.T) { // P-34 P-39
	w := newWorld(t, "sqlite")
	for _, test := range []struct {
		now  string
		open []string
	}{
		{"2022-08-16T12:00:00+02:00", []string{"amsterdam", "assen", "den-bosch", "deventer", "nieuwegein", "rijswijk"}},
		{"2022-11-02T12:00:00+01:00", []string{"amsterdam"}},
	} {
		now, err := time.Parse(time.RFC3339, test.now)
		must(t, err)
		w.clock.Advance(now.Sub(w.clock.Now()))
		w.work(t)
		all, err := w.Locations.Of(t.Context())
		must(t, err)
		open := map[string]bool{}
		for _, l := range all {
			open[l.ID] = l.On(w.Today()) == location.Open
		}
		n := 0
		for _, id := range test.open {
			if open[id] {
				n++
			}
		}
		if n != len(test.open) {
			t.Errorf("%s: %v", test.now, open)
		}
		for id, is := range open {
			given := w.count(t, `SELECT count(*) AS n FROM slot WHERE location_id = $1 AND state = 'free' AND starts_at > $2`, id, now)
			if given > 0 && !is {
				t.Errorf("%s: %d slots of %s, which is closed", test.now, given, id)
			}
		}
	}
}
