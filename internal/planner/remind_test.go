package planner_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"loket/internal/planner"
	"loket/internal/rules"
)

// opensIn gives a world one counter, that has desks from a day on.
func (w *world) opensIn(t testing.TB, first rules.Day) {
	t.Helper()
	late := counter("amsterdam", w.Pack.List("regions")[0].ID, 1, first.Add(14).String())
	late.Fields["first"], late.Fields["last"] = first.String(), first.Add(90).String()
	late.Fields["desks"] = fmt.Sprintf("%s..%s 6x15 uk,en,nl", first, first.Add(90))
	late.Fields["products"] = ".. sticker; .. o-document"
	w.has(late)
}

// bookedAhead lets an ask have its appointments, at least so many days ahead.
func (w *world) bookedAhead(t testing.TB, r planner.Receipt, days int) planner.Status {
	t.Helper()
	w.opensIn(t, w.Today().Add(days+1))
	return w.booked(t, r)
}

// told counts the notices to the person of an ask.
func (w *world) told(t testing.TB, r planner.Receipt) int64 {
	t.Helper()
	return w.count(t, `SELECT count(*) AS n FROM outbox JOIN ask ON ask.id = case_id WHERE kind = 'mailbox.notice' AND ask.number = $1`, string(r.Number))
}

// until lets time pass to an instant, and does what is due then, twice.
func (w *world) until(t testing.TB, at time.Time) {
	t.Helper()
	w.clock.Advance(at.Sub(w.clock.Now()))
	w.work(t)
	w.promises(t)
	w.work(t)
}

// A person is reminded a week and a day before, each once; a household of three as one.
func TestRemindedTwice(t *testing.T) { // P-41
	each(t, func(t *testing.T, w *world) {
		receipt := w.ask(t, w.household(t, 1990, 1991))
		status := w.bookedAhead(t, receipt, 9)
		starts, before := status.Appointments[0].Starts, w.told(t, receipt)
		if status.Near || starts.Sub(w.clock.Now()) < 8*24*time.Hour {
			t.Fatalf("booked at %v for %v: %+v", w.clock.Now(), starts, status)
		}
		for _, test := range []struct {
			days  int
			after time.Duration
			want  int64
		}{{7, -time.Second, 0}, {7, 0, 1}, {6, 0, 1}, {1, -time.Second, 1}, {1, 0, 2}, {0, -time.Second, 2}} {
			w.until(t, starts.AddDate(0, 0, -test.days).Add(test.after))
			if got := w.told(t, receipt) - before; got != test.want {
				t.Errorf("%d days and %v before: %d reminders, want %d", test.days, test.after, got, test.want)
			}
			if got := w.status(t, receipt); got.Near != (test.want > 0) || got.PaperShort {
				t.Errorf("%d days before: %+v", test.days, got)
			}
		}
		if n := w.entries(t, "ask.remind", "first") + w.entries(t, "ask.remind", "last"); n != 2 {
			t.Errorf("%d entries in the log", n)
		}
	})
}

// Work that was away for a week sends the last reminder alone.
func TestOneReminderWhereBothAreDue(t *testing.T) { // P-41
	each(t, func(t *testing.T, w *world) {
		receipt := w.ask(t, w.person(t))
		starts, before := w.bookedAhead(t, receipt, 9).Appointments[0].Starts, w.told(t, receipt)
		w.until(t, starts.Add(-time.Hour))
		w.until(t, starts.Add(-time.Minute))
		if got := w.told(t, receipt) - before; got != 1 {
			t.Errorf("%d reminders, want the last one", got)
		}
	})
}

// Whoever books within a week is not told the same day what they just did.
func TestNoReminderOfWhatWasJustBooked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		receipt := w.ask(t, w.person(t))
		starts := w.booked(t, receipt).Appointments[0].Starts
		before := w.told(t, receipt)
		if ahead := starts.Sub(w.clock.Now()); ahead > 7*24*time.Hour || ahead < 24*time.Hour {
			t.Fatalf("booked %v ahead", ahead)
		}
		w.until(t, w.clock.Now().Add(time.Minute))
		if got := w.status(t, receipt); w.told(t, receipt) != before || !got.Near {
			t.Errorf("%d reminders at once; %+v", w.told(t, receipt)-before, got)
		}
		w.until(t, starts.AddDate(0, 0, -1))
		if got := w.told(t, receipt) - before; got != 1 {
			t.Errorf("a day before: %d reminders", got)
		}
	})
}

// What was given back is not reminded of, wherever its person is now.
func TestWhatWasGivenBackIsNotRemindedOf(t *testing.T) { // P-41
	each(t, func(t *testing.T, w *world) {
		withdrawn, cancelled := w.ask(t, w.person(t)), w.ask(t, w.person(t))
		starts := w.bookedAhead(t, withdrawn, 9).Appointments[0].Starts
		must(t, w.Answer(t.Context(), cancelled.Number, cancelled.Code, w.status(t, cancelled).Offer.ID, planner.Accept))
		must(t, w.Cancel(t.Context(), cancelled.Number, cancelled.Code))
		w.until(t, starts.AddDate(0, 0, -7))
		must(t, w.Withdraw(t.Context(), withdrawn.Number, withdrawn.Code))
		reminded := w.entries(t, "ask.remind", "first") + w.entries(t, "ask.remind", "last")
		if reminded != 1 {
			t.Errorf("%d reminders a week before, want one", reminded)
		}
		w.until(t, starts.AddDate(0, 0, -1))
		if n := w.entries(t, "ask.remind", "first") + w.entries(t, "ask.remind", "last"); n != reminded {
			t.Errorf("%d reminders of what was given back", n-reminded)
		}
		if got := w.status(t, cancelled); got.Near || got.PaperShort {
			t.Errorf("after giving back: %+v", got)
		}
	})
}

// Two processes, killed and run again, send each reminder once.
func TestTwoProcessesRemindOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var receipts []planner.Receipt
		for range 4 {
			receipts = append(receipts, w.ask(t, w.person(t)))
		}
		latest := w.bookedAhead(t, receipts[0], 9).Appointments[0].Starts
		for _, r := range receipts[1:] {
			must(t, w.Answer(t.Context(), r.Number, r.Code, w.status(t, r).Offer.ID, planner.Accept))
		}
		w.clock.Advance(latest.AddDate(0, 0, -1).Sub(w.clock.Now()))
		other := w.another(t)
		var all sync.WaitGroup
		for _, one := range []*world{w, other, w, other} {
			all.Go(func() {
				if err := one.Work(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := w.count(t, `SELECT count(*) AS n FROM reminder WHERE kind = 'last' AND sent`); n != w.entries(t, "ask.remind", "last") || n == 0 {
			t.Errorf("%d reminders, %d entries", n, w.entries(t, "ask.remind", "last"))
		}
		w.promises(t)
	})
}

// paperUntil is somebody whose passport is valid until a day.
func (w *world) paperUntil(t testing.TB, day rules.Day) planner.Asking {
	t.Helper()
	asking := w.person(t)
	asking.Members[0].Expires = day
	return asking
}

// Whose passport will be too short on the day of the slot is told once, three weeks
// before; who gets a card because it is short already, or has none with a date, is not.
func TestAPaperThatExpires(t *testing.T) { // P-84
	each(t, func(t *testing.T, w *world) {
		// The rule of 4 March: a sticker needs a passport that is valid until then.
		limit, err := rules.ParseDay("2023-03-04")
		must(t, err)
		good, short, ends := w.ask(t, w.paperUntil(t, limit.Add(200))), w.ask(t, w.paperUntil(t, limit.Add(-1))), w.ask(t, w.paperUntil(t, limit.Add(2)))
		status := w.bookedAhead(t, good, 9)
		for _, r := range []planner.Receipt{short, ends} {
			must(t, w.Answer(t.Context(), r.Number, r.Code, w.status(t, r).Offer.ID, planner.Accept))
		}
		if got := w.status(t, short).Appointments[0].Product; got == status.Appointments[0].Product {
			t.Errorf("a short passport gives %s as a good one", got)
		}
		w.until(t, w.clock.Now().Add(time.Minute))
		for _, r := range []planner.Receipt{good, short, ends} {
			if got := w.status(t, r); got.PaperShort {
				t.Errorf("told of a paper that is good, or that is short already: %+v", got)
			}
		}
		if n := w.entries(t, "ask.remind", "paper"); n != 0 {
			t.Errorf("%d reminders of good papers", n)
		}
	})
}

// The day of the slot decides: a passport that is good today expires around a slot of
// next spring.
func TestAPaperThatExpiresBeforeTheSlot(t *testing.T) { // P-84
	each(t, func(t *testing.T, w *world) {
		limit, err := rules.ParseDay("2023-03-04")
		must(t, err)
		w.clock.Advance(time.Date(2022, 12, 5, 9, 0, 0, 0, w.Zone).Sub(w.clock.Now())) // there are stickers again
		receipt := w.ask(t, w.paperUntil(t, limit.Add(2)))
		w.opensIn(t, limit.Add(-3)) // the first slots are in the week of the rule
		slot := w.booked(t, receipt).Appointments[0].Starts
		before := w.told(t, receipt)
		w.until(t, slot.AddDate(0, 0, -21).Add(-time.Second))
		if got := w.status(t, receipt); w.told(t, receipt) != before || got.PaperShort {
			t.Errorf("too early: %+v", got)
		}
		w.until(t, slot.AddDate(0, 0, -21))
		w.until(t, slot.AddDate(0, 0, -20))
		if got := w.status(t, receipt); w.told(t, receipt) != before+1 || !got.PaperShort {
			t.Errorf("three weeks before: %d notices, %+v", w.told(t, receipt)-before, got)
		}
		if n := w.count(t, `SELECT count(*) AS n FROM reminder WHERE kind = 'paper'`); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
}
