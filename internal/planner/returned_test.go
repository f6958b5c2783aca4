package planner_test

import (
	"sync"
	"testing"

	"loket/internal/fault"
	"loket/internal/planner"
	"loket/internal/staff"
)

// cardsThere is a world at 5 September with the cards of an ask at the location "cards",
// ready from the 8th on.
func (w *world) cardsThere(t testing.TB, asking planner.Asking, count int) (planner.Receipt, staff.Member) {
	t.Helper()
	w.has(counter("assen", region, 2, "2022-10-31"), issuing())
	w.work(t)
	r, _ := w.photographed(t, asking)
	carla := w.hire(t, staff.Counter)
	w.passTo(t, "2022-09-05 10:00:00")
	must(t, w.Arrive(t.Context(), carla, "cards", string(r.Number), count))
	return r, carla
}

// A card that nobody fetched after the last question goes back after the days of the pack,
// and not before; its person is told once and can ask anew, and nothing was handed out.
func TestACardGoesBackToItsMaker(t *testing.T) { // P-57
	each(t, func(t *testing.T, w *world) {
		asking := w.without(t)
		r, carla := w.cardsThere(t, asking, 1)
		back := func(m staff.Member, place string) error { return w.Return(t.Context(), m, place, r.Number, 1) }
		w.passTo(t, "2022-12-06 23:59:59")
		if list, err := w.Uncollected(t.Context(), carla, "cards"); err != nil || len(list) != 1 || list[0].Returns {
			t.Errorf("on day 89: %+v, %v", list, err)
		}
		if err := back(carla, "cards"); fault.Key(err) != "planner.return.early" {
			t.Errorf("on day 89: %v", err)
		}
		w.passTo(t, "2022-12-07 10:00:00")
		lea := w.hire(t, staff.Lead)
		if list, err := w.Uncollected(t.Context(), lea, "cards"); err != nil || len(list) != 1 || !list[0].Returns {
			t.Errorf("on day 90: %+v, %v", list, err)
		}
		if err := back(w.hire(t, staff.Editor), "cards"); !fault.Is(err, fault.Denied) {
			t.Errorf("by an editor: %v", err)
		}
		if err := back(lea, "assen"); !fault.Is(err, fault.NotFound) {
			t.Errorf("where it does not lie: %v", err)
		}
		away := carla
		away.Place = "assen"
		if err := back(away, "cards"); fault.Key(err) != "planner.desk.elsewhere" {
			t.Errorf("from another location: %v", err)
		}
		told := w.allNotices(t)
		must(t, back(carla, "cards"))
		w.promises(t)
		if err := back(lea, "cards"); !fault.Is(err, fault.TooLate) {
			t.Errorf("twice: %v", err)
		}
		s := w.status(t, r)
		if s.State != planner.Withdrawn || len(s.Documents) != 1 || !s.Documents[0].Returned.Equal(w.clock.Now()) || s.Documents[0].Ready(w.Today()) || w.allNotices(t) != told+1 {
			t.Errorf("after it went back: %+v, %d told", s, w.allNotices(t)-told)
		}
		sheet, err := w.Stock.Sheet(t.Context(), w.DB, "o-document")
		must(t, err)
		if n := w.entries(t, "ask.return", "ok"); n != 1 || sheet.Issued != 0 || sheet.Total() != 0 { // P-49
			t.Errorf("%d entries, %d handed out, %d there", n, sheet.Issued, sheet.Total())
		}
		asking.Key = "key_again"
		if again := w.ask(t, asking); again.Number == r.Number || w.status(t, again).State != planner.Waiting || w.status(t, again).Contested {
			t.Errorf("asked anew: %+v", w.status(t, again))
		}
		w.promises(t)
	})
}

// Of a household each card goes back by itself, and the ask ends with the last; who fetched
// theirs was served.
func TestCardsOfAHouseholdGoBackOneByOne(t *testing.T) { // P-57
	each(t, func(t *testing.T, w *world) {
		asking := w.household(t, 1970, 1971)
		asking.Region = region
		for i := range asking.Members {
			asking.Members[i].Document = "none"
		}
		r, carla := w.cardsThere(t, asking, 3)
		w.passTo(t, "2022-12-12 10:00:00")
		must(t, w.Return(t.Context(), carla, "cards", r.Number, 2))
		w.promises(t)
		if s := w.status(t, r); s.State != planner.Making || s.Documents[1].Returned.IsZero() || !s.Documents[0].Ready(w.Today()) {
			t.Errorf("after the first: %+v", s)
		}
		d := w.atDesk(t, carla, r)
		if err := w.Collect(t.Context(), carla, d.Lease.ID, 2); fault.Key(err) != "planner.collect.returned" {
			t.Errorf("fetched what went back: %v", err)
		}
		must(t, w.Collect(t.Context(), carla, d.Lease.ID, 1))
		must(t, w.Return(t.Context(), carla, "cards", r.Number, 3))
		w.promises(t)
		if s := w.status(t, r); s.State != planner.Served {
			t.Errorf("one was fetched, and it is %s", s.State)
		}
	})
}

// Of one who fetches a card and one who sends it back, at one time, one is too late.
func TestACardIsFetchedOrGoesBack(t *testing.T) { // P-57
	each(t, func(t *testing.T, w *world) {
		r, carla := w.cardsThere(t, w.without(t), 1)
		w.passTo(t, "2022-12-12 10:00:00")
		d := w.atDesk(t, carla, r)
		var all sync.WaitGroup
		var fetched, returned error
		all.Go(func() { fetched = w.Collect(t.Context(), carla, d.Lease.ID, 1) })
		all.Go(func() { returned = w.Return(t.Context(), carla, "cards", r.Number, 1) })
		all.Wait()
		if (fetched == nil) == (returned == nil) {
			t.Errorf("fetched: %v; went back: %v", fetched, returned)
		}
		if s := w.status(t, r); (s.State == planner.Served) != (fetched == nil) {
			t.Errorf("fetched: %v, and it is %s", fetched, s.State)
		}
		w.promises(t)
	})
}

// No ask stays for ever: neither of a card that nobody fetches nor of one that never came.
func TestNoAskWaitsForACardForEver(t *testing.T) { // P-57
	each(t, func(t *testing.T, w *world) {
		r, _ := w.cardsThere(t, w.without(t), 1) // ready on 8 September
		lost, _ := w.photographed(t, w.without(t))
		due := w.status(t, lost).Documents[0].Due
		w.passTo(t, "2023-03-06 23:59:59")
		if s := w.status(t, r); s.State != planner.Making {
			t.Errorf("on day 179 it is %s", s.State)
		}
		told := w.allNotices(t)
		w.passTo(t, "2023-03-07 00:00:00")
		if s := w.status(t, r); s.State != planner.Withdrawn || w.allNotices(t) != told+1 {
			t.Errorf("on day 180 it is %s, %d told", s.State, w.allNotices(t)-told)
		}
		w.promises(t)
		w.passTo(t, due.Add(180).String()+" 00:00:00")
		if s := w.status(t, lost); s.State != planner.Withdrawn || s.Documents[0].Returned.IsZero() {
			t.Errorf("what never came: %+v", s)
		}
		if n := w.entries(t, "ask.give-up", "ok"); n != 2 {
			t.Errorf("%d entries", n)
		}
		w.promises(t)
	})
}
