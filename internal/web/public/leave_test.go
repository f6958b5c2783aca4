package public_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/browsertest"
	"loket/internal/db"
)

// draftCode finds the code of a form on its pages.
const draftCode = `code kunt u 24 uur lang verder\. (\S+)`

// openWithExit is open with an everyday page of our own behind "leave quickly".
func openWithExit(t *testing.T) (w *apptest.World, base, exit string) {
	t.Helper()
	weather := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<!DOCTYPE html><p>Rain.") }))
	t.Cleanup(weather.Close)
	w = apptest.New(t, db.SQLite, nil)
	site, err := w.Site()
	if err != nil {
		t.Fatal(err)
	}
	site.LeaveTo = weather.URL
	server := httptest.NewServer(site)
	t.Cleanup(server.Close)
	return w, server.URL, weather.URL
}

// Somebody comes in; the person leaves. Whoever takes the phone over presses "back"
// and "load again" and finds nothing.
func TestNothingComesBackAfterLeaving(t *testing.T) { // T1
	browser := browsertest.Start(t)
	w, base, exit := openWithExit(t)
	const name, email, phone = "Abena Voorbeeld", "abena@example.org", "+31612345678"
	leave := func(t *testing.T, tab *browsertest.Tab, secrets ...string) {
		t.Helper()
		for _, secret := range secrets { // else nothing is proved
			tab.Sees(secret)
		}
		tab.Press("Snel weg")
		tab.Sees("Rain.")
		if left := tab.Cookies(); len(left) > 0 {
			t.Errorf("cookies %v are left", left)
		}
		for tab.Back(); tab.Path() != "blank"; tab.Back() { // to the empty page that a window begins with
			for _, how := range []string{"back", "load again"} {
				source := strings.ReplaceAll(tab.Source(), " ", "")
				for _, secret := range append(secrets, name, "999990019", "1984") {
					if strings.Contains(source, strings.ReplaceAll(secret, " ", "")) {
						t.Errorf("%s shows %q on %s:\n%s", how, secret, tab.Path(), tab.Text())
					}
				}
				tab.Reload()
			}
		}
	}
	look := browsertest.Look{Width: 320, Elsewhere: []string{exit}}
	var number, code string
	t.Run("receipt", func(t *testing.T) {
		v := abena.fill(visit(t, base, "nl"))
		draft := v.get("/proof/name").shown(draftCode)
		tab := browser.Open(t, base, look)
		tab.Go("/nl/continue")
		tab.Fill("Code van uw formulier", draft)
		tab.Press("Verder")
		tab.Sees(name)
		tab.Press("Verstuur")
		tab.Sees("Wij hebben uw aanvraag")
		found := regexp.MustCompile(`Uw nummer:\s+(\S+)\s+Uw code:\s+(\d{4} \d{4})`).FindStringSubmatch(tab.Text())
		if found == nil {
			t.Fatalf("no number and code:\n%s", tab.Text())
		}
		number, code = found[1], found[2]
		tab.Reload() // which asks nothing and shows it again
		leave(t, tab, number, code)
	})
	w.Pass(t, time.Hour)
	t.Run("status", func(t *testing.T) {
		tab := browser.Open(t, base, look)
		tab.Go("/nl/status")
		tab.Fill("Nummer van uw aanvraag", number)
		tab.Fill("Code van uw aanvraag", code)
		tab.Press("Kijk hoe ver het is")
		tab.Sees("Er is een bericht voor u")
		tab.Press("De aanvraag intrekken")
		leave(t, tab, number)
	})
	t.Run("message", func(t *testing.T) {
		tab := browser.Open(t, base, look)
		tab.Go("/nl/m/" + w.Link(t, email))
		tab.Press("Stuur mij de code")
		w.Settle(t)
		tab.Fill("Code van 8 cijfers", w.Code(t, phone).Reveal())
		tab.Press("Open het bericht")
		tab.Sees("Uw QR-code")
		tab.Press("Bewijs om af te drukken")
		leave(t, tab, name)
	})
}

// A form that another site sends could put its own draft, status or message into
// somebody's browser, who would then tell it everything.
func TestOtherSitesCannotGiveTheirDraft(t *testing.T) { // V3.5.1 T14
	_, base := open(t, db.SQLite)
	mine := visit(t, base, "nl").get("/proof").send("/proof/start").shown(draftCode)
	post := func(path string, header ...string) *http.Response {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), "POST", base+path, strings.NewReader("code="+mine))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		got, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		return got
	}
	for _, header := range [][]string{{"Origin", "null"}, {"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site", "Origin", "https://neighbour.example"}} {
		for _, path := range []string{"/nl/continue", "/nl/proof/start", "/nl/status", "/nl/m/x", "/nl/m/x/open", "/api/v1/drafts"} {
			if got := post(path, header...); got.StatusCode != http.StatusForbidden || len(got.Cookies()) > 0 {
				t.Errorf("%s with %q: status %d, cookies %v", path, header, got.StatusCode, got.Cookies())
			}
		}
	}
	if got := post("/nl/continue", "Origin", base); got.StatusCode != http.StatusSeeOther || len(got.Cookies()) != 1 {
		t.Errorf("an old phone is refused: status %d, cookies %v", got.StatusCode, got.Cookies())
	}
}

// Whoever guesses links is stopped; who holds a good one is not, from the same network.
func TestGuessingLinksShutsNobodyOut(t *testing.T) { // T5
	w, base := open(t, db.SQLite)
	link := letter(t, w, abena)
	guesser, dead := visit(t, base, "nl"), "/m/"+strings.Repeat("A", len(link)-len("/m/"))
	tries := 0
	for tries < 1000 && guesser.do("POST", dead, nil).status == http.StatusNotFound {
		tries++
	}
	if tries < 20 || tries > 100 || guesser.status != http.StatusTooManyRequests {
		t.Errorf("after %d tries the status is %d", tries, guesser.status)
	}
	for range 400 { // more than the source may send forms
		if guesser.do("POST", "/m/x", nil).status != http.StatusTooManyRequests {
			t.Fatalf("a link that cannot be gives status %d", guesser.status)
		}
	}
	v := visit(t, base, "nl").get(link).send(link).at(link + "/code")
	w.Settle(t)
	v.send(link+"/open", "code", w.Code(t, "+31612345678").Reveal()).at("/message")
	for tries = 0; tries < 1000 && v.get(link+"/code").status == http.StatusOK; tries++ {
	}
	if v.status != http.StatusTooManyRequests || tries > 100 {
		t.Errorf("one link was looked at %d times, and then gives %d", tries, v.status)
	}
}

// Characters that no keyboard makes are refused in words, and break nothing.
func TestControlCharactersAreRefused(t *testing.T) {
	each(t, func(t *testing.T, w *apptest.World, base string) {
		const bad = "a\x00b\x1f"
		refused := func(v *visitor) *visitor {
			t.Helper()
			if v.status < 400 || v.status >= 500 || strings.Contains(v.page, "\x00") {
				t.Errorf("%s: status %d\n%s", v.path, v.status, v.text())
			}
			return v
		}
		v := nobody.fill(visit(t, base, "nl"))
		for question, name := range map[string]string{"municipality": "municipality", "digid": "digid", "name": "name", "birth-date": "birth-year",
			"number": "number", "email": "email", "phone": "phone", "document": "document"} {
			refused(v.get("/proof/"+question).answer(name, bad))
		}
		refused(v.get("/proof/name").answer("name", "Noor\x00 van Voorbeeld")).sees("geen letter, cijfer of leesteken")
		refused(v.get("/proof/check").send("/proof/send", "key", bad)).sees("niet compleet")
		refused(v.get("/status").send("/status", "number", bad, "code", bad))
		refused(v.get("/continue").send("/continue", "code", bad))
		refused(v.do("POST", "/m/%00", nil))
		link := letter(t, w, nobody)
		refused(v.get(link).send(link).send(link+"/open", "code", bad))
		refused(v.get(link+"/code").send(link+"/paper", "paper", bad))
		w.Clock.Advance(time.Minute)
		nobody.read(w, v)
		refused(v.get("/message").send("/message/reply", "reply", "Goed.", "key", bad)).sees("niet compleet")
		refused(v.get("/message").send("/message/reply", "reply", bad))
		refused(v.get("/audit/proof?from=%00"))
	})
}
