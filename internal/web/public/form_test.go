package public_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"loket/internal/db"
)

func TestTheWayOutIsExplainedAndCanBeChanged(t *testing.T) {
	_, base := open(t, db.SQLite)
	start := func() *visitor {
		return visit(t, base, "nl").get("/proof").send("/proof/start").at("/proof/municipality")
	}
	v := start().answer("municipality", "rotterdam").at("/proof/way") // G-03
	v.sees("De GGD waar u woont helpt u", "GGD Rotterdam-Rijnmond", "Zij spreken: Nederlands", "Nagekeken op 7 december 2021")
	v.get("/proof/municipality").answer("municipality", "amstelveen").at("/proof/digid")
	v.answer("digid", "digid-works").at("/proof/way").sees("CoronaCheck")

	v = start().answer("municipality", "amsterdam").answer("digid", "bsn-no-digid").at("/proof/vaccinated-by") // G-08
	v.answer("vaccinated-by", "doctor").answer("tested-positive", "no").at("/proof/way")                       // G-07
	v.sees("Uw huisarts gaf u de prik", "De huisarts of instelling die u de prik gaf")
	v.get("/proof/vaccinated-by").answer("vaccinated-by", "nobody").at("/proof/way").sees("na een prik of na een positieve test") // G-06
	v.get("/proof/tested-positive").answer("tested-positive", "yes").at("/proof/document")                                        // G-05
	v.answer("document", "none").at("/proof/way").sees("U hebt geen document van de lijst", "De balie komt er binnenkort")        // G-14
	v.get("/proof/name").at("/proof/name")
}

func TestAWrongNumberWarnsOnceAndPasses(t *testing.T) { // G-20 G-21 G-22
	_, base := open(t, db.SQLite)
	v := nobody.fill(visit(t, base, "nl"))
	for _, number := range []string{"123456789", "999990018"} {
		v.get("/proof/number").answer("number", number).at("/proof/number").sees("Dit nummer lijkt niet te kloppen")
		if v.status != http.StatusOK || !strings.Contains(v.page, `value="`+number+`"`) {
			t.Errorf("a warning came with status %d, or what was typed is gone", v.status)
		}
	}
	v.answer("number", "999990018").at("/proof/check").sees("999990018").send("/proof/send").sees("Wij hebben uw aanvraag")

	v = nobody.fill(visit(t, base, "nl"))
	for _, number := range []string{"", "2999999999"} { // none, and a V-number
		v.get("/proof/number").answer("number", number).at("/proof/check")
	}
	v.send("/proof/send").sees("Wij hebben uw aanvraag")
}

func TestADraftGoesOnOnAnotherDevice(t *testing.T) {
	w, base := open(t, db.SQLite)
	v := visit(t, base, "nl").get("/proof").send("/proof/start").answer("municipality", "diemen").at("/proof/digid")
	code := v.shown(`code kunt u 24 uur lang verder\. (\S+)`)
	other := visit(t, base, "en").get("/continue").send("/continue", "code", strings.ToLower(strings.ReplaceAll(code, "-", ""))).at("/proof/digid")
	other.answer("digid", "no-bsn").at("/proof/vaccinated-by")
	v.get("/proof/digid")
	if !strings.Contains(v.page, `value="no-bsn" checked`) {
		t.Error("what was answered on the other device is not seen on the first")
	}
	other.get("/proof/stop").send("/proof/stop").sees("Your form is erased")
	v.get("/proof/digid").sees("Er is hier geen formulier open")

	v.send("/continue", "code", code).sees("Dit formulier is er niet")
	v.send("/continue", "code", "abc").at("/continue")
	if v.status != http.StatusUnprocessableEntity {
		t.Errorf("a code that cannot be gives status %d", v.status)
	}
	old := visit(t, base, "nl").get("/proof").send("/proof/start")
	w.Clock.Advance(25 * time.Hour)
	old.get("/proof/municipality").sees("Er is hier geen formulier open")
}

// A landline gets no text message: its person is told before they wait for one, and
// may go on, for a voice can say the code.
func TestALandlineWarnsOnceAndPasses(t *testing.T) { // G-17 G-53
	_, base := open(t, db.SQLite)
	v := nobody.fill(visit(t, base, "nl"))
	v.get("/proof/phone").answer("phone", "020 555 5555").at("/proof/phone").sees("Dit lijkt geen mobiel nummer")
	v.answer("phone", "020 555 5555").at("/proof/check").sees("+31205555555")
}

// A button does not lose a form that was begun here: its person chooses.
func TestAFormThatWasBegunIsNotLost(t *testing.T) {
	_, base := open(t, db.SQLite)
	v := visit(t, base, "nl").get("/proof").send("/proof/start").answer("municipality", "diemen").at("/proof/digid")
	v.get("/proof").send("/proof/start").at("/continue").sees("In deze browser is een formulier begonnen")
	v.get("/proof/municipality")
	if !strings.Contains(v.page, `value="diemen" checked`) {
		t.Error("the answer is lost")
	}
	v.get("/continue").send("/proof/start", "anew", "yes").at("/proof/municipality")
	if strings.Contains(v.page, "checked") {
		t.Error("the new form holds the old answer")
	}
}

func TestTheDocumentNumberIsKeptByPermissionOnly(t *testing.T) { // G-38
	_, base := open(t, db.SQLite)
	v := nobody.fill(visit(t, base, "nl"))
	v.get("/proof/document-number")
	if !strings.Contains(v.page, `value="no" checked`) {
		t.Error("the answer is not no by itself")
	}
	v.answer("keep", "no", "document-number", "AB1234567").at("/proof/check").seesNot("AB1234567")
	v.get("/proof/document-number").answer("keep", "yes").at("/proof/document-number").sees("U koos ja. Vul dan het nummer")
	v.answer("keep", "yes", "document-number", "AB1234567").at("/proof/check").sees("AB1234567")
	v.get("/proof/document-number").answer("keep", "no", "document-number", "AB1234567").at("/proof/check").seesNot("AB1234567")
}

func TestWhatIsWrongIsSaidAtTheFieldAndNothingIsLost(t *testing.T) {
	_, base := open(t, db.SQLite)
	v := nobody.fill(visit(t, base, "nl"))
	for path, form := range map[string][]string{
		"/proof/birth-date": {"birth-day", "31", "birth-month", "2", "birth-year", "1976"},
		"/proof/email":      {"email", "niemand.example.org"},
		"/proof/phone":      {"phone", "06123"},
		"/proof/name":       {"name", "123"},
	} {
		v.get(path).answer(form...).at(path).sees("Dit moet u nog aanpassen")
		if v.status != http.StatusUnprocessableEntity || !strings.Contains(v.page, "aria-invalid") {
			t.Errorf("%s: status %d, or no field is marked", path, v.status)
		}
		for i := 1; i < len(form); i += 2 {
			if !strings.Contains(v.page, `value="`+form[i]+`"`) {
				t.Errorf("%s: %s is gone", path, form[i])
			}
		}
	}
	v.get("/proof/email").answer("email", "niemand@example.org", "no-email", "yes").sees("Kies één van de twee")
	v.get("/proof/birth-date").answer("birth-day", "", "birth-month", "", "birth-year", "1976").at("/proof/check").sees("1976") // G-26
	v.get("/proof/birth-date").answer("birth-day", "1", "birth-year", "1976", "no-birth", "yes").sees("Kies één van de twee")
	v.get("/proof/birth-date").answer("birth-day", "xx", "birth-month", "XX", "birth-year", "1976").at("/proof/check")
	v.get("/proof/name").answer("name", "نور الهدى", "latin", "Nour Alhuda").at("/proof/check").sees("نور الهدى", "Nour Alhuda")
}

func TestNoCookieBeforeTheForm(t *testing.T) {
	_, base := open(t, db.SQLite)
	v := visit(t, base, "nl")
	for _, path := range []string{"/", "/proof", "/continue", "/status", "/privacy", "/who-sees", "/accessibility", "/security", "/audit", "/m/abc", "/message"} {
		if v.get(path); v.status != http.StatusOK || len(v.header.Values("Set-Cookie")) > 0 && !strings.Contains(v.header.Get("Set-Cookie"), "Max-Age=0") {
			t.Errorf("%s: status %d, cookies %v", path, v.status, v.header.Values("Set-Cookie"))
		}
	}
	v.get("/proof").send("/proof/start")
	if got := v.cookies(); len(got) != 1 || !strings.HasPrefix(got[0], "draft=") {
		t.Errorf("a form begun has cookies %v", got)
	}
}

func TestADateOfBirthThatNobodyKnowsMayStayAway(t *testing.T) { // G-19 G-26
	w, base := open(t, db.SQLite)
	v := nobody.fill(visit(t, base, "nl"))
	v.get("/proof/birth-date").answer().at("/proof/birth-date").sees("Vul in elk geval het jaar in")
	v.answer("birth-day", "", "birth-month", "", "birth-year", "", "no-birth", "yes").at("/proof/check").sees("Ik weet mijn geboortedatum niet")
	v.send("/proof/send").sees("Wij hebben uw aanvraag")
	w.Pass(t, time.Hour)
	nobody.read(w, v).sees("Wij moeten eerst zien dat u het bent")

	v = visit(t, base, "nl").get("/proof").send("/proof/start").get("/proof/birth-date")
	v.answer("no-birth", "yes").at("/proof/municipality") // the first question that is open
}

func TestEachDocumentCanBeChosen(t *testing.T) { // G-10 G-11 G-12 G-13
	w, base := open(t, db.SQLite)
	v := nobody.fill(visit(t, base, "nl"))
	for _, item := range w.Requests.Pack.List("documents") {
		v.get("/proof/document").sees(item.Name["nl"]).answer("document", item.ID)
		if want := map[string]string{"none": "/proof/way"}[item.ID]; want != "" {
			v.at(want)
		} else {
			v.at("/proof/check").sees(item.Name["nl"])
		}
	}
}
