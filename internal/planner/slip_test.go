package planner_test

import (
	"crypto/ed25519"
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/planner"
	"loket/internal/slip"
	"loket/internal/staff"
)

// verdict checks a code without a birth date.
func (w *world) verdict(t testing.TB, typed string) planner.Verdict {
	t.Helper()
	checked, err := w.CheckCode(t.Context(), typed, ident.BirthDate{})
	must(t, err)
	if checked.Location != nil || !checked.Starts.IsZero() {
		t.Errorf("%q alone tells %+v", typed, checked)
	}
	return checked.Verdict
}

// says fails the test unless both codes of an appointment have a verdict.
func (w *world) says(t testing.TB, a planner.Appointment, want planner.Verdict) {
	t.Helper()
	for _, typed := range []string{a.Slip, a.Short.Spoken(), strings.ToLower(string(a.Short))} {
		if got := w.verdict(t, typed); got != want {
			t.Errorf("%q is %s, want %s", typed, got, want)
		}
	}
}

// slipKey is the public key of a world.
func (w *world) slipKey(t testing.TB) ed25519.PublicKey {
	t.Helper()
	key, err := slip.ParseKey(w.SlipKeys()[0])
	must(t, err)
	return key
}

// offline is what the list of codes that are no longer good says of an appointment.
func (w *world) offline(t testing.TB, a planner.Appointment) bool {
	t.Helper()
	file, err := w.Revoked(t.Context())
	must(t, err)
	list, err := slip.ReadRevoked(file, w.slipKey(t))
	must(t, err)
	s, err := slip.Read(a.Slip, w.slipKey(t))
	must(t, err)
	return list.Has(s)
}

// A code is live from the appointment on, and used, given back or moved afterwards; what
// is not genuine says no more than that.
func TestCodesAreChecked(t *testing.T) { // P-72
	each(t, func(t *testing.T, w *world) {
		asking := w.household(t, 1990)
		receipt := w.ask(t, asking)
		status := w.booked(t, receipt)
		a, b := status.Appointments[0], status.Appointments[1]
		if again := w.status(t, receipt).Appointments[0]; again.Slip != a.Slip || again.Short != a.Short || a.Short == b.Short {
			t.Errorf("codes %+v, %+v, then %+v", a, b, again)
		}
		s, err := slip.Read(a.Slip, w.slipKey(t))
		must(t, err)
		if s.Appointment != a.ID || s.Location != a.Location.ID || !s.Starts.Equal(a.Starts) || s.Issue != 0 {
			t.Errorf("the code says %+v", s)
		}
		w.says(t, a, planner.Live)
		w.says(t, b, planner.Live)
		if w.offline(t, a) {
			t.Error("a live code is on the list of those that are not")
		}
		w.promises(t)
		for _, typed := range []string{ident.NewShortCode(w.Random).Spoken(), a.Slip[:40] + "0" + a.Slip[41:], "LOKET1/"} {
			if got := w.verdict(t, typed); got != planner.False && typed != a.Slip {
				t.Errorf("%q is %s", typed, got)
			}
		}
		if _, err := w.CheckCode(t.Context(), "hello", ident.BirthDate{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("what is no code: %v", err)
		}
		w.untilTurn(t, status)
		carla := w.hire(t, staff.Counter)
		d := w.atDesk(t, carla, receipt)
		must(t, w.Hand(t.Context(), carla, d.Lease.ID, a.Member))
		w.says(t, a, planner.Used)
		w.says(t, b, planner.Live)
		w.clock.Advance(24 * time.Hour) // before anything worked
		w.says(t, b, planner.Gone)
		w.work(t)
		w.says(t, a, planner.Used)
		w.says(t, b, planner.Gone)
		w.promises(t)
	})
}

// What was given back is gone for whoever holds the code, and its slot has another.
func TestACodeThatWasGivenBack(t *testing.T) { // P-70 P-72
	each(t, func(t *testing.T, w *world) {
		receipt := w.ask(t, w.person(t))
		a := w.booked(t, receipt).Appointments[0]
		must(t, w.Cancel(t.Context(), receipt.Number, receipt.Code))
		w.says(t, a, planner.Gone)
		if !w.offline(t, a) {
			t.Error("the list does not name it")
		}
		w.pass(t, 10*time.Minute)
		next := w.booked(t, receipt).Appointments[0]
		if next.Slip == a.Slip || next.Short == a.Short {
			t.Error("the next appointment has the same code")
		}
		w.says(t, next, planner.Live)
		w.says(t, a, planner.Gone)
		w.promises(t)
		must(t, w.Withdraw(t.Context(), receipt.Number, receipt.Code))
		_, err := db.Exec(t.Context(), w.DB, `DELETE FROM ask`) // as the sweeper does
		must(t, err)
		if got := w.verdict(t, a.Slip); got != planner.Gone {
			t.Errorf("after the ask is destroyed: %s", got)
		}
		if got := w.verdict(t, string(a.Short)); got != planner.False {
			t.Errorf("the short code after the ask is destroyed: %s", got)
		}
		if n := w.count(t, `SELECT count(*) AS n FROM slip`); n != 0 {
			t.Errorf("%d sums are left", n)
		}
	})
}

// A move makes another issue: whoever has the code of before has an old one.
func TestAMoveMakesOldCodesOld(t *testing.T) { // P-72
	each(t, func(t *testing.T, w *world) {
		receipt := w.ask(t, w.person(t))
		old := w.booked(t, receipt).Appointments[0]
		_, err := db.Exec(t.Context(), w.DB, `UPDATE appointment SET issue = issue + 1 WHERE id = $1`, old.ID)
		must(t, err)
		w.says(t, old, planner.Moved)
		if !w.offline(t, old) {
			t.Error("the list does not name the old issue")
		}
		w.clock.Advance(time.Minute)
		fresh := w.status(t, receipt).Appointments[0]
		w.says(t, fresh, planner.Live)
		if w.offline(t, fresh) {
			t.Error("the list names the new issue")
		}
		_, err = db.Exec(t.Context(), w.DB, `UPDATE appointment SET state = 'moved' WHERE id = $1`, old.ID)
		must(t, err)
		w.says(t, fresh, planner.Moved)
	})
}

// Place and time are told to who knows the birth date of the person, and a few tries a day
// are all there are; a code that nobody has is answered alike.
func TestPlaceAndTimeNeedTheBirthDate(t *testing.T) { // P-71 P-72
	each(t, func(t *testing.T, w *world) {
		asking := w.person(t)
		receipt := w.ask(t, asking)
		a := w.booked(t, receipt).Appointments[0]
		other, err := ident.ParseBirthDate("1971-02-03", w.Today().String())
		must(t, err)
		part, err := ident.ParseBirthDate(asking.Members[0].Birth.Reveal()[:4]+"-00-00", w.Today().String())
		must(t, err)
		for _, birth := range []ident.BirthDate{other, part} {
			if got, err := w.CheckCode(t.Context(), a.Slip, birth); err != nil || got.Location != nil || !got.Starts.IsZero() || got.Verdict != planner.Live {
				t.Errorf("with another birth date: %+v, %v", got, err)
			}
		}
		got, err := w.CheckCode(t.Context(), string(a.Short), asking.Members[0].Birth)
		if err != nil || got.Location == nil || got.Location.ID != a.Location.ID || !got.Starts.Equal(a.Starts) {
			t.Errorf("with the birth date: %+v, %v", got, err)
		}
		unknown := ident.NewShortCode(w.Random).Spoken()
		for range 7 { // the row that stands in for it is of the same birth date
			got, err := w.CheckCode(t.Context(), unknown, asking.Members[0].Birth)
			if err != nil || got != (planner.Checked{Verdict: planner.False}) {
				t.Errorf("an unknown code: %+v, %v", got, err)
			}
		}
		for range 3 {
			must(t, second(w.CheckCode(t.Context(), a.Slip, other)))
		}
		if got, err := w.CheckCode(t.Context(), a.Short.Spoken(), asking.Members[0].Birth); err != nil || got.Location != nil {
			t.Errorf("after five birth dates: %+v, %v", got, err)
		}
		w.clock.Advance(24 * time.Hour)
		if got, err := w.CheckCode(t.Context(), a.Slip, asking.Members[0].Birth); err != nil || got.Location == nil {
			t.Errorf("the next day: %+v, %v", got, err)
		}
	})
}

// A code that is signed over another person's number is not genuine, though the key is ours.
func TestACodeIsOfItsPerson(t *testing.T) { // P-70 P-71
	w := newWorld(t, db.SQLite)
	receipt := w.ask(t, w.person(t))
	a := w.booked(t, receipt).Appointments[0]
	_, err := db.Exec(t.Context(), w.DB, `UPDATE ask_member SET sum = $1`, make([]byte, 16))
	must(t, err)
	if got := w.verdict(t, a.Slip); got != planner.False {
		t.Errorf("for another number it is %s", got)
	}
}

// At the counter a code opens the appointment of today, and nothing else; a second use
// shows when the first was.
func TestACodeAtTheDesk(t *testing.T) { // P-70 P-71 P-72
	each(t, func(t *testing.T, w *world) {
		asking := w.person(t)
		receipt := w.ask(t, asking)
		status := w.booked(t, receipt)
		a, carla, lea := status.Appointments[0], w.hire(t, staff.Counter), w.hire(t, staff.Lead)
		open := func(m staff.Member, typed, key string) (staff.Lease, time.Time) {
			t.Helper()
			lease, used, err := w.OpenCode(t.Context(), m, typed)
			if err == nil && key != "" || err != nil && fault.Key(err) != key {
				t.Errorf("%q: %v, want %s", typed, err, key)
			}
			return lease, used
		}
		open(carla, a.Slip, "planner.serve.day")
		w.untilTurn(t, status)
		open(lea, a.Slip, "staff.role.missing")
		open(carla, ident.NewShortCode(w.Random).Spoken(), "planner.code.false")
		open(carla, a.Slip+"0", "planner.code.false")
		open(carla, "hello", "ident.short-code.form")
		if n := w.entries(t, "staff.refused", "code"); n != 2 {
			t.Errorf("%d entries of codes that are not genuine", n)
		}
		for _, typed := range []string{a.Short.Spoken(), a.Slip} {
			lease, _ := open(carla, typed, "")
			d, err := w.AtDesk(t.Context(), carla, lease.ID)
			if err != nil || len(d.Visitors) != 1 || !d.Visitors[0].Name.Equal(asking.Members[0].Name) || d.Number != receipt.Number {
				t.Fatalf("at the desk: %v", err)
			}
			must(t, w.Hand(t.Context(), carla, lease.ID, 1))
		}
		first := w.clock.Now()
		w.clock.Advance(time.Hour)
		lease, _ := open(carla, a.Slip, "")
		if d, err := w.AtDesk(t.Context(), carla, lease.ID); err != nil || !d.Visitors[0].Served.Equal(first) {
			t.Errorf("the second use: %v", err)
		}
		w.clock.Advance(24 * time.Hour)
		if _, used := open(carla, a.Slip, "planner.code.used"); !used.Equal(first) {
			t.Errorf("the next day: used at %v, want %v", used, first)
		}
		w.promises(t)
	})
}

// What was given back or moved opens nothing at the counter, and says so; and neither does
// a code of another counter.
func TestAnOldCodeAtTheDesk(t *testing.T) { // P-70
	w := newWorld(t, db.SQLite)
	receipt := w.ask(t, w.person(t))
	status := w.booked(t, receipt)
	a, carla := status.Appointments[0], w.hire(t, staff.Counter)
	w.untilTurn(t, status)
	for _, place := range w.Locations.Counters() {
		if place.ID != a.Location.ID {
			carla.Place = place.ID
		}
	}
	if _, _, err := w.OpenCode(t.Context(), carla, a.Slip); !fault.Is(err, fault.Denied) {
		t.Errorf("at %s: %v", carla.Place, err)
	}
	carla.Place = ""
	_, err := db.Exec(t.Context(), w.DB, `UPDATE appointment SET issue = 1`)
	must(t, err)
	if _, _, err := w.OpenCode(t.Context(), carla, a.Slip); fault.Key(err) != "planner.code.moved" {
		t.Errorf("an old issue: %v", err)
	}
	must(t, w.Withdraw(t.Context(), receipt.Number, receipt.Code))
	if _, _, err := w.OpenCode(t.Context(), carla, a.Slip); fault.Key(err) != "planner.code.gone" {
		t.Errorf("withdrawn: %v", err)
	}
}
