package planner_test

import (
	"testing"

	"loket/internal/db"
	"loket/internal/planner"
	"loket/internal/rules"
)

// When a location opens, each who waits in its region and asked before is told once, by
// two processes too; nobody of another region is, nor whoever asked after it opened.
func TestOpeningTellsEachOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		opens := counter("assen", region, 1, "2022-08-31")
		opens.Fields["stands"] = "2022-08-01 dated; 2022-08-17 open"
		items := []rules.Item{opens, counter("groningen", "east", 0, "2022-08-31")}
		w.has(items...)
		w.work(t)
		var waits []planner.Receipt
		for range 3 {
			waits = append(waits, w.ask(t, w.asker(t)))
		}
		elsewhere := w.asker(t)
		elsewhere.Region = "east"
		other := w.ask(t, elsewhere)
		w.work(t)
		for _, r := range waits {
			if n := w.notices(t, r); n != 0 {
				t.Errorf("before it opens somebody was told %d times", n)
			}
		}
		another := w.another(t)
		another.has(items...)
		w.clock.Advance(w.midnight(t, "2022-08-17").Sub(w.clock.Now()))
		late := w.ask(t, w.asker(t))
		const tells = `SELECT count(*) AS n FROM ask_opening JOIN ask ON ask.id = ask_opening.ask_id WHERE number = $1`
		for range 2 {
			w.work(t)
			another.work(t)
		}
		for _, r := range waits {
			if n := w.count(t, tells, string(r.Number)); n != 1 || w.notices(t, r) < 1 {
				t.Errorf("at the opening somebody was told %d times, %d messages", n, w.notices(t, r))
			}
		}
		for _, r := range []planner.Receipt{other, late} {
			if n := w.count(t, tells, string(r.Number)); n != 0 {
				t.Errorf("somebody else was told %d times", n)
			}
		}
		total, err := db.Get[int64](t.Context(), w.DB, `SELECT count(*) AS n FROM outbox`)
		must(t, err)
		if offers := w.count(t, countOf+`offer`); total != 3+offers {
			t.Errorf("%d messages for 3 people and %d offers", total, offers)
		}
		w.promises(t)
	})
}
