package staff_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/hcert"
	"loket/internal/ident"
	"loket/internal/location"
	people "loket/internal/staff"
)

// counter is the id of the counter of the pack.
const counter = "ggd-amsterdam-counter"

// openCounter has a lead open the counter on weekdays.
func (w *world) openCounter(t testing.TB) {
	t.Helper()
	week, err := location.ParseWeek("mon 09:00-12:30 13:00-17:00; tue 09:00-17:00; wed 09:00-17:00")
	if err != nil {
		t.Fatal(err)
	}
	lead := people.Member{ID: "staff_lead", Roles: []people.Role{people.Lead}}
	if err := w.Locations.Change(t.Context(), lead, location.Change{ID: counter, State: location.Open, Address: "Voorbeeldplein 1, Amsterdam",
		Week: week, Ground: "besluit van 20 december"}); err != nil {
		t.Fatal(err)
	}
}

// yusuf is an invented person of the registry who has neither document, e-mail nor phone.
func yusuf() applicant {
	return applicant{name: "يوسف محمد", onFile: "Yusuf Mohamed", birth: "1979-05-14", number: "999990998"}
}

// form is what is filled in with somebody who has no e-mail and no phone.
func (a applicant) form() []string {
	return []string{"municipality", "amsterdam", "digid", "no-bsn", "vaccinated-by", "ggd-amsterdam", "tested-positive", "no", "document", "none",
		"name", a.name, "latin", a.onFile, "birth-day", a.birth[8:], "birth-month", a.birth[5:7], "birth-year", a.birth[:4],
		"no-email", "yes", "no-phone", "yes"}
}

var tileTag = regexp.MustCompile(`(?s)<div class="loket-tiles__one">.*?<dd><bdi[^>]*>([^<]+)</bdi></dd></div>`)

// tiles are the numbers and codes on the paper that is open.
func (v *visitor) tiles() []string {
	v.t.Helper()
	var list []string
	for _, m := range tileTag.FindAllStringSubmatch(v.page, -1) {
		list = append(list, m[1])
	}
	if len(list) == 0 {
		v.t.Fatalf("no paper on %s, status %d:\n%s", v.path, v.status, v.text())
	}
	return list
}

// goesOn opens the page to which the paper that is open leads.
func (v *visitor) goesOn() *visitor {
	v.t.Helper()
	next := regexp.MustCompile(`<a href="/(?:nl|en)([^"]+)" class="govuk-button"`).FindStringSubmatch(v.page)
	if next == nil {
		v.t.Fatalf("the paper on %s leads nowhere", v.path)
	}
	return v.get(next[1])
}

// rules has a member at the counter decide on the case of the open page.
func (v *visitor) rules(pairs ...string) *visitor {
	v.t.Helper()
	lease := v.path
	v.send(lease, pairs...)
	if v.status != http.StatusOK {
		return v
	}
	return v.confirm(lease + "/decide")
}

// sits brings Yusuf to the counter: his number is called, the form is sent. It returns
// what stands on his paper.
func (w *world) sits(t testing.TB, carla *visitor, a applicant) (number, code string) {
	t.Helper()
	carla.get("/counter").get("/counter/new?lang=ar").sees("Samen het formulier invullen", "أين تسكن أو تنام؟")
	carla.send("/counter/new", a.form()...)
	tiles := carla.tiles()
	if len(tiles) != 2 {
		t.Fatalf("on the receipt stand %q", tiles)
	}
	carla.goesOn()
	return tiles[0], tiles[1]
}

// kiosk is a device that somebody of a desk made the kiosk.
func (w *world) kiosk(t testing.TB, lang string) *visitor {
	t.Helper()
	door := w.signIn(t, people.Counter)
	door.lang = lang
	door.get("/tickets/" + counter + "/9").send("/tickets/" + counter + "/kiosk").at("/kiosk/" + counter)
	return door
}

func TestYusufAtTheCounter(t *testing.T) { // G-14 G-42 G-54
	both(t, func(t *testing.T, w *world) {
		w.openCounter(t)
		a := yusuf()
		w.register(t, a)
		carla, anton := w.signIn(t, people.Counter), w.signIn(t, people.Approver)

		door := w.visit(t)
		door.get("/kiosk/" + counter).sees("geeft nog geen nummers")
		door.do("POST", "/kiosk/"+counter, url.Values{}).sees("geeft nog geen nummers") // T12: whoever knows the address takes none
		door = w.kiosk(t, "nl")
		door.get("/kiosk/"+counter).sees("Neem een nummer", "خذ رقما")
		door.send("/kiosk/"+counter).sees("A-1", "Wacht tot uw nummer op het bord staat.", "انتظر")
		desk := "/tickets/" + counter + "/3"
		carla.get("/tickets").send("/tickets", "place", counter, "desk", "3").at(desk).sees("Er wacht 1 nummer")
		carla.send(desk+"/next").at(desk).sees("A-1", "Dit nummer staat op het bord")
		door.get("/board/"+counter).sees("A-1", "3")
		carla.send(desk + "/serve").sees("Deze persoon is aan uw loket")

		number, _ := w.sits(t, carla, a)
		carla.sees("Aan de balie", "Maak geen kopie", number, "14 mei 1979 = gelijk")
		page := carla.path
		record := w.recordOf(t, applicant{name: a.onFile, birth: a.birth, number: a.number})
		carla.rules("candidate", record, "choice", "approve").sees("Kies wat u hebt gezien")
		carla.rules("candidate", record, "choice", "approve", "way", carla.firstWay("other ")).at(page)
		carla.sees("Een tweede medewerker kijkt mee")
		if carla.header.Get("Refresh") == "" {
			t.Error("the page does not go on by itself")
		}
		anton.get("/approve").send("/approve/next")
		anton.decides(anton.decision("approve")).at("/approve?done=approved")
		w.Settle(t)
		carla.get(page).sees("Klaar om te printen")
		carla.get(page+"/print").sees("إثبات تطعيم", "Proof of vaccination", "Yusuf Mohamed", "احتفظ")
		w.checkPrinted(t, carla, page)
		carla.get(desk).send(desk + "/done").sees("Geholpen 1")
	})
}

// firstWay is the first option that begins with words, of how somebody showed who they are.
func (v *visitor) firstWay(prefix string) string {
	v.t.Helper()
	found := regexp.MustCompile(`name="way" value="(` + prefix + `[^"]+)"`).FindStringSubmatch(v.page)
	if found == nil {
		v.t.Fatalf("no way %q on %s:\n%s", prefix, v.path, v.text())
	}
	return found[1]
}

// checkPrinted fails the test unless the printed code is a certificate that verifies.
func (w *world) checkPrinted(t testing.TB, v *visitor, page string) {
	t.Helper()
	// T8: one print is one read: the pictures are inside the page.
	reads := w.prints(t)
	v.get(page + "/print")
	if !strings.Contains(v.page, `src="data:image/svg&#43;xml;base64,`) && !strings.Contains(v.page, `src="data:image/svg+xml;base64,`) {
		t.Error("the page has no picture")
	}
	if n := w.prints(t) - reads; n != 1 {
		t.Errorf("one print is %d reads of the proof", n)
	}
	id, err := db.Get[string](t.Context(), w.DB, "SELECT object FROM lease WHERE id = $1", page[strings.LastIndex(page, "/")+1:])
	if err != nil {
		t.Fatal(err)
	}
	var member people.Member
	for _, m := range w.membersOf(t) {
		if m.Has(people.Counter) {
			member = m
		}
	}
	body, err := w.Requests.Print(t.Context(), member, page[strings.LastIndex(page, "/")+1:])
	if err != nil || len(body.Proofs) == 0 {
		t.Fatalf("proofs of %s: %d, %v", id, len(body.Proofs), err)
	}
	said, err := hcert.Says(body.Proofs[0].QR)
	if err != nil || len(said.Vaccinations) != 1 {
		t.Errorf("the proof says %v, %v", said, err)
	}
}

// prints is how often a proof was read to be printed.
func (w *world) prints(t testing.TB) int64 {
	t.Helper()
	n, err := db.Get[int64](t.Context(), w.DB, "SELECT count(*) AS n FROM audit_entry WHERE act = 'view.print'")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (w *world) membersOf(t testing.TB) []people.Member {
	t.Helper()
	list, err := w.Staff.Members(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// What staff cannot decide they refuse, on paper, with the reason, the next step and where
// to object.
func TestARefusalAtTheCounterIsPrinted(t *testing.T) { // G-32 G-42
	w := open(t, db.SQLite)
	w.openCounter(t)
	carla, anton := w.signIn(t, people.Counter), w.signIn(t, people.Approver)
	w.sits(t, carla, yusuf())
	page := carla.path
	carla.rules("choice", "refuse").sees("Kies een reden.", "Kies wat de aanvrager nu kan doen.")
	carla.rules("choice", "refuse", "reason", "not-found", "next", "vaccinator", "explain", "Wij zochten op naam.").at(page).sees("Een tweede medewerker")
	anton.get("/approve").send("/approve/next")
	anton.decides(anton.decision("approve")).at("/approve?done=approved")
	w.Settle(t)
	carla.get(page).sees("Klaar om te printen").get(page+"/print").sees("Wij zochten op naam.", "لم نتمكن", "Bent u het er niet mee eens?", "لست موافقا؟")
}

// Everything else that somebody can ask for at the counter.
func TestWhatElseCanBeAskedAtTheCounter(t *testing.T) { // G-38 G-39 G-42 T2
	w := open(t, db.SQLite)
	w.openCounter(t)
	carla := w.signIn(t, people.Counter)
	number, code := w.sits(t, carla, yusuf())
	page := carla.path

	carla.send(page+"/keep-number", "document-number", "SPECI2014").sees("Bewaar het nummer alleen als de persoon ja zegt.") // G-38
	carla.send(page+"/keep-number", "allowed", "yes", "document-number", "SPECI2014").at(page).sees("Het nummer van het document is bewaard.")
	carla.send(page + "/forget-number").at(page).seesNot("is bewaard") // G-39
	carla.send(page+"/contact", "email", "wrong", "phone", "").sees("In een e-mailadres staat één @")
	carla.send(page+"/contact", "email", "yusuf@example.org", "phone", "0612345612").at(page)
	carla.send(page + "/code")
	fresh := carla.tiles()
	if fresh[0] != number || fresh[1] == code {
		t.Errorf("another code for %s: %q after %s", number, fresh, code)
	}
	typed, err := ident.ParseCode(code)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Requests.Status(t.Context(), parseNumber(t, number), typed); !fault.Is(err, fault.NotFound) {
		t.Errorf("the code before still opens: %v", err)
	}
	carla.goesOn().send(page + "/paper-code")
	if tiles := carla.tiles(); len(tiles) != 1 || tiles[0] == fresh[1] {
		t.Errorf("the code for messages is %q", tiles)
	}
	carla.goesOn().send(page + "/leave").at("/counter")
	if got := carla.header.Get("Clear-Site-Data"); got != "" { // it was on the redirect
		t.Errorf("the page after leaving clears %s", got)
	}
	carla.get(page)
	if carla.status != http.StatusForbidden {
		t.Errorf("the case is still there: %d", carla.status)
	}
	carla.get("/counter").send("/counter/open", "number", number, "code", code).sees("Nummer en code horen niet bij elkaar")
	carla.send("/counter/open", "number", number, "code", fresh[1]).sees("Aan de balie")
	page = carla.path
	carla.send(page + "/withdraw").sees("Vink aan dat de persoon wil stoppen")
	carla.send(page+"/withdraw", "stop", "yes").sees("De aanvraag is gestopt")
	w.Pass(t, 2*time.Minute)
	w.Promises(t)
}

func parseNumber(t testing.TB, text string) ident.CaseNumber {
	t.Helper()
	n, err := ident.ParseCaseNumber(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The form sent twice is one request, and gives the same paper.
func TestTheFormSentTwiceIsOneRequest(t *testing.T) {
	w := open(t, db.SQLite)
	w.openCounter(t)
	carla := w.signIn(t, people.Counter)
	carla.get("/counter/new?lang=nl")
	values := url.Values{}
	for name, value := range carla.hidden("/counter/new") {
		values[name] = value
	}
	pairs := yusuf().form()
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	first := carla.do("POST", "/counter/new", values).tiles()
	second := carla.do("POST", "/counter/new", values).tiles()
	if first[0] != second[0] || first[1] != second[1] {
		t.Errorf("two papers: %q and %q", first, second)
	}
	n, err := db.Get[int64](t.Context(), w.DB, "SELECT count(*) AS n FROM request")
	if err != nil || n != 1 {
		t.Errorf("%d requests, %v", n, err)
	}
}

// What is not somebody's way here is said, in both languages, and nothing is kept.
func TestAnotherWayIsExplained(t *testing.T) { // G-03 G-07
	w := open(t, db.SQLite)
	carla := w.signIn(t, people.Counter)
	carla.get("/counter/new?lang=ar").send("/counter/new", append(yusuf().form(), "vaccinated-by", "doctor")...)
	carla.sees("Hier kan deze aanvraag niet verder", "Verstuur en print")
	if n, err := db.Get[int64](t.Context(), w.DB, "SELECT count(*) AS n FROM request"); err != nil || n != 0 {
		t.Errorf("%d requests, %v", n, err)
	}
}

// Who waits for a counter that is only announced, and left a contact, is told once when it
// opens.
func TestWhoWaitsIsToldOnce(t *testing.T) { // G-43
	both(t, func(t *testing.T, w *world) {
		a := w.Unknown(t)
		a.Document = "none"
		w.Submit(t, a)
		w.Pass(t, time.Hour)
		if n := len(w.Mail.Messages()); n != 0 {
			t.Fatalf("%d mails before the counter opens", n)
		}
		w.openCounter(t)
		w.Pass(t, 2*time.Hour)
		mails := w.Mail.Messages()
		if len(mails) != 1 || !strings.Contains(mails[0].Text, "wanneer u langs kunt komen") {
			t.Errorf("%d mails after it opened", len(mails))
		}
	})
}

// A lead says how a counter stands, after seeing whom it touches.
func TestALeadOpensACounter(t *testing.T) { // G-43
	w := open(t, db.SQLite)
	lea := w.signIn(t, people.Lead)
	path := "/locations/" + counter
	lea.get("/locations").sees("Aangekondigd, zonder dag").get(path)
	lea.send(path, "state", "announced", "opens-day", "1", "opens-month", "2", "opens-year", "2022", "ground", "x").sees("Een aangekondigde balie heeft nog geen dag")
	lea.send(path, "state", "dated", "address", "Voorbeeldplein 1", "opens-day", "1", "opens-month", "2", "opens-year", "2022",
		"day-1", "09:00-17:00", "ground", "besluit").sees("Wat deze verandering doet", "0 mensen wachten hierop")
	lea.send(path, "sure", "yes", "state", "dated", "address", "Voorbeeldplein 1", "opens-day", "1", "opens-month", "2", "opens-year", "2022",
		"day-1", "09:00-17:00", "ground", "besluit").at("/locations").sees("Gaat open op een dag", "Voorbeeldplein 1")
}
