package staff_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/config"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	people "loket/internal/staff"
	"loket/internal/testclock"
)

func TestAnAccountBeginsWithALinkAndTwoPasskeys(t *testing.T) { // V6; design.md §4
	w := open(t, db.SQLite)
	link := "/enrol/" + w.invite(t, "Vera Proef", people.Checker)
	v := w.visit(t)
	v.get(link).sees("Vera Proef", "twee passkeys")
	v.confirm(link, "label", "telefoon").at("/keys").sees("Maak nu een tweede passkey", "telefoon")
	v.get("/").at("/").sees("Wat er wacht")
	v.get("/keys").confirm("/keys", "label", "sleutel").at("/keys").sees("telefoon", "sleutel").seesNot("Maak nu een tweede")

	if v.get(link); v.status != http.StatusNotFound {
		t.Errorf("the link works a second time: %d", v.status)
	}
	v.get("/").send("/sign-out").at("/signed-out").sees("U bent uitgelogd")
	v.get("/").at("/sign-in")
	v.confirm("/sign-in").at("/").sees("Wat er wacht")
	if name := v.page; !strings.Contains(name, "Vera Proef") {
		t.Error("the page does not say who is signed in")
	}
}

func TestSigningOutLeavesNothing(t *testing.T) { // V7.4, V14.3
	w := open(t, db.SQLite)
	v := w.signIn(t, people.Checker)
	before := v.cookies()
	v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	v.send("/sign-out")
	if got := v.header.Get("Clear-Site-Data"); got != `"cache", "cookies", "storage"` {
		t.Errorf("Clear-Site-Data = %s", got)
	}
	v.client.CheckRedirect = nil
	v.has(before...)
	v.get("/").at("/sign-in")
}

func TestSessionsEnd(t *testing.T) { // V7.3.1, V7.3.2
	w := open(t, db.SQLite)
	v := w.signIn(t, people.Checker)
	w.Clock.Advance(14 * time.Minute)
	v.get("/").at("/")
	w.Clock.Advance(16 * time.Minute)
	v.get("/").at("/sign-in")

	v.confirm("/sign-in").at("/")
	for range 47 { // eight hours, never idle
		w.Clock.Advance(10 * time.Minute)
		v.get("/").at("/")
	}
	w.Clock.Advance(11 * time.Minute)
	v.get("/").at("/sign-in")
}

func TestSigningInElsewhereEndsTheEarlierSession(t *testing.T) { // V7.1.2: one device
	w := open(t, db.SQLite)
	here := w.signIn(t, people.Checker)
	there := w.visit(t)
	there.keys = here.keys
	there.get("/sign-in").confirm("/sign-in").at("/")
	here.get("/").at("/sign-in")
	there.get("/").at("/")
}

func TestAPasskeyOfAnotherOriginIsRefused(t *testing.T) { // T14
	w := open(t, db.SQLite)
	v := w.signIn(t, people.Checker)
	v.get("/").send("/sign-out")
	v.get("/sign-in")
	v.keys.party.Origin = "http://localhost.evil.example"
	if v.confirm("/sign-in"); v.status != http.StatusForbidden {
		t.Errorf("an assertion made for another site: status %d", v.status)
	}
	v.sees("Wij kunnen het antwoord van de passkey niet vertrouwen")
	v.keys.party.Origin = w.origin
	v.get("/sign-in").confirm("/sign-in").at("/")
}

func TestAnAnswerCountsOnce(t *testing.T) { // replays
	w := open(t, db.SQLite)
	v := w.signIn(t, people.Checker)
	v.get("/").send("/sign-out")
	v.get("/sign-in")
	answer := v.response("/sign-in")
	v.send("/sign-in", "response", answer).at("/")
	v.send("/sign-out")
	v.get("/sign-in")
	if v.send("/sign-in", "response", answer); v.status != http.StatusForbidden {
		t.Errorf("an answer to an earlier challenge: status %d, want 403", v.status)
	}
	v.get("/sign-in")
	if v.send("/sign-in"); v.status != http.StatusBadRequest {
		t.Errorf("a form without script: status %d, want 400", v.status)
	}
	v.sees("JavaScript")
	other := w.visit(t)
	other.get("/sign-in")
	if other.send("/sign-in", "response", answer); other.status < 400 {
		t.Errorf("an answer of another browser: status %d", other.status)
	}
}

func TestOtherSitesCannotSendFormsOfStaff(t *testing.T) { // V3.5.1
	w := open(t, db.SQLite)
	v := w.signIn(t, people.Checker)
	r, err := http.NewRequestWithContext(t.Context(), "POST", w.base+"/nl/sign-out", strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	response, err := v.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("status %d, want 403", response.StatusCode)
	}
	v.get("/").at("/")
}

// Right are read anew: a role that was taken away is gone with the next click.
func TestRightsChangeAtOnce(t *testing.T) { // V8.3.2, V7.4.2
	w := open(t, db.SQLite)
	lead, other := w.signIn(t, people.Lead), w.signIn(t, people.Editor)
	path := accountOf(t, lead, "Proef editor")
	other.get("/editing").at("/editing")
	lead.get(path+"/roles").send(path+"/roles", "role-helper", "yes").confirm(path + "/roles/sign").at(path).sees("Helper")
	if other.get("/editing"); other.status != http.StatusForbidden {
		t.Errorf("status %d after the role was taken away, want 403", other.status)
	}
	lead.get(path + "/disable").send(path + "/disable").at(path).sees("Uitgeschakeld")
	if other.get("/"); other.path != "/sign-in" {
		t.Errorf("at %s with status %d after the account was shut, want to sign in", other.path, other.status)
	}
}

func TestStrangersBeginOnlySoMuch(t *testing.T) {
	w := open(t, db.SQLite)
	stranger := w.visit(t)
	for range 121 {
		stranger.get("/sign-in")
	}
	if stranger.status != http.StatusTooManyRequests {
		t.Errorf("status %d after 121 times, want 429", stranger.status)
	}
}

// The passkeys that the demonstration plays are nowhere in a real installation.
func TestNothingOfTheDemonstrationIsServed(t *testing.T) {
	w := open(t, db.SQLite)
	public, err := w.Site()
	if err != nil {
		t.Fatal(err)
	}
	for name, site := range map[string]http.Handler{"staff": w.site, "public": public} {
		for _, path := range []string{"/demo/authenticator.js", "/demo/staff", "/demo/staff.json", "/nl/demo/staff"} {
			answer := httptest.NewRecorder()
			site.ServeHTTP(answer, httptest.NewRequest("GET", path, nil))
			if answer.Code != http.StatusNotFound {
				t.Errorf("%s: %s: status %d, want 404", name, path, answer.Code)
			}
		}
	}
	v := w.visit(t)
	for _, path := range []string{"/sign-in", "/enrol/" + w.invite(t, "Vera Proef", people.Checker)} {
		if v.get(path); strings.Contains(v.page, "demo") || strings.Count(v.page, "<script") != 1 {
			t.Errorf("%s runs more than its own script", path)
		}
	}
}

// Over https the cookie is for this host alone.
func TestTheCookieIsForThisHostAlone(t *testing.T) { // V3.3.1, V3.3.3
	c := config.Default(t.TempDir())
	c.Database.URL, c.Staff.URL = dbtest.URL(t, db.SQLite), "https://staff.loket.example"
	site, err := apptest.Open(t, c, testclock.At(apptest.Start), nil).StaffSite()
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	site.ServeHTTP(answer, httptest.NewRequest("GET", "/nl/sign-in", nil))
	got := answer.Header().Get("Set-Cookie")
	if !strings.HasPrefix(got, "__Host-loket-staff=") {
		t.Errorf("Set-Cookie = %q", got)
	}
	for _, part := range []string{"; Path=/", "; HttpOnly", "; Secure", "; SameSite=Strict"} {
		if !strings.Contains(got, part) {
			t.Errorf("Set-Cookie lacks %s: %q", part, got)
		}
	}
	if strings.Contains(got, "Max-Age") || strings.Contains(got, "Expires") || strings.Contains(got, "Domain") {
		t.Errorf("Set-Cookie = %q", got)
	}
	if answer.Header().Get("Strict-Transport-Security") == "" || !strings.Contains(answer.Header().Get("Content-Security-Policy"), "require-trusted-types-for") {
		t.Errorf("headers: %v", answer.Header())
	}
}
