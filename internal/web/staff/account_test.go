package staff_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"loket/internal/db"
	people "loket/internal/staff"
)

// accountOf returns the path of a colleague's page, as a lead finds it.
func accountOf(t testing.TB, lead *visitor, name string) string {
	t.Helper()
	for page := "/accounts"; ; {
		lead.get(page)
		if found := regexp.MustCompile(`href="/nl(/accounts/[^"]+)"><bdi>` + name + `</bdi>`).FindStringSubmatch(lead.page); found != nil {
			return found[1]
		}
		next := regexp.MustCompile(`href="(\?page=\d+)" rel="next"`).FindStringSubmatch(lead.page)
		if next == nil {
			t.Fatalf("no account is called %s:\n%s", name, lead.text())
		}
		page = "/accounts" + next[1]
	}
}

func TestALeadMakesAnAccount(t *testing.T) {
	w := open(t, db.SQLite)
	lead := w.signIn(t, people.Lead)
	lead.get("/accounts").at("/accounts").sees("Proef lead")
	form := []string{"name", "Noor Proef", "role-checker", "yes", "trained-day", "1", "trained-month", "3", "trained-year", "2022",
		"screened-day", "1", "screened-month", "3", "screened-year", "2022", "place", "none", "lang", "nl"}
	lead.get("/accounts/new").send("/accounts/new").sees("Vul een naam in.", "Kies een rol.", "Vul de dag in.")
	if lead.status != http.StatusUnprocessableEntity {
		t.Errorf("status %d", lead.status)
	}
	lead.get("/accounts/new").send("/accounts/new", append(form, "role-privacy", "yes")...).sees("De privacy officer heeft geen andere rol.")
	lead.get("/accounts/new").send("/accounts/new", form...).sees("Noor Proef", "Uitgenodigd", "Eenmalige link")
	link := lead.shown(`http://localhost:8081/nl(/enrol/\S+)`)
	if lead.get(lead.path); strings.Contains(lead.page, link) {
		t.Error("the link is shown twice")
	}
	noor := w.visit(t)
	noor.get(link).confirm(link).at("/keys")

	lead.get("/accounts/new").send("/accounts/new", form...).sees("Er is al een account met deze naam.")
	lead.get("/accounts/new").send("/accounts/new", append(form, "name", "Abel Proef", "role-approver", "yes")...)
	if lead.status != http.StatusForbidden {
		t.Errorf("a lead alone made an approver: status %d", lead.status)
	}
	lead.sees("Een andere leidinggevende geeft de rol")

	path := accountOf(t, lead, "Noor Proef")
	lead.get(path+"/renew").send(path+"/renew", "trained-day", "31", "trained-month", "12", "trained-year", "2023").at(path).sees("31 december 2023", "1 maart 2022")
	own := accountOf(t, lead, "Proef lead")
	lead.get(own).sees("Een andere leidinggevende wijzigt uw account.")
	if lead.get(own+"/roles").send(own+"/roles", "role-editor", "yes"); lead.status != http.StatusForbidden {
		t.Errorf("a lead changed the own roles: status %d", lead.status)
	}
}

func TestTwoLeadsGiveNewPasskeys(t *testing.T) { // V6.4; recovery in person
	w := open(t, db.SQLite)
	first, lost := w.signIn(t, people.Lead), w.signIn(t, people.Checker)
	second := w.visit(t)
	second.get("/enrol/" + w.invite(t, "Tweede Leider", people.Lead, people.Editor))
	second.confirm(second.path).confirm("/keys").at("/keys")
	path := accountOf(t, first, "Proef checker")

	own := first.keys
	both := func(one, two *passkeys) *visitor {
		first.keys = one
		first.get(path + "/lost").confirm(path + "/lost")
		first.keys = two
		first.confirm(path + "/lost/second")
		first.keys = own
		return first
	}
	for name, keys := range map[string][2]*passkeys{"one lead alone": {own, own}, "with somebody who is no lead": {own, lost.keys}} { // T17
		if both(keys[0], keys[1]); first.status != http.StatusForbidden {
			t.Errorf("%s: status %d", name, first.status)
		}
	}
	both(own, second.keys).at(path).sees("Eenmalige link", "Uitgenodigd")
	link := first.shown(`http://localhost:8081/nl(/enrol/\S+)`)
	lost.get("/").at("/sign-in")
	if lost.confirm("/sign-in"); lost.status != http.StatusForbidden {
		t.Errorf("an old passkey works: status %d", lost.status)
	}
	lost.get(link).confirm(link).at("/keys")
	first.get("/").at("/").sees("Accounts")
}

// No page lists more people than MaxRows.
func TestListsArePages(t *testing.T) { // T9
	w := open(t, db.SQLite)
	lead := w.signIn(t, people.Lead)
	for i := range 60 {
		w.invite(t, fmt.Sprintf("Veel %c%c", "bdfgkmpt"[i/8], "bdfgkmpt"[i%8]), people.Helper)
	}
	rows := func(path string) int { return strings.Count(lead.get(path).page, "loket-row-link") }
	for path, want := range map[string]int{"/accounts": 25, "/accounts?page=2": 25, "/accounts?page=3": 11, "/accounts?page=99": 11, "/accounts?page=-1": 25} {
		if got := rows(path); got != want {
			t.Errorf("%s lists %d, want %d", path, got, want)
		}
	}
	accountOf(t, lead, "Veel tg")
}

// V7.5.3: a passkey is removed and added with one that its owner has, roles are given with
// one of the lead, and a form without an answer changes nothing.
func TestWhatChangesAnAccountAsksAPasskey(t *testing.T) {
	w := open(t, db.SQLite)
	vera, lead := w.signIn(t, people.Checker), w.signIn(t, people.Lead)
	vera.get("/keys").seesNot("Naam van de passkey").confirm("/keys/allow").confirm("/keys", "label", "derde").at("/keys").sees("derde")
	remove := vera.link("/keys/")
	if vera.get(remove).send(remove); vera.status != http.StatusUnprocessableEntity && vera.status != http.StatusBadRequest {
		t.Errorf("removed without a passkey: status %d", vera.status)
	}
	if vera.get("/keys").send("/keys/allow"); vera.status == http.StatusOK {
		t.Error("another passkey without one")
	}
	vera.get(remove).confirm(remove).at("/keys")
	if _, found := strings.CutPrefix(remove, "/keys/"); !found || strings.Contains(vera.page, remove) {
		t.Errorf("%s is there still", remove)
	}
	path := accountOf(t, lead, "Proef checker")
	if lead.do("POST", path+"/roles/sign", url.Values{"role-checker": {"yes"}, "role-approver": {"yes"}}); lead.status < 400 {
		t.Errorf("roles without a passkey: status %d", lead.status)
	}
	lead.get(path+"/roles").send(path+"/roles", "role-checker", "yes", "role-approver", "yes").sees("Bevestig ze met uw passkey", "Goedkeurder")
	if lead.confirm(path+"/roles/sign", "role-counter", "yes"); lead.status != http.StatusForbidden {
		t.Errorf("other roles than the passkey was asked about: status %d", lead.status)
	}
	lead.get(path+"/roles").send(path+"/roles", "role-checker", "yes", "role-approver", "yes").confirm(path + "/roles/sign").at(path).sees("Goedkeurder")
}
