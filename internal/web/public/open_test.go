package public_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/outbox"
)

// letter has a message sent to a and returns the path of its link.
func letter(t *testing.T, w *apptest.World, a applicant) string {
	t.Helper()
	birth := a.year + "-0" + a.month + "-0" + a.day
	w.Submit(t, w.Person(t, a.name, birth, a.number, a.email, a.phone))
	w.Pass(t, time.Hour)
	return "/m/" + w.Link(t, a.email)
}

func TestALinkAloneOpensNothing(t *testing.T) { // G-52
	w, base := open(t, db.SQLite)
	link := letter(t, w, abena)
	for _, mail := range w.Mail.Messages() {
		for _, word := range []string{"Abena", "Voorbeeld", "999990019", "1984", "vaccin", "QR"} {
			if strings.Contains(mail.Text, word) {
				t.Errorf("the mail says %q:\n%s", word, mail.Text)
			}
		}
	}
	scanner := visit(t, base, "nl").get(link)
	same := masked(scanner.page)
	if got := masked(scanner.get("/m/" + strings.Repeat("x", 64)).page); got != same {
		t.Error("the page of a link tells whether the link exists")
	}
	if len(scanner.cookies()) > 0 || len(w.Gateway.Calls()) > 0 {
		t.Error("looking at a link does something")
	}
	scanner.do("POST", link+"/open", url.Values{"code": {"12345678"}}).at(link + "/open").seesNot("Uw QR-code")
	if scanner.status != http.StatusUnprocessableEntity {
		t.Errorf("a code that nobody asked for gives status %d", scanner.status)
	}
	scanner.get("/message").sees("niet meer open")
}

func TestACodeCountsInItsBrowserAndThreeTimes(t *testing.T) { // G-52
	w, base := open(t, db.SQLite)
	link := letter(t, w, abena)
	v := visit(t, base, "nl").get(link).send(link).at(link + "/code").sees("sms met een code van 8 cijfers")
	w.Settle(t)
	code := w.Code(t, "+31612345678").Reveal()
	wrong := "00000000"
	if code == wrong {
		wrong = "00000001"
	}
	other := visit(t, base, "nl")
	if other.do("POST", link+"/open", url.Values{"code": {code}}); other.path == "/message" {
		t.Fatal("a code opens in a browser that did not ask for it")
	}
	v.send(link+"/open", "code", "123").sees("Een code heeft 8 cijfers") // costs no try
	v.send(link+"/open", "code", wrong).at(link + "/open").sees("Dit moet u nog aanpassen")
	v.send(link+"/open", "code", wrong).send(link+"/open", "code", wrong)
	// There is nothing to type any more: the button asks for another code.
	v.sees("geen code meer die werkt", "Stuur een nieuwe code").seesNot("Code van 8 cijfers")
	if !strings.Contains(v.page, `href="#again"`) || !strings.Contains(v.page, `id="again" name="channel" value="sms" class="govuk-button"`) {
		t.Error("the summary does not lead to the button that helps")
	}
	if v.do("POST", link+"/open", url.Values{"code": {code}}); v.path == "/message" {
		t.Fatal("a code opens after three wrong tries")
	}
	w.Clock.Advance(time.Minute)
	v.send(link, "channel", "sms").at(link + "/code")
	w.Settle(t)
	v.send(link+"/open", "code", w.Code(t, "+31612345678").Reveal()).at("/message").sees("Uw QR-code")
	w.Clock.Advance(11 * time.Minute)
	v.get("/message").sees("Het bericht is niet meer open", "vraag een nieuwe code")
}

func TestLeavingQuicklyClosesTheMessageOnTheServerToo(t *testing.T) { // G-52
	each(t, func(t *testing.T, w *apptest.World, base string) {
		v := visit(t, base, "nl")
		v.get(letter(t, w, abena))
		abena.read(w, v).sees("Uw QR-code")
		v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		kept := v.cookies()
		if v.get("/leave"); v.status != http.StatusSeeOther || len(v.cookies()) > 0 {
			t.Errorf("leaving has status %d and keeps %v", v.status, v.cookies())
		}
		thief := visit(t, base, "nl") // who found the cookie where the browser kept it
		thief.has(kept...)
		thief.get("/message").sees("Het bericht is niet meer open").seesNot("Uw QR-code")
		if sessions, err := db.Get[int](t.Context(), w.DB, "SELECT count(*) FROM message_session"); err != nil || sessions != 0 {
			t.Errorf("%d sessions are left, %v", sessions, err)
		}
	})
}

func TestEachProofSaysWhichItIs(t *testing.T) { // G-24 G-45
	w, base := open(t, db.SQLite)
	v := visit(t, base, "en")
	v.get(letter(t, w, abena))
	page := abena.read(w, v).sees("Then show this one. It belongs to your last dose.").text()
	last, first := strings.Index(page, "Proof of vaccination – dose 2 of 2, 6 July 2021"), strings.Index(page, "Earlier proof: Proof of vaccination – dose 1 of 2, 1 June 2021")
	if last < 0 || first < last {
		t.Errorf("the newest proof is not the first:\n%s", page)
	}
	if want := `alt="QR code: Proof of vaccination – dose 2 of 2, 6 July 2021"`; !strings.Contains(v.page, want) {
		t.Errorf("the picture lacks %s", want)
	}
	for number, dose := range map[string]string{"1": "1/2", "2": "2/2"} { // a number keeps its proof, in whatever order they stand
		v.get("/message/proof/"+number+"/print").sees("Dose · Prik "+dose, "Name · Naam Abena Voorbeeld")
	}
}

func TestVoiceAfterTwoMinutes(t *testing.T) { // G-53
	w, base := open(t, db.SQLite)
	link := letter(t, w, abena)
	v := visit(t, base, "nl").get(link).send(link).seesNot("Bel mij op")
	v.sees("Vanaf 11:02 kunnen wij u bellen")
	v.do("POST", link, map[string][]string{"channel": {"voice"}}).at(link) // too early
	v.sees("Vul de code in")
	w.Settle(t)
	w.Clock.Advance(2 * time.Minute)
	v.get(link + "/code").sees("Bel mij op en zeg de code")
	v.send(link, "channel", "voice").at(link + "/code").sees("Wij bellen u op")
	w.Settle(t)
	calls := w.Gateway.Calls()
	if got := calls[len(calls)-1].Channel; got != string(outbox.Voice) {
		t.Errorf("the last code went by %s", got)
	}
	spoken := strings.Join(regexp.MustCompile(`\d`).FindAllString(calls[len(calls)-1].Text, 8), "")
	v.send(link+"/open", "code", spoken).at("/message")
}

func TestWhoeverItIsNotForClosesIt(t *testing.T) {
	w, base := open(t, db.SQLite)
	link := letter(t, w, abena)
	v := visit(t, base, "nl").get(link).send(link)
	v.get(link + "/not-mine").sees("Niemand kan het daarna nog openen").send(link + "/not-mine").sees("Het bericht is gesloten")
	w.Settle(t)
	if v.get(link).send(link); v.status != http.StatusNotFound {
		t.Errorf("a closed message still asks for a code: %d", v.status)
	}
	w.Promises(t)
}

func TestAClosedRequestIsReopenedOrWithdrawn(t *testing.T) { // G-29 G-51
	w, base := open(t, db.SQLite)
	v := nobody.fill(visit(t, base, "nl")).send("/proof/send")
	number, code := v.shown(`Uw nummer: (\S+)`), v.shown(`Uw code: (\d{4} \d{4})`)
	w.Pass(t, 25*24*time.Hour)
	v = visit(t, base, "nl").get("/status").send("/status", "number", number, "code", code)
	v.sees("Uw aanvraag is gesloten", "Wij zijn klaar met uw aanvraag", "Wij wissen alles op")
	v.send("/status/reopen").sees("Uw aanvraag is weer open", "Uw aanvraag is binnen")
	v.do("POST", "/status/reopen", nil).at("/status/request").sees("Uw aanvraag is binnen") // a second press
	other := visit(t, base, "nl")
	other.has(v.cookies()...)
	for _, v := range []*visitor{v, other} { // which is a second press too
		v.get("/status/withdraw").sees("Dat kan niet terug").send("/status/withdraw").at("/status/withdrawn").sees("Uw aanvraag is ingetrokken")
	}
	v.get("/status/request").at("/status")
	w.Pass(t, 2*time.Hour)
	v.get("/status").send("/status", "number", number, "code", code).sees("Nummer en code horen niet bij elkaar")
	w.Promises(t)
}

func TestTryingNumbersIsSlowedDown(t *testing.T) {
	w, base := open(t, db.SQLite)
	receipt := w.Submit(t, w.Known(t))
	v := visit(t, base, "nl").get("/status")
	unknown := masked(v.send("/status", "number", "K7P4-9XQ2-M3G", "code", "00000000").page)
	if got := masked(v.send("/status", "number", receipt.Number.Spoken(), "code", "00000000").page); got != unknown {
		t.Errorf("a wrong code and a wrong number differ:\n%s\n%s", got, unknown)
	}
	for range 100 {
		v.get("/status").send("/status", "number", receipt.Number.Spoken(), "code", "00000000")
		if v.status == http.StatusTooManyRequests {
			break
		}
	}
	if v.status != http.StatusTooManyRequests {
		t.Errorf("after a hundred wrong codes the status is %d", v.status)
	}
}

func TestARefusalGivesItsReasonAndTheNextStep(t *testing.T) { // G-32
	w, base := open(t, db.SQLite)
	v := visit(t, base, "nl")
	refused(t, w, nobody, v)
	nobody.read(w, v).sees("De naam op het paspoort is een andere.", "Neem uw oude paspoort mee naar de balie.", "Bent u het er niet mee eens?")
	v.sees("Ik heb een paspoort.") // the thread goes on
	if !strings.Contains(v.page, "\u2068De naam op het paspoort is een andere.\u2069") {
		t.Error("a reason in another direction than its page is not kept apart")
	}
}

// refused sends the form of a, replies to the message, and has staff refuse.
func refused(t *testing.T, w *apptest.World, a applicant, v *visitor) {
	t.Helper()
	v.get(letter(t, w, a))
	a.read(w, v).send("/message/reply", "reply", "Ik heb een paspoort.")
	w.Settle(t)
	w.Decide(t, false, "De naam op het paspoort is een andere.", "Neem uw oude paspoort mee naar de balie.")
	w.Pass(t, time.Hour)
}
