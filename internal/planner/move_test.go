package planner_test

import (
	"testing"
	"time"

	"loket/internal/fault"
	"loket/internal/planner"
	"loket/internal/rules"
)

// bookedAt lets somebody of the tests' region have a place, of the earliest slots.
func (w *world) bookedAt(t testing.TB, asking planner.Asking) (planner.Receipt, planner.Status) {
	t.Helper()
	r := w.ask(t, asking)
	w.toOffers(t)
	must(t, w.Answer(t.Context(), r.Number, r.Code, w.status(t, r).Offer.ID, planner.Accept))
	return r, w.status(t, r)
}

// notices is how many messages an ask was told of.
func (w *world) notices(t testing.TB, r planner.Receipt) int64 {
	t.Helper()
	return w.count(t, `SELECT count(*) AS n FROM outbox JOIN ask ON ask.id = case_id WHERE number = $1`, string(r.Number))
}

const countOf = `SELECT count(*) AS n FROM `

// Somebody with a place asks for another time: they keep theirs until they say yes, get one
// time on another day, and what they had goes to the next within a minute.
func TestMove(t *testing.T) { // P-29 P-42 P-66
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 1, "2022-09-30"))
		w.work(t)
		r, before := w.bookedAt(t, w.asker(t))
		first := before.Appointments[0]
		if before.Moves != 2 || before.Moving != nil {
			t.Errorf("before: %+v", before)
		}
		must(t, w.Move(t.Context(), r.Number, r.Code, rules.Day{}))
		must(t, w.Move(t.Context(), r.Number, r.Code, rules.Day{})) // again is the same
		w.pass(t, time.Minute)
		w.promises(t)
		status := w.status(t, r)
		if status.State != planner.Booked || status.Offer == nil || status.Moving == nil || status.Moves != 1 ||
			len(status.Appointments) != 1 || status.Appointments[0].ID != first.ID {
			t.Fatalf("another time: %+v", status)
		}
		if o := status.Offer; o.Starts.YearDay() == first.Starts.YearDay() || o.Until.After(first.Starts.Add(-time.Hour)) || o.Laters != 0 {
			t.Errorf("beside %v it is offered %+v", first.Starts, o)
		}
		for _, answer := range []planner.Answer{planner.Other, planner.Later} {
			if err := w.Answer(t.Context(), r.Number, r.Code, status.Offer.ID, answer); fault.Key(err) != "planner.answer" {
				t.Errorf("%s: %v", answer, err)
			}
		}
		waits := w.ask(t, w.soon(t)) // is next for what is given back
		w.clock.Advance(w.untilClosing(t))
		w.work(t)
		w.pass(t, 11*time.Minute)
		must(t, w.Answer(t.Context(), r.Number, r.Code, status.Offer.ID, planner.Accept))
		must(t, w.Answer(t.Context(), r.Number, r.Code, status.Offer.ID, planner.Accept))
		w.promises(t)
		after := w.status(t, r)
		if after.State != planner.Booked || len(after.Appointments) != 1 || !after.Appointments[0].Starts.Equal(status.Offer.Starts) || after.Offer != nil {
			t.Fatalf("after yes: %+v", after)
		}
		if n := w.count(t, countOf+`appointment WHERE state = 'booked' AND issue = 1`); n != 1 {
			t.Errorf("%d places have the second issue", n)
		}
		if n := w.count(t, countOf+`appointment WHERE state = 'moved' AND issue = 0 AND why = 'person'`); n != 1 {
			t.Errorf("%d places were moved away from", n)
		}
		if err := w.Serve(t.Context(), atDesk(), first.ID); err == nil {
			t.Error("the place that was moved away from can be served")
		}
		if n := w.count(t, `SELECT n FROM ask_figure WHERE what = 'moved'`); n != 1 {
			t.Errorf("moved is counted %d times", n)
		}
		w.clock.Advance(time.Minute)
		w.work(t)
		if o := w.status(t, waits).Offer; o != nil {
			must(t, w.Answer(t.Context(), waits.Number, waits.Code, o.ID, planner.Other))
		}
		w.promises(t)
	})
}

// soon is somebody who can come within a day.
func (w *world) soon(t testing.TB) planner.Asking {
	asking := w.asker(t)
	asking.Soon = true
	return asking
}

// Whoever says no to another time, or nothing, keeps what they have and stands as they
// stood; more often than the pack says nobody is looked for.
func TestMoveCostsNothing(t *testing.T) { // P-29
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 1, "2022-09-30"))
		w.work(t)
		r := w.ask(t, w.asker(t))
		w.toOffers(t)
		for range 2 { // to a day that is not soon
			must(t, w.Answer(t.Context(), r.Number, r.Code, w.status(t, r).Offer.ID, planner.Other))
			w.pass(t, time.Minute)
		}
		must(t, w.Answer(t.Context(), r.Number, r.Code, w.status(t, r).Offer.ID, planner.Accept))
		before, line := w.status(t, r), w.line(t, r)
		later := w.day(t, before.Appointments[0].Starts).Add(7)
		must(t, w.Move(t.Context(), r.Number, r.Code, later))
		w.pass(t, time.Minute) // nobody was served: the line is looked at again
		o := w.status(t, r).Offer
		if o == nil || w.day(t, o.Starts).Before(later) {
			t.Fatalf("it is offered %+v, not from %v on", o, later)
		}
		must(t, w.Answer(t.Context(), r.Number, r.Code, o.ID, planner.Keep))
		must(t, w.Answer(t.Context(), r.Number, r.Code, o.ID, planner.Decline)) // means the same
		w.promises(t)
		w.same(t, r, before, line)
		must(t, w.Move(t.Context(), r.Number, r.Code, rules.Day{}))
		w.pass(t, time.Minute)
		w.pass(t, w.status(t, r).Offer.Until.Sub(w.clock.Now()))
		w.work(t)
		w.promises(t)
		w.same(t, r, before, line)
		if n := w.count(t, countOf+`ask WHERE silences > 0 OR laters > 0`); n != 0 {
			t.Error("silence about another time has left a mark")
		}
		if err := w.Move(t.Context(), r.Number, r.Code, rules.Day{}); fault.Key(err) != "planner.move.most" {
			t.Errorf("a third time: %v", err)
		}
	})
}

// same fails the test unless an ask has the place that it had, and its place in the line.
func (w *world) same(t testing.TB, r planner.Receipt, before planner.Status, line int64) {
	t.Helper()
	after := w.status(t, r)
	if after.State != planner.Booked || after.Offer != nil || after.Moving != nil || len(after.Appointments) != len(before.Appointments) ||
		after.Appointments[0].ID != before.Appointments[0].ID {
		t.Errorf("it was %+v, and is %+v", before, after)
	}
	if at := w.count(t, `SELECT line FROM ask WHERE number = $1`, string(r.Number)); at != line {
		t.Errorf("it stood at %d, and stands at %d", line, at)
	}
}

func (w *world) day(t testing.TB, at time.Time) rules.Day {
	t.Helper()
	return rules.DayOf(at.In(w.Zone))
}

// A household moves as one, or not at all.
func TestHouseholdMovesTogether(t *testing.T) { // P-29
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 2, "2022-09-30"))
		w.work(t)
		asking := w.household(t, 1975, 1979)
		asking.Region = region
		r, before := w.bookedAt(t, asking)
		must(t, w.Move(t.Context(), r.Number, r.Code, rules.Day{}))
		w.pass(t, time.Minute)
		o := w.status(t, r).Offer
		if o == nil || o.People != 3 {
			t.Fatalf("three people are offered %+v", o)
		}
		must(t, w.Answer(t.Context(), r.Number, r.Code, o.ID, planner.Accept))
		w.promises(t)
		after := w.status(t, r)
		if len(after.Appointments) != 3 || after.Appointments[0].Starts.YearDay() == before.Appointments[0].Starts.YearDay() {
			t.Errorf("after yes: %+v", after)
		}
	})
}

// A move dies with the place: whoever cancels or withdraws holds nothing any more, and
// whoever keeps it lets what was offered go at once.
func TestMoveEndsWithThePlace(t *testing.T) { // P-41 P-42
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 2, "2022-09-30"))
		w.work(t)
		for i, end := range []func(planner.Receipt) error{
			func(r planner.Receipt) error { return w.Keep(t.Context(), r.Number, r.Code) },
			func(r planner.Receipt) error { return w.Cancel(t.Context(), r.Number, r.Code) },
			func(r planner.Receipt) error { return w.Withdraw(t.Context(), r.Number, r.Code) },
		} {
			r, _ := w.bookedAt(t, w.asker(t))
			must(t, w.Move(t.Context(), r.Number, r.Code, rules.Day{}))
			w.pass(t, time.Minute)
			if w.status(t, r).Offer == nil {
				t.Fatalf("%d: nothing is offered", i)
			}
			must(t, end(r))
			w.promises(t)
			if n := w.count(t, countOf+`offer JOIN ask ON ask.id = ask_id WHERE offer.state = 'open' AND number = $1`, string(r.Number)); n != 0 {
				t.Errorf("%d: %d offers are open", i, n)
			}
			if i == 0 {
				must(t, end(r)) // again is the same
			}
		}
		r := w.ask(t, w.asker(t))
		for _, err := range []error{w.Move(t.Context(), r.Number, r.Code, rules.Day{}), w.Keep(t.Context(), r.Number, r.Code)} {
			if fault.Key(err) != "planner.move.none" {
				t.Errorf("without a place: %v", err)
			}
		}
	})
}
