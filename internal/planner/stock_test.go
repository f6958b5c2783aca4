package planner_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/fault"
	"loket/internal/planner"
	"loket/internal/rules"
	"loket/internal/staff"
	"loket/internal/stock"
)

// keeper changes stock.
func keeper() staff.Member {
	return staff.Member{ID: "stf_keeper", Roles: []staff.Role{staff.Lead}}
}

// stocks does a change of stock as it stands.
func (w *world) stocks(t testing.TB, c stock.Change) {
	t.Helper()
	must(t, w.Stock.Begin(t.Context()))
	sheet, err := w.Stock.Sheet(t.Context(), w.DB, c.Of())
	must(t, err)
	must(t, w.Stock.Do(t.Context(), keeper(), c, sheet.Version))
}

// counted says how many stickers there are somewhere.
func (w *world) counted(t testing.TB, where string, n int64) {
	t.Helper()
	w.stocks(t, stock.Movement{Product: "sticker", Kind: stock.Recounted, Location: where, N: n, Ground: "invented count"})
}

// floor is how many stickers the pack keeps back.
const floor = 50

// without is somebody without a document, who gets a card.
func (w *world) without(t testing.TB) planner.Asking {
	asking := w.asker(t)
	asking.Members[0].Document = "none"
	return asking
}

// allNotices counts the mails that say that there is news.
func (w *world) allNotices(t testing.TB) int64 {
	t.Helper()
	return w.count(t, `SELECT count(*) AS n FROM outbox`)
}

// day reads a day.
func day(t testing.TB, text string) rules.Day {
	t.Helper()
	d, err := rules.ParseDay(text)
	must(t, err)
	return d
}

// placed counts who is offered something, or has it.
const placed = `SELECT count(*) AS n FROM ask WHERE state IN ('offered', 'booked')`

// No more is offered than there is, the floor is kept, and what comes is offered from the
// day on which it can be handed out; what is not counted has no limit.
func TestOffersWithinTheStock(t *testing.T) { // P-66
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 2, "2022-08-31"))
		w.counted(t, "assen", floor+3)
		w.work(t)
		for range 6 {
			w.ask(t, w.asker(t))
		}
		card := w.ask(t, w.without(t))
		w.toOffers(t)
		if n := w.count(t, placed); n != 3+1 {
			t.Errorf("%d have a place, of 3 stickers and a card", n)
		}
		if s := w.status(t, card); s.State != planner.Offered {
			t.Errorf("who gets a card is %s", s.State)
		}
		if n := w.count(t, `SELECT count(*) AS n FROM ask_skip WHERE reason = 'product'`); n != 0 && n != 3 {
			t.Errorf("%d were passed over for want of stickers", n)
		}
		w.promises(t)
		// Two more are expected on the 22nd, and can be handed out two days later.
		w.stocks(t, stock.Expectation{Product: "sticker", Delivery: stock.Delivery{Day: day(t, "2022-08-22"), N: 2, Confidence: stock.Sure, Owner: "printer", StatedOn: w.Today()}})
		w.pass(t, 10*time.Minute)
		if n := w.count(t, placed); n != 5+1 {
			t.Errorf("%d have a place, of 5 stickers and a card", n)
		}
		if n := w.count(t, `SELECT count(*) AS n FROM slot WHERE state = 'offered' AND day >= '2022-08-24'`); n != 2 {
			t.Errorf("%d are offered what comes", n)
		}
		w.promises(t)
	})
}

// A household is offered stickers for all of it or none, where there are enough.
func TestAHouseholdWithinTheStock(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 2, "2022-08-31"), counter("deventer", region, 2, "2022-08-31"))
		w.counted(t, "assen", floor+2)
		w.counted(t, "deventer", 3)
		w.work(t)
		asking := w.household(t, 1970, 1972)
		asking.Region = region
		three := w.ask(t, asking)
		w.toOffers(t)
		if o := w.status(t, three).Offer; o == nil || o.People != 3 || o.Location.ID != "deventer" && o.Location.ID != "assen" {
			t.Fatalf("three people: %+v", o)
		}
		w.promises(t)
	})
}

// A delivery that does not come takes back what was promised of it, from the end of the
// line, and tells each once; they wait where they stood, without any mark.
func TestADeliveryThatDoesNotCome(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 1, "2022-08-31"))
		w.counted(t, "assen", floor+2)
		w.stocks(t, stock.Expectation{Product: "sticker", Delivery: stock.Delivery{Location: "assen", Day: day(t, "2022-08-22"), N: 60, Confidence: stock.Sure, Owner: "printer", StatedOn: w.Today()}})
		w.work(t)
		var receipts []planner.Receipt
		for range 5 {
			receipts = append(receipts, w.ask(t, w.asker(t)))
		}
		w.toOffers(t)
		for _, r := range receipts {
			o := w.status(t, r).Offer
			if o == nil {
				t.Fatal("somebody is offered nothing")
			}
			must(t, w.Answer(t.Context(), r.Number, r.Code, o.ID, planner.Accept))
		}
		sheet, err := w.Stock.Sheet(t.Context(), w.DB, "sticker")
		must(t, err)
		drop := stock.Dropped{Product: "sticker", Delivery: sheet.Deliveries[0].ID}
		_, after, err := w.Stock.Preview(t.Context(), keeper(), drop, sheet.Version)
		must(t, err)
		if got, err := w.Affected(t.Context(), after); err != nil || got.Booked != 0 {
			t.Errorf("what is kept back is there for whoever has an appointment: %+v, %v", got, err)
		}
		w.stocks(t, stock.Movement{Product: "sticker", Kind: stock.Damaged, Location: "assen", N: floor, Ground: "water"})
		told := w.allNotices(t)
		w.work(t)
		w.promises(t)
		if n := w.count(t, placed); n != 5 {
			t.Errorf("%d of 5 keep their place while the delivery is expected", n)
		}
		w.stocks(t, drop)
		w.work(t)
		w.promises(t)
		w.pass(t, time.Hour)
		if n := w.count(t, placed); n != 2 {
			t.Errorf("%d keep their place, of 2 stickers", n)
		}
		if n := w.allNotices(t) - told; n != 3 {
			t.Errorf("%d were told", n)
		}
		if n := w.count(t, `SELECT count(*) AS n FROM ask WHERE state = 'waiting' AND silences = 0 AND laters = 0
			AND line > (SELECT max(line) FROM ask WHERE state = 'booked')`); n != 3 {
			t.Errorf("%d wait without a mark, behind who kept theirs", n)
		}
		w.promises(t)
	})
}

// The weeks without stickers: told on 1 September, no slot from the 5th, booked people are
// told once before they travel and keep their turn, cards go on, estimates are told once
// each, and each location comes back on its own days.
func TestTheWeeksWithoutStickers(t *testing.T) { // P-47 P-48 P-50
	each(t, func(t *testing.T, w *world) {
		assen, rotterdam := counter("assen", region, 2, "14 days"), counter("rotterdam", "south-west", 2, "2022-10-31")
		assen.Fields["horizon"] = "2022-08-01 14 days; 2022-10-06 2022-10-31"
		rotterdam.Fields["stands"] = "2022-08-01 announced; 2022-10-06 bookable; 2022-10-12 open"
		w.has(assen, rotterdam)
		w.clock.Advance(13 * 24 * time.Hour) // Monday 29 August
		w.work(t)
		late, card, waits := w.ask(t, w.asker(t)), w.ask(t, w.without(t)), w.ask(t, w.asker(t))
		w.toOffers(t)
		for _, r := range []planner.Receipt{late, card, waits} { // to the days after the 5th
			for s := w.status(t, r); s.Offer.Starts.Before(time.Date(2022, 9, 5, 0, 0, 0, 0, w.Zone)); s = w.status(t, r) {
				must(t, w.Answer(t.Context(), r.Number, r.Code, s.Offer.ID, planner.Other))
				w.pass(t, 2*time.Minute)
			}
		}
		for _, r := range []planner.Receipt{late, card} {
			must(t, w.Answer(t.Context(), r.Number, r.Code, w.status(t, r).Offer.ID, planner.Accept))
		}
		w.promises(t)
		w.clock.Advance(time.Date(2022, 9, 1, 0, 0, 0, 0, w.Zone).Sub(w.clock.Now()) - time.Second)
		w.work(t)
		if s := w.status(t, late); s.State != planner.Booked {
			t.Fatalf("before it is known: %s", s.State)
		}
		told := w.allNotices(t)
		w.clock.Advance(time.Second)
		w.work(t)
		w.promises(t)
		w.pass(t, time.Hour)
		if s := w.status(t, late); s.State != planner.Waiting || len(s.Appointments) != 0 {
			t.Errorf("who had a sticker booked on %v is %s", s.Appointments, s.State)
		}
		if s := w.status(t, card); s.State != planner.Booked {
			t.Errorf("who gets a card is %s", s.State)
		}
		if n := w.allNotices(t) - told; n != 2 { // late, and waits: by the offer that is taken back, or of the pause
			t.Errorf("%d were told", n)
		}
		if n := w.count(t, `SELECT silences + laters AS n FROM ask WHERE number = $1`, string(late.Number)); n != 0 {
			t.Errorf("who had an appointment has %d marks", n)
		}
		// Another estimate is told once to those who wait, and to nobody else.
		told = w.allNotices(t)
		w.stocks(t, stock.Later{Product: "sticker", Pause: "stickers-autumn", Expected: stock.Estimate{Expected: day(t, "2022-10-12"), Confidence: stock.Likely, Owner: "IND"}})
		w.pass(t, 2*time.Hour)
		if n := w.allNotices(t) - told; n != 2 {
			t.Errorf("%d were told of another day", n)
		}
		w.promises(t)
		soon := w.asker(t)
		soon.Region = "south-west"
		south := w.ask(t, soon)
		w.passTo(t, "2022-10-05 23:59:59")
		if s := w.status(t, late); s.State != planner.Waiting {
			t.Fatalf("on %s somebody is %s", w.Today(), s.State)
		}
		w.clock.Advance(time.Second)
		w.work(t)
		w.promises(t)
		w.pass(t, time.Hour)
		for i, first := range []string{"2022-10-17", "2022-10-17", "2022-10-12"} {
			if s := w.status(t, []planner.Receipt{late, waits, south}[i]); s.Offer == nil || rules.DayOf(s.Offer.Starts).String() != first {
				t.Errorf("offered %+v, want %s", s.Offer, first)
			}
		}
		w.promises(t)
	})
}

// Two processes never promise more than there is, whatever else happens to it.
func TestTwoProcessesWithinTheStock(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const people, stickers = 30, 11
		w.has(counter("assen", region, 6, "2022-08-31"))
		w.counted(t, stock.Central, floor+stickers)
		w.work(t)
		for range people {
			w.ask(t, w.asker(t))
		}
		w.clock.Advance(w.untilClosing(t))
		second := w.another(t)
		second.has(counter("assen", region, 6, "2022-08-31"))
		for range 4 {
			var wait sync.WaitGroup
			for _, one := range []*world{w, second} {
				wait.Go(func() {
					if err := one.Work(context.Background()); err != nil {
						t.Errorf("work: %v", err)
					}
				})
			}
			wait.Wait()
			if n := w.count(t, placed); n > stickers {
				t.Fatalf("%d have a place, of %d stickers", n, stickers)
			}
			w.clock.Advance(draw.Delay)
		}
		w.work(t)
		if n := w.count(t, placed); n != stickers {
			t.Errorf("%d have a place, of %d stickers", n, stickers)
		}
		w.promises(t)
	})
}

// Whatever happens to stock and people, no more is promised than there is, and nobody is
// paused into a mark.
func TestStockPromisesHoldAfterEveryStep(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			var c *crowd
			rapid.Check(t, func(r *rapid.T) {
				if c == nil || c.Today().String() > lastDay || len(c.receipts) > 15 {
					c = &crowd{world: newWorld(t, engine), t: t, engine: engine}
					c.has(counter("assen", region, 2, "2022-09-09"), counter("deventer", region, 1, "2022-09-09"))
				}
				for range rapid.IntRange(1, 4).Draw(r, "steps") {
					if rapid.Bool().Draw(r, "stock") {
						c.stockStep(r)
					} else {
						c.step(r)
					}
					c.work(t)
					c.look(r)
				}
			})
		})
	}
}

// stockStep changes stock in one way.
func (c *crowd) stockStep(r *rapid.T) {
	must(c.t, c.Stock.Begin(c.t.Context()))
	sheet, err := c.Stock.Sheet(c.t.Context(), c.DB, "sticker")
	must(c.t, err)
	where := rapid.SampledFrom([]string{"assen", "deventer", stock.Central}).Draw(r, "where")
	var change stock.Change
	switch rapid.SampledFrom([]string{"count", "count", "expect", "drop", "pause", "resume", "night"}).Draw(r, "stock change") {
	case "count":
		change = stock.Movement{Product: "sticker", Kind: stock.Recounted, Location: where, N: int64(rapid.IntRange(0, floor+5).Draw(r, "n")), Ground: "count"}
	case "expect":
		change = stock.Expectation{Product: "sticker", Delivery: stock.Delivery{Location: where, Day: c.Today().Add(rapid.IntRange(0, 3).Draw(r, "in")), N: 30,
			Confidence: stock.Sure, Owner: "printer", StatedOn: c.Today()}}
	case "drop":
		if len(sheet.Deliveries) > 0 {
			change = stock.Dropped{Product: "sticker", Delivery: sheet.Deliveries[0].ID}
		}
	case "pause":
		change = stock.Stop{Pause: stock.Pause{Product: "sticker", Location: where, Cause: "fault", Spares: []string{"stay"}, Owner: "IND",
			StartsOn: c.Today().Add(rapid.IntRange(0, 4).Draw(r, "from"))}, Expected: stock.Estimate{Confidence: stock.Unknown}}
	case "resume":
		if len(sheet.Pauses) > 0 {
			p := sheet.Pauses[0]
			change = stock.Resume{Product: "sticker", Pause: p.ID, Restart: stock.Restart{Location: p.Location, First: c.Today().Add(1), Gives: c.clock.Now()}}
		}
	case "night":
		c.clock.Advance(12 * time.Hour)
	}
	if change == nil {
		return
	}
	if err := c.Stock.Do(c.t.Context(), keeper(), change, sheet.Version); err != nil && !fault.Is(err, fault.TooLate) {
		r.Errorf("%+v: %v", change, err)
	}
}

// A pause of one location leaves the others alone.
func TestAPauseOfOneLocation(t *testing.T) { // P-47
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 1, "2022-08-31"), counter("deventer", "east", 1, "2022-08-31"))
		w.stocks(t, stock.Stop{Pause: stock.Pause{Product: "sticker", Location: "assen", Cause: "machine", Spares: []string{"stay"}, Owner: "IND", StartsOn: w.Today()},
			Expected: stock.Estimate{Confidence: stock.Unknown}})
		w.work(t)
		north, card := w.ask(t, w.asker(t)), w.ask(t, w.without(t))
		asking := w.asker(t)
		asking.Region = "east"
		east := w.ask(t, asking)
		w.toOffers(t)
		if a, b, c := w.status(t, north), w.status(t, east), w.status(t, card); a.State != planner.Waiting || b.State != planner.Offered || c.State != planner.Offered {
			t.Errorf("in the north %s, in the east %s, for a card %s", a.State, b.State, c.State)
		}
		w.promises(t)
	})
}

// Check sees what is promised beyond the stock, and what is promised in a pause.
func TestCheckSeesWhatIsPromisedBeyondTheStock(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.booked(t, w.ask(t, w.person(t)))
		for _, c := range []stock.Change{
			stock.Movement{Product: "sticker", Kind: stock.Recounted, Location: "assen", Ground: "count"},
			stock.Stop{Pause: stock.Pause{Product: "sticker", Cause: "fault", Spares: []string{"stay"}, Owner: "IND", StartsOn: w.Today()},
				Expected: stock.Estimate{Confidence: stock.Unknown}},
		} {
			w.promises(t)
			w.stocks(t, c)
			w.promises(t) // it is being done
			sheet, err := w.Stock.Sheet(t.Context(), w.DB, "sticker")
			must(t, err)
			must(t, w.Stock.Settle(t.Context(), sheet)) // says that it was done
			broken, err := w.Check(t.Context())
			must(t, err)
			if len(broken) != 1 || !strings.Contains(broken[0], "1 asks are promised sticker") {
				t.Errorf("Check says %q", broken)
			}
			w.stocks(t, stock.Movement{Product: "sticker", Kind: stock.Recounted, Location: "assen", N: 1000, Ground: "count"})
		}
	})
}
