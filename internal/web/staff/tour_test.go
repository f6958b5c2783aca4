package staff_test

import (
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	people "loket/internal/staff"
	pages "loket/internal/web/staff"
	"loket/internal/web/webtest"
)

// stop is a page as a member saw it.
type stop struct {
	name string
	page string // the whole HTML
}

// tour walks through the pages of the frame, the accounts and the privacy officer.
func tour(t *testing.T, w *world, lang string) (stops []stop) {
	t.Helper()
	see := func(name string, v *visitor) *visitor {
		t.Helper()
		stops = append(stops, stop{name, v.page})
		return v
	}
	vera := w.visit(t)
	vera.lang = lang
	see("sign-in", vera.get("/sign-in"))
	link := "/enrol/" + w.invite(t, "Vera Voorbeeld", people.Checker, people.Counter)
	see("enrol", vera.get(link))
	see("keys-few", vera.confirm(link, "label", "telefoon"))
	see("keys", vera.confirm("/keys", "label", "sleutel"))
	see("keys-remove", vera.get(vera.link("/keys/")))
	see("home-checker", vera.get("/"))
	see("not-yours", vera.get("/accounts"))
	see("not-found", vera.get("/nowhere"))
	see("link-used", vera.get(link))

	leo := w.signIn(t, people.Lead)
	leo.lang = lang
	w.invite(t, "Anton Voorbeeld", people.Approver)
	see("home-lead", leo.get("/"))
	see("accounts", leo.get("/accounts"))
	see("invite", leo.get("/accounts/new"))
	see("invite-wrong", leo.send("/accounts/new", "role-lead", "yes", "role-approver", "yes"))
	see("account-link", leo.get("/accounts/new").send("/accounts/new", "name", "Hana Voorbeeld", "role-helper", "yes", "place", "none", "lang", lang,
		"trained-day", "1", "trained-month", "6", "trained-year", "2022", "screened-day", "1", "screened-month", "6", "screened-year", "2022"))
	account := leo.path
	for _, change := range []string{"roles", "renew", "disable", "lost"} {
		see("account-"+change, leo.get(account+"/"+change))
	}
	see("account-roles-sign", leo.get(account+"/roles").send(account+"/roles", "role-counter", "yes"))
	see("account-lost-second", leo.get(account+"/lost").confirm(account+"/lost"))
	see("account-disabled", leo.get(account+"/disable").send(account+"/disable"))

	petra := w.signIn(t, people.Privacy)
	petra.lang = lang
	see("home-privacy", petra.get("/"))
	see("report", petra.get("/report"))
	see("log", petra.get("/log"))
	see("signed-out", petra.send("/sign-out"))
	w.Clock.Advance(16 * time.Minute)
	see("idle", vera.get("/"))
	w.Settle(t)
	return stops
}

func TestPagesAreAsTheyWere(t *testing.T) {
	for _, language := range []string{"nl", "en"} {
		t.Run(language, func(t *testing.T) {
			w := open(t, db.SQLite)
			asTheyWere(t, language, tour(t, w, language), masked)
			w.Promises(t)
		})
	}
}

// bodyOf cuts away the head of a page, with the names of files in it.
func bodyOf(page string) string {
	_, body, _ := strings.Cut(page, "<body")
	return "<body" + body
}

func TestTemplatesFitTheirData(t *testing.T) {
	w := open(t, db.SQLite)
	webtest.Check(t, w.site.Renderer, pages.PageData())
}

func TestPagesInEveryLook(t *testing.T) { // WCAG 2.2 AA; design.md §6
	w := open(t, db.SQLite)
	inEveryLook(t, w.site, tour(t, w, "nl"))
}
