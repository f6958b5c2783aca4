package planner_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/fault"
	"loket/internal/planner"
)

// verified returns a published draw, which anybody can verify.
func (w *world) verified(t testing.TB, n int64) draw.Draw {
	t.Helper()
	data, err := w.Published(t.Context(), n)
	must(t, err)
	d, err := draw.Verify(data, draw.Trust{Beacons: []draw.Trusted{w.Beacon.(*draw.Signer).Trusted()}})
	must(t, err)
	return d
}

// A list closes at its time, is published before the value is there, and is drawn then;
// who asks a second later is on the next.
func TestListIsClosedBeforeItsValue(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.work(t)
		first := w.ask(t, w.person(t))
		w.clock.Advance(w.untilClosing(t) - time.Second)
		w.work(t)
		last := w.ask(t, w.person(t))
		if _, err := w.Published(t.Context(), 1); !fault.Is(err, fault.NotFound) {
			t.Errorf("an open list is published: %v", err)
		}
		w.clock.Advance(time.Second)
		late := w.ask(t, w.person(t)) // no work was done meanwhile
		if !late.Closes.Equal(first.Closes.AddDate(0, 0, 1)) {
			t.Errorf("who asks at %v is on the list of %v", w.clock.Now(), late.Closes)
		}
		list := w.verified(t, 1)
		if list.Drawn() || len(list.Tickets) != 2 {
			t.Errorf("the closed list: %+v", list)
		}
		if rank, err := w.Rank(t.Context(), 1, last.Ticket); err != nil || rank != 0 {
			t.Errorf("place %d before the draw, %v", rank, err)
		}
		w.pass(t, draw.Delay)
		list = w.verified(t, 1)
		if len(list.Order) != 2 {
			t.Fatalf("the drawn list: %+v", list)
		}
		for i, ticket := range list.Order {
			if rank, err := w.Rank(t.Context(), 1, ticket); err != nil || rank != i+1 {
				t.Errorf("ticket %d has place %d, %v", i+1, rank, err)
			}
			if n := w.count(t, `SELECT line FROM ask WHERE ticket = $1`, ticket); n != 1<<32+int64(i+1) {
				t.Errorf("ticket %d stands at %d", i+1, n)
			}
		}
		if _, err := w.Rank(t.Context(), 1, late.Ticket); !fault.Is(err, fault.NotFound) {
			t.Errorf("a ticket of another list: %v", err)
		}
		draws, err := w.Draws(t.Context(), 5)
		must(t, err)
		if len(draws) != 2 || draws[0].State != "open" || draws[0].Tickets != 0 || draws[1].State != "drawn" || draws[1].Tickets != 2 {
			t.Errorf("the list of draws: %+v", draws)
		}
		w.promises(t)
	})
}

// Of a long list every ticket gets its own place, also where a process was killed between
// the batches, or another gives the same.
func TestLongListGetsItsPlaces(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.work(t)
		const n = 603
		w.fill(t, n)
		w.pass(t, w.untilClosing(t))
		w.pass(t, draw.Delay)
		_, err := db.Exec(t.Context(), w.DB, `UPDATE ask SET line = NULL WHERE line > $1`, int64(1<<32+250)) // as if it was killed after the first batch
		must(t, err)
		_, err = db.Exec(t.Context(), w.DB, `UPDATE draw SET state = 'closed', drawn_at = NULL WHERE n = 1`)
		must(t, err)
		w.work(t)
		for i, ticket := range w.verified(t, 1).Order {
			if line := w.count(t, `SELECT coalesce(line, 0) AS n FROM ask WHERE ticket = $1`, ticket); line != 1<<32+int64(i+1) {
				t.Fatalf("ticket %d of %d stands at %d", i+1, n, line)
			}
		}
		for i := range 9 { // more draws than are kept in memory
			w.clock.Advance(w.untilClosing(t))
			w.work(t)
			if rank, err := w.Rank(t.Context(), 1, w.verified(t, 1).Order[i]); err != nil || rank != i+1 {
				t.Errorf("ticket %d has rank %d, %v", i+1, rank, err)
			}
			if _, err := w.Rank(t.Context(), int64(i+2), "T000000001"); !fault.Is(err, fault.NotFound) {
				t.Errorf("a ticket of another draw: %v", err)
			}
		}
	})
}

// A list that nobody closed in time closes when somebody comes, with a value that nobody
// can know by then.
func TestListThatClosesLate(t *testing.T) {
	w := newWorld(t, db.SQLite)
	w.work(t)
	w.ask(t, w.person(t))
	w.clock.Advance(w.untilClosing(t) + 20*time.Hour)
	r := w.ask(t, w.person(t))
	list := w.verified(t, 1)
	if closed, err := list.Closed(); err != nil || !closed.Equal(w.clock.Now()) || len(list.Tickets) != 1 {
		t.Errorf("it closed %v with %d tickets, %v", closed, len(list.Tickets), err)
	}
	if got := r.Closes.Format(time.RFC3339); got != "2022-08-17T18:00:00+02:00" {
		t.Errorf("the next closes %s", got)
	}
	w.work(t)
	if w.verified(t, 1).Drawn() {
		t.Error("it was drawn with a value that was known")
	}
	w.pass(t, draw.Delay)
	if !w.verified(t, 1).Drawn() {
		t.Error("it was not drawn")
	}
}

// Six in the evening is six on the wall, also on the days on which the clocks change.
func TestListsCloseByTheClockOnTheWall(t *testing.T) {
	w := newWorld(t, db.SQLite)
	for _, test := range []struct{ now, closes string }{
		{"2022-10-29T19:00:00+02:00", "2022-10-30T18:00:00+01:00"},
		{"2023-03-25T19:00:00+01:00", "2023-03-26T18:00:00+02:00"},
		{"2023-03-26T18:00:00+02:00", "2023-03-27T18:00:00+02:00"},
	} {
		now, err := time.Parse(time.RFC3339, test.now)
		must(t, err)
		w.clock.Advance(now.Sub(w.clock.Now()))
		w.work(t)
		draws, err := w.Draws(t.Context(), 1)
		must(t, err)
		if got := draws[0].Closes.In(w.Zone).Format(time.RFC3339); got != test.closes {
			t.Errorf("at %s the next list closes %s, and not %s", test.now, got, test.closes)
		}
	}
}

// silentBeacon is a beacon that does not answer.
type silentBeacon struct{ planner.Beacon }

func (silentBeacon) Value(context.Context, uint64) (string, error) {
	return "", fault.New(fault.Unavailable, "", "no beacon answers")
}

// Without a value a draw waits, somebody is told after an hour, and everything else goes
// on; those who asked later stay behind it.
func TestDrawWaitsForItsValue(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 1, "2022-08-31"))
		w.work(t)
		before := w.ask(t, w.asker(t))
		w.toOffers(t)
		o := w.status(t, before).Offer
		told := 0
		w.Report = func(context.Context, string, error) { told++ }
		beacon := w.Beacon
		w.Beacon = silentBeacon{beacon}
		waits := w.ask(t, w.asker(t))
		w.pass(t, w.untilClosing(t)+draw.Delay+50*time.Minute)
		if told != 0 {
			t.Errorf("told %d times before an hour", told)
		}
		w.pass(t, 50*time.Minute)
		if told != 1 {
			t.Errorf("told %d times in the second hour", told)
		}
		must(t, w.Answer(t.Context(), before.Number, before.Code, o.ID, planner.Other))
		w.work(t)
		if w.status(t, before).Offer == nil {
			t.Error("who was drawn before gets no offer")
		}
		w.Beacon = beacon
		w.work(t)
		if w.status(t, waits).Offer == nil {
			t.Error("once the value is there nothing goes on")
		}
		w.promises(t)
	})
}

// dieAfter makes Work end where it looks at the clock for the nth time, as a process that
// is killed there, and reports whether it came so far.
func (w *world) dieAfter(t testing.TB, n int) (died bool) {
	t.Helper()
	now := w.Now
	defer func() { w.Now = now }()
	w.Now = func() time.Time {
		if n--; n < 0 {
			runtime.Goexit()
		}
		return now()
	}
	ended := make(chan bool, 1)
	go func() {
		clean := false
		defer func() { ended <- clean }()
		if err := w.Work(t.Context()); err != nil {
			t.Error(err)
		}
		clean = true
	}()
	return !<-ended
}

// Wherever work is killed, what was promised holds, and the next work goes on.
func TestWorkIsKilledAnywhere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 2, "2022-08-18"))
		for n := 0; w.dieAfter(t, n); n++ { // a list is opened, slots are made
			w.promises(t)
		}
		for range 12 {
			w.ask(t, w.asker(t))
		}
		for _, next := range []time.Duration{w.untilClosing(t), draw.Delay, 24 * time.Hour, 30 * time.Hour} { // closed, drawn and offered, lapsed
			w.clock.Advance(next)
			deaths := 0
			for n := 0; w.dieAfter(t, n); n++ {
				w.promises(t)
				deaths++
			}
			if deaths < 5 {
				t.Errorf("it was killed only %d times", deaths)
			}
		}
		if !w.verified(t, 1).Drawn() || w.count(t, `SELECT count(*) AS n FROM ask WHERE line IS NULL`) != 0 {
			t.Error("not everybody has a place in the line")
		}
		if n := w.count(t, `SELECT count(*) AS n FROM offer`); n < 8 {
			t.Errorf("%d offers for 8 slots", n)
		}
	})
}
