package planner_test

import (
	"slices"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/planner"
)

// offered lets an ask be drawn and offered a slot.
func (w *world) offered(t testing.TB, r planner.Receipt) planner.Status {
	t.Helper()
	w.work(t) // slots are announced
	w.clock.Advance(w.untilClosing(t))
	w.work(t)
	w.pass(t, 30*time.Minute)
	status := w.status(t, r)
	if status.State != planner.Offered || status.Offer == nil {
		t.Fatalf("the ask is %s, want an offer", status.State)
	}
	return status
}

// booked lets an ask have its appointments.
func (w *world) booked(t testing.TB, r planner.Receipt) planner.Status {
	t.Helper()
	must(t, w.Answer(t.Context(), r.Number, r.Code, w.offered(t, r).Offer.ID, planner.Accept))
	status := w.status(t, r)
	if status.State != planner.Booked || len(status.Appointments) == 0 {
		t.Fatalf("the ask is %s, want appointments", status.State)
	}
	return status
}

// One person from the ask to the appointment, as the status page shows it.
func TestStatusFromAskToAppointment(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		receipt := w.ask(t, w.person(t))
		offer := w.offered(t, receipt).Offer
		if offer.People != 1 || offer.Laters != 2 || offer.Location.Address == "" || !offer.Until.After(w.clock.Now()) {
			t.Errorf("offer %+v", offer)
		}
		w.promises(t)
		must(t, w.Answer(t.Context(), receipt.Number, receipt.Code, offer.ID, planner.Accept))
		status := w.status(t, receipt)
		if status.State != planner.Booked || len(status.Appointments) != 1 || status.Offer != nil {
			t.Fatalf("after yes: %+v", status)
		}
		got := status.Appointments[0]
		if got.Member != 1 || got.Product != "sticker" || !got.Starts.Equal(offer.Starts) || got.Location.ID != offer.Location.ID {
			t.Errorf("appointment %+v", got)
		}
		w.promises(t)
	})
}

// A number that does not exist and a wrong code are answered alike, a number alone shows
// nothing, and five wrong codes shut the ask for the day.
func TestNumberAndCodeOpenTogether(t *testing.T) { // P-71
	each(t, func(t *testing.T, w *world) {
		receipt := w.ask(t, w.person(t))
		wrong, err := ident.ParseCode("12345678")
		must(t, err)
		_, unknown := w.Status(t.Context(), ident.NewCaseNumber(w.Random), wrong)
		for i := range 5 {
			_, err := w.Status(t.Context(), receipt.Number, wrong)
			if !fault.Is(err, fault.NotFound) || fault.Key(err) != fault.Key(unknown) {
				t.Errorf("wrong code %d: %v; unknown number: %v", i+1, err, unknown)
			}
			for _, change := range []error{w.Cancel(t.Context(), receipt.Number, ident.Code{}), w.Withdraw(t.Context(), ident.NewCaseNumber(w.Random), wrong),
				w.Wake(t.Context(), ident.NewCaseNumber(w.Random), wrong)} {
				if change == nil {
					t.Error("something was changed without the code")
				}
			}
			if i == 1 { // the change with an empty code counted too
				break
			}
		}
		must(t, second(w.Status(t.Context(), receipt.Number, receipt.Code)))
		if _, err := w.Status(t.Context(), receipt.Number, wrong); !fault.Is(err, fault.NotFound) {
			t.Errorf("fifth wrong code: %v", err)
		}
		if _, err := w.Status(t.Context(), receipt.Number, receipt.Code); !fault.Is(err, fault.Throttled) {
			t.Errorf("the right code after five wrong ones: %v", err)
		}
		w.clock.Advance(24 * time.Hour)
		must(t, second(w.Status(t.Context(), receipt.Number, receipt.Code)))
	})
}

func second[T any](_ T, err error) error { return err }

// What is cancelled is free at once and is offered to the next within a minute; who
// cancelled keeps the place in the line and is not offered the same day again.
func TestACancelledSlotGoesToTheNext(t *testing.T) { // P-41 P-42
	each(t, func(t *testing.T, w *world) {
		receipt := w.ask(t, w.person(t))
		status := w.booked(t, receipt)
		line := w.count(t, `SELECT line AS n FROM ask WHERE number = $1`, string(receipt.Number))
		must(t, w.Cancel(t.Context(), receipt.Number, receipt.Code))
		if n := w.count(t, `SELECT count(*) AS n FROM slot WHERE state IN ('booked', 'offered')`); n != 0 {
			t.Errorf("%d slots are still held", n)
		}
		if got := w.status(t, receipt); got.State != planner.Waiting || len(got.Appointments) != 0 {
			t.Errorf("after cancelling: %+v", got)
		}
		w.promises(t)
		w.clock.Advance(time.Minute)
		w.work(t)
		again := w.status(t, receipt)
		if again.State != planner.Offered {
			t.Fatalf("a minute after cancelling: %s", again.State)
		}
		if day := status.Appointments[0].Starts.Format(time.DateOnly); again.Offer.Starts.Format(time.DateOnly) <= day {
			t.Errorf("offered %v after giving back %s", again.Offer.Starts, day)
		}
		if got := w.count(t, `SELECT line AS n FROM ask WHERE number = $1`, string(receipt.Number)); got != line {
			t.Errorf("the place in the line went from %d to %d", line, got)
		}
		if err := w.Cancel(t.Context(), receipt.Number, receipt.Code); !fault.Is(err, fault.TooLate) {
			t.Errorf("cancelled twice: %v", err)
		}
		w.promises(t)
	})
}

// An appointment that has begun cannot be cancelled.
func TestCancelledTooLate(t *testing.T) {
	w := newWorld(t, db.SQLite)
	receipt := w.ask(t, w.person(t))
	status := w.booked(t, receipt)
	w.clock.Advance(status.Appointments[0].Starts.Sub(w.clock.Now()))
	if err := w.Cancel(t.Context(), receipt.Number, receipt.Code); !fault.Is(err, fault.TooLate) {
		t.Errorf("cancelled as it began: %v", err)
	}
}

// An ask can be withdrawn wherever it is; what it held is free, and it ends once.
func TestWithdrawFromEveryState(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		offered, booked := w.ask(t, w.person(t)), w.ask(t, w.household(t, 1990, 2016))
		w.booked(t, booked)
		waiting := w.ask(t, w.person(t))
		for _, r := range []planner.Receipt{waiting, offered, booked} {
			must(t, w.Withdraw(t.Context(), r.Number, r.Code))
			if got := w.status(t, r); got.State != planner.Withdrawn || got.Offer != nil || len(got.Appointments) != 0 {
				t.Errorf("withdrawn: %+v", got)
			}
			if err := w.Withdraw(t.Context(), r.Number, r.Code); !fault.Is(err, fault.TooLate) {
				t.Errorf("withdrawn twice: %v", err)
			}
			w.promises(t)
		}
		if n := w.count(t, `SELECT count(*) AS n FROM slot WHERE state NOT IN ('free', 'gone')`); n != 0 {
			t.Errorf("%d slots are still held", n)
		}
	})
}

// Whoever does not answer twice rests, and can wake the ask: into the list of that day, with
// another ticket.
func TestARestingAskWakes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		receipt := w.ask(t, w.person(t))
		w.offered(t, receipt)
		for w.status(t, receipt).State != planner.Resting {
			if w.clock.Now().Sub(receipt.Closes) > 20*24*time.Hour {
				t.Fatal("it never rests")
			}
			w.clock.Advance(6 * time.Hour)
			w.work(t)
		}
		w.promises(t)
		before := w.status(t, receipt)
		must(t, w.Wake(t.Context(), receipt.Number, receipt.Code))
		after := w.status(t, receipt)
		if after.State != planner.Waiting || after.Drawn || after.Draw <= before.Draw || after.Ticket == before.Ticket {
			t.Errorf("woken: %+v, before %+v", after, before)
		}
		if err := w.Wake(t.Context(), receipt.Number, receipt.Code); !fault.Is(err, fault.TooLate) {
			t.Errorf("woken twice: %v", err)
		}
		w.promises(t)
		w.offered(t, receipt)
		w.promises(t)
	})
}

// A household comes together: at one place and day, one slot each, all or none.
func TestAHouseholdComesTogether(t *testing.T) { // P-82
	each(t, func(t *testing.T, w *world) {
		receipt := w.ask(t, w.household(t, 1978, 2003, 2016)) // the youngest gets nothing
		status := w.booked(t, receipt)
		if len(status.Appointments) != 3 {
			t.Fatalf("%d appointments", len(status.Appointments))
		}
		var members []int
		for _, a := range status.Appointments {
			members = append(members, a.Member)
			if a.Location.ID != status.Appointments[0].Location.ID || a.Starts.YearDay() != status.Appointments[0].Starts.YearDay() {
				t.Errorf("apart: %+v", status.Appointments)
			}
		}
		slices.Sort(members)
		if !slices.Equal(members, []int{1, 2, 3}) {
			t.Errorf("appointments of %v", members)
		}
		w.promises(t)
	})
}
