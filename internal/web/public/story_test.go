package public_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/db/dbtest"
)

// applicant is an invented person at the form.
type applicant struct {
	name, day, month, year, number, email, phone string
}

// abena is in the registry with all she tells, and nobody in none of it.
var (
	abena  = applicant{"Abena Voorbeeld", "9", "3", "1984", "999990019", "abena@example.org", "0612345678"}
	nobody = applicant{"Niemand Bekend", "3", "2", "1990", "999990093", "niemand@example.org", "0612345699"}
)

// fill answers all questions and stops at the check.
func (a applicant) fill(v *visitor) *visitor {
	v.t.Helper()
	v.get("/proof").send("/proof/start").at("/proof/municipality")
	v.answer("municipality", "amsterdam").at("/proof/digid").answer("digid", "no-bsn")
	v.at("/proof/vaccinated-by").answer("vaccinated-by", "ggd-amsterdam")
	v.at("/proof/tested-positive").answer("tested-positive", "no")
	v.at("/proof/document").answer("document", "foreign-passport", "expired", "no")
	v.at("/proof/name").answer("name", a.name)
	v.at("/proof/birth-date").answer("birth-day", a.day, "birth-month", a.month, "birth-year", a.year)
	v.at("/proof/number").answer("number", a.number)
	if v.path == "/proof/number" { // it looked wrong, and is meant
		v.answer("number", a.number)
	}
	contact(v.at("/proof/email"), "email", a.email)
	if v.path == "/proof/way" { // without an address the counter helps
		v.get("/proof/phone")
	}
	contact(v.at("/proof/phone"), "phone", a.phone)
	if v.path == "/proof/way" {
		v.get("/proof/check")
	}
	if v.path == "/proof/document-number" {
		v.answer()
	}
	return v.at("/proof/check")
}

func contact(v *visitor, name, value string) {
	v.t.Helper()
	if value == "" {
		v.answer("no-"+name, "yes")
		return
	}
	v.answer(name, value)
}

// read opens the message that came to a.
func (a applicant) read(w *apptest.World, v *visitor) *visitor {
	v.t.Helper()
	link := "/m/" + w.Link(v.t, a.email)
	v.get(link).send(link).at(link + "/code")
	w.Settle(v.t)
	return v.send(link+"/open", "code", w.Code(v.t, "+31"+a.phone[1:]).Reveal()).at("/message")
}

func each(t *testing.T, test func(t *testing.T, w *apptest.World, base string)) {
	for _, engine := range dbtest.Engines(t) {
		t.Run(string(engine), func(t *testing.T) {
			w, base := open(t, engine)
			test(t, w, base)
			w.Promises(t)
		})
	}
}

func TestSomebodyKnownGetsAProof(t *testing.T) { // G-04 G-19 G-24 G-45 G-51 G-52
	each(t, func(t *testing.T, w *apptest.World, base string) {
		v := abena.fill(visit(t, base, "nl")).sees("Abena Voorbeeld", "9-3-1984", "Bewaar uw kaartje")
		v.send("/proof/send").sees("Wij hebben uw aanvraag", "Uw nummer:", "Bewaar uw kaartje")
		number, code := v.shown(`Uw nummer: (\S+)`), v.shown(`Uw code: (\d{4} \d{4})`)
		if got := v.at("/proof/receipt").cookies(); len(got) != 2 || !slices.Contains(got, "draft=sent") {
			t.Errorf("cookies %v are left after sending, want the receipt and that it was sent", got)
		}
		elsewhere := visit(t, base, "nl")
		elsewhere.get("/status").send("/status", "number", number, "code", code).sees("Uw aanvraag is binnen", "20 december 2021")
		w.Pass(t, time.Hour)
		elsewhere.get("/status").send("/status", "number", strings.ToLower(number), "code", code).sees("Er is een bericht voor u")

		abena.read(w, v).sees("Uw QR-code", "Bewijs van vaccinatie – prik 2 van 2", "Bewaar ook uw kaartje")
		if got := v.header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("the message may be stored: %s", got)
		}
		if strings.Contains(v.path, "m/") {
			t.Errorf("the token is still in the address %s", v.path)
		}
		v.get("/message/proof/1/print").sees("Abena Voorbeeld", "1984-03-09", "Naam · Name", "URN:UVCI:01:NL:")
		if v.get("/message/proof/1.pdf"); v.header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(v.page, "%PDF-") ||
			v.header.Get("Cache-Control") != "no-store" {
			t.Errorf("the sheet is %s", v.header)
		}
		v.get("/message").sees("Op een andere telefoon zetten").send("/message/close").sees("Het bericht is gesloten")
		if got := v.header.Get("Clear-Site-Data"); !strings.Contains(got, "cookies") {
			t.Errorf("closing leaves things in the browser: %q", got)
		}
		v.get("/message").sees("niet meer open")
		v.get("/message/proof/1.pdf").sees("niet meer open")
	})
}

func TestSomebodyUnknownGetsTheSameAnswerAndIsAskedForADocument(t *testing.T) { // G-25 G-27 G-46
	each(t, func(t *testing.T, w *apptest.World, base string) {
		same := func(v *visitor) string { // without what is random
			return masked(v.page)
		}
		first, second := visit(t, base, "nl"), visit(t, base, "nl")
		abena.fill(first).send("/proof/send")
		nobody.fill(second).send("/proof/send")
		if a, b := same(first), same(second); a != b {
			t.Errorf("known and unknown people get different receipts:\n%s\n%s", a, b)
		}
		status := func(v *visitor, number, code string) string {
			return same(v.get("/status").send("/status", "number", number, "code", code))
		}
		a := [2]string{first.shown(`Uw nummer: (\S+)`), first.shown(`Uw code: (\d{4} \d{4})`)}
		b := [2]string{second.shown(`Uw nummer: (\S+)`), second.shown(`Uw code: (\d{4} \d{4})`)}
		for range 2 { // before and after the messages left
			if x, y := status(first, a[0], a[1]), status(second, b[0], b[1]); x != y {
				t.Errorf("the status tells who is known:\n%s\n%s", x, y)
			}
			w.Pass(t, time.Hour)
		}

		nobody.read(w, second).sees("Wij moeten eerst zien dat u het bent", "Paspoort van een ander land", "kaartje van de prik",
			"Kaartje kwijt? Dat is geen probleem", "Bewaar uw kaartje", "Stuur foto's")
		second.send("/message/reply", "reply", "Ik heb een paspoort uit Ghana. Mijn kaartje is weg.").at("/message?sent")
		second.sees("Uw antwoord is verstuurd", "Mijn kaartje is weg")
		w.Settle(t)
	})
}

func TestWithoutEmailOrPhoneTheCounterHelps(t *testing.T) { // G-14 G-16 G-17
	each(t, func(t *testing.T, w *apptest.World, base string) {
		for _, lacks := range []func(*applicant){func(a *applicant) { a.email = "" }, func(a *applicant) { a.phone = "" }, func(a *applicant) { a.email, a.phone = "", "" }} {
			a := nobody
			lacks(&a)
			v := a.fill(visit(t, base, "nl")).sees("Uw aanvraag gaat verder aan de balie")
			v.send("/proof/send").sees("Neem nummer en code mee naar de balie", "De balie komt er binnenkort")
			v.seesNot("Komt er geen e-mail?")
			number, code := v.shown(`Uw nummer: (\S+)`), v.shown(`Uw code: (\d{4} \d{4})`)
			v.get("/status").send("/status", "number", number, "code", code).sees("Uw aanvraag gaat verder aan de balie")
		}
		w.Settle(t)
		if n := len(w.Mail.Messages()); n > 0 {
			t.Errorf("%d mails left to people without e-mail or phone", n)
		}
	})
}

func TestAHelpersContactServesManyAndNobodySeesAnother(t *testing.T) { // G-18
	w, base := open(t, db.SQLite)
	first, second := nobody, nobody
	first.name, first.number, second.name, second.number = "Eerste Verzonnen", "", "Tweede Verzonnen", ""
	for _, a := range []applicant{first, second} {
		v := visit(t, base, "nl")
		a.fill(v).send("/proof/send").sees("Wij hebben uw aanvraag")
		w.Pass(t, time.Hour)
		a.read(w, v).seesNot("Verzonnen").send("/message/reply", "reply", "Ik ben "+a.name)
		v.sees(a.name)
		if other := strings.Replace("Eerste Tweede", strings.Fields(a.name)[0], "", 1); strings.Contains(v.text(), strings.TrimSpace(other)) {
			t.Errorf("%s sees the other", a.name)
		}
	}
}

func TestSendingTwiceMakesOneRequest(t *testing.T) { // promise 1
	each(t, func(t *testing.T, w *apptest.World, base string) {
		v := abena.fill(visit(t, base, "nl"))
		values := v.hidden("/proof/send")
		if len(values) != 1 || strings.Contains(v.page, `type="hidden" name="name"`) { // T1
			t.Errorf("the check page holds %v", values)
		}
		first := v.do("POST", "/proof/send", values).at("/proof/receipt").text()
		for range 2 { // with the draft gone
			if again := v.do("POST", "/proof/send", values).at("/proof/receipt").text(); again != first {
				t.Errorf("the same form sent again gives another receipt:\n%s\n%s", first, again)
			}
		}
		v.get("/proof/check").sees("Uw aanvraag is verstuurd", "Waar staan uw nummer en code?", "Laat nummer en code nog een keer zien")
		v.seesNot("geen formulier open").get("/proof/name").sees("Uw aanvraag is verstuurd")
		w.Pass(t, 10*time.Minute)
		number, code, _ := strings.Cut(first, "Uw code: ")
		number, code = strings.Fields(number)[len(strings.Fields(number))-1], code[:9]
		for range 2 { // the browser still has the cookie
			v.do("POST", "/proof/send", values).sees("Uw aanvraag is verstuurd", "maar tien minuten", "Kijken hoe ver uw aanvraag is").seesNot(number, code)
			v.get("/proof/receipt").sees("Uw aanvraag is verstuurd").seesNot(number, code)
		}
		v.get("/proof").send("/proof/start").at("/proof/municipality") // a new one can be begun
		v.do("POST", "/proof/send", values).at("/proof/municipality")  // and is not sent in the place of the other
		requests(t, w, 1)
	})
}

// requests fails the test unless there are as many.
func requests(t *testing.T, w *apptest.World, want int) {
	t.Helper()
	if n, err := db.Get[int](t.Context(), w.DB, "SELECT count(*) FROM request"); err != nil || n != want {
		t.Errorf("%d requests, %v, want %d", n, err, want)
	}
}

// What two presses of the button, or an answer that was lost on its way, lead to: one
// request, and for each the receipt.
func TestEachPressLeadsToTheReceipt(t *testing.T) { // promise 1
	each(t, func(t *testing.T, w *apptest.World, base string) {
		v := abena.fill(visit(t, base, "nl"))
		values := v.hidden("/proof/send")
		v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		draft := v.cookies()
		var presses sync.WaitGroup
		for range 8 {
			presses.Go(func() {
				again := visit(t, base, "nl") // with the cookies of the first, and without an answer yet
				again.client.CheckRedirect = v.client.CheckRedirect
				again.has(draft...)
				again.do("POST", "/proof/send", values)
				if got := again.header.Get("Location"); got != "/nl/proof/receipt" {
					t.Errorf("a press leads to %q with status %d", got, again.status)
				}
			})
		}
		presses.Wait()
		v.do("POST", "/proof/send", values) // no answer had arrived: nothing is lost
		v.get("/proof/receipt").sees("Uw nummer:")
		v.get("/proof/check").sees("Uw aanvraag is verstuurd")
		requests(t, w, 1)
		if n, err := db.Get[int](t.Context(), w.DB, "SELECT count(*) FROM draft"); err != nil || n != 0 {
			t.Errorf("%d drafts are left when the receipt was shown, %v", n, err)
		}
	})
}
