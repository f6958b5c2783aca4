package planner_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/planner"
)

// limit is what chi-square with nine degrees of freedom exceeds once in a thousand times.
const limit = 27.88

// chiSquare compares where in an order those of a group stand with an even spread over ten
// parts of it.
func chiSquare(order []string, group map[string]bool) float64 {
	var found [10]float64
	for i, ticket := range order {
		if group[ticket] {
			found[i*len(found)/len(order)]++
		}
	}
	want := float64(len(group)) / float64(len(found))
	sum := 0.0
	for _, n := range found {
		sum += (n - want) * (n - want) / want
	}
	return sum
}

// queued is a person or a bot that asks at an instant.
type queued struct {
	ticket string
	at     float64 // seconds since the list was opened
}

// A thousand bots that ask a hundred times as fast as nine thousand people stand no further
// ahead than they. Where who is first is first they do, and the same measure finds it.
func TestBotsStandNoFurtherAhead(t *testing.T) { // P-70
	const people, bots, days = 9000, 1000, 20
	random := rand.New(rand.NewPCG(20220816, 1))
	sum, control := 0.0, 0.0
	for day := range days {
		var all []queued
		isBot := map[string]bool{}
		for i := range people + bots {
			q := queued{fmt.Sprintf("T%d-%05d", day, i), random.Float64() * 36000}
			if i >= people {
				isBot[q.ticket] = true
				q.at /= 100
			}
			all = append(all, q)
		}
		slices.SortFunc(all, func(a, b queued) int { return int(a.at*1e6) - int(b.at*1e6) })
		var tickets []string
		for _, q := range all {
			tickets = append(tickets, q.ticket)
		}
		control += chiSquare(tickets, isBot)
		var value [32]byte
		for i := range value {
			value[i] = byte(random.Uint32())
		}
		slices.Sort(tickets)
		sum += chiSquare(draw.Order(draw.Seed(value[:], value[:]), tickets), isBot)
	}
	if mean := sum / days; mean > limit/2 { // the mean of so many is near nine
		t.Errorf("bots stand elsewhere than people: chi-square %.1f", mean)
	}
	if mean := control / days; mean < 10*limit {
		t.Errorf("the measure does not find that bots are first where the first is first: chi-square %.1f", mean)
	}
}

// Asking again and again, from wherever, gives one ask with one ticket, and the bots that
// did so get places as anybody does.
func TestAskingOftenGainsNothing(t *testing.T) { // P-29 P-70
	const people, bots, tries = 240, 60, 20
	w := newWorld(t, db.SQLite)
	w.Random = rand.NewChaCha8([32]byte{16, 8, 22}) // tickets by a seed: the same each time
	w.has(counter("assen", region, 2, "2022-09-02"))
	w.work(t)
	isBot := map[string]bool{}
	var receipts []planner.Receipt
	for range bots { // all of them before anybody else
		asking := w.asker(t)
		first := w.ask(t, asking)
		for range tries {
			if r := w.ask(t, again(asking)); r.Number != first.Number || r.Ticket != first.Ticket {
				t.Fatal("asking again gives another ask")
			}
		}
		isBot[first.Ticket] = true
		receipts = append(receipts, first)
	}
	for range people {
		receipts = append(receipts, w.ask(t, w.asker(t)))
	}
	w.toOffers(t)
	list := w.verified(t, 1)
	if len(list.Order) != people+bots {
		t.Fatalf("%d tickets", len(list.Order))
	}
	if got := chiSquare(list.Order, isBot); got > limit {
		t.Errorf("bots stand elsewhere than people: chi-square %.1f", got)
	}
	placed := 0
	for _, r := range receipts {
		if offered := w.status(t, r).Offer != nil; offered != (slices.Index(list.Order, r.Ticket) < 96) { // 8 slots on 12 days
			t.Errorf("ticket %d has an offer: %t", slices.Index(list.Order, r.Ticket)+1, offered)
		} else if offered && isBot[r.Ticket] {
			placed++
		}
	}
	if placed < 8 || placed > 32 { // 19 are their share; this is three standard deviations
		t.Errorf("%d of 96 places went to bots, who are a fifth", placed)
	}
	w.promises(t)
}

// Who gives a place back for somebody else gives it to whoever is next, whom nobody chose:
// the buyer stands where they stood, and the seller gets no other place of that day.
func TestCancellingForSomebodyGainsThemNothing(t *testing.T) { // P-42 P-70
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 1, "2022-08-19"))
		w.work(t)
		var receipts []planner.Receipt
		for range 16 {
			receipts = append(receipts, w.ask(t, w.asker(t)))
		}
		w.toOffers(t)
		slices.SortFunc(receipts, func(a, b planner.Receipt) int { return w.rank(t, a) - w.rank(t, b) })
		for _, r := range receipts[:8] {
			must(t, w.Answer(t.Context(), r.Number, r.Code, w.status(t, r).Offer.ID, planner.Accept))
		}
		seller, buyer := receipts[0], receipts[15]
		place := w.status(t, seller).Appointments[0].Starts
		ahead := w.status(t, buyer).Ahead
		must(t, w.Cancel(t.Context(), seller.Number, seller.Code))
		fresh := w.ask(t, w.asker(t)) // or a buyer who asks at that moment
		w.work(t)
		if o := w.status(t, receipts[8]).Offer; o == nil || !o.Starts.Equal(place) {
			t.Error("the place did not go to who is next")
		}
		if status := w.status(t, buyer); status.Offer != nil || status.Ahead < ahead-1 {
			t.Errorf("the buyer: %+v", status)
		}
		if status := w.status(t, fresh); status.Offer != nil || status.Drawn {
			t.Errorf("who asked just then: %+v", status)
		}
		if status := w.status(t, seller); status.State != planner.Waiting || status.Offer != nil {
			t.Errorf("the seller: %+v", status)
		}
		w.promises(t)
	})
}
