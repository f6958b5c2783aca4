package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"loket/internal/db"
)

// ofPlaces begins the names of points of places.
const ofPlaces = "planner."

// notReached are points of which a crowd that asks by the API passes none: they need staff
// who change a plan or a stock, days to pass, or a place without scarcity. Tests of the
// planner run their work twice and at two processes; docs/open.md says that nothing kills
// them yet.
func notReached() []string {
	return []string{"planner.address-told", "planner.arrived", "planner.collected", "planner.displaced", "planner.document-returned", "planner.disruption-told", "planner.document-told",
		"planner.move-asked", "planner.move-ended", "planner.opening-told", "planner.pause-told", "planner.reminded", "planner.restored", "planner.stopped",
		"planner.taken", "planner.urgent-granted", "planner.urgent-offered", "planner.urgent-proposed", "planner.voucher-issued", "report.sent", "texting.asked", "texting.taken"}
}

// promises 1, 3 and 9 at each point of places. Some need time to pass, a counter, or a line
// in which many cannot be helped; all others are on the way of a few people.
func TestCrashAtEachPointOfPlaces(t *testing.T) {
	apart := map[string]func(*installation, *testing.T, context.Context, *db.DB, string){
		"planner.lapsed": func(in *installation, t *testing.T, ctx context.Context, d *db.DB, point string) {
			in.crashOfTime(t, ctx, d, point, isSilent, func() { in.move(offersEnd) },
				`SELECT count(*) AS n FROM ask WHERE silences = 1 AND state IN ('waiting', 'offered')
					AND (SELECT count(*) FROM offer WHERE ask_id = ask.id AND offer.state = 'lapsed') = 1`)
		},
		"planner.missed": func(in *installation, t *testing.T, ctx context.Context, d *db.DB, point string) {
			in.crashOfTime(t, ctx, d, point, accepts, func() { in.comeTo(-1) },
				`SELECT count(*) AS n FROM ask WHERE silences = 1 AND state IN ('waiting', 'offered')
					AND (SELECT count(*) FROM appointment WHERE ask_id = ask.id AND appointment.state = 'missed') = 1`)
		},
		"planner.served":      (*installation).crashOfCounter,
		"planner.passed":      (*installation).crashOfLine,
		"planner.claims-told": (*installation).crashOfClaim,
	}
	try := func(t *testing.T, engine db.Engine, name string, crash func(*installation, *testing.T, context.Context, *db.DB)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := installPlaces(t, engine)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			d := in.open()
			t.Cleanup(func() { d.Close() })
			crash(in, t, ctx, d)
		})
	}
	for _, engine := range engines() {
		t.Run(string(engine), func(t *testing.T) {
			onTheWay := []string{"planner.slots"} // only the first start makes any
			for _, point := range points(t) {
				if crash := apart[point]; crash != nil {
					try(t, engine, point, func(in *installation, t *testing.T, ctx context.Context, d *db.DB) { crash(in, t, ctx, d, point) })
				} else if strings.HasPrefix(point, ofPlaces) && point != onTheWay[0] && !slices.Contains(notReached(), point) {
					onTheWay = append(onTheWay, point)
				}
			}
			try(t, engine, "all others", func(in *installation, t *testing.T, ctx context.Context, d *db.DB) {
				in.crashOnTheWay(t, ctx, d, onTheWay)
			})
		})
	}
}

// crashOnTheWay has the server die at one point after the other, and more people come each
// time.
func (in *installation) crashOnTheWay(t *testing.T, ctx context.Context, d *db.DB, points []string) {
	t.Helper()
	var crowds []*askers
	for i, point := range points {
		running := in.start(point)
		crowds = append(crowds, beginPlaces(ctx, in, d, i*int(ways), (i+1)*int(ways)))
		if err := running.dies(ctx); err != nil {
			t.Fatalf("%s: %v", point, err)
		}
		in.promises("after the death at " + point)
		in.minutesPass()
	}
	running := in.start("")
	var all []*asker
	for _, crowd := range crowds {
		crowd.end(t)
		all = append(all, crowd.all...)
	}
	in.placesExactly(all)
	in.must(running.stop())
	in.promises("in the end")
}

// crashOfClaim has somebody claim a number, with nobody behind them, and the server die
// when they were told.
func (in *installation) crashOfClaim(t *testing.T, ctx context.Context, d *db.DB, point string) {
	t.Helper()
	running := in.start(point)
	a := newAsker(in, d, int(isClaimed))
	in.must(a.ask(ctx))
	_, err := a.take(ctx, "accept")
	in.must(err)
	in.must(a.claimer.ask(ctx))
	in.must(running.dies(ctx))
	in.promises("after the death")
	in.minutesPass()
	running = in.start("")
	in.must(a.letsGo(ctx))
	a.truth(t)
	in.placesExactly([]*asker{a})
	in.must(running.stop())
	in.promises("in the end")
}

// crashOfTime has people wait for something that time ends, and the server die while it
// ends it: for each of them it is ended once.
func (in *installation) crashOfTime(t *testing.T, ctx context.Context, d *db.DB, point string, only way, passes func(), once string) {
	t.Helper()
	running := in.start("")
	crowd := beginPlaces(ctx, in, d, 0, few, only)
	crowd.wait(t)
	in.must(running.stop())
	passes()
	in.must(in.start(point).dies(ctx))
	in.promises("after the death")
	in.minutesPass()
	running = in.start("")
	for in.count(once) != few && pause(ctx, 100*time.Millisecond) {
	}
	in.must(running.stop())
	if n := in.count(once); n != few {
		t.Errorf("it ended once for %d people, want %d", n, few)
	}
	in.promises("in the end")
}

// crashOfCounter has the counter die when somebody was served. All come again, and each is
// served once.
func (in *installation) crashOfCounter(t *testing.T, ctx context.Context, d *db.DB, point string) {
	t.Helper()
	running := in.start("")
	crowd := beginPlaces(ctx, in, d, 0, few, accepts)
	crowd.wait(t)
	in.must(running.stop())
	in.comeTo(0)
	if out, err := in.served(point, crowd.all); err == nil || out != "" {
		t.Fatalf("it lives on: %s", out)
	}
	in.promises("after the death")
	if out, err := in.served("", crowd.all); err != nil {
		t.Fatalf("the counter, again: %v, %s", err, out)
	}
	in.servedOnce(crowd.all)
	in.promises("in the end")
}

// servedOnce compares who was served with who came.
func (in *installation) servedOnce(people []*asker) {
	in.t.Helper()
	for what, query := range map[string]string{
		"asks are served":      `SELECT count(*) AS n FROM ask WHERE state = 'served'`,
		"people were served":   `SELECT count(*) AS n FROM appointment WHERE state = 'served'`,
		"entries say so":       `SELECT count(*) AS n FROM audit_entry WHERE act = 'ask.serve'`,
		"numbers are kept":     `SELECT count(*) AS n FROM served_number`,
		"are counted":          `SELECT CAST(sum(n) AS bigint) AS n FROM ask_figure WHERE what = 'served'`,
		"numbers are held not": `SELECT count(*) AS n FROM ask_member JOIN ask ON ask.id = ask_id WHERE ask.state = 'served' AND NOT holds`,
	} {
		if n := in.count(query); n != int64(len(people)) {
			in.t.Errorf("%d %s, want %d", n, what, len(people))
		}
	}
}

// crashOfLine puts so many households into the line that no slots fit, that why they were
// passed over is written in several transactions before somebody behind them has an offer.
func (in *installation) crashOfLine(t *testing.T, ctx context.Context, d *db.DB, point string) {
	t.Helper()
	const households = 55
	running := in.start(point)
	var all []*asker
	for n := range households {
		a := newAsker(in, d, n)
		a.way, a.size, a.claimer = isSilent, 5, nil
		in.must(a.ask(ctx))
		all = append(all, a)
	}
	for in.count(`SELECT count(*) AS n FROM ask WHERE line IS NULL`) > 0 && pause(ctx, 100*time.Millisecond) {
	}
	crowd := beginPlaces(ctx, in, d, households, households+few, accepts)
	in.must(running.dies(ctx))
	in.promises("after the death")
	in.minutesPass()
	running = in.start("")
	crowd.end(t)
	in.placesExactly(append(all, crowd.all...))
	if n := in.count(`SELECT count(*) AS n FROM ask_skip WHERE reason = 'household' AND n = 1`); n != households {
		t.Errorf("why they were passed over is kept of %d households, want %d", n, households)
	}
	in.must(running.stop())
	in.promises("in the end")
}

// promises 1, 3 and 9: people who ask, answer, give back, withdraw and claim lose nothing
// when the program dies again and again at any moment, nor do those who are served by a
// counter that does.
func TestCrashOfPlacesAtRandom(t *testing.T) {
	deaths, each := 3, 6
	if long() {
		deaths = 100
	}
	for _, engine := range engines() {
		t.Run(string(engine), func(t *testing.T) {
			in := installPlaces(t, engine)
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(deaths)*8*time.Second+patience)
			defer cancel()
			d := in.open()
			t.Cleanup(func() { d.Close() })
			var crowds []*askers
			for death := range deaths {
				running := in.start("")
				crowds = append(crowds, beginPlaces(ctx, in, d, death*each, (death+1)*each))
				time.Sleep(time.Duration(200+rand.IntN(2500)) * time.Millisecond)
				running.kill()
				in.promises("after a death")
				in.minutesPass()
				if death%3 == 2 {
					in.move(offersEnd)
				}
			}
			running := in.start("")
			var all []*asker
			for _, p := range crowds {
				p.end(t)
				all = append(all, p.all...)
			}
			in.placesExactly(all)
			in.must(running.stop())
			in.promises("in the end")
			in.countersDie(t, ctx, all)
			t.Logf("%d deaths, %d people", deaths, len(all))
		})
	}
}

// countersDie serves all who have a place at a counter that dies after the first, the
// second, and so on.
func (in *installation) countersDie(t *testing.T, ctx context.Context, all []*asker) {
	t.Helper()
	var come []*asker
	people := 0
	for _, a := range all {
		if a.claimer != nil {
			a = a.claimer
		}
		if a.starts != "" {
			come, people = append(come, a), people+a.size
		}
	}
	in.comeTo(0)
	most := 3
	if long() {
		most = 10
	}
	for n := 1; n < min(people, most); n++ {
		if out, err := in.served(fmt.Sprintf("planner.served:%d", n), come); err == nil {
			t.Fatalf("the counter lives on: %s", out)
		}
		in.promises("after the death of a counter")
	}
	if out, err := in.served("", come); err != nil {
		t.Errorf("the counter: %v, %s", err, out)
	}
	in.promises("after the counter")
	if n := in.count(`SELECT count(*) AS n FROM appointment WHERE state = 'served'`); n != int64(people) || ctx.Err() != nil {
		t.Errorf("%d people were served of %d", n, people)
	}
}
