package walkin_test

import (
	"crypto/rand"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/rules"
	"loket/internal/staff"
	"loket/internal/testclock"
	"loket/internal/walkin"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// world is two counters, of which the second is closed on the day.
type world struct {
	*walkin.Store
	db    *db.DB
	clock *testclock.Clock
}

const here, shut = "ggd", "elsewhere"

func each(t *testing.T, test func(t *testing.T, w *world)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, open(t, d)) })
}

func open(t *testing.T, d *db.DB) *world {
	zone, err := time.LoadLocation("Europe/Amsterdam")
	check(t, err)
	w := &world{db: d, clock: testclock.At("2021-12-20T10:00:00+01:00")}
	fields := map[string]string{"state": "open", "address": "Voorbeeldplein 1", "hours": "mon 09:00-17:00; tue 09:00-17:00"}
	places := location.NewStore(location.Parts{DB: d, Audit: audit.NewLog(w.clock.Now, rand.Reader), Zone: zone, Now: w.clock.Now,
		Counters: func() []rules.Item {
			return []rules.Item{{ID: here, Fields: fields}, {ID: shut, Fields: map[string]string{"state": "announced"}}}
		}})
	w.Store = walkin.NewStore(walkin.Parts{DB: d, Locations: places, Now: w.clock.Now, Random: rand.Reader})
	return w
}

func carla() staff.Member { return staff.Member{ID: "stf_carla", Roles: []staff.Role{staff.Counter}} }

// take takes n numbers, a few a minute.
func (w *world) take(t testing.TB, n int) []walkin.Ticket {
	t.Helper()
	var list []walkin.Ticket
	for i := range n {
		if i%20 == 19 {
			w.clock.Advance(time.Minute)
		}
		ticket, err := w.Take(t.Context(), here)
		check(t, err)
		list = append(list, ticket)
	}
	return list
}

func TestATicketIsTakenCalledServedAndDone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		taken := w.take(t, 3)
		if taken[0].Label() != "A-1" || taken[2].Label() != "A-3" || taken[0].StaffID != "" { // G-14
			t.Errorf("taken %+v", taken)
		}
		called, err := w.CallNext(t.Context(), carla(), here, "1")
		check(t, err)
		if called.Label() != "A-1" || called.State != walkin.Called || called.Desk != "1" {
			t.Errorf("called %+v", called)
		}
		if _, err := w.CallNext(t.Context(), carla(), here, "1"); !fault.Is(err, fault.Taken) {
			t.Errorf("a desk with two: %v", err)
		}
		board, err := w.Board(t.Context(), here)
		check(t, err)
		if len(board.Called) != 1 || board.Waiting != 2 || len(board.Next) != 2 || board.Next[0].N != 2 {
			t.Errorf("board %+v", board)
		}
		check(t, w.Serve(t.Context(), carla(), called.ID))
		if err := w.Left(t.Context(), carla(), called.ID); !fault.Is(err, fault.TooLate) {
			t.Errorf("whoever sits at the desk has left: %v", err)
		}
		if at, err := w.AtDesk(t.Context(), here, "1"); err != nil || at.State != walkin.Served || at.ID != called.ID {
			t.Errorf("at the desk %+v, %v", at, err)
		}
		check(t, w.Done(t.Context(), carla(), called.ID))
		if _, err := w.AtDesk(t.Context(), here, "1"); !fault.Is(err, fault.NotFound) {
			t.Errorf("still at the desk: %v", err)
		}
		if err := w.Done(t.Context(), carla(), called.ID); !fault.Is(err, fault.TooLate) {
			t.Errorf("done twice: %v", err)
		}
	})
}

func TestWhoDidNotComeIsCalledAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.take(t, 2)
		first, err := w.CallNext(t.Context(), carla(), here, "1")
		check(t, err)
		check(t, w.Left(t.Context(), carla(), first.ID))
		absent, err := w.Absent(t.Context(), here)
		check(t, err)
		if len(absent) != 1 || absent[0].ID != first.ID {
			t.Errorf("absent %+v", absent)
		}
		second, err := w.CallNext(t.Context(), carla(), here, "1")
		check(t, err)
		if second.N != 2 {
			t.Errorf("called %s after A-1 left", second.Label())
		}
		if _, err := w.Call(t.Context(), carla(), second.ID, "2"); !fault.Is(err, fault.NotFound) {
			t.Errorf("called by two desks: %v", err)
		}
		again, err := w.Call(t.Context(), carla(), first.ID, "2")
		if err != nil || again.N != 1 || again.State != walkin.Called {
			t.Errorf("called again %+v, %v", again, err)
		}
		if _, err := w.CallNext(t.Context(), carla(), here, "3"); !fault.Is(err, fault.NotFound) || fault.Key(err) != "walkin.nobody" {
			t.Errorf("nobody waits: %v", err)
		}
	})
}

func TestADayEndsByItself(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.take(t, 4)
		for _, desk := range []string{"1", "2", "3"} {
			ticket, err := w.CallNext(t.Context(), carla(), here, desk)
			check(t, err)
			if desk != "1" {
				check(t, w.Serve(t.Context(), carla(), ticket.ID))
			}
			if desk == "2" {
				check(t, w.Done(t.Context(), carla(), ticket.ID))
			}
		}
		w.clock.Advance(24 * time.Hour)
		if board, err := w.Board(t.Context(), here); err != nil || len(board.Called)+len(board.Next) != 0 {
			t.Errorf("yesterday hangs on the board: %+v, %v", board, err)
		}
		if _, err := w.CallNext(t.Context(), carla(), here, "1"); !fault.Is(err, fault.NotFound) {
			t.Errorf("yesterday's number was called: %v", err)
		}
		check(t, w.Sweep(t.Context()))
		first := w.take(t, 1)[0]
		if first.Label() != "A-1" {
			t.Errorf("the day begins with %s", first.Label())
		}
		monday := rules.DayOf(w.clock.Now()).Add(-1)
		figures, err := w.Figures(t.Context(), here, monday, monday.Add(1))
		check(t, err)
		want := []walkin.Figures{{Day: monday, Taken: 4, Done: 2, Left: 2}, {Day: monday.Add(1), Taken: 1, Waiting: 1}}
		if !slices.Equal(figures, want) {
			t.Errorf("figures %+v, want %+v", figures, want)
		}
	})
}

func TestNumbersAreForWhoCanBeServed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		if _, err := w.Take(t.Context(), shut); !fault.Is(err, fault.TooLate) || fault.Key(err) != "walkin.closed" {
			t.Errorf("a number for a counter that is only announced: %v", err)
		}
		w.clock.Advance(7 * time.Hour)
		if _, err := w.Take(t.Context(), here); !fault.Is(err, fault.TooLate) {
			t.Errorf("a number after closing time: %v", err)
		}
		w.clock.Advance(14 * time.Hour) // seven the next morning: people stand before the door
		for range 30 {
			_, err := w.Take(t.Context(), here)
			check(t, err)
		}
		if _, err := w.Take(t.Context(), here); !fault.Is(err, fault.Throttled) {
			t.Errorf("thirty-one in a minute: %v", err)
		}
		w.clock.Advance(time.Minute)
		_, err := w.Take(t.Context(), here)
		check(t, err)
		if _, err := w.CallNext(t.Context(), staff.Member{ID: "stf_h", Roles: []staff.Role{staff.Helper}}, here, "1"); !fault.Is(err, fault.Denied) {
			t.Errorf("called by a helper: %v", err)
		}
		for _, desk := range []string{"", "a desk with a long name", "1\n", "<1>"} {
			if _, err := walkin.ParseDesk(desk); desk != "1\n" && !fault.Is(err, fault.Invalid) {
				t.Errorf("desk %q: %v", desk, err)
			}
		}
	})
}

// Many take numbers at once: each number is one person's. Then eight desks call as fast as
// they can: no two call the same, and none is left out.
func TestTwoDesksNeverCallTheSameNumber(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const people, desks = 24, 8
		var all sync.WaitGroup
		var mu sync.Mutex
		numbers := map[int64]int{}
		for range people {
			all.Go(func() {
				ticket, err := w.Take(t.Context(), here)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				numbers[ticket.N]++
			})
		}
		all.Wait()
		for n := range int64(people) {
			if numbers[n+1] != 1 {
				t.Errorf("number %d was given %d times", n+1, numbers[n+1])
			}
		}
		called := map[string]int{}
		for d := range desks {
			desk := fmt.Sprint("desk ", d)
			all.Go(func() {
				for {
					ticket, err := w.CallNext(t.Context(), carla(), here, desk)
					if fault.Is(err, fault.NotFound) {
						return
					}
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					called[ticket.Label()]++
					mu.Unlock()
					if err := w.Done(t.Context(), carla(), ticket.ID); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		for label, n := range called {
			if n != 1 {
				t.Errorf("%s was called %d times", label, n)
			}
		}
		if len(called) != people {
			t.Errorf("%d of %d were called", len(called), people)
		}
	})
}

// Two desks under one name get one number between them.
func TestADeskIsOneDesk(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.take(t, 8)
		var all sync.WaitGroup
		var mu sync.Mutex
		got := 0
		for range 6 {
			all.Go(func() {
				_, err := w.CallNext(t.Context(), carla(), here, "1")
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					got++
				} else if !fault.Is(err, fault.Taken) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got != 1 {
			t.Errorf("one desk has %d numbers", got)
		}
	})
}
