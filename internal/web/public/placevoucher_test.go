package public_test

import (
	"strings"
	"testing"

	"loket/internal/ident"
	"loket/internal/planner"
	"loket/internal/staff"
)

// Who has no BSN and no V-number asks with the number from a counter, in the same field and
// the same draw. One that is used, or wrong, is told at the field, and what was typed stays.
func TestAVoucherOnTheForm(t *testing.T) { // P-30 P-31
	w, base := openPlaces(t, summer)
	carla := w.Hire(t, staff.Counter)
	issued, err := w.Planner.IssueVoucher(t.Context(), carla.Member, planner.VoucherTold, "visit")
	if err != nil {
		t.Fatal(err)
	}
	hers := oksana
	hers.number = issued.Number.InGroups()
	v := visit(t, base, "nl")
	fillPlace(v, "oksana@example.org", hers).sees("Kijk uw antwoorden na")
	v.send("/place/ask/send")
	receipt := shownReceipt(v)
	receipt.status(visit(t, base, "nl")).sees("U staat op de lijst")
	again := visit(t, base, "nl")
	again.get("/place/ask")
	step(again, "has-proof", "registered", "has-proof", "no")
	step(again, "registered", "postcode", "registered", "yes")
	step(again, "postcode", "region", "postcode", "1012 AB")
	step(again, "region", "people")
	step(again, "people", "who-1", "people", "1")
	who := []string{"name", "Danylo Verzonnen", "birth-day", "1", "birth-month", "5", "birth-year", "1990", "number"}
	again.send("/place/ask/who-1", append(who, hers.number)...).sees("Met dit nummer van de balie is al een afspraak gevraagd.")
	if !strings.Contains(again.page, `value="Danylo Verzonnen"`) {
		t.Error("what was typed is gone")
	}
	again.send("/place/ask/who-1", append(who, ident.NewVoucher(w.Random()).InGroups())...).sees("Dit nummer van de balie kennen wij niet")
	again.send("/place/ask/who-1", append(who, "2800000019")...).asks("paper-1")
	w.Promises(t)
}
