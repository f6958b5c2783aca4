package planner_test

import (
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/planner"
	"loket/internal/rules"
)

// How it goes is counted from what happens, the median of days among it; below five nobody
// is told, in any figure; and it stays when the cases have gone.
func TestProgressIsCounted(t *testing.T) { // H-12 P-75 P-83
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 1, "2022-08-31"))
		look := func() planner.Progress {
			t.Helper()
			p, err := w.Progress(t.Context())
			must(t, err)
			return p
		}
		here := func(p planner.Progress) planner.RegionPace {
			for _, r := range p.Regions {
				if r.Region.ID == region {
					return r
				}
			}
			return planner.RegionPace{}
		}
		w.work(t)
		var all []planner.Receipt
		for range 4 {
			all = append(all, w.ask(t, w.asker(t)))
		}
		w.toOffers(t)
		for _, r := range all {
			must(t, w.Answer(t.Context(), r.Number, r.Code, w.status(t, r).Offer.ID, planner.Accept))
		}
		p := look()
		if p.Booked != (planner.Count{Few: true}) || len(p.Places) != 0 || len(p.Months) != 1 ||
			p.Months[0] != (planner.MonthPace{Month: "2022-08", Asked: planner.Count{Few: true}, Placed: planner.Count{Few: true}, Percent: -1, Wait: -1}) ||
			here(p).Given != (planner.Count{Few: true}) {
			t.Errorf("of four it is told %+v", p)
		}
		late := w.ask(t, w.asker(t))
		w.booked(t, late)
		w.ask(t, w.asker(t))
		p = look()
		if p.Booked.N != 5 || p.Waiting != (planner.Count{Few: true}) || p.Months[0].Asked.N != 6 || p.Months[0].Placed.N != 5 || p.Months[0].Percent != 83 || p.Months[0].Wait != 0 {
			t.Errorf("of six: %+v", p)
		}
		if len(p.Places) != 1 || p.Places[0].LocationID != "assen" || p.Places[0].Days != 2 || p.Places[0].Ahead != 2 {
			t.Errorf("lead time: %+v", p.Places)
		}
		if r := here(p); r.Given.N != 5 || r.Forecast.IsZero() {
			t.Errorf("pace: %+v", r)
		}
		// Somebody who cancels and is given another place counts once.
		must(t, w.Cancel(t.Context(), late.Number, late.Code))
		w.pass(t, time.Hour)
		if again := w.status(t, late); again.Offer != nil {
			must(t, w.Answer(t.Context(), late.Number, late.Code, again.Offer.ID, planner.Accept))
		} else {
			t.Error("nothing was offered again")
		}
		if got := look(); got.Months[0].Placed.N != 5 {
			t.Errorf("who got another place counts as two: %+v", got.Months)
		}
		w.promises(t)
	})
}

// What the owner said of figures is told with its day, and not before that day.
func TestFiguresThatAreTold(t *testing.T) { // P-75
	w := newWorld(t, db.SQLite)
	if p, err := w.Progress(t.Context()); err != nil || len(p.Told) != 0 {
		t.Errorf("in August: %+v, %v", p.Told, err)
	}
	w.clock.Advance(16 * 24 * time.Hour)
	p, err := w.Progress(t.Context())
	must(t, err)
	on, err := rules.ParseDay("2022-09-01")
	must(t, err)
	if len(p.Told) != 1 || p.Told[0].N != 40000 || p.Told[0].On != on || p.Told[0].Entitled {
		t.Errorf("in September: %+v", p.Told)
	}
}
