package planner_test

import (
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/location"
	"loket/internal/planner"
	"loket/internal/rules"
)

// textsOnly is somebody who left a phone and no e-mail.
func (w *world) textsOnly(t testing.TB) planner.Asking {
	t.Helper()
	asking := w.asker(t)
	asking.Email = ident.Email{}
	return asking
}

// Whoever has only a phone, and heard of as much today as a phone hears in a day, still
// hears of a strike of tomorrow, and not of one of next week.
func TestWhatChangesTomorrowIsTold(t *testing.T) { // P-59
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 2, "2022-08-31"))
		w.work(t)
		r := w.ask(t, w.textsOnly(t))
		starts := w.booked(t, r).Appointments[0].Starts
		spend := func() {
			for range 10 {
				must(t, w.DB.Update(t.Context(), func(tx *db.Tx) error {
					id, err := db.Get[string](t.Context(), tx, `SELECT id FROM ask WHERE number = $1`, string(r.Number))
					if err != nil {
						return err
					}
					return w.Mailbox.Notice(t.Context(), tx, id)
				}))
			}
		}
		if ahead := rules.DayOf(starts).Since(w.Today()); ahead < 2 {
			t.Fatalf("the appointment is %d days ahead", ahead)
		}
		spend()
		before := w.told(t, r)
		must(t, w.Declare(t.Context(), lead(), strike(rules.DayOf(starts)), unsigned))
		w.work(t)
		if n := w.told(t, r) - before; n != 0 {
			t.Errorf("of what is later %d notices came after those of the day", n)
		}
		w.until(t, starts.Add(-24*time.Hour)) // a last reminder came
		spend()
		before = w.told(t, r)
		declared, err := w.Disruptions(t.Context(), w.Today())
		must(t, err)
		must(t, w.Lift(t.Context(), lead(), declared[0].ID))
		w.work(t)
		if n := w.told(t, r) - before; n != 1 {
			t.Errorf("of what changes tomorrow %d notices came, want 1", n)
		}
		w.promises(t)
	})
}

// Whose place is gone by a plan is not reminded of it; when the plan brings it back, they
// are.
func TestNoReminderOfAPlaceThatIsGone(t *testing.T) { // P-41 P-60
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 1, "2022-09-30"))
		w.work(t)
		r := w.ask(t, w.asker(t))
		starts := w.booked(t, r).Appointments[0].Starts
		w.change(t, "assen", func(c *location.Change) { c.State = location.Closed })
		w.work(t)
		if s := w.status(t, r); s.Moving == nil || s.Moving.Why != planner.MovePlanned {
			t.Fatalf("after closing it is %+v", s)
		}
		before := w.told(t, r)
		w.until(t, starts.Add(-20*time.Hour))
		if n := w.told(t, r) - before; n != 0 || w.entries(t, "ask.remind", "last") != 0 {
			t.Errorf("%d notices of a place that is gone", n)
		}
		w.change(t, "assen", func(c *location.Change) { c.State = location.Open })
		w.until(t, starts.Add(-13*time.Hour)) // all appointments are looked at again
		if s := w.status(t, r); s.Moving != nil || s.State != planner.Booked {
			t.Fatalf("after opening it is %+v", s)
		}
		if n := w.entries(t, "ask.remind", "last"); n != 1 {
			t.Errorf("%d reminders after it is back, want one", n)
		}
	})
}
