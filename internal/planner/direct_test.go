package planner_test

import (
	"sync"
	"testing"
	"time"

	"loket/internal/draw"
	"loket/internal/fault"
	"loket/internal/planner"
	"loket/internal/rules"
)

// plenty is a location where who asks takes a time at once.
func plenty(desks int) rules.Item {
	item := counter("assen", region, desks, "2022-08-31")
	item.Fields["direct"] = "yes"
	return item
}

// given lets the first release of a world be over.
func (w *world) given(t testing.TB) {
	t.Helper()
	w.work(t)
	w.pass(t, 11*time.Minute)
}

// Who asks where there is plenty sees a few times, one a day, and has one at once; the
// same person has no second.
func TestTakingATimeAtOnce(t *testing.T) { // P-29 P-66
	each(t, func(t *testing.T, w *world) {
		w.has(plenty(2))
		w.given(t)
		asking := w.household(t, 1975)
		asking.Region = region
		r := w.ask(t, asking)
		times, err := w.Times(t.Context(), r.Number, r.Code)
		must(t, err)
		if len(times) != 5 || times[0].People != 2 || w.day(t, times[0].Starts).String() != "2022-08-17" || w.day(t, times[1].Starts).String() != "2022-08-18" {
			t.Fatalf("it can take %+v", times)
		}
		if err := w.Take(t.Context(), r.Number, r.Code, "assen", times[1].Starts.Add(5*time.Minute)); fault.Key(err) != "planner.direct.gone" {
			t.Errorf("a time that is none: %v", err)
		}
		must(t, w.Take(t.Context(), r.Number, r.Code, "assen", times[1].Starts))
		must(t, w.Take(t.Context(), r.Number, r.Code, "assen", times[1].Starts)) // again is the same
		w.promises(t)
		if s := w.status(t, r); s.State != planner.Booked || len(s.Appointments) != 2 || !s.Appointments[0].Starts.Equal(times[1].Starts) {
			t.Errorf("after taking: %+v", s)
		}
		if err := w.Take(t.Context(), r.Number, r.Code, "assen", times[2].Starts); !fault.Is(err, fault.TooLate) {
			t.Errorf("a second time: %v", err)
		}
		if again := w.ask(t, again(asking)); again.Number != r.Number || again.State != planner.Booked {
			t.Errorf("asking again gives %+v", again)
		}
		claim := w.ask(t, w.claim(t, asking))
		if _, err := w.Times(t.Context(), claim.Number, claim.Code); fault.Key(err) != "planner.direct.counter" {
			t.Errorf("with somebody else's number: %v", err)
		}
		if s := w.status(t, claim); !s.Contested {
			t.Errorf("who has to come to a counter sees %+v", s)
		}
		w.toOffers(t) // the draw of the day is held as ever
		w.promises(t)
		must(t, w.Cancel(t.Context(), r.Number, r.Code))
		w.promises(t)
	})
}

// While anybody waits in the line nobody takes a time before them; who asked is on the list.
func TestTakingJumpsNoLine(t *testing.T) { // P-66
	each(t, func(t *testing.T, w *world) {
		closed := plenty(0)
		w.has(closed)
		w.given(t)
		waits := w.ask(t, w.asker(t))
		w.pass(t, w.untilClosing(t)+draw.Delay)
		w.has(plenty(1))
		w.work(t) // announced, and not given yet
		w.clock.Advance(10 * time.Minute)
		r := w.ask(t, w.asker(t))
		if _, err := w.Times(t.Context(), r.Number, r.Code); fault.Key(err) != "planner.direct.line" {
			t.Errorf("before who waits: %v", err)
		}
		if err := w.Take(t.Context(), r.Number, r.Code, "assen", w.midnight(t, "2022-08-18").Add(9*time.Hour)); fault.Key(err) != "planner.direct.line" {
			t.Errorf("before who waits: %v", err)
		}
		w.pass(t, 2*time.Minute)
		if w.status(t, waits).Offer == nil {
			t.Error("who waited is offered nothing")
		}
		times, err := w.Times(t.Context(), r.Number, r.Code)
		must(t, err)
		if len(times) == 0 || times[0].Starts.Equal(w.status(t, waits).Offer.Starts) {
			t.Errorf("after them it can take %+v", times)
		}
		must(t, w.Take(t.Context(), r.Number, r.Code, "assen", times[0].Starts))
		w.promises(t)

		w.has(counter("assen", region, 1, "2022-08-31")) // not direct
		other := w.ask(t, w.asker(t))
		if times, err := w.Times(t.Context(), other.Number, other.Code); err != nil || times != nil {
			t.Errorf("where not all is free to take: %v, %v", times, err)
		}
	})
}

// Who waits and can use nothing of what is free keeps nobody from it.
func TestWhoFitsNothingBlocksNobody(t *testing.T) { // P-66
	each(t, func(t *testing.T, w *world) {
		later := plenty(0)
		later.Fields["desks"] = "2022-12-01..2022-12-31 1x15 uk,en"
		w.has(later)
		w.given(t)
		alone := w.asker(t)
		alone.DeskLang = "uk"
		waits := w.ask(t, alone)
		w.pass(t, w.untilClosing(t)+draw.Delay)
		w.has(plenty(1)) // whose desk speaks Dutch and English
		w.work(t)
		w.pass(t, time.Hour)
		if got := w.status(t, waits); got.State != planner.Waiting || got.Offer != nil {
			t.Fatalf("who needs another language is %s", got.State)
		}
		r := w.ask(t, w.asker(t))
		times, err := w.Times(t.Context(), r.Number, r.Code)
		if err != nil || len(times) == 0 {
			t.Fatalf("it can take %+v: %v", times, err)
		}
		must(t, w.Take(t.Context(), r.Number, r.Code, "assen", times[0].Starts))
		w.promises(t)

		w.has(plenty(2)) // one speaks it again
		w.work(t)
		w.clock.Advance(10 * time.Minute)
		other := w.ask(t, w.asker(t))
		if _, err := w.Times(t.Context(), other.Number, other.Code); fault.Key(err) != "planner.direct.line" {
			t.Errorf("before who waits: %v", err)
		}
		w.pass(t, 2*time.Minute)
		if w.status(t, waits).Offer == nil {
			t.Error("who waited is offered nothing")
		}
		w.promises(t)
	})
}

// A thousand people take one slot at the same moment: one has it, and all others are told
// that somebody was first.
func TestAThousandTakeOneSlot(t *testing.T) { // P-66
	each(t, func(t *testing.T, w *world) {
		item := plenty(1)
		item.Fields["horizon"] = "2022-08-01 2022-08-18"
		item.Fields["hours"] = "thu 09:00-09:15"
		w.has(item)
		w.given(t)
		const people, at = 1000, 20
		var forms []planner.Asking
		for range people {
			forms = append(forms, w.asker(t))
		}
		starts := w.midnight(t, "2022-08-18").Add(9 * time.Hour)
		var mu sync.Mutex
		var wait sync.WaitGroup
		errs := map[string]int{}
		queue := make(chan planner.Receipt, people)
		for _, form := range forms {
			queue <- w.ask(t, form)
		}
		close(queue)
		for range at {
			wait.Go(func() {
				for r := range queue {
					err := w.Take(t.Context(), r.Number, r.Code, "assen", starts)
					mu.Lock()
					if err == nil {
						errs["taken"]++
					} else {
						errs[fault.Key(err)]++
					}
					mu.Unlock()
				}
			})
		}
		wait.Wait()
		if errs["taken"] != 1 || errs["planner.direct.gone"] != people-1 {
			t.Errorf("taken: %v", errs)
		}
		if n := w.count(t, countOf+`appointment WHERE state = 'booked'`); n != 1 {
			t.Errorf("%d appointments", n)
		}
		w.promises(t)
	})
}
