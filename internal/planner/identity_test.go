package planner_test

import (
	"cmp"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"loket/internal/ident"
	"loket/internal/planner"
	"loket/internal/staff"
)

// claim is a form of somebody else with the number of one person's ask: their own name,
// birth date and contact.
func (w *world) claim(t testing.TB, of planner.Asking) planner.Asking {
	t.Helper()
	attacker := w.person(t)
	attacker.Members[0].Number = of.Members[0].Number
	return attacker
}

// alike fails the test when two receipts, or what their status shows, differ in anything
// but what is random.
func (w *world) alike(t testing.TB, a, b planner.Receipt) {
	t.Helper()
	one, other := w.status(t, a), w.status(t, b)
	if len(a.Number) != len(b.Number) || len(a.Ticket) != len(b.Ticket) || !a.Closes.Equal(b.Closes) {
		t.Errorf("receipts %v and %v", a, b)
	}
	if one.State != other.State || one.Contested != other.Contested || one.Drawn != other.Drawn || one.Draw != other.Draw {
		t.Errorf("seen from outside: %+v and %+v", one, other)
	}
}

// Somebody who claims a number after its person has asked takes nothing from them, and
// learns nothing: their ask looks like any other until its turn has come.
func TestClaimingANumberLaterTakesNothing(t *testing.T) { // P-30
	each(t, func(t *testing.T, w *world) {
		asking := w.person(t)
		victim := w.ask(t, asking)
		attacker, stranger := w.ask(t, w.claim(t, asking)), w.ask(t, w.person(t))
		w.alike(t, attacker, stranger)
		w.alike(t, attacker, victim)
		w.booked(t, victim)
		if got := w.status(t, attacker); got.State != planner.Waiting || !got.Contested {
			t.Errorf("the claim after its turn: %+v", got)
		}
		if got := w.status(t, stranger); got.State != planner.Offered || got.Contested {
			t.Errorf("a stranger after their turn: %+v", got)
		}
		if again := w.ask(t, again(asking)); !same(again, victim) {
			t.Error("the person has another ask")
		}
		w.promises(t)
	})
}

// Somebody who claims a number before its person asks shuts nobody out: the person is in
// the draw as everybody, keeps the place in the line, and has the number when the other
// ask ends.
func TestClaimingANumberBeforeShutsNobodyOut(t *testing.T) { // P-30
	each(t, func(t *testing.T, w *world) {
		asking := w.person(t)
		attacker := w.ask(t, w.claim(t, asking))
		victim, stranger := w.ask(t, asking), w.ask(t, w.person(t))
		w.alike(t, victim, stranger)
		w.offered(t, attacker)
		line := max(w.line(t, victim), w.line(t, attacker))
		if got := w.status(t, victim); got.State != planner.Waiting || !got.Contested {
			t.Errorf("the person after their turn: %+v", got)
		}
		if n := w.count(t, `SELECT count(*) AS n FROM outbox JOIN ask ON ask.id = case_id WHERE number = $1`, string(victim.Number)); n != 1 {
			t.Errorf("the person was told %d times that there is news", n)
		}
		w.promises(t)
		must(t, w.Withdraw(t.Context(), attacker.Number, attacker.Code))
		w.pass(t, time.Minute)
		if got := w.status(t, victim); got.State != planner.Offered {
			t.Errorf("after the claim ended the person is %s", got.State)
		}
		if n := w.line(t, victim); n != line {
			t.Errorf("the place in the line is %d, and not %d: that of whoever had the number, or the own if it is later", n, line)
		}
		w.promises(t)
	})
}

// line is where an ask stands.
func (w *world) line(t *testing.T, r planner.Receipt) int64 {
	t.Helper()
	return w.count(t, `SELECT line AS n FROM ask WHERE number = $1`, string(r.Number))
}

// Whoever asks many times with one number draws many tickets, and can keep the best of them
// no more than the first (decision 020).
func TestAskingWithManyContactsGainsNothing(t *testing.T) { // P-29 P-30
	each(t, func(t *testing.T, w *world) {
		asking := w.person(t)
		mine := []planner.Receipt{w.ask(t, asking)}
		for range 7 {
			mine = append(mine, w.ask(t, w.claim(t, asking)))
			w.ask(t, w.person(t))
		}
		w.offered(t, mine[0])
		first := w.line(t, mine[0])
		best := slices.MinFunc(mine, func(a, b planner.Receipt) int { return cmp.Compare(w.line(t, a), w.line(t, b)) })
		for _, r := range mine {
			if r.Number != best.Number {
				must(t, w.Withdraw(t.Context(), r.Number, r.Code))
				w.pass(t, time.Minute)
				w.promises(t)
			}
		}
		if n := w.line(t, best); n < first {
			t.Errorf("eight asks with one number got place %d, and the first had %d", n, first)
		}
	})
}

// A household of which one number is in another ask waits as a whole: nobody of it is
// offered a place without the others.
func TestAHouseholdIsAllOrNothing(t *testing.T) { // P-82
	each(t, func(t *testing.T, w *world) {
		family := w.household(t, 1990)
		alone := w.person(t)
		alone.Members[0] = family.Members[1]
		first := w.ask(t, alone)
		household := w.ask(t, family)
		w.offered(t, first)
		if got := w.status(t, household); got.State != planner.Waiting || !got.Contested {
			t.Errorf("the household: %+v", got)
		}
		w.promises(t)
		must(t, w.Withdraw(t.Context(), first.Number, first.Code))
		w.pass(t, time.Minute)
		if got := w.status(t, household); got.State != planner.Offered || got.Offer.People != 2 {
			t.Errorf("the household when nobody else has a number of it: %+v", got)
		}
		w.promises(t)
	})
}

// Twins of one address and birth date have a number each, and a turn each.
func TestTwinsAreTwoPeople(t *testing.T) { // P-30
	each(t, func(t *testing.T, w *world) {
		one, other := w.person(t), w.person(t)
		other.Email, other.Phone = one.Email, one.Phone
		other.Members[0].Name, other.Members[0].Birth = one.Members[0].Name, one.Members[0].Birth
		a, b := w.ask(t, one), w.ask(t, other)
		if same(a, b) {
			t.Fatal("twins are one ask")
		}
		w.offered(t, a)
		w.isOffered(t, b)
		w.promises(t)
	})
}

// isOffered fails the test when an ask has no offer by now.
func (w *world) isOffered(t testing.TB, r planner.Receipt) {
	t.Helper()
	if got := w.status(t, r); got.State != planner.Offered || got.Contested {
		t.Errorf("the ask is %+v", got)
	}
}

// Households that name each other, at one moment and from two processes: every number is
// held once, and nobody waits for ever.
func TestHouseholdsThatNameEachOther(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const pairs = 20
		processes := []*world{w, w.another(t)}
		var all sync.WaitGroup
		for range pairs {
			one := w.household(t, 1990)
			other := w.household(t, 1991)
			other.Members[0].Number, other.Members[1].Number = one.Members[1].Number, one.Members[0].Number
			for i, form := range []planner.Asking{one, other} {
				all.Go(func() {
					if _, err := processes[i].Ask(t.Context(), form); err != nil {
						t.Error(err)
					}
				})
			}
		}
		all.Wait()
		if n := w.count(t, `SELECT count(*) AS n FROM ask_member WHERE holds`); n != 2*pairs {
			t.Errorf("%d numbers are held, want %d", n, 2*pairs)
		}
		if n := w.count(t, `SELECT count(*) AS n FROM ask WHERE EXISTS (SELECT 1 FROM ask_member WHERE ask_id = ask.id AND NOT holds)`); n != pairs {
			t.Errorf("%d households wait for another, want %d", n, pairs)
		}
		w.promises(t)
	})
}

// A person without a number who gets nothing on the day, such as a baby, is nobody else.
func TestBabiesWithoutANumber(t *testing.T) { // P-82
	each(t, func(t *testing.T, w *world) {
		for range 2 {
			family := w.household(t, 2022)
			family.Members[1].Number = ident.Number{}
			w.ask(t, family)
		}
		if n := w.count(t, `SELECT count(*) AS n FROM ask_member WHERE NOT holds`); n != 0 {
			t.Errorf("%d people share a number", n)
		}
		w.promises(t)
	})
}

// Whoever got their document is in no second turn: they are asked to a counter when they
// ask again, and the answer is like any other.
func TestWhoeverWasServedTakesNoSecondTurn(t *testing.T) { // P-24 P-29
	each(t, func(t *testing.T, w *world) {
		asking := w.person(t)
		first := w.ask(t, asking)
		status := w.booked(t, first)
		w.clock.Advance(status.Appointments[0].Starts.Sub(w.clock.Now()))
		must(t, w.Serve(t.Context(), staff.Member{ID: "stf_1", Roles: []staff.Role{staff.Counter}}, status.Appointments[0].ID))
		w.promises(t)
		next, stranger := w.ask(t, again(asking)), w.ask(t, w.person(t))
		w.alike(t, next, stranger)
		w.offered(t, stranger)
		if got := w.status(t, next); got.State != planner.Waiting || !got.Contested {
			t.Errorf("after the document was handed over: %+v", got)
		}
		w.promises(t)
	})
}

// Nothing of the planner takes a person for an ask that stands: a turn cannot be given or
// sold to somebody else.
func TestATurnCannotBeHandedOn(t *testing.T) { // P-70
	people := []reflect.Type{reflect.TypeFor[planner.Asking](), reflect.TypeFor[planner.Member](), reflect.TypeFor[[]planner.Member](),
		reflect.TypeFor[ident.Number](), reflect.TypeFor[ident.Name](), reflect.TypeFor[ident.BirthDate]()}
	var takers []string
	store := reflect.TypeFor[*planner.Store]()
	for i := range store.NumMethod() {
		method := store.Method(i)
		for k := range method.Type.NumIn() {
			if slices.Contains(people, method.Type.In(k)) {
				takers = append(takers, method.Name)
			}
		}
	}
	// AskFor and AskWith are Ask by other doors. CheckCode compares a birth date, and
	// NumberWrong looks whether a voucher can be used: they change nothing.
	if !slices.Equal(takers, []string{"Ask", "AskFor", "AskWith", "CheckCode", "NumberWrong", "Product"}) {
		t.Errorf("these take a person: %v", takers)
	}
}
