package planner_test

import (
	"context"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/planner"
)

// long reports whether the long forms of tests are wanted: make season.
func long() bool { return os.Getenv("LOKET_LONG") != "" }

// atOnce runs do for each number below n, some of them at a time, on each process by turns.
func atOnce(t testing.TB, processes []*world, n int, do func(w *world, i int) error) {
	t.Helper()
	const workers = 64
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() {
			for i := worker; i < n; i += workers {
				if err := do(processes[i%len(processes)], i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

// Many more people than slots ask two processes at once, some of them twice with one
// number; whoever is offered a slot says yes at once, while both processes work. As many
// as there are slots have one, and nobody has two. The long form is 50,000 on 2,000.
func TestManyPeopleOnFewSlots(t *testing.T) { // P-29 P-30 P-66
	each(t, func(t *testing.T, w *world) {
		people, desks := 2000, 5
		if long() {
			people, desks = 50_000, 50
		}
		slots := desks * 4 * 10 // an hour on ten mornings
		places := counter("assen", region, desks, "2022-08-31")
		w.has(places)
		w.work(t)
		processes := []*world{w, w.another(t)}
		processes[1].has(places)
		forms := make([]planner.Asking, people)
		for i := range forms {
			if forms[i] = w.asker(t); i%50 == 49 { // somebody else with the number of the one before
				forms[i].Members[0].Number = forms[i-1].Members[0].Number
			}
			forms[i].Email = ident.Email{}
		}
		receipts, began := make([]planner.Receipt, people), time.Now()
		atOnce(t, processes, people, func(w *world, i int) (err error) {
			receipts[i], err = w.Ask(context.WithoutCancel(t.Context()), forms[i])
			return err
		})
		t.Logf("%d asks in %v", people, time.Since(began))
		byNumber := map[string]planner.Receipt{}
		for _, r := range receipts {
			byNumber[string(r.Number)] = r
		}
		began = time.Now()
		w.clock.Advance(w.untilClosing(t))
		w.work(t)
		w.clock.Advance(draw.Delay)
		t.Logf("closed in %v", time.Since(began))
		began = time.Now()
		for round := 0; ; round++ {
			bothWork(t, processes)
			if round == 0 {
				t.Logf("drawn in %v", time.Since(began))
			}
			if answered(t, processes, byNumber) == 0 && round > 0 {
				break
			}
			w.clock.Advance(time.Minute)
		}
		t.Logf("%d slots given and accepted in %v", slots, time.Since(began))
		for what, query := range map[string]string{
			"appointments":      `SELECT count(*) AS n FROM appointment WHERE state = 'booked'`,
			"slots are booked":  `SELECT count(*) AS n FROM slot WHERE state = 'booked'`,
			"numbers are there": `SELECT count(DISTINCT sum) AS n FROM ask_member JOIN appointment ON appointment.ask_id = ask_member.ask_id`,
		} {
			if n := w.count(t, query); n != int64(slots) {
				t.Errorf("%d %s, want %d", n, what, slots)
			}
		}
		w.promises(t)
	})
}

// bothWork has all processes work at one moment.
func bothWork(t testing.TB, processes []*world) {
	t.Helper()
	var all sync.WaitGroup
	for _, w := range processes {
		all.Go(func() {
			if err := w.Work(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

const selectOpenOffers = `SELECT ask.number, offer.id FROM offer JOIN ask ON ask.id = offer.ask_id WHERE offer.state = 'open' ORDER BY offer.id`

// answered accepts all open offers, twice each and by both processes, and returns how many
// there were.
func answered(t testing.TB, processes []*world, byNumber map[string]planner.Receipt) int {
	t.Helper()
	type open struct{ Number, ID string }
	offers, err := db.Select[open](t.Context(), processes[0].DB, selectOpenOffers)
	must(t, err)
	twice := append(offers, offers...)
	rand.Shuffle(len(twice), func(i, j int) { twice[i], twice[j] = twice[j], twice[i] })
	atOnce(t, processes, len(twice), func(w *world, i int) error {
		r := byNumber[twice[i].Number]
		err := w.Answer(context.WithoutCancel(t.Context()), r.Number, r.Code, twice[i].ID, planner.Accept)
		if fault.Is(err, fault.TooLate) {
			return nil
		}
		return err
	})
	return len(offers)
}
