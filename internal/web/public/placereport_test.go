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
