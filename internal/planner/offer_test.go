package planner_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/planner"
	"loket/internal/rules"
	"loket/internal/staff"
)

// region is where everybody of these tests stays, unless they say otherwise.
const region = "north"

// counter is a location with so many slots a day, on weekdays in one morning hour, of which
// every second desk speaks Ukrainian.
func counter(id, region string, desks int, horizon string) rules.Item {
	var week, staffed string
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri"} {
		week += "; " + day + " 09:00-10:00"
	}
	for i := range desks {
		staffed += fmt.Sprintf("; 2022-08-01..2022-12-31 1x15 %s", []string{"nl,en", "uk,en"}[i%2])
	}
	return rules.Item{ID: id, Name: rules.Words{"nl": id}, Fields: map[string]string{
		"stands": "2022-08-01 open", "first": "2022-08-01", "last": "2022-12-31", "horizon": "2022-08-01 " + horizon, "region": region,
		"hours": week[2:], "desks": strings.TrimPrefix(staffed, "; "), "products": "2022-08-01..2022-12-31 sticker; 2022-08-01..2022-12-31 o-document",
		"addresses": "2022-08-01 Verzonnenstraat 1, Assen"}}
}

// has gives a world other counters than the pack's.
func (w *world) has(items ...rules.Item) {
	w.Locations = location.NewStore(location.Parts{DB: w.DB, Audit: w.Audit, Zone: w.Zone, Now: w.clock.Now, Tell: w.Mailbox.Notice,
		Counters: func() []rules.Item { return items }})
}

// asker is somebody in the region of these tests.
func (w *world) asker(t testing.TB) planner.Asking {
	asking := w.person(t)
	asking.Region = region
	return asking
}

// toOffers lets time pass until the open list is closed, drawn, and what is free is offered.
func (w *world) toOffers(t testing.TB) {
	t.Helper()
	w.pass(t, w.untilClosing(t)+draw.Delay)
	w.work(t)
}

// atDesk serves people at a counter.
func atDesk() staff.Member {
	return staff.Member{ID: "stf_invented", Roles: []staff.Role{staff.Counter}}
}

// One person, from the list to the document.
func TestFromAskToDocument(t *testing.T) { // P-27 P-40 P-75
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 1, "2022-08-31"))
		w.work(t)
		r := w.ask(t, w.asker(t))
		w.toOffers(t)
		status := w.status(t, r)
		if status.State != planner.Offered || status.Offer == nil {
			t.Fatalf("after the draw: %+v", status)
		}
		o := *status.Offer
		if got := o.Starts.Format(time.RFC3339); got != "2022-08-18T09:00:00+02:00" { // two days on: nothing sooner than a day to who did not say soon
			t.Errorf("it is offered %s", got)
		}
		if want := o.Starts.Add(-time.Hour); !o.Until.Equal(want) { // 48 hours would be after it
			t.Errorf("answered by %v, want %v", o.Until, want)
		}
		must(t, w.Answer(t.Context(), r.Number, r.Code, o.ID, planner.Accept))
		must(t, w.Answer(t.Context(), r.Number, r.Code, o.ID, planner.Accept)) // again is the same
		if err := w.Answer(t.Context(), r.Number, r.Code, o.ID, planner.Decline); fault.Key(err) != "planner.offer.answered" {
			t.Errorf("another answer: %v", err)
		}
		w.promises(t)
		status = w.status(t, r)
		if status.State != planner.Booked || len(status.Appointments) != 1 || !status.Appointments[0].Starts.Equal(o.Starts) {
			t.Fatalf("after yes: %+v", status)
		}
		id := status.Appointments[0].ID
		if err := w.Serve(t.Context(), atDesk(), id); fault.Key(err) != "planner.serve.day" {
			t.Errorf("on another day: %v", err)
		}
		w.pass(t, o.Starts.Sub(w.clock.Now()))
		if err := w.Serve(t.Context(), staff.Member{ID: "stf_other"}, id); !fault.Is(err, fault.Denied) {
			t.Errorf("by somebody else: %v", err)
		}
		must(t, w.Serve(t.Context(), atDesk(), id))
		must(t, w.Serve(t.Context(), atDesk(), id))
		if status = w.status(t, r); status.State != planner.Served {
			t.Errorf("at the end it is %s", status.State)
		}
		w.promises(t)
		paces, err := w.Paces(t.Context(), w.Today().Add(-7), w.Today())
		must(t, err)
		if len(paces) != 1 || paces[0].Entitled != 1 || paces[0].Served != 1 || paces[0].Success() != 1 || paces[0].Lead() != 1 { // P-83
			t.Errorf("figures: %+v", paces)
		}
	})
}

// What each answer does, and silence.
func TestAnswers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 1, "2022-10-31"))
		w.work(t)
		r := w.ask(t, w.asker(t))
		w.toOffers(t)
		offer := func() planner.Offer {
			t.Helper()
			w.promises(t)
			status := w.status(t, r)
			if status.Offer == nil {
				t.Fatalf("no offer: %+v", status)
			}
			return *status.Offer
		}
		say := func(a planner.Answer) (o planner.Offer) {
			t.Helper()
			o = offer()
			must(t, w.Answer(t.Context(), r.Number, r.Code, o.ID, a))
			must(t, w.Answer(t.Context(), r.Number, r.Code, o.ID, a))
			w.work(t)
			return o
		}
		first := say(planner.Other)
		if next := offer(); next.Starts.Day() == first.Starts.Day() {
			t.Errorf("another time is on the same day: %v", next.Starts)
		}
		for n := range 2 {
			day := w.clock.Now()
			if o := say(planner.Later); o.Laters != 2-n {
				t.Errorf("%d times left", o.Laters)
			}
			if next := offer(); next.Starts.Before(day.Add(6 * 24 * time.Hour)) {
				t.Errorf("later is %v", next.Starts)
			}
		}
		o := offer()
		if err := w.Answer(t.Context(), r.Number, r.Code, o.ID, planner.Later); fault.Key(err) != "planner.offer.laters" {
			t.Errorf("later for the third time: %v", err)
		}
		if err := w.Answer(t.Context(), r.Number, r.Code, "off_none", planner.Accept); !fault.Is(err, fault.NotFound) {
			t.Errorf("an offer of nobody: %v", err)
		}
		w.clock.Advance(o.Until.Sub(w.clock.Now()))
		if err := w.Answer(t.Context(), r.Number, r.Code, o.ID, planner.Accept); fault.Key(err) != "planner.offer.late" {
			t.Errorf("after its time: %v", err)
		}
		w.work(t)
		second := offer() // the first silence costs nothing
		w.clock.Advance(second.Until.Sub(w.clock.Now()))
		w.work(t)
		if status := w.status(t, r); status.State != planner.Resting {
			t.Errorf("after two silences it is %s", status.State)
		}
		w.promises(t)
		must(t, w.Wake(t.Context(), r.Number, r.Code))
		w.toOffers(t)
		say(planner.Decline)
		if status := w.status(t, r); status.State != planner.Withdrawn {
			t.Errorf("after no it is %s", status.State)
		}
		w.promises(t)
	})
}

// What somebody gives back is offered to the one who is next, and to nobody else, with the
// next work.
func TestFreedSlotReachesOnePerson(t *testing.T) { // P-42 P-66
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 1, "2022-08-18")) // four slots, that of tomorrow being too soon
		w.work(t)
		var receipts []planner.Receipt
		for range 8 {
			receipts = append(receipts, w.ask(t, w.asker(t)))
		}
		w.toOffers(t)
		slices.SortFunc(receipts, func(a, b planner.Receipt) int { return w.rank(t, a) - w.rank(t, b) })
		for i, r := range receipts {
			status := w.status(t, r)
			if got, want := status.State == planner.Offered, i < 4; got != want {
				t.Fatalf("number %d is %s", i+1, status.State)
			}
			if status.Offer != nil {
				must(t, w.Answer(t.Context(), r.Number, r.Code, status.Offer.ID, planner.Accept))
			}
		}
		starts := w.status(t, receipts[1]).Appointments[0].Starts
		must(t, w.Cancel(t.Context(), receipts[1].Number, receipts[1].Code))
		w.clock.Advance(10 * time.Second)
		w.work(t)
		for i, r := range receipts[4:] {
			status := w.status(t, r)
			if got, want := status.State == planner.Offered, i == 0; got != want {
				t.Errorf("number %d is %s", i+5, status.State)
			}
			if status.Offer != nil && !status.Offer.Starts.Equal(starts) {
				t.Errorf("offered is %v and not %v", status.Offer.Starts, starts)
			}
		}
		if n := w.count(t, `SELECT count(*) AS n FROM slot WHERE state = 'free' AND starts_at > $1`, w.clock.Now().Add(24*time.Hour)); n != 0 {
			t.Errorf("%d slots are nobody's", n)
		}
		w.promises(t)
	})
}

// rank is the place of a receipt in the order of its draw.
func (w *world) rank(t testing.TB, r planner.Receipt) int {
	t.Helper()
	n, err := w.Rank(t.Context(), w.status(t, r).Draw, r.Ticket)
	must(t, err)
	return n
}

// A household gets slots together, and a child who has her birthday before the slot one too.
func TestHouseholdIsOneVisit(t *testing.T) { // P-53 P-82
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 2, "2022-09-30"))
		w.work(t)
		asking := w.household(t, 2008, 2012) // born on 3 March and 4 April
		asking.Region = region
		asking.Members[1] = w.member(t, 19, 2008) // and this one turns 14 on 20 August
		r := w.ask(t, asking)
		w.toOffers(t)
		status := w.status(t, r)
		if status.Offer == nil || status.Offer.People != 1 {
			t.Fatalf("before her birthday: %+v", status.Offer)
		}
		must(t, w.Answer(t.Context(), r.Number, r.Code, status.Offer.ID, planner.Later))
		w.work(t)
		status = w.status(t, r)
		if status.Offer == nil || status.Offer.People != 2 {
			t.Fatalf("after her birthday: %+v", status.Offer)
		}
		w.promises(t)
		must(t, w.Answer(t.Context(), r.Number, r.Code, status.Offer.ID, planner.Accept))
		status = w.status(t, r)
		if len(status.Appointments) != 2 || !status.Appointments[0].Starts.Equal(status.Appointments[1].Starts) {
			t.Errorf("they come at %+v", status.Appointments)
		}
		w.promises(t)
		w.clock.Advance(status.Appointments[0].Starts.Sub(w.clock.Now()))
		must(t, w.Serve(t.Context(), atDesk(), status.Appointments[0].ID))
		w.promises(t)
		w.clock.Advance(24 * time.Hour)
		w.work(t)
		if got := w.status(t, r).State; got != planner.Served {
			t.Errorf("one came and one did not: %s", got)
		}
		w.promises(t)
	})
}

// Whoever does not come waits again once, and rests the second time.
func TestMissed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 1, "2022-09-30"))
		w.work(t)
		r := w.ask(t, w.asker(t))
		w.toOffers(t)
		for _, after := range []planner.State{planner.Offered, planner.Resting} {
			o := w.status(t, r).Offer
			must(t, w.Answer(t.Context(), r.Number, r.Code, o.ID, planner.Accept))
			w.clock.Advance(o.Starts.Sub(w.clock.Now()) + 24*time.Hour)
			w.work(t)
			if got := w.status(t, r).State; got != after {
				t.Errorf("after a day that was missed it is %s and not %s", got, after)
			}
			w.promises(t)
		}
	})
}

// Two processes at once hand out what there is: nobody gets two offers, and no slot two
// people.
func TestTwoProcessesHandOut(t *testing.T) {
	w := newWorld(t, db.PostgreSQL)
	places := counter("assen", region, 6, "2022-08-26")
	w.has(places)
	w.work(t)
	for range 120 {
		w.ask(t, w.asker(t))
	}
	second := w.another(t)
	second.has(places)
	w.clock.Advance(w.untilClosing(t))
	for range 4 { // closes, draws, hands out
		var both sync.WaitGroup
		for _, process := range []*world{w, second} {
			both.Go(func() {
				if err := process.Work(context.WithoutCancel(t.Context())); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		w.promises(t)
		w.clock.Advance(draw.Delay)
	}
	if n := w.count(t, `SELECT count(*) AS n FROM slot WHERE state = 'offered'`); n != 120 {
		t.Errorf("%d slots are offered to 120 people", n)
	}
	if n := w.count(t, `SELECT count(*) AS n FROM draw WHERE state = 'drawn'`); n != 1 {
		t.Errorf("%d draws", n)
	}
	if n := w.count(t, `SELECT slots FROM slot_release`); n != w.count(t, `SELECT count(*) AS n FROM slot`) {
		t.Errorf("the release tells of %d slots", n)
	}
}
