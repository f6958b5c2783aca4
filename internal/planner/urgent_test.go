package planner_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/fault"
	"loket/internal/planner"
	"loket/internal/staff"
)

// byDraw returns receipts in the order of the draw.
func (w *world) byDraw(t testing.TB, receipts []planner.Receipt) []planner.Receipt {
	t.Helper()
	order := w.believed(t, 1).Order
	return slices.SortedFunc(slices.Values(receipts), func(a, b planner.Receipt) int {
		return slices.Index(order, a.Ticket) - slices.Index(order, b.Ticket)
	})
}

// Two officials let somebody go before the line, each with a passkey; one alone cannot. The
// others keep their order, the lane gets a tenth of the week and no more, and whoever finds it
// full keeps their turn.
func TestTwoLetAnAskGoFirst(t *testing.T) { // P-66
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 3, "3 days")) // 12 slots a day, on three days of this week
		w.work(t)
		one, two := w.hire(t, staff.Lead), w.hire(t, staff.Lead)
		var receipts []planner.Receipt
		for range 45 {
			receipts = append(receipts, w.ask(t, w.asker(t)))
		}
		w.clock.Advance(w.untilClosing(t))
		w.work(t) // closed, and not drawn
		for _, r := range receipts[:6] {
			must(t, w.propose(t, one, r.Number, "work"))
		}
		if err := w.propose(t, two, receipts[0].Number, "date"); !fault.Is(err, fault.Taken) {
			t.Errorf("proposed twice: %v", err)
		}
		list, err := w.Urgents(t.Context())
		must(t, err)
		slices.SortFunc(list, func(a, b planner.Urgent) int { return place(receipts, a) - place(receipts, b) })
		if err := w.GrantUrgent(t.Context(), one, list[0], signed); !fault.Is(err, fault.Denied) {
			t.Errorf("one lead for both: %v", err)
		}
		forged := list[0]
		forged.ByID = two.ID
		if err := w.GrantUrgent(t.Context(), one, forged, signed); !fault.Is(err, fault.TooLate) {
			t.Errorf("one lead for both, who says another proposed it: %v", err)
		}
		refused := fault.New(fault.Denied, "staff.passkey.wrong", "another passkey")
		if err := w.GrantUrgent(t.Context(), two, list[0], func(*db.Tx) error { return refused }); !fault.Is(err, fault.Denied) {
			t.Errorf("without a passkey: %v", err)
		}
		if w.status(t, receipts[0]).Urgent {
			t.Error("an ask is urgent by the word of one")
		}
		must(t, w.RefuseUrgent(t.Context(), two, list[5]))
		told := w.notices(t, receipts[0])
		for _, u := range list[:5] {
			must(t, w.GrantUrgent(t.Context(), two, u, signed))
		}
		if w.notices(t, receipts[0]) != told+1 || !w.status(t, receipts[0]).Urgent || w.status(t, receipts[5]).Urgent {
			t.Error("who was granted is not told, or who was refused is in the lane")
		}
		if err := w.GrantUrgent(t.Context(), two, list[5], signed); !fault.Is(err, fault.TooLate) {
			t.Errorf("granted after it was refused: %v", err)
		}
		w.promises(t)
		w.clock.Advance(draw.Delay)
		w.work(t)
		w.clock.Advance(time.Minute)
		w.work(t)
		w.promises(t)
		w.laneGot(t, receipts)
	})
}

// place is where the receipt of a proposal stands.
func place(receipts []planner.Receipt, u planner.Urgent) int {
	return slices.IndexFunc(receipts, func(r planner.Receipt) bool { return r.Number == u.Number })
}

// laneGot compares who was offered something with the line and the lane, of which the first
// five of the receipts are.
func (w *world) laneGot(t *testing.T, receipts []planner.Receipt) {
	t.Helper()
	offered := func(r planner.Receipt) bool { return w.status(t, r).State == planner.Offered }
	share := 0
	for _, has := range w.laneWeeks(t) {
		share += has.slots * sharePercent / 100
	}
	lane := w.byDraw(t, receipts[:5])
	urgent := int(w.count(t, `SELECT count(*) AS n FROM urgent_offer`))
	if w.inShare(t); urgent != min(5, share) || share == 0 {
		t.Errorf("%d of the lane were offered something, of a share of %d", urgent, share)
	}
	first := lane[:min(urgent, len(lane))]
	for _, r := range first {
		if !offered(r) {
			t.Error("the first of the lane was offered nothing")
		}
	}
	rest := slices.DeleteFunc(w.byDraw(t, receipts), func(r planner.Receipt) bool {
		return slices.ContainsFunc(first, func(f planner.Receipt) bool { return f.Ticket == r.Ticket })
	})
	past := false
	for _, r := range rest { // once one was offered nothing, nobody behind was offered anything
		if past && offered(r) {
			t.Error("the line is not in its order")
		}
		past = past || !offered(r)
	}
	if !past {
		t.Error("there was enough for everybody: the order shows nothing")
	}
}

// What led to a place is over; a new ground needs two people again. Whoever does not wait
// cannot be proposed.
func TestUrgentEndsWithAPlace(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 3, "3 days"))
		w.work(t)
		one, two := w.hire(t, staff.Lead), w.hire(t, staff.Lead)
		r := w.ask(t, w.asker(t))
		for err, want := range map[error]string{
			w.propose(t, one, r.Number, "health"):   "planner.urgent.ground",
			w.propose(t, one, "0000000000", "work"): "planner.urgent.number",
		} {
			if fault.Key(err) != want {
				t.Errorf("%v, want %s", err, want)
			}
		}
		must(t, w.propose(t, one, r.Number, "mistake"))
		w.grantAll(t, two)
		w.toOffers(t)
		w.promises(t)
		if err := w.propose(t, one, r.Number, "work"); fault.Key(err) != "planner.urgent.number" {
			t.Errorf("proposed while it is offered a slot: %v", err)
		}
		w.clock.Advance(time.Minute)
		must(t, w.Answer(t.Context(), r.Number, r.Code, w.status(t, r).Offer.ID, planner.Accept))
		w.promises(t)
		w.clock.Advance(time.Minute)
		must(t, w.Cancel(t.Context(), r.Number, r.Code))
		if w.status(t, r).Urgent {
			t.Error("the lane goes on after a place")
		}
		must(t, w.propose(t, one, r.Number, "work"))
		w.grantAll(t, two)
		if !w.status(t, r).Urgent {
			t.Error("a second ground is not taken")
		}
		w.promises(t)
		lane, err := w.Lane(t.Context())
		must(t, err)
		if lane.Percent != sharePercent || len(lane.Grounds) != 3 || !lane.Grounds[0].Granted.Few || !lane.Grounds[2].Given.Few || lane.Grounds[1].Granted != (planner.Count{}) {
			t.Errorf("figures: %+v", lane)
		}
		if len(lane.Weeks) != 1 || lane.Weeks[0].Most < 1 || !lane.Weeks[0].Used.Few {
			t.Errorf("weeks: %+v", lane.Weeks)
		}
	})
}

// Two processes hand out at a time, and the share of the lane holds.
func TestShareOfTheLaneInARace(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 5, "3 days"))
		w.work(t)
		one, two := w.hire(t, staff.Lead), w.hire(t, staff.Lead)
		for range 12 {
			must(t, w.propose(t, one, w.ask(t, w.asker(t)).Number, "work"))
		}
		for range 60 {
			w.ask(t, w.asker(t))
		}
		w.grantAll(t, two)
		w.pass(t, w.untilClosing(t))
		w.clock.Advance(draw.Delay)
		second := w.another(t)
		second.has(counter("assen", region, 5, "3 days"))
		var both sync.WaitGroup
		for _, p := range []*world{w, second} {
			both.Go(func() {
				for range 3 {
					_ = p.Work(t.Context()) // one may come too late
				}
			})
		}
		both.Wait()
		w.clock.Advance(time.Minute)
		w.work(t)
		if most := w.inShare(t); most < 3 {
			t.Errorf("the lane has at most %d", most)
		}
		w.promises(t)
	})
}
