package public_test

import (
	"testing"
	"time"
)

// Somebody reports fraud without a name, a cookie or a script; what is wrong is said at the
// field, and what was typed stays.
func TestFraudIsReportedWithoutAName(t *testing.T) { // P-73
	w, base := openPlaces(t, summer)
	v := visit(t, base, "nl").get("/place/report").sees("Uw naam is niet nodig", "Alleen een leidinggevende")
	v.send("/place/report", "text", "").sees("Kies wat u wilt melden", "Schrijf op wat er gebeurd is")
	if v.status != 422 {
		t.Errorf("status %d", v.status)
	}
	values := v.hidden("/place/report")
	values.Set("kind", "copied-code")
	values.Set("text", "Verzonnen verhaal")
	number := v.do("POST", "/place/report", values).shown(`([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3})`)
	if again := v.do("POST", "/place/report", values).shown(`([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3})`); again != number {
		t.Errorf("sent twice: %s and %s", number, again)
	}
	v.seesNot("Verzonnen verhaal")
	if len(v.cookies()) != 0 {
		t.Errorf("cookies %v", v.cookies())
	}
	months, err := w.Reports.Months(t.Context())
	if err != nil || len(months) != 1 || months[0].Came != 1 {
		t.Errorf("%+v, %v", months, err)
	}
	w.Pass(t, time.Minute)
	visit(t, base, "nl").get("/place/figures").sees("Meldingen van fraude augustus 2022: minder dan vijf")
}

// What places keep is named with who sees it and how long, where places are offered.
func TestWhatPlacesKeepIsNamed(t *testing.T) { // P-61 P-73
	_, base := openPlaces(t, summer)
	v := visit(t, base, "nl").get("/privacy").sees("Uw aanvraag voor een afspraak Tot 30 dagen na het einde van de aanvraag", "Dat u uw bewijs al hebt 400 dagen",
		"Uw postcode Niet", "Een melding van fraude 90 dagen")
	if len(v.page) >= 15_000 {
		t.Errorf("%d bytes", len(v.page))
	}
	v.get("/who-sees").sees("Als u een afspraak vraagt", "Wie ziet dit? De medewerker aan de balie, als u daar bent", "Getallen onder de vijf ziet niemand")
}
