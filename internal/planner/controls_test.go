package planner_test

import (
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/fault"
	"loket/internal/planner"
	"loket/internal/staff"
)

// Controls that other tests pass by; each of these is cited by a mutant.

// handed has a member of staff hand the first person of an ask their document.
func (w *world) handed(t testing.TB, m staff.Member, r planner.Receipt) {
	t.Helper()
	w.untilTurn(t, w.status(t, r))
	d := w.atDesk(t, m, r)
	must(t, w.Hand(t.Context(), m, d.Lease.ID, 1))
}

// Whose number somebody else claims is helped, and the other gets nothing by waiting.
func TestAServedNumberIsNotPassedOn(t *testing.T) { // P-24
	each(t, func(t *testing.T, w *world) {
		form := w.person(t)
		first := w.ask(t, form)
		w.booked(t, first)
		second := w.ask(t, w.claim(t, form))
		w.handed(t, w.hire(t, staff.Counter), first)
		w.pass(t, 48*time.Hour)
		if n := w.count(t, `SELECT count(*) AS n FROM ask_member WHERE holds`); n != 0 {
			t.Errorf("%d people hold a number that was served", n)
		}
		if s := w.status(t, second); s.State != planner.Waiting {
			t.Errorf("who claims it is %s", s.State)
		}
		w.promises(t)
	})
}

// While the order of a draw is half written nobody of it has a turn, whoever is read first.
func TestNobodyIsServedFromHalfADraw(t *testing.T) { // P-66
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 1, "2022-08-31"))
		w.work(t)
		w.ask(t, w.asker(t))
		w.ask(t, w.asker(t))
		w.clock.Advance(w.untilClosing(t))
		w.work(t)
		for _, query := range []string{`UPDATE draw SET published = '?' WHERE n = 1`, `UPDATE ask SET line = 4294967297 WHERE id = (SELECT min(id) FROM ask)`} {
			_, err := db.Exec(t.Context(), w.DB, query)
			must(t, err)
		}
		w.clock.Advance(draw.Delay + time.Hour)
		if w.Work(t.Context()) == nil {
			t.Error("a list that cannot be read is no error")
		}
		if n := w.count(t, `SELECT count(*) AS n FROM offer`); n != 0 {
			t.Errorf("%d offers", n)
		}
	})
}

// Who is next at a place is next in the line of all its regions.
func TestRegionsThatShareAPlaceHaveOneLine(t *testing.T) { // P-39 P-66
	each(t, func(t *testing.T, w *world) {
		shared := counter("assen", region, 1, "2022-08-18") // four slots
		shared.Fields["also"] = "2022-08-01..2022-12-31 east"
		w.has(shared)
		w.work(t)
		var receipts []planner.Receipt
		for i := range 12 {
			asking := w.asker(t)
			asking.Region = []string{region, "east"}[i%2]
			receipts = append(receipts, w.ask(t, asking))
		}
		w.toOffers(t)
		for _, r := range receipts {
			if s := w.status(t, r); (s.Offer != nil) != (w.rank(t, r) <= 4) {
				t.Errorf("number %d is %s", w.rank(t, r), s.State)
			}
		}
		w.promises(t)
	})
}

// Who can come soon is offered tomorrow morning, and has two hours to answer.
func TestShortNotice(t *testing.T) { // P-40 P-66
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 1, "2022-08-31"))
		w.work(t)
		asking := w.asker(t)
		asking.Soon = true
		r := w.ask(t, asking)
		w.toOffers(t)
		o := w.status(t, r).Offer
		if o == nil || o.Starts.Sub(w.clock.Now()) > 24*time.Hour || o.Until.Sub(w.clock.Now()) > 2*time.Hour {
			t.Errorf("offered %+v at %v", o, w.clock.Now())
		}
	})
}

// Slots are there for nobody until they were said, and until the place can be booked.
func TestSlotsAreSaidBeforeTheyAreGiven(t *testing.T) { // P-63 P-65
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 0, "2022-08-31"), counter("deventer", "east", 0, "2022-08-31"))
		w.work(t)
		far := w.asker(t)
		far.Region = "east"
		a, b := w.ask(t, w.asker(t)), w.ask(t, far)
		w.toOffers(t)
		later := counter("deventer", "east", 1, "2022-08-31")
		later.Fields["stands"] = "2022-08-01 dated; 2022-08-18T10:00 bookable; 2022-08-22 open"
		w.has(counter("assen", region, 1, "2022-08-31"), later)
		w.work(t)
		w.clock.Advance(10*time.Minute - time.Second)
		w.work(t)
		if s := w.status(t, a); s.State != planner.Waiting {
			t.Errorf("before ten minutes have passed it is %s", s.State)
		}
		w.clock.Advance(time.Second)
		w.work(t)
		if s := w.status(t, a); s.State != planner.Offered {
			t.Errorf("after ten minutes it is %s", s.State)
		}
		opens := time.Date(2022, 8, 18, 10, 0, 0, 0, w.Zone)
		w.clock.Advance(opens.Add(-time.Second).Sub(w.clock.Now()))
		w.work(t)
		if s := w.status(t, b); s.State != planner.Waiting {
			t.Errorf("a second before ten o'clock it is %s", s.State)
		}
		w.clock.Advance(time.Second)
		w.work(t)
		if s := w.status(t, b); s.State != planner.Offered {
			t.Errorf("at ten o'clock it is %s", s.State)
		}
		w.promises(t)
	})
}

// A slot that somebody takes at the very moment in which it is offered is nobody else's: the
// offer is not made, and the ask waits for the next look.
func TestASlotIsTakenAtThisMoment(t *testing.T) { // P-42 P-66
	w := newWorld(t, db.SQLite)
	w.has(counter("assen", region, 1, "2022-08-31"))
	w.work(t)
	r := w.ask(t, w.asker(t))
	_, err := db.Exec(t.Context(), w.DB, `CREATE TRIGGER taken AFTER UPDATE OF state ON ask WHEN new.state = 'offered'
		BEGIN UPDATE slot SET state = 'gone' WHERE state = 'free'; END`)
	must(t, err)
	w.toOffers(t)
	if s := w.status(t, r); s.State != planner.Waiting {
		t.Errorf("it is %s", s.State)
	}
	_, err = db.Exec(t.Context(), w.DB, `DROP TRIGGER taken`)
	must(t, err)
	w.clock.Advance(time.Minute)
	w.work(t)
	if s := w.status(t, r); s.State != planner.Offered {
		t.Errorf("a minute later it is %s", s.State)
	}
	w.promises(t)
}

// A horizon that comes nearer takes away what was free behind it.
func TestAHorizonThatComesNearer(t *testing.T) { // P-65
	each(t, func(t *testing.T, w *world) {
		const behind = `SELECT count(*) AS n FROM slot WHERE state = 'free' AND day > '2022-08-24'`
		w.has(counter("assen", region, 1, "2022-08-31"))
		w.work(t)
		if w.count(t, behind) == 0 {
			t.Error("there was nothing behind it")
		}
		w.has(counter("assen", region, 1, "2022-08-24"))
		w.work(t)
		if n := w.count(t, behind); n != 0 {
			t.Errorf("%d slots are free behind the horizon", n)
		}
	})
}

// An answer after the end of an offer is none, also before anybody has looked.
func TestAnAnswerComesInTime(t *testing.T) { // P-66
	each(t, func(t *testing.T, w *world) {
		r := w.ask(t, w.person(t))
		o := w.offered(t, r).Offer
		w.clock.Advance(o.Until.Sub(w.clock.Now()))
		if err := w.Answer(t.Context(), r.Number, r.Code, o.ID, planner.Accept); fault.Key(err) != "planner.offer.late" {
			t.Errorf("at its end: %v", err)
		}
		w.promises(t)
	})
}

// Whoever knows number and contact of somebody, and not their birth date, gets no receipt
// of theirs.
func TestAReceiptIsForWhoKnowsTheBirthDate(t *testing.T) { // P-30 P-71
	each(t, func(t *testing.T, w *world) {
		form := w.person(t)
		mine := w.ask(t, form)
		guess := again(form)
		guess.Members[0].Birth = w.member(t, w.people+1, 1990).Birth
		if theirs := w.ask(t, guess); theirs.Number == mine.Number || theirs.Code.Equal(mine.Code) || theirs.Ticket == mine.Ticket {
			t.Error("a number and an address give the receipt of somebody else")
		}
		w.promises(t)
	})
}

// Nobody answers for somebody else, nor opens their ask.
func TestAnOfferIsAnsweredByItsOwnAsk(t *testing.T) { // P-71
	each(t, func(t *testing.T, w *world) {
		mine, yours := w.ask(t, w.person(t)), w.ask(t, w.person(t))
		w.offered(t, mine)
		o := w.offered(t, yours).Offer
		for _, answer := range []planner.Answer{planner.Accept, planner.Decline} {
			if err := w.Answer(t.Context(), mine.Number, mine.Code, o.ID, answer); fault.Key(err) != "planner.offer.none" {
				t.Errorf("%s to an offer of somebody else: %v", answer, err)
			}
		}
		w.promises(t)
	})
}

// The code of one ask opens no other.
func TestACodeOpensOneAsk(t *testing.T) { // P-71
	each(t, func(t *testing.T, w *world) {
		mine, yours := w.ask(t, w.person(t)), w.ask(t, w.person(t))
		if _, err := w.Status(t.Context(), yours.Number, mine.Code); !fault.Is(err, fault.NotFound) {
			t.Errorf("the code of somebody else: %v", err)
		}
	})
}
