package public_test

import (
	"testing"

	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/staff"
)

// Everybody sees how much goes to urgent cases, and how often; whoever is one sees it at
// their number, and no reason.
func TestUrgentCasesArePublic(t *testing.T) { // P-66
	w, base := openPlaces(t, summer)
	v := visit(t, base, "nl")
	receipt := shownReceipt(fillPlace(v, "een@example.org", stranger(1)).send("/place/ask/send"))
	signed := func(*db.Tx) error { return nil }
	receipt.status(v).seesNot("Uw aanvraag gaat voor")
	number, err := ident.ParseCaseNumber(receipt.number)
	if err != nil {
		t.Fatal(err)
	}
	u, err := w.Planner.NewUrgency(t.Context(), number, "work")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Planner.ProposeUrgent(t.Context(), staff.Member{ID: "stf_one"}, u, signed); err != nil {
		t.Fatal(err)
	}
	list, err := w.Planner.Urgents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	receipt.status(v).seesNot("Uw aanvraag gaat voor")
	if err := w.Planner.GrantUrgent(t.Context(), staff.Member{ID: "stf_two"}, list[0], signed); err != nil {
		t.Fatal(err)
	}
	receipt.status(v).sees("Uw aanvraag gaat voor").seesNot("Heeft werk")
	letDraw(t, w)
	for tag, want := range map[string]string{"nl": "Hoogstens 10%", "en": "At most 10%", "uk": "10% місць", "ar": "10%"} {
		visit(t, base, tag).get("/place/draws").sees(want)
		visit(t, base, tag).get("/place/figures").sees(want)
	}
	v.get("/place/figures").sees("Heeft werk dat op een vaste dag begint", "kregen voorrang", "Week van 15 augustus 2022")
}
