package staff_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"loket/internal/browsertest"
	"loket/internal/db"
	people "loket/internal/staff"
	"loket/internal/upload"
)

// caseMasked hides what differs from run to run in a case, besides what masked does.
func caseMasked(page string) string {
	for pattern, word := range map[string]string{
		`(lease|pho|pht|pro|per|lnk|req)_[a-z0-9]{20,}`: "${1}_ID", `(name="candidate" value=)"[^"n][^"]*"`: `$1"RECORD"`,
	} {
		page = regexp.MustCompile(pattern).ReplaceAllString(page, word)
	}
	return masked(page)
}

// caseTour walks through the pages of a case, for who compares and who approves.
func caseTour(t *testing.T, w *world, lang string) (stops []stop) {
	t.Helper()
	see := func(name string, v *visitor) *visitor {
		t.Helper()
		stops = append(stops, stop{name, v.page})
		return v
	}
	applied := applicants(2)
	a, b := applied[0], applied[1]
	w.register(t, a)
	w.answered(t, a, upload.Document, upload.Card)
	twin := a
	twin.email = "nogeens@example.org"
	w.answered(t, twin, upload.Document)
	w.answered(t, b)
	vera, anton := w.signIn(t, people.Checker), w.signIn(t, people.Approver)
	vera.lang, anton.lang = lang, lang
	see("check-home", vera.get("/"))
	see("check-queue", vera.get("/check"))
	see("check-case", vera.send("/check/next"))
	lease := vera.path
	see("check-wrong", vera.do("POST", lease, vera.decision("refuse", "explain", "Half verhaal")))
	see("check-zone", vera.get(lease).do("POST", lease+"/compare", vera.asTyped(vera.decisionAt(lease, ""), "mrz", passport("ANDERS<<EEFJE", "610101"))))
	see("check-sign", vera.get(lease).do("POST", lease, vera.decision("approve", "candidate", w.recordOf(t, a))))
	vera.get(lease).decides(vera.decision("approve", "candidate", w.recordOf(t, a)))
	see("check-done", vera)
	see("check-alike", vera.send("/check/next"))
	vera.decides(vera.decision("refuse", "reason", "unclear", "explain", "Te donker.", "next", "counter"))
	see("check-nobody", vera.send("/check/next"))
	vera.decides(vera.decision("refuse", "reason", "not-found", "next", "vaccinator"))
	see("check-empty", vera.send("/check/next"))
	anton.get("/approve").send("/approve/next")
	for !strings.Contains(anton.page, " checked disabled") { // drawn at random; this one has a record chosen
		anton.decides(anton.decision("approve")).send("/approve/next")
	}
	see("approve-case", anton)
	lease = anton.path
	see("approve-sign", anton.do("POST", lease, anton.decision("approve")))
	see("approve-wrong", anton.get(lease).do("POST", lease, anton.decision("return")))
	see("approve-done", anton.get(lease).decides(anton.decision("approve")))
	return stops
}

func TestCasesAreAsTheyWere(t *testing.T) { // G-30 G-32
	for _, language := range []string{"nl", "en"} {
		t.Run(language, func(t *testing.T) {
			w := open(t, db.SQLite)
			asTheyWere(t, language, caseTour(t, w, language), caseMasked)
			w.Pass(t, time.Hour)
			w.Promises(t)
		})
	}
}

// The cases as the tour saw them, in a real browser, with photos: what is usual fits on
// one screen, nothing sticks out, axe finds nothing, nothing is too small to hit.
func TestCasesInEveryLook(t *testing.T) { // WCAG 2.2 AA; G-30
	w := open(t, db.SQLite)
	stops, photo := caseTour(t, w, "nl"), w.Photo(t, 1)
	site := http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/photo/") { // the lease is the tour's, and over
			out.Header().Set("Content-Type", "image/jpeg")
			_, _ = out.Write(photo)
			return
		}
		w.site.ServeHTTP(out, r)
	})
	inEveryLook(t, site, stops, func(t *testing.T, tab *browsertest.Tab, stop stop, look browsertest.Look) {
		usual := stop.name == "check-case" || stop.name == "check-alike" || stop.name == "approve-case"
		if height := browsertest.Eval[float64](tab, `document.getElementById("case")?.getBoundingClientRect().bottom || 0`); usual && look.Width == 1280 && height > 800 {
			t.Errorf("%s does not fit on a screen: it ends at %.0f", stop.name, height)
		}
	})
}
