package public_test

import (
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/request"
	"loket/internal/staff"
)

func statusOf(v *visitor, number, code string) *visitor {
	v.t.Helper()
	return v.get("/status").send("/status", "number", number, "code", code).at("/status/request")
}

// Each photo that was destroyed leaves a receipt: what, when, by which rule, and its
// number. Before the answer is opened it says that there is one, and not which.
func TestReceiptsSayWhatWasDestroyed(t *testing.T) { // G-35 G-36 G-37
	each(t, func(t *testing.T, w *apptest.World, base string) {
		v := nobody.fill(visit(t, base, "nl")).send("/proof/send")
		number, code := v.shown(`Uw nummer: (\S+)`), v.shown(`Uw code: (\d{4} \d{4})`)
		statusOf(v, number, code).seesNot("Uw foto's", "Wie voor u mag handelen", "Nummer van uw document")
		w.Pass(t, time.Hour)
		nobody.read(w, v)
		v.get("/message/photos/document").upload(photograph(t, 40)).send("/message/photos/remove")
		v.get("/message/photos/document").upload(photograph(t, 230)).send("/message/photos/send")
		statusOf(v, number, code).sees("Er is 1 foto van u", "Vernietigd op 20 december 2021. Want u nam de foto terug.")
		w.Settle(t)
		w.Decide(t, false, "De naam op het paspoort is een andere.", "Neem uw oude paspoort mee naar de balie.")
		w.Settle(t)
		statusOf(v, number, code).sees("Want uw aanvraag is beslist.", "Nummer van dit bewijs: R-", "Het bewijst niet dat niemand").seesNot("Er is 1 foto", "paspoort is een andere")
	})
}

// Whoever lets a helper act sees it, and ends it with one button.
func TestAHelperIsShownAndCanBeEnded(t *testing.T) { // G-54
	w, base := open(t, db.SQLite)
	helper := w.Hire(t, staff.Helper)
	done, err := w.Requests.Assist(t.Context(), helper.Member, request.Submission{Answers: w.Unknown(t), Lang: "nl", Door: request.ByHelper,
		Key: ident.NewID(w.Random(), "key")}, request.Agreed{Scope: []request.Act{request.Follow, request.Send}, Days: 7})
	if err != nil {
		t.Fatal(err)
	}
	v := visit(t, base, "nl")
	statusOf(v, done.Number.Spoken(), done.Code.Reveal()).sees("Wie voor u mag handelen", "kijken hoe ver het is", "foto's sturen").seesNot("de aanvraag intrekken Stop")
	v.send("/status/helpers").at("/status/request?revoked").sees("mag niets meer voor u doen").seesNot("Wie voor u mag handelen")
	if _, err := w.Requests.FollowFor(t.Context(), helper.Member, done.Mandate.ID); err == nil {
		t.Error("the helper still sees how far it is")
	}
	w.Promises(t)
}

func TestAKeptNumberIsErasedWithAButton(t *testing.T) { // G-38 G-39
	w, base := open(t, db.SQLite)
	v := nobody.fill(visit(t, base, "nl"))
	v.get("/proof/document-number").answer("keep", "yes", "document-number", "AB1234567").at("/proof/check").send("/proof/send")
	number, code := v.shown(`Uw nummer: (\S+)`), v.shown(`Uw code: (\d{4} \d{4})`)
	statusOf(v, number, code).sees("U gaf toestemming").send("/status/document").at("/status/request?forgotten").sees("is gewist").seesNot("U gaf toestemming")
	if n, err := db.Get[int](t.Context(), w.DB, "SELECT count(*) FROM person_identifier WHERE kind = 'document'"); err != nil || n != 0 {
		t.Errorf("%d numbers of documents are left, %v", n, err)
	}
	w.Promises(t)
}

// A code on paper from the counter opens a message beside its link, without a phone.
func TestACodeOnPaperOpensTheMessage(t *testing.T) { // G-17 G-42
	w, base := open(t, db.SQLite)
	counter := w.Hire(t, staff.Counter)
	paper := func(number, code string) string {
		t.Helper()
		n, err := ident.ParseCaseNumber(number)
		if err != nil {
			t.Fatal(err)
		}
		c, err := ident.ParseCode(code)
		if err != nil {
			t.Fatal(err)
		}
		taken, err := w.Requests.OpenAt(t.Context(), counter.Member, n, c)
		if err != nil {
			t.Fatal(err)
		}
		printed, err := w.Requests.PaperCode(t.Context(), counter.Member, taken.ID)
		if err != nil {
			t.Fatal(err)
		}
		return printed.Reveal()
	}
	v := abena.fill(visit(t, base, "nl")).send("/proof/send")
	number, code := v.shown(`Uw nummer: (\S+)`), v.shown(`Uw code: (\d{4} \d{4})`)
	w.Pass(t, time.Hour)
	link := "/m/" + w.Link(t, abena.email)
	v.get(link).sees("Ik heb een code op papier").get(link+"/code").sees("Stuur een nieuwe code per sms", "U krijgt deze code aan de balie")
	digits := paper(number, code)
	v.send(link + "/paper").sees("Vul de code in die op uw papier")
	wrong := "00000001"
	if digits == wrong {
		wrong = "00000002"
	}
	v.send(link+"/paper", "paper", wrong).sees("klopt niet")
	v.send(link+"/paper", "paper", digits).at("/message").sees("Uw QR-code")
	if n := len(w.Gateway.Calls()); n != 0 {
		t.Errorf("%d text messages went out although paper was enough", n)
	}
	w.Promises(t)
}

// A phone without an address is asked for, so that its person hears of the counter.
func TestAPhoneAloneFollowsTheCounter(t *testing.T) { // G-17 G-43
	w, base := open(t, db.SQLite)
	without := nobody
	without.email = ""
	without.fill(visit(t, base, "nl")).sees("om te horen wanneer de balie opengaat", "+31612345699").send("/proof/send").sees("De balie komt er binnenkort")
	if n, err := db.Get[int](t.Context(), w.DB, "SELECT count(*) FROM follower"); err != nil || n != 1 {
		t.Errorf("%d cases follow the counter, %v", n, err)
	}
	visit(t, base, "nl").get("/counters").sees("Dag en plaats weten wij nog niet").seesNot("2021", "2022")
	w.Promises(t)
}
