package public_test

import (
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/ident"
	"loket/internal/staff"
)

// serves lets everybody of an ask come to their appointment.
func serves(t *testing.T, w *apptest.World, k ticketOf) {
	t.Helper()
	number, err := ident.ParseCaseNumber(k.number)
	if err != nil {
		t.Fatal(err)
	}
	code, err := ident.ParseCode(k.code)
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.Planner.Status(t.Context(), number, code)
	if err != nil || len(s.Appointments) == 0 {
		t.Fatalf("no appointment: %s, %v", s.State, err)
	}
	w.Clock.Advance(s.Appointments[0].Starts.Sub(w.Clock.Now()))
	var people []int
	for _, a := range s.Appointments {
		people = append(people, a.Member)
	}
	w.Hire(t, staff.Counter).Serve(t, number, code, people...)
}

// While stickers are paused the pages say why, since when, when they are expected, how sure
// that is, and what it leaves alone, in each language.
func TestAPauseIsExplained(t *testing.T) { // P-47 P-50
	w, base := openPlaces(t, "2022-09-02T09:00:00+02:00")
	for lang, words := range map[string][]string{
		"nl": {"Nu niet te krijgen", "5 september 2022", "grondstoffen", "15 oktober 2022", "Dit is waarschijnlijk", "1 september 2022", "U mag werken", "Een pas ophalen gaat door"},
		"en": {"Not handed out now", "5 September 2022", "raw materials", "15 October 2022", "This is likely", "You keep your shelter"},
		"uk": {"Зараз не видають", "Ви можете працювати", "Це ймовірно"},
		"ar": {"لا يُسلَّم الآن", "يمكنك العمل", "هذا مرجح"},
	} {
		v := visit(t, base, lang)
		v.get("/place").sees(words...)
		if len(v.page) >= 15_000 {
			t.Errorf("the page of places has %d bytes in %s, want under 15,000", len(v.page), lang)
		}
	}
	v := visit(t, base, "nl")
	receipt := shownReceipt(fillPlace(v, "oksana@example.org", oksana).send("/place/ask/send"))
	letDraw(t, w)
	receipt.status(v).sees("U staat in de rij", "Nu niet te krijgen", "U houdt uw plaats in de rij", "U mag werken")
	w.Promises(t)
}

// That there is enough for everybody is said with who said it and when, and where nobody
// did, that stands there.
func TestEnoughIsSaidWithItsOwner(t *testing.T) { // P-33
	_, base := openPlaces(t, "2022-11-02T09:00:00+01:00")
	visit(t, base, "nl").get("/place").sees("Er is genoeg voor iedereen", "Immigratie- en Naturalisatiedienst", "1 november 2022").seesNot("Nu niet te krijgen")
	_, base = openPlaces(t, summer)
	visit(t, base, "nl").get("/place").sees("Niemand heeft gezegd dat er genoeg is").seesNot("Nu niet te krijgen")
}

// From the photo to the card: what the status page says on the way.
func TestACardOnTheStatusPage(t *testing.T) { // P-37 P-51 P-54 P-57
	w, base := openPlaces(t, summer)
	v := visit(t, base, "nl")
	receipt := shownReceipt(fillPlace(v, "oksana@example.org", comer{"Oksana Verzonnen", "9", "3", "1984", "2800000019", "none"}).send("/place/ask/send"))
	letDraw(t, w)
	receipt.status(v).send("/place/status/answer", "answer", "accept")
	serves(t, w, receipt)
	receipt.status(v).sees("Uw pas wordt gemaakt", "Klaar rond 8 september 2022", "Bijlmerdreef 1289", "09:00-12:00, 13:00-16:30", "geen afspraak nodig", "Niemand kan dat voor een ander doen").
		seesNot("intrekken", "Uw pas ligt klaar")
	for lang, word := range map[string]string{"en": "Your card is being made", "uk": "Вашу картку виготовляють", "ar": "بطاقتك قيد الصنع"} {
		receipt.status(visit(t, base, lang)).sees(word)
	}
	w.Clock.Advance(24 * time.Hour)
	number, err := ident.ParseCaseNumber(receipt.number)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Planner.Arrive(t.Context(), staff.Member{ID: "stf_invented", Roles: []staff.Role{staff.Counter}}, "amsterdam-o-document", string(number), 1); err != nil {
		t.Fatal(err)
	}
	for w.Planner.Today().String() < "2022-09-08" {
		w.Clock.Advance(12 * time.Hour)
		w.Settle(t)
	}
	receipt.status(v).sees("Uw pas ligt klaar", "Ophalen kan vanaf 8 september 2022")
	visit(t, base, "nl").get("/place").sees("0–6 : minder dan vijf")
	w.Promises(t)
	for range 4 { // three questions, and a month
		w.Clock.Advance(30 * 24 * time.Hour)
		w.Settle(t)
	}
	carla := staff.Member{ID: "stf_invented", Roles: []staff.Role{staff.Counter}}
	if err := w.Planner.Return(t.Context(), carla, "amsterdam-o-document", number, 1); err != nil {
		t.Fatal(err)
	}
	receipt.status(v).sees("Uw pas ligt er niet meer", "kunt met hetzelfde nummer opnieuw vragen", "Vraag opnieuw een plek").seesNot("ingetrokken", "Uw pas ligt klaar") // P-57
	w.Promises(t)
}
