package public_test

import (
	"bytes"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/web/public"
	"loket/internal/web/webtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// stop is a page as a visitor saw it.
type stop struct {
	name string
	page string // the whole HTML
}

// tour walks through every page in a language and returns each as it was seen.
func tour(t *testing.T, w *apptest.World, base, lang string) []stop {
	t.Helper()
	var stops []stop
	see := func(name string, v *visitor) *visitor {
		t.Helper()
		stops = append(stops, stop{name, v.page})
		return v
	}
	v := visit(t, base, lang)
	for _, name := range []string{"proof", "continue", "status", "privacy", "who-sees", "accessibility", "security", "audit", "counters"} {
		see(name, v.get("/"+name))
	}
	see("home", v.get("/"))
	see("not-found", v.get("/nowhere"))
	see("no-draft", v.get("/proof/check"))

	nobody.fill(v)
	for _, q := range []string{"municipality", "digid", "vaccinated-by", "tested-positive", "document", "name", "birth-date", "number", "email",
		"phone", "document-number"} {
		see("question-"+q, v.get("/proof/"+q))
	}
	see("question-wrong", v.get("/proof/birth-date").answer("birth-day", "31", "birth-month", "2", "birth-year", "1976"))
	see("question-warning", v.get("/proof/number").answer("number", "123456789"))
	see("way-other-region", v.get("/proof/municipality").answer("municipality", "rotterdam"))
	v.get("/proof/municipality").answer("municipality", "amsterdam")
	see("way-other-party", v.get("/proof/vaccinated-by").answer("vaccinated-by", "doctor"))
	see("way-nothing-yet", v.get("/proof/vaccinated-by").answer("vaccinated-by", "nobody"))
	see("way-use-digid", v.get("/proof/digid").answer("digid", "digid-works"))
	v.get("/proof/digid").answer("digid", "bsn-no-digid")
	v.get("/proof/vaccinated-by").answer("vaccinated-by", "ggd-amsterdam")
	see("check", v.get("/proof/check"))
	see("way-counter", v.get("/proof/email").answer("email", "", "no-email", "yes"))
	see("question-phone-follow", v.get("/proof/phone"))
	see("check-counter", v.get("/proof/check"))
	see("receipt-counter", v.send("/proof/send"))
	see("sent", v.get("/proof/check"))
	w.Pass(t, 10*time.Minute)
	see("sent-hidden", v.get("/proof/receipt"))
	see("stop", v.get("/proof/stop"))
	see("stopped", v.send("/proof/stop"))
	return append(stops, tourOfMessages(t, w, base, lang)...)
}

// tourOfMessages is the second half: from the receipt to each kind of message.
func tourOfMessages(t *testing.T, w *apptest.World, base, lang string) (stops []stop) {
	t.Helper()
	see := func(name string, v *visitor) *visitor {
		t.Helper()
		stops = append(stops, stop{name, v.page})
		return v
	}
	v := visit(t, base, lang)
	see("receipt", abena.fill(v).send("/proof/send"))
	number, code := v.shown(`([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3})`), v.shown(`(\d{4} \d{4})`)
	status := func() *visitor {
		return v.get("/status").send("/status", "number", number, "code", code)
	}
	see("status-wrong", v.get("/status").send("/status", "number", "1", "code", ""))
	see("status-received", status())
	w.Pass(t, time.Hour)
	see("status-message", status())
	link := "/m/" + w.Link(t, abena.email)
	see("link", v.get(link))
	see("code", v.send(link))
	w.Clock.Advance(2 * time.Minute)
	see("code-voice", v.get(link+"/code"))
	see("code-wrong", v.send(link+"/open", "code", "1"))
	see("code-paper-wrong", v.send(link+"/paper", "paper", "00000000"))
	for range 3 {
		v.do("POST", link+"/open", url.Values{"code": {"00000000"}})
	}
	see("code-over", v)
	w.Clock.Advance(time.Minute)
	see("not-mine", v.get(link+"/not-mine"))
	see("message-proof", abena.read(w, v))
	see("print", v.get("/message/proof/1/print"))
	see("closed", v.get("/message").send("/message/close"))
	see("over", v.get("/message"))
	w.Settle(t)
	see("status-closed", status())
	see("withdraw", v.get("/status/withdraw"))
	see("withdrawn", v.send("/status/withdraw"))

	v = visit(t, base, lang)
	v.get(letter(t, w, nobody))
	see("message-asked", nobody.read(w, v))
	stops = append(stops, tourOfPhotos(v)...)
	w.Pass(t, 2*time.Hour)
	refusedAgain := nobody
	refusedAgain.email, refusedAgain.phone = "ander@example.org", "0612345698"
	refused(t, w, refusedAgain, v)
	see("message-refused", refusedAgain.read(w, v))
	see("replied", v.send("/message/reply", "reply", "Dank u. شكرا"))
	v.get(letter(t, w, abena)).send(v.path)
	see("not-mine-done", v.get(strings.TrimSuffix(v.path, "/code")+"/not-mine").send(v.path))
	return stops
}

// tourOfPhotos sees the pages on which photos are sent.
func tourOfPhotos(v *visitor) (stops []stop) {
	v.t.Helper()
	see := func(name string) { stops = append(stops, stop{name, v.page}) }
	v.get("/message/photos")
	see("photos-none")
	v.get("/message/photos/document")
	see("photo")
	v.upload([]byte("%PDF-1.7"))
	see("photo-wrong")
	v.get("/message/photos/document").upload(photograph(v.t, 40))
	see("photos-dark")
	v.send("/message/photos/remove").get("/message/photos/document").upload(photograph(v.t, 230))
	v.get("/message/photos/card").upload(photograph(v.t, 230))
	see("photos")
	v.send("/message/photos/send")
	see("photos-sent")
	v.get("/message")
	return stops
}

func TestPagesAreAsTheyWere(t *testing.T) {
	for _, language := range []string{"nl", "en", "ar"} {
		t.Run(language, func(t *testing.T) {
			w, base := open(t, db.SQLite)
			for _, stop := range tour(t, w, base, language) {
				if len(stop.page) >= 15_000 {
					t.Errorf("%s has %d bytes, want under 15,000", stop.name, len(stop.page))
				}
				if strings.Contains(stop.page, "<script") && stop.name != "photo" && stop.name != "photo-wrong" || strings.Contains(stop.page, " style=") || strings.Contains(stop.page, " src=\"http") {
					t.Errorf("%s holds a script, a style or another host", stop.name)
				}
				if other := foreign(stop.page); language == "ar" && stop.name != "print" && other != "" { // the print is in two languages
					t.Errorf("%s mixes languages: %s", stop.name, other)
				}
				golden(t, filepath.Join("testdata", language, stop.name+".html"), []byte(masked(mainPart(stop.page))))
			}
			w.Promises(t)
		})
	}
}

// foreign returns a text of the page that is marked as English or Dutch, but for
// the names of authorities. G-50
func foreign(page string) string {
	return regexp.MustCompile(`<(span|div|section|h[1-6])[^>]* lang="(en|nl)"[^>]*>[^<]*`).FindString(mainPart(page))
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is another page now (-update writes it anew):\n%s", name, cmp.Diff(string(want), string(got)))
	}
}

func TestTemplatesFitTheirData(t *testing.T) {
	w, _ := open(t, db.SQLite)
	site, err := w.Site()
	if err != nil {
		t.Fatal(err)
	}
	webtest.Check(t, site.Renderer, public.PageData())
}
