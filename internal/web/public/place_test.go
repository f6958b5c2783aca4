package public_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
)

func TestFromAskingToCancelling(t *testing.T) { // P-29 P-42 P-65 P-66 P-71 P-77
	w, base := openPlaces(t, summer)
	v := visit(t, base, "nl")
	v.get("/place").sees("De lijst van nu sluit op 16 augustus 2022, 18:00", "De planner is niet kapot", "Schrijf u eerst in bij de gemeente").seesNot("elke dag")
	v.get("/place/ask").sees("Hebt u al een sticker")
	fillPlace(v, "oksana@example.org", oksana).sees("Oksana Verzonnen", "sticker in uw paspoort", "U vraagt één keer")
	values := v.hidden("/place/ask/send")
	receipt := shownReceipt(v.do("POST", "/place/ask/send", values).sees("Uw lijst sluit op 16 augustus 2022, 18:00", "Uw lot in de loting"))
	if again := shownReceipt(v.do("POST", "/place/ask/send", values)); again != receipt { // the same press
		t.Errorf("a second press gives %v, want %v", again, receipt)
	}
	anew := shownReceipt(fillPlace(visit(t, base, "nl"), "oksana@example.org", oksana).send("/place/ask/send"))
	if anew != receipt { // the same person
		t.Errorf("a second form gives %v, want %v", anew, receipt)
	}
	if got := v.cookies(); len(got) != 0 {
		t.Errorf("cookies %v", got)
	}

	receipt.status(v).sees("U staat op de lijst")
	letDraw(t, w)
	receipt.status(v).sees("Er is een tijd voor u", "Antwoord vóór", "Ja, ik kom", "Dit kan nog 2 keer")
	v.send("/place/status/answer", "answer", "other").sees("U krijgt een tijd op een andere dag", "U staat in de rij", "niemand vóór u")
	w.Pass(t, 24*time.Hour)
	receipt.status(v).send("/place/status/answer", "answer", "accept").sees("De afspraak is van u", "U hebt een afspraak", "Neem mee", "Bijlmerdreef")
	v.send("/place/status/cancel").sees("Wilt u de afspraak afzeggen?").send("/place/status/show").sees("U hebt een afspraak")
	v.send("/place/status/cancel").send("/place/status/cancel").sees("De afspraak is afgezegd", "U staat in de rij")
	v.send("/place/status/withdraw").sees("Wilt u uw aanvraag intrekken?").send("/place/status/withdraw").sees("Uw aanvraag is ingetrokken")
	w.Promises(t)
}

func TestOfferAnsweredLaterAndNo(t *testing.T) { // P-66
	w, base := openPlaces(t, summer)
	v := visit(t, base, "nl")
	receipt := shownReceipt(fillPlace(v, "oksana@example.org", oksana).send("/place/ask/send"))
	letDraw(t, w)
	old := receipt.status(v).hidden("/place/status/answer")
	v.send("/place/status/answer", "answer", "later").sees("U wacht langer en houdt uw plaats")
	old.Set("answer", "accept")
	v.do("POST", "/place/status/answer", old).sees("Zo staat het nu", "U staat in de rij") // an answer was given
	w.Clock.Advance(7 * 24 * time.Hour)
	w.Pass(t, time.Hour)
	receipt.status(v).sees("Dit kan nog 1 keer").send("/place/status/answer", "answer", "decline").sees("Hebt u geen afspraak meer nodig?")
	v.send("/place/status/answer").sees("Uw aanvraag is gestopt")
	w.Promises(t)
}

func TestSilenceRestsAndWakes(t *testing.T) { // P-66
	w, base := openPlaces(t, summer)
	v := visit(t, base, "nl")
	receipt := shownReceipt(fillPlace(v, "oksana@example.org", oksana).send("/place/ask/send"))
	letDraw(t, w)
	for range 4 { // two offers lapse
		w.Clock.Advance(49 * time.Hour)
		w.Settle(t)
	}
	receipt.status(v).sees("Uw aanvraag rust").send("/place/status/wake").sees("Uw aanvraag staat weer op de lijst", "U staat op de lijst")
	w.Promises(t)
}

func TestAFreedTimeGoesToTheNextOnThePages(t *testing.T) { // P-41 P-42
	w, base := openPlaces(t, summer)
	first, second := visit(t, base, "nl"), visit(t, base, "nl")
	a := shownReceipt(fillPlace(first, "een@example.org", stranger(1)).send("/place/ask/send"))
	letDraw(t, w)
	when := a.status(first).shown(`Er is een tijd voor u (.*?) Amsterdam`)
	first.send("/place/status/answer", "answer", "accept").sees("U hebt een afspraak", when)
	b := shownReceipt(fillPlace(second, "twee@example.org", stranger(2)).send("/place/ask/send"))
	w.Clock.Advance(23*time.Hour + 20*time.Minute) // to ten to six, and then on to the draw
	first.seesNot("afgezegd")
	a.status(first).send("/place/status/cancel").send("/place/status/cancel").sees("De afspraak is afgezegd")
	letDraw(t, w)
	b.status(second).sees("Er is een tijd voor u")
	w.Promises(t)
}

func TestWhoNeedsNoPlaceUsesNone(t *testing.T) { // P-24 P-28 P-31 P-68
	_, base := openPlaces(t, "2022-12-05T09:00:00+01:00")
	v := visit(t, base, "en")
	v.get("/place").sees("It gives you a BSN")
	v.get("/place/ask").send("/place/ask/has-proof", "has-proof", "yes").sees("You need no appointment", "You have a proof already", "no appointment was used")
	v.send("/place/ask/open", "to", "has-proof").asks("has-proof")
	step(v, "has-proof", "registered", "has-proof", "no")
	v.send("/place/ask/registered", "registered", "no").sees("Register with the municipality first", "You get a BSN", "no appointment was used")
}

// Whoever changes an answer at the end, so that they need no place, cannot send the form.
func TestWhoNeedsNoPlaceCannotSend(t *testing.T) { // P-24 P-68
	_, base := openPlaces(t, summer)
	v := visit(t, base, "en")
	fillPlace(v, "oksana@example.org", oksana)
	v.send("/place/ask/open", "to", "has-proof").asks("has-proof")
	v.send("/place/ask/has-proof", "has-proof", "yes").sees("You need no appointment")
	v.do("POST", "/place/ask/send", v.hidden("/place/ask/open")).sees("You have a proof already", "no appointment was used").seesNot("We have your request")
}

func TestAFamilyIsOneRequest(t *testing.T) { // P-82 P-68
	w, base := openPlaces(t, summer)
	v := visit(t, base, "nl")
	fillPlace(v, "oksana@example.org", oksana, danylo).sees("Persoon 1", "U krijgt een sticker in uw paspoort", "Persoon 2", "Een kind onder de 14 krijgt geen eigen bewijs")
	receipt := shownReceipt(v.send("/place/ask/send"))
	letDraw(t, w)
	receipt.status(v).send("/place/status/answer", "answer", "accept").sees("Sticker").seesNot("Persoon 2") // one document, one time

	two := comer{"Zonder Nummer", "1", "1", "1990", "", "none"}
	v = visit(t, base, "nl")
	v.get("/place/ask")
	step(v, "has-proof", "registered", "has-proof", "no")
	step(v, "registered", "postcode", "registered", "yes")
	step(v, "postcode", "region", "postcode", "", "region", "south")
	step(v, "region", "people")
	step(v, "people", "who-1", "people", "2")
	step(v, "who-1", "paper-1", "name", "Een Ander", "birth-day", "1", "birth-month", "1", "birth-year", "1990", "number", "2800000027")
	step(v, "paper-1", "who-2", "paper", "id-card")
	v.send("/place/ask/who-2", "name", two.name, "birth-day", two.day, "birth-month", two.month, "birth-year", two.year, "number", "2800000027").sees("staat al bij een ander")
	step(v, "who-2", "paper-2", "name", two.name, "birth-day", two.day, "birth-month", two.month, "birth-year", two.year)
	step(v, "paper-2", "desk", "paper", "none")
	step(v, "desk", "contact", "language", "any", "soon", "yes")
	v.send("/place/ask/contact", "phone", "0612345678").asks("who-2").sees("Wie een bewijs krijgt, heeft een nummer nodig")
	w.Promises(t)
}

func TestChildrenAloneNeedNoAppointment(t *testing.T) { // P-68
	_, base := openPlaces(t, summer)
	child := danylo
	child.number = "2800000035"
	fillPlace(visit(t, base, "nl"), "kind@example.org", child).sees("U hebt geen afspraak nodig", "Er is niets verstuurd").seesNot("Verstuur de aanvraag")
}

func TestWhatIsWrongIsSaidAtTheField(t *testing.T) { // P-61
	_, base := openPlaces(t, summer)
	v := visit(t, base, "nl")
	v.get("/place/ask").send("/place/ask/has-proof").asks("has-proof").sees("Kies een antwoord.")
	step(v, "has-proof", "registered", "has-proof", "no")
	step(v, "registered", "postcode", "registered", "yes")
	for typed, want := range map[string]string{"": "Vul een postcode in", "0999": "Dit is geen postcode", "Amsterdam": "Dit is geen postcode"} {
		v.send("/place/ask/postcode", "postcode", typed).asks("postcode").sees(want)
	}
	step(v, "postcode", "region", "postcode", "١٠١٢ ab").sees("Noordwest-Nederland", "Bijlmerdreef", "Afspraken zijn er tot en met")
	step(v, "region", "people")
	step(v, "people", "who-1", "people", "1")
	v.send("/place/ask/who-1", "name", "Oksana Verzonnen", "birth-day", "31", "birth-month", "2", "birth-year", "1984", "number", "")
	v.sees("Vul het BSN, het V-nummer of het nummer van de balie in")
	if v.status != 422 || !strings.Contains(v.page, `value="Oksana Verzonnen"`) || !strings.Contains(v.page, `value="31"`) {
		t.Errorf("status %d: what was typed is lost", v.status)
	}
	v.send("/place/ask/who-1", "name", "Oksana Verzonnen", "birth-day", "1", "birth-month", "2", "birth-year", "1984", "number", "999990018").asks("who-1")
	v.sees("Dit nummer lijkt niet te kloppen")
	step(v, "who-1", "paper-1", "name", "Oksana Verzonnen", "birth-day", "1", "birth-month", "2", "birth-year", "1984", "number", "999990018")
	step(v, "paper-1", "valid-1", "paper", "passport")
	v.send("/place/ask/valid-1", "expires-day", "1").asks("valid-1").sees("Vul de dag, de maand en het jaar in")
	step(v, "valid-1", "desk", "expires-day", "1", "expires-month", "٣", "expires-year", "2022")
	v.send("/place/ask/desk", "soon", "yes").sees("Kies een taal")
	step(v, "desk", "contact", "language", "any", "soon", "yes")
	v.send("/place/ask/contact").sees("Vul een e-mailadres of een telefoonnummer in")
	v.send("/place/ask/contact", "email", "geen adres", "phone", "1").asks("contact")
	step(v, "contact", "send", "phone", "0612345678").sees("U krijgt een pas") // the passport is too short
	v.send("/place/ask/open", "to", "postcode").asks("postcode")
	step(v, "postcode", "region", "postcode", "9711")
	step(v, "region", "send").sees("Noord-Nederland")
}

func TestAFormThatDoesNotOpenBeginsAgain(t *testing.T) {
	w, base := openPlaces(t, summer)
	v := visit(t, base, "nl")
	fillPlace(v, "oksana@example.org", oksana)
	values := v.hidden("/place/ask/send")
	sealed := values.Get("draft")
	pass := shownReceipt(v.do("POST", "/place/ask/send", values)).status(v).hidden("/place/status/withdraw").Get("pass")
	flipped := []byte(sealed)
	flipped[40] ^= 1
	for _, draft := range []string{string(flipped), pass, "x", sealed[:100], strings.Repeat("A", 5000)} {
		values.Set("draft", draft)
		v.do("POST", "/place/ask/send", values).sees("Begin hier opnieuw").seesNot("Oksana", "Uw nummer:")
		values.Set("pass", draft)
		if draft != pass {
			v.do("POST", "/place/status/withdraw", values).sees("Vul nummer en code opnieuw in")
		}
	}
	v.get("/place/ask/who-1").sees("Begin hier opnieuw")
	values.Set("draft", sealed)
	w.Clock.Advance(23 * time.Hour)
	v.do("POST", "/place/ask/send", values).sees("Uw nummer:")
	w.Clock.Advance(2 * time.Hour)
	v.do("POST", "/place/ask/send", values).sees("Begin hier opnieuw")
	if n, err := db.Get[int](t.Context(), w.DB, "SELECT count(*) FROM ask"); err != nil || n != 1 {
		t.Errorf("%d asks, %v", n, err)
	}
}

func TestNumberAndCodeOnlyTogether(t *testing.T) { // P-71
	w, base := openPlaces(t, summer)
	v := visit(t, base, "nl")
	receipt := shownReceipt(fillPlace(v, "oksana@example.org", oksana).send("/place/ask/send"))
	v.get("/place/status").send("/place/status").sees("Vul het nummer van uw aanvraag in", "Vul de code van uw aanvraag in")
	for _, wrong := range []ticketOf{{receipt.number, "00000000", "", ""}, {"K7P4-9XQ2-M3G", receipt.code, "", ""}} {
		wrong.status(v).sees("horen niet bij elkaar").seesNot("U staat op de lijst")
	}
	pass := receipt.status(v).hidden("/place/status/withdraw")
	w.Clock.Advance(11 * time.Minute)
	v.do("POST", "/place/status/withdraw", pass).sees("na tien minuten").seesNot("intrekken")
	receipt.status(v).sees("U staat op de lijst")
	if strings.Contains(v.page, strings.ReplaceAll(receipt.code, " ", "")) {
		t.Error("the page holds the code")
	}
}

func TestDrawsCanBeChecked(t *testing.T) {
	w, base := openPlaces(t, summer)
	v := visit(t, base, "nl")
	var tickets []string
	for n := range 3 {
		tickets = append(tickets, shownReceipt(fillPlace(v, "een@example.org", stranger(n)).send("/place/ask/send")).ticket)
	}
	v.get("/place/draws").sees("Loting 1", "De lijst van nu sluit op")
	v.get("/place/draws/1").sees("Loting 1", "De lijst van nu sluit op", "Ronde van de bron", "Is er na 6 uur nog geen getal")
	for _, ticket := range tickets {
		if strings.Contains(v.page, ticket) {
			t.Error("the page of the open list has a ticket")
		}
	}
	if v.get("/place/draws/2"); v.status != 404 {
		t.Errorf("a list that is not open yet is shown with status %d", v.status)
	}
	letDraw(t, w)
	v.get("/place/draws").sees("Er zijn 3 loten.", "De volgorde is bekend", "Loting 2")
	places := map[string]bool{}
	for _, ticket := range tickets {
		places[v.get("/place/draws/1?ticket="+strings.ToLower(ticket[:4])+"+"+ticket[4:]).shown(`Dit lot is nummer (\d van 3)`)] = true
	}
	if len(places) != 3 {
		t.Errorf("places %v", places)
	}
	v.get("/place/draws/1?ticket=").sees("Vul een lot in")
	v.get("/place/draws/1?ticket=ZZZZZZZZZZ").sees("staat niet in deze loting")
	v.lang = "place" // the address without a language
	v.get("/draws/1.json")
	published, err := w.Planner.Published(t.Context(), 1)
	if err != nil || v.page != string(published) || v.header.Get("Content-Type") != "application/json" {
		t.Errorf("%s, %v", v.header, err)
	}
	var list draw.Draw
	if err := json.Unmarshal(published, &list); err != nil || !slices.Contains(list.Order, tickets[0]) {
		t.Errorf("%v, %v", list, err)
	}
	v.get("/draws/1").at("/nl/place/draws/1") // in the language of the browser
	for _, none := range []string{"/draws/9.json", "/draws/x.json", "/draws/x"} {
		if v.get(none); v.status != 404 {
			t.Errorf("%s: status %d", none, v.status)
		}
	}
}

func TestWithoutPlacesThereAreNoPages(t *testing.T) {
	_, base := open(t, db.SQLite)
	v := visit(t, base, "nl")
	for _, path := range []string{"/place", "/place/ask", "/place/status", "/place/draws", "/place/draws/1"} {
		if v.get(path); v.status != 404 {
			t.Errorf("%s: status %d", path, v.status)
		}
	}
}
