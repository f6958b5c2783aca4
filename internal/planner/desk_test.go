package planner_test

import (
	"slices"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/config"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/location"
	"loket/internal/planner"
	"loket/internal/rules"
	"loket/internal/staff"
)

// hire makes a member of staff with two passkeys, for the desk of a world.
func (w *world) hire(t testing.TB, roles ...staff.Role) staff.Member {
	t.Helper()
	if w.Staff == nil {
		c := config.Default(t.TempDir())
		store, err := staff.NewStore(staff.Parts{DB: w.DB, Keys: w.Keys, Audit: w.Audit, Schema: w.tables, Name: c.Name, URL: c.Staff.URL,
			Settings: staff.Settings{PerHour: 20, PerDay: 100}, Zone: w.Zone, Now: w.clock.Now, Random: w.Random})
		must(t, err)
		w.Staff = store
	}
	return apptest.Office(w.Staff, config.Default(t.TempDir())).Hire(t, roles...).Member
}

// untilTurn waits for the day and hour of the first appointment of a status.
func (w *world) untilTurn(t testing.TB, s planner.Status) {
	t.Helper()
	w.clock.Advance(s.Appointments[0].Starts.Sub(w.clock.Now()))
	w.work(t)
}

// atDesk opens an ask at the desk of a member.
func (w *world) atDesk(t testing.TB, m staff.Member, r planner.Receipt) planner.Desk {
	t.Helper()
	lease, err := w.OpenAt(t.Context(), m, r.Number, r.Code)
	must(t, err)
	d, err := w.AtDesk(t.Context(), m, lease.ID)
	must(t, err)
	return d
}

// entries counts the entries of an act in the audit log with a result.
func (w *world) entries(t testing.TB, act, result string) int64 {
	t.Helper()
	return w.count(t, `SELECT count(*) AS n FROM audit_entry WHERE act = $1 AND result = $2`, act, result)
}

// Who comes is helped once each, and the ask ends when all have theirs. A list of the day
// names nobody.
func TestAHouseholdAtTheDesk(t *testing.T) { // P-54 P-70 P-72
	each(t, func(t *testing.T, w *world) {
		asking := w.household(t, 1978, 2016) // the child gets nothing
		receipt := w.ask(t, asking)
		status := w.booked(t, receipt)
		w.untilTurn(t, status)
		carla := w.hire(t, staff.Counter)
		turns, err := w.Turns(t.Context(), carla, status.Appointments[0].Location.ID)
		must(t, err)
		if len(turns) != 2 || turns[0].Number != receipt.Number || turns[0].State != planner.Booked {
			t.Errorf("today: %+v", turns)
		}
		d := w.atDesk(t, carla, receipt)
		if len(d.Visitors) != 2 || !d.Visitors[0].Name.Equal(asking.Members[0].Name) || !d.Visitors[0].Birth.Equal(asking.Members[0].Birth) ||
			!d.Visitors[0].Number.IsZero() || d.Visitors[0].Contested || !d.Visitors[0].Served.IsZero() {
			t.Fatalf("at the desk: %d people", len(d.Visitors))
		}
		w.promises(t)
		must(t, w.Hand(t.Context(), carla, d.Lease.ID, 1))
		w.promises(t)
		first := w.clock.Now()
		w.clock.Advance(time.Minute)
		must(t, w.Hand(t.Context(), carla, d.Lease.ID, 1))
		if d, err = w.AtDesk(t.Context(), carla, d.Lease.ID); err != nil || !d.Visitors[0].Served.Equal(first) || !d.Visitors[1].Served.IsZero() {
			t.Errorf("after the second press: %v at %v, %v", err, d.Visitors[0].Served, d.Visitors[1].Served)
		}
		if n := w.entries(t, "ask.serve", "ok"); n != 1 {
			t.Errorf("%d entries of one document", n)
		}
		must(t, w.Hand(t.Context(), carla, d.Lease.ID, 2))
		w.promises(t)
		if got := w.status(t, receipt); got.State != planner.Served {
			t.Errorf("after both: %s", got.State)
		}
		must(t, w.LeaveDesk(t.Context(), carla, d.Lease.ID))
		if _, err := w.AtDesk(t.Context(), carla, d.Lease.ID); !fault.Is(err, fault.Denied) {
			t.Errorf("after the person left: %v", err)
		}
	})
}

// Each look at somebody stands in the log before it is shown, and is counted; without the
// code, the role, the lease or the own location there is none.
func TestLooksAtTheDesk(t *testing.T) { // P-71
	each(t, func(t *testing.T, w *world) {
		receipt := w.ask(t, w.person(t))
		status := w.booked(t, receipt)
		w.untilTurn(t, status)
		carla, lea, other := w.hire(t, staff.Counter), w.hire(t, staff.Lead), w.hire(t, staff.Counter)
		place := status.Appointments[0].Location.ID
		if _, err := w.OpenAt(t.Context(), lea, receipt.Number, receipt.Code); !fault.Is(err, fault.Denied) {
			t.Errorf("a lead opens an ask: %v", err)
		}
		if _, err := w.Turns(t.Context(), lea, place); !fault.Is(err, fault.Denied) {
			t.Errorf("a lead sees the day: %v", err)
		}
		wrong, err := ident.ParseCode("12345678")
		must(t, err)
		if _, err := w.OpenAt(t.Context(), carla, receipt.Number, wrong); !fault.Is(err, fault.NotFound) {
			t.Errorf("with a wrong code: %v", err)
		}
		if n := w.entries(t, "staff.refused", "code"); n != 1 {
			t.Errorf("%d entries of a wrong code", n)
		}
		d := w.atDesk(t, carla, receipt)
		if n := w.entries(t, "view.place", "ok"); n != 1 {
			t.Errorf("%d entries of one look", n)
		}
		if _, err := w.AtDesk(t.Context(), other, d.Lease.ID); !fault.Is(err, fault.Denied) {
			t.Errorf("under somebody else's lease: %v", err)
		}
		away := carla
		away.Place = elsewhere(w, place)
		if err := w.Hand(t.Context(), away, d.Lease.ID, 1); !fault.Is(err, fault.Denied) {
			t.Errorf("at another location: %v", err)
		}
		if _, err := w.Turns(t.Context(), away, place); !fault.Is(err, fault.Denied) {
			t.Errorf("the day of another location: %v", err)
		}
		for range 19 {
			must(t, second(w.AtDesk(t.Context(), carla, d.Lease.ID)))
		}
		if _, err := w.AtDesk(t.Context(), carla, d.Lease.ID); !fault.Is(err, fault.Throttled) {
			t.Errorf("the look after the twentieth: %v", err)
		}
		w.promises(t)
	})
}

// elsewhere is another location of the pack.
func elsewhere(w *world, place string) string {
	list := w.Pack.List("places")
	return list[slices.IndexFunc(list, func(item rules.Item) bool { return item.ID != place })].ID
}

// Somebody who is turned away keeps the appointment; why stands in the log. Nobody is
// helped on another day.
func TestTurnedAway(t *testing.T) { // P-54
	each(t, func(t *testing.T, w *world) {
		receipt := w.ask(t, w.person(t))
		status := w.booked(t, receipt)
		carla := w.hire(t, staff.Counter)
		d := w.atDesk(t, carla, receipt)
		if len(d.Visitors) != 0 {
			t.Errorf("before the day %d people are shown", len(d.Visitors))
		}
		if err := w.Hand(t.Context(), carla, d.Lease.ID, 1); !fault.Is(err, fault.TooLate) {
			t.Errorf("before the day: %v", err)
		}
		w.untilTurn(t, status)
		d = w.atDesk(t, carla, receipt)
		must(t, w.TurnAway(t.Context(), carla, d.Lease.ID, 1, planner.ForSomebody))
		if err := w.TurnAway(t.Context(), carla, d.Lease.ID, 1, "the weather"); !fault.Is(err, fault.Invalid) {
			t.Errorf("for no reason: %v", err)
		}
		if n := w.entries(t, "ask.turn-away", planner.ForSomebody); n != 1 {
			t.Errorf("%d entries", n)
		}
		if got := w.status(t, receipt); got.State != planner.Booked {
			t.Errorf("after being turned away: %s", got.State)
		}
		w.promises(t)
		must(t, w.Hand(t.Context(), carla, d.Lease.ID, 1))
		if err := w.TurnAway(t.Context(), carla, d.Lease.ID, 1, planner.NoDocument); !fault.Is(err, fault.TooLate) {
			t.Errorf("after it was handed over: %v", err)
		}
		w.promises(t)
	})
}

// The counter gives a number to the ask of its person, wherever the claim of somebody else
// is: that waits, and nothing of it is held any more.
func TestTheCounterGivesANumber(t *testing.T) { // P-30 P-70
	for _, far := range []string{"waiting", "offered", "booked"} {
		t.Run(far, func(t *testing.T) { each(t, func(t *testing.T, w *world) { w.givesNumber(t, far) }) })
	}
}

func (w *world) givesNumber(t *testing.T, far string) {
	asking := w.person(t)
	attacker := w.ask(t, w.claim(t, asking))
	victim := w.ask(t, asking)
	switch far {
	case "offered":
		w.offered(t, attacker)
	case "booked":
		w.booked(t, attacker)
	}
	carla := w.hire(t, staff.Counter)
	d := w.atDesk(t, carla, victim)
	if len(d.Visitors) != 1 || !d.Visitors[0].Contested || !d.Visitors[0].Number.Equal(asking.Members[0].Number) {
		t.Fatalf("at the desk are %d people", len(d.Visitors))
	}
	if err := w.GiveNumber(t.Context(), carla, d.Lease.ID, 1, "a feeling"); !fault.Is(err, fault.Invalid) {
		t.Errorf("without having seen anything: %v", err)
	}
	told := w.count(t, `SELECT count(*) AS n FROM outbox JOIN ask ON ask.id = case_id WHERE number = $1`, string(attacker.Number))
	must(t, w.GiveNumber(t.Context(), carla, d.Lease.ID, 1, planner.NumberOnLetter))
	w.promises(t)
	must(t, w.GiveNumber(t.Context(), carla, d.Lease.ID, 1, planner.NumberOnLetter))
	if n := w.count(t, `SELECT count(*) AS n FROM outbox JOIN ask ON ask.id = case_id WHERE number = $1`, string(attacker.Number)); n != told+1 {
		t.Errorf("the other person was told %d times", n-told)
	}
	if got := w.status(t, attacker); got.State != planner.Waiting || !got.Contested || len(got.Appointments) > 0 {
		t.Errorf("the other ask: %+v", got)
	}
	if n := w.count(t, `SELECT count(*) AS n FROM slot WHERE state IN ('offered', 'booked')`); n != 0 {
		t.Errorf("%d slots are still held", n)
	}
	const entry = `SELECT count(*) AS n FROM audit_entry JOIN ask AS a ON a.id = object JOIN ask AS b ON result LIKE '%' || b.id
		WHERE act = $1 AND a.number = $2 AND b.number = $3`
	if n := w.count(t, entry, "ask.give-number", string(victim.Number), string(attacker.Number)); n != 1 {
		t.Errorf("%d entries of who was given the number", n)
	}
	if n := w.count(t, entry, "ask.lose-number", string(attacker.Number), string(victim.Number)); n != 1 {
		t.Errorf("%d entries of who lost it", n)
	}
	w.booked(t, victim)
	w.promises(t)
	if got := w.status(t, attacker); got.State != planner.Waiting {
		t.Errorf("the other ask had a turn: %s", got.State)
	}
}

// Whose number was served gets no second turn, at the counter neither.
func TestAServedNumberIsNotGiven(t *testing.T) { // P-30
	each(t, func(t *testing.T, w *world) {
		asking := w.person(t)
		one := w.ask(t, asking)
		other := w.ask(t, w.claim(t, asking))
		status := w.booked(t, one)
		w.untilTurn(t, status)
		carla := w.hire(t, staff.Counter)
		must(t, w.Hand(t.Context(), carla, w.atDesk(t, carla, one).Lease.ID, 1))
		d := w.atDesk(t, carla, other)
		if len(d.Visitors) != 1 || !d.Visitors[0].Had {
			t.Errorf("at the desk: %d people", len(d.Visitors))
		}
		if err := w.GiveNumber(t.Context(), carla, d.Lease.ID, 1, planner.NumberInRegister); !fault.Is(err, fault.TooLate) {
			t.Errorf("a second turn: %v", err)
		}
		w.promises(t)
	})
}

// A household of which somebody was helped keeps its numbers until the day is over.
func TestANumberIsNotTakenFromWhoIsBeingHelped(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		family := w.household(t, 1990)
		first := w.ask(t, family)
		alone := w.person(t)
		alone.Members[0].Number = family.Members[1].Number
		claim := w.ask(t, alone)
		status := w.booked(t, first)
		w.untilTurn(t, status)
		carla := w.hire(t, staff.Counter)
		must(t, w.Hand(t.Context(), carla, w.atDesk(t, carla, first).Lease.ID, 1))
		d := w.atDesk(t, carla, claim)
		if err := w.GiveNumber(t.Context(), carla, d.Lease.ID, 1, planner.NumberOnLetter); !fault.Is(err, fault.TooLate) {
			t.Errorf("from somebody who is being helped: %v", err)
		}
		w.promises(t)
	})
}

// Two counters give one number at one moment, each to the ask before it: one ask has it.
func TestTwoCountersGiveOneNumber(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		asking := w.person(t)
		asks := []planner.Receipt{w.ask(t, asking), w.ask(t, w.claim(t, asking)), w.ask(t, w.claim(t, asking))}
		w.booked(t, asks[0])
		done := make(chan error)
		for _, r := range asks[1:] {
			m := w.hire(t, staff.Counter)
			d := w.atDesk(t, m, r)
			go func() { done <- w.GiveNumber(t.Context(), m, d.Lease.ID, 1, planner.NumberOnLetter) }()
		}
		for range asks[1:] {
			if err := <-done; err != nil && !fault.Is(err, fault.TooLate) {
				t.Error(err)
			}
		}
		if n := w.count(t, `SELECT count(*) AS n FROM ask_member WHERE holds`); n != 1 {
			t.Errorf("%d asks have the number", n)
		}
		w.promises(t)
	})
}

// A preview counts whose slots are not in the plan any more.
func TestOutsideAPlan(t *testing.T) { // P-60 P-67
	each(t, func(t *testing.T, w *world) {
		booked, offered := w.ask(t, w.household(t, 1991)), w.ask(t, w.person(t))
		place := w.booked(t, booked).Appointments[0].Location.ID
		w.isOffered(t, offered)
		l, err := w.Locations.One(t.Context(), place)
		must(t, err)
		if got, err := w.Outside(t.Context(), l); err != nil || got != (planner.Outside{}) {
			t.Errorf("as it stands: %+v, %v", got, err)
		}
		l.State = location.Paused
		if got, err := w.Outside(t.Context(), l); err != nil || got != (planner.Outside{Offered: 1, Booked: 2}) {
			t.Errorf("paused: %+v, %v", got, err)
		}
	})
}
