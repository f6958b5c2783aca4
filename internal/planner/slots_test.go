package planner_test

import (
	"testing"
	"time"

	"loket/internal/draw"
	"loket/internal/planner"
)

const (
	sumReleased = `SELECT coalesce(CAST(sum(slots) AS bigint), 0) AS n FROM slot_release`
	countSlots  = `SELECT count(*) AS n FROM slot WHERE state <> 'gone'`
	countFree   = `SELECT count(*) AS n FROM slot WHERE state = 'free'`
)

// Slots are said before they are given; more desks add theirs, and fewer take away only
// what is nobody's.
func TestSlotsFollowThePlan(t *testing.T) { // P-40 P-65 P-67
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 1, "2022-08-19"))
		w.work(t)
		r := w.ask(t, w.asker(t))
		w.toOffers(t)
		o := w.status(t, r).Offer
		must(t, w.Answer(t.Context(), r.Number, r.Code, o.ID, planner.Accept))
		if n := w.count(t, sumReleased); n != 3+3*4 || n != w.count(t, countSlots) { // Tuesday, from the next start on, to Friday
			t.Fatalf("%d slots were announced, and %d made", n, w.count(t, countSlots))
		}

		w.has(counter("assen", region, 3, "2022-08-19"))
		waits := w.ask(t, w.asker(t))
		w.work(t)
		releases, err := w.Releases(t.Context())
		must(t, err)
		if len(releases) != 1 || releases[0].Slots != 2*3*4 || !releases[0].At.Equal(w.clock.Now().Add(10*time.Minute)) {
			t.Errorf("two more desks from tomorrow on: %+v", releases)
		}
		if n := w.count(t, sumReleased); n != w.count(t, countSlots) {
			t.Errorf("%d slots were announced, and there are %d", n, w.count(t, countSlots))
		}

		free := w.count(t, countFree)
		w.has(counter("assen", region, 0, "2022-08-19"))
		w.work(t)
		if left := w.count(t, countFree+` AND starts_at > $1`, w.clock.Now()); left != 0 || free == 0 {
			t.Errorf("of %d free slots %d are left without desks", free, left)
		}
		if status := w.status(t, r); status.State != planner.Booked {
			t.Errorf("who had a place is %s", status.State)
		}
		w.pass(t, w.untilClosing(t)+draw.Delay)
		if status := w.status(t, waits); status.State != planner.Waiting {
			t.Errorf("without desks somebody is %s", status.State)
		}
		w.promises(t)

		w.has(counter("assen", region, 2, "2022-08-26")) // the horizon moves
		w.work(t)
		if w.status(t, waits).Offer != nil {
			t.Error("slots were given when they were announced")
		}
		w.pass(t, 10*time.Minute)
		if w.status(t, waits).Offer == nil {
			t.Error("slots were not given when it was said")
		}
		w.has(counter("assen", region, 2, "2022-08-19")) // and comes back
		w.work(t)
		if n := w.count(t, countFree+` AND day > '2022-08-19'`); n != 0 {
			t.Errorf("%d free slots after the horizon", n)
		}
		w.promises(t)
	})
}

// A slot that is given back after its desk was taken away is nobody's any more.
func TestFreedSlotWithoutDesk(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 2, "2022-08-19"))
		w.work(t)
		first := w.ask(t, w.asker(t))
		w.toOffers(t)
		must(t, w.Answer(t.Context(), first.Number, first.Code, w.status(t, first).Offer.ID, planner.Accept))
		w.has(counter("assen", region, 0, "2022-08-19"))
		second := w.ask(t, w.asker(t))
		w.toOffers(t)
		must(t, w.Cancel(t.Context(), first.Number, first.Code))
		w.work(t)
		w.work(t)
		if status := w.status(t, second); status.State != planner.Waiting {
			t.Errorf("somebody is %s at a desk that is not there", status.State)
		}
		w.promises(t)
	})
}
