package planner_test

import (
	"testing"
	"time"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/planner"
	"loket/internal/staff"
)

// askFor sends a form of somebody who is helped.
func (w *world) askFor(t testing.TB, m staff.Member, asking planner.Asking) planner.Receipt {
	t.Helper()
	receipt, err := w.AskFor(t.Context(), m, asking)
	must(t, err)
	w.promises(t)
	return receipt
}

// by is a form as it comes in by a door of staff, without a contact.
func by(door planner.Door, asking planner.Asking) planner.Asking {
	asking.Door, asking.Email, asking.Phone = door, ident.Email{}, ident.Phone{}
	return asking
}

// Whoever cannot use the web asks with somebody's help, is in the same draw as all, and the
// log names who helped. Who has no such role has no such door.
func TestAskByEachDoorOfStaff(t *testing.T) { // P-27 P-61
	each(t, func(t *testing.T, w *world) {
		carla, hana := w.hire(t, staff.Counter), w.hire(t, staff.Helper)
		web := w.status(t, w.ask(t, w.person(t)))
		for _, door := range []planner.Door{planner.AtCounter, planner.OnPaper, planner.ByHelper, planner.ByPhone} {
			m, other := carla, hana
			if door == planner.ByHelper {
				m, other = hana, carla
			}
			asking := by(door, w.person(t))
			if _, err := w.Ask(t.Context(), asking); !fault.Is(err, fault.Denied) {
				t.Errorf("%s, and nobody who works here: %v", door, err)
			}
			if _, err := w.AskFor(t.Context(), other, asking); !fault.Is(err, fault.Denied) {
				t.Errorf("%s, without the role: %v", door, err)
			}
			if door == planner.ByPhone {
				if _, err := w.AskFor(t.Context(), m, asking); !fault.Is(err, fault.Invalid) || fault.Key(err) != "planner.contact" {
					t.Errorf("who rings leaves no phone number: %v", err)
				}
				asking.Phone = w.person(t).Phone
			}
			status := w.status(t, w.askFor(t, m, asking))
			if status.Draw != web.Draw || status.State != planner.Waiting {
				t.Errorf("%s: %+v", door, status)
			}
			if n := w.count(t, `SELECT count(*) AS n FROM audit_entry WHERE act = 'ask.submit' AND result = $1 AND actor = $2`, string(door), m.ID); n != 1 {
				t.Errorf("%s: %d entries that name who helped", door, n)
			}
		}
		if _, err := w.AskFor(t.Context(), carla, w.person(t)); !fault.Is(err, fault.Invalid) {
			t.Errorf("the web is a door of staff: %v", err)
		}
	})
}

// Where nobody left a contact, number and birth date are no way to somebody's receipt: the
// same form leads to the ask only by the same door and the same helper.
func TestNobodyGetsTheReceiptOfSomebodyWithoutContact(t *testing.T) { // P-71 H-03
	each(t, func(t *testing.T, w *world) {
		carla, hana, hugo := w.hire(t, staff.Counter), w.hire(t, staff.Helper), w.hire(t, staff.Helper)
		asking := by(planner.ByHelper, w.person(t))
		hers := w.askFor(t, hana, asking)
		if got := w.askFor(t, hana, again(asking)); !same(got, hers) {
			t.Error("the same helper, the same form: another ask")
		}
		if got := w.askFor(t, hugo, again(asking)); same(got, hers) {
			t.Error("another helper got her receipt")
		}
		if got := w.askFor(t, carla, by(planner.AtCounter, again(asking))); same(got, hers) {
			t.Error("another door gave her receipt")
		}
		one, two := by(planner.OnPaper, again(asking)), by(planner.OnPaper, again(asking))
		if same(w.askFor(t, carla, one), w.askFor(t, carla, two)) {
			t.Error("another paper form gave her receipt")
		}
	})
}

// All that a person can do with number and code is done for them at the desk, in their
// words, and the log names who did it and under which lease.
func TestTheDeskDoesAllThatAPersonCan(t *testing.T) { // P-27 P-71
	each(t, func(t *testing.T, w *world) {
		carla, other := w.hire(t, staff.Counter), w.hire(t, staff.Counter)
		receipt := w.askFor(t, carla, by(planner.AtCounter, w.person(t)))
		w.pass(t, w.untilClosing(t)+time.Hour)
		lease, err := w.OpenAt(t.Context(), carla, receipt.Number, receipt.Code)
		must(t, err)
		status, err := w.StatusAt(t.Context(), carla, lease.ID)
		must(t, err)
		if status.Offer == nil || status.Number != receipt.Number {
			t.Fatalf("at the desk the ask is %s", status.State)
		}
		if _, err := w.StatusAt(t.Context(), other, lease.ID); !fault.Is(err, fault.Denied) {
			t.Errorf("under somebody else's lease: %v", err)
		}
		if err := w.AnswerAt(t.Context(), other, lease.ID, status.Offer.ID, planner.Accept); !fault.Is(err, fault.Denied) {
			t.Errorf("an answer under somebody else's lease: %v", err)
		}
		must(t, w.AnswerAt(t.Context(), carla, lease.ID, status.Offer.ID, planner.Accept))
		w.promises(t)
		must(t, w.CancelAt(t.Context(), carla, lease.ID))
		w.promises(t)
		if err := w.WakeAt(t.Context(), carla, lease.ID); !fault.Is(err, fault.TooLate) {
			t.Errorf("waking who does not rest: %v", err)
		}
		must(t, w.WithdrawAt(t.Context(), carla, lease.ID))
		w.promises(t)
		if err := w.WithdrawAt(t.Context(), carla, lease.ID); !fault.Is(err, fault.TooLate) {
			t.Errorf("withdrawn twice: %v", err)
		}
		for _, act := range []string{"ask.answer", "ask.cancel", "ask.withdraw"} {
			if n := w.count(t, `SELECT count(*) AS n FROM audit_entry WHERE act = $1 AND actor = $2 AND lease = $3 AND role = 'counter'`, act, carla.ID, lease.ID); n != 1 {
				t.Errorf("%d entries of %s that name who did it", n, act)
			}
		}
	})
}

// Somebody without a phone comes back to the counter after two silences, and is woken.
func TestTheDeskWakesWhoRests(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		carla := w.hire(t, staff.Counter)
		receipt := w.askFor(t, carla, by(planner.AtCounter, w.person(t)))
		for range 10 {
			if w.status(t, receipt).State == planner.Resting {
				break
			}
			w.pass(t, 24*time.Hour)
		}
		lease, err := w.OpenAt(t.Context(), carla, receipt.Number, receipt.Code)
		must(t, err)
		must(t, w.WakeAt(t.Context(), carla, lease.ID))
		w.promises(t)
		if got := w.status(t, receipt); got.State != planner.Waiting || got.Ticket == receipt.Ticket {
			t.Errorf("after waking: %s with ticket %s", got.State, got.Ticket)
		}
	})
}
