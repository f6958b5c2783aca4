package public_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/browsertest"
)

// tourOfPlaces walks through the pages of places in a language and returns each as it was
// seen. It begins on a summer morning.
func tourOfPlaces(t *testing.T, w *apptest.World, base, lang string) (stops []stop) {
	t.Helper()
	see := func(name string, v *visitor) *visitor {
		t.Helper()
		stops = append(stops, stop{"place-" + name, v.page})
		return v
	}
	v := visit(t, base, lang)
	see("front", v.get("/place"))
	see("report", v.get("/place/report"))
	see("report-wrong", v.send("/place/report"))
	see("reported", v.send("/place/report", "kind", "sold", "text", "Iemand verkoopt plaatsen."))
	see("when", v.get("/place/when"))
	see("figures", v.get("/place/figures"))
	see("where", v.get("/place/where"))
	see("where-wrong", v.send("/place/where", "postcode", "1"))
	see("near", v.send("/place/where", "postcode", "9411 XZ"))
	see("at", v.get("/place/at/amsterdam"))
	see("has-proof", v.get("/place/ask"))
	see("way-has-proof", v.send("/place/ask/has-proof", "has-proof", "yes"))
	see("again", v.get("/place/ask/who-1"))
	v.get("/place/ask")
	see("registered", step(v, "has-proof", "registered", "has-proof", "no"))
	see("way-register", v.send("/place/ask/registered", "registered", "no"))
	v.send("/place/ask/open", "to", "registered")
	see("postcode", step(v, "registered", "postcode", "registered", "yes"))
	see("postcode-wrong", v.send("/place/ask/postcode", "postcode", "999"))
	see("region", step(v, "postcode", "region", "postcode", "1012 AB"))
	see("people", step(v, "region", "people"))
	see("who", step(v, "people", "who-1", "people", "2"))
	see("who-wrong", v.send("/place/ask/who-1", "name", oksana.name, "birth-day", "31", "birth-month", "2", "birth-year", "1984"))
	see("paper", step(v, "who-1", "paper-1", "name", oksana.name, "birth-day", oksana.day, "birth-month", oksana.month, "birth-year", oksana.year, "number", oksana.number))
	see("valid", step(v, "paper-1", "valid-1", "paper", "passport"))
	see("child", step(v, "valid-1", "who-2", "expires-day", "1", "expires-month", "2", "expires-year", "2030"))
	step(v, "who-2", "paper-2", "name", danylo.name, "birth-day", danylo.day, "birth-month", danylo.month, "birth-year", danylo.year)
	see("desk", step(v, "paper-2", "desk", "paper", "none"))
	see("contact", step(v, "desk", "contact", "language", "any", "soon", "no"))
	see("check", step(v, "contact", "send", "email", "oksana@example.org"))
	receipt := shownReceipt(see("receipt", v.send("/place/ask/send")))
	other := shownReceipt(fillPlace(v, "ander@example.org", stranger(1)).send("/place/ask/send"))
	return append(stops, tourOfAnswers(w, v, receipt, other)...)
}

// tourOfAnswers is the second half: from the list to the end.
func tourOfAnswers(w *apptest.World, v *visitor, receipt, other ticketOf) (stops []stop) {
	v.t.Helper()
	see := func(name string, v *visitor) *visitor {
		v.t.Helper()
		stops = append(stops, stop{"place-" + name, v.page})
		return v
	}
	see("status", v.get("/place/status"))
	see("status-list", receipt.status(v))
	see("draws-open", v.get("/place/draws"))
	see("draw-open", v.get("/place/draws/1"))
	see("asked", v.get("/place/receipt"))
	see("asked-open", v.send("/place/receipt", "receipt", receipt.signed))
	see("asked-wrong", v.send("/place/receipt", "receipt", "LOKETA1/0"))
	letDraw(v.t.(*testing.T), w)
	see("draws", v.get("/place/draws"))
	see("draw", v.get("/place/draws/1?ticket="+receipt.ticket))
	see("asked-listed", v.get("/place/receipt").send("/place/receipt", "receipt", receipt.signed))
	see("draw-wrong", v.get("/place/draws/1?ticket=1"))
	see("status-offered", receipt.status(v))
	see("sure-decline", v.send("/place/status/answer", "answer", "decline"))
	v.send("/place/status/show")
	see("status-later", v.send("/place/status/answer", "answer", "later"))
	see("sure-withdraw", v.send("/place/status/withdraw"))
	see("status-withdrawn", v.send("/place/status/withdraw"))
	other.status(v)
	see("status-booked", v.send("/place/status/answer", "answer", "accept"))
	short := v.shown(`([0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3})`)
	see("slip", v.send("/place/status/slip"))
	see("code", v.get("/place/check"))
	see("code-live", v.send("/place/check", "code", short, "birth-day", "2", "birth-month", "6", "birth-year", "1980"))
	see("code-wrong", v.send("/place/check", "code", "hello", "birth-day", "31", "birth-month", "2", "birth-year", "1980"))
	other.status(v)
	see("sure-cancel", v.send("/place/status/cancel"))
	see("status-cancelled", v.send("/place/status/cancel"))
	w.Clock.Advance(11 * time.Minute)
	see("status-over", v.do("POST", "/place/status/show", nil))
	return stops
}

// placeMasks are what differs from run to run on these pages.
var placeMasks = []struct {
	pattern *regexp.Regexp
	word    string
}{
	{regexp.MustCompile(`name="(draft|pass|offer|key|appointment)" value="[^"]*"`), `name="$1" value="SEALED"`},
	{regexp.MustCompile(`>[0-9A-HJKMNP-TV-Z]{10}<`), ">TICKET<"},
	{regexp.MustCompile(`>[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}<`), ">SHORT<"},
	{regexp.MustCompile(`>[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}</textarea`), ">SHORT</textarea"},
	{regexp.MustCompile(`>[0-9A-HJKMNP-TV-Z]{52}<`), ">KEY<"},
	{regexp.MustCompile(`base64,[^"]*"`), `base64,PICTURE"`},
	{regexp.MustCompile(`LOKETA1/[0-9A-Z ]+`), "RECEIPT"},
	{regexp.MustCompile(`ticket=[0-9A-Z]{10}`), "ticket=TICKET"},
	{regexp.MustCompile(`name="ticket" type="text" value="[^"]+"`), `name="ticket" type="text" value="TICKET"`},
	{regexp.MustCompile(`\b[0-9a-f]{64}\b`), "HASH"},
	{regexp.MustCompile(`govuk-panel__body">[^<]*[12][^<]*2[^<]*<`), `govuk-panel__body">PLACE<`},
}

func TestPlacePagesAreAsTheyWere(t *testing.T) { // P-32 P-65 P-77
	whole := map[string]bool{"nl": true, "en": true}
	some := regexp.MustCompile(`^place-(front|status-offered)$`)
	for _, language := range []string{"nl", "en", "uk", "ar"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			w, base := openPlaces(t, summer)
			for _, stop := range tourOfPlaces(t, w, base, language) {
				if len(stop.page) >= 15_000 {
					t.Errorf("%s has %d bytes, want under 15,000", stop.name, len(stop.page))
				}
				if strings.Contains(stop.page, "<script") || strings.Contains(stop.page, " style=") {
					t.Errorf("%s holds a script or a style", stop.name)
				}
				if other := foreign(stop.page); other != "" && language != "en" && language != "nl" {
					t.Errorf("%s mixes languages: %s", stop.name, other)
				}
				if !whole[language] && !some.MatchString(stop.name) {
					continue
				}
				page := masked(mainPart(stop.page))
				for _, m := range placeMasks {
					page = m.pattern.ReplaceAllString(page, m.word)
				}
				golden(t, filepath.Join("testdata", language, stop.name+".html"), []byte(page))
			}
			w.Settle(t)
			w.Promises(t)
		})
	}
}

// The pages in a real browser, as narrow as a cheap phone and without JavaScript, in the
// four languages: nothing sticks out, axe finds nothing, nothing is too small to hit.
func TestPlacePagesOnACheapPhone(t *testing.T) { // WCAG 2.2 AA
	browser := browsertest.Start(t)
	for _, language := range []string{"nl", "en", "uk", "ar"} {
		t.Run(language, func(t *testing.T) {
			w, base := openPlaces(t, summer)
			site, err := w.Site()
			if err != nil {
				t.Fatal(err)
			}
			pages := make(map[string]string)
			stops := tourOfPlaces(t, w, base, language)
			for _, stop := range stops {
				pages["/seen/"+stop.name] = stop.page
			}
			seen := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if page, ok := pages[r.URL.Path]; ok {
					fmt.Fprint(w, page)
					return
				}
				site.ServeHTTP(w, r)
			}))
			defer seen.Close()
			tab := browser.Open(t, seen.URL, browsertest.Look{Width: 320})
			for _, stop := range stops {
				tab.Go("/seen/" + stop.name)
				tab.Fits()
				if language == "nl" || language == "ar" { // the other two differ in words alone
					tab.Axe()
				}
				if small := tab.SmallTargets(); len(small) > 0 {
					t.Errorf("%s: too small to hit: %s", stop.name, strings.Join(small, ", "))
				}
				if stop.name == "place-receipt" && strings.Count(string(tab.Print()), "/Type /Page\n") != 1 {
					t.Error("the receipt prints on more than one sheet")
				}
				tab.Shot(fmt.Sprintf("%s-%s", stop.name, language))
			}
		})
	}
}

// Somebody with a browser and without JavaScript asks: buttons for "back" and "change" that
// belong to the same form, and no cookie.
func TestAskingInABrowser(t *testing.T) { // WCAG 2.2 AA
	_, base := openPlaces(t, summer)
	tab := browsertest.Start(t).Open(t, base, browsertest.Look{Width: 320})
	tab.Go("/en/place")
	tab.Press("Ask for an appointment")
	tab.Choose("No")
	tab.Press("Continue")
	tab.Press("Back")
	tab.Sees("Do you already have a sticker")
	tab.Press("Continue") // the answer is still there
	tab.Choose("Yes")
	tab.Press("Continue")
	tab.Fill("What is the postcode", "1012")
	tab.Press("Continue")
	tab.Press("Continue")
	tab.Choose("1 person")
	tab.Press("Continue")
	tab.Fill("Name", oksana.name)
	tab.FillDate("Date of birth", oksana.day, oksana.month, oksana.year)
	tab.Fill("BSN or V-number", oksana.number)
	tab.Press("Continue")
	tab.Choose("An identity card")
	tab.Press("Continue")
	tab.Choose("Any language will do")
	tab.Choose("Yes")
	tab.Press("Continue")
	tab.Fill("E-mail address", "oksana@example.org")
	tab.Press("Continue")
	tab.Press("Change : Region")
	tab.Choose("North")
	tab.Press("Continue")
	tab.Press("Continue")
	tab.Sees("North", "You get a sticker on a loose paper")
	tab.Press("Send the request")
	tab.Sees("We have your request", "Your list closes on 16 August 2022, 18:00")
	if cookies := tab.Cookies(); len(cookies) > 0 {
		t.Errorf("cookies %v", cookies)
	}
}
