package staff_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"loket/internal/browsertest"
	"loket/internal/db"
	people "loket/internal/staff"
	"loket/internal/upload"
)

// desk is a member at a keyboard, in a real browser, who counts their keys.
type desk struct {
	*browsertest.Tab
	keys int
}

// sit signs a new member with a role in, with two passkeys.
func (w *world) sit(t *testing.T, browser *browsertest.Browser, name string, role people.Role) *desk {
	t.Helper()
	tab := browser.Open(t, w.base, browsertest.Look{Script: true})
	tab.Passkeys()
	tab.Go("/nl/enrol/" + w.invite(t, name, role))
	tab.Fill("Naam van de passkey", "telefoon")
	tab.Press("Maak een passkey")
	tab.Passkeys()
	tab.Fill("Naam van de passkey", "sleutel")
	tab.Press("Voeg een passkey toe")
	tab.Sees("telefoon", "sleutel")
	return &desk{Tab: tab}
}

// press presses keys one after the other, once the page is whole.
func (d *desk) press(keys ...string) {
	for browsertest.Eval[string](d.Tab, "document.readyState") != "complete" {
		time.Sleep(10 * time.Millisecond)
	}
	for _, key := range keys {
		d.Key(key)
		d.keys++
	}
}

// Keys that have no letter.
const (
	enter  = "\r"
	escape = "\x1b"
	tabKey = "\t"
)

// decide presses the keys of a decision, and confirms what is shown with the passkey.
func (d *desk) decide(keys ...string) {
	d.press(append(keys, enter)...)
	d.Wait("U bevestigt precies dit")
	d.press(enter)
}

// An agent decides forty prepared cases without the mouse. How many keys each takes is
// the figure in docs/figures.md.
func TestFortyCasesByKeyboard(t *testing.T) { // G-30, WCAG 2.1.1
	const cases, most = 40, 13
	w := openFor(t)
	applied := applicants(cases)
	w.register(t, applied...)
	for i, a := range applied {
		kinds := []upload.Kind{upload.Document}
		if i%4 == 0 {
			kinds = append(kinds, upload.Card)
		}
		w.answered(t, a, kinds...)
	}
	vera := w.sit(t, browsertest.Start(t), "Vera Voorbeeld", people.Checker)
	vera.Go("/nl/check")
	var counts []int
	for i := range cases {
		vera.keys = 0
		vera.press("n")
		vera.Wait("Wat de aanvrager vertelt")
		switch {
		case i%8 == 7: // refused: a reason and a next step of the lists
			vera.decide("r", kb.ArrowDown, kb.ArrowDown, tabKey, tabKey, kb.ArrowDown, escape)
		case i%5 == 0: // looked at closely
			vera.decide("d", "+", "t", "d", "1", "k", "k", "k", "k", "a")
		default:
			vera.decide("1", "k", "k", "k", "k", "a")
		}
		vera.Wait("Bewaard")
		counts = append(counts, vera.keys)
		w.Clock.Advance(time.Minute)
	}
	if n, err := db.Get[int64](t.Context(), w.DB, "SELECT count(*) FROM proposal WHERE state = 'waiting'"); err != nil || n != cases {
		t.Fatalf("%d proposals wait, %v, want %d", n, err, cases)
	}
	refused, err := db.Get[int64](t.Context(), w.DB, "SELECT count(*) FROM proposal WHERE choice = 'refuse'")
	if err != nil || refused != cases/8 {
		t.Errorf("%d are refusals, %v, want %d", refused, err, cases/8)
	}
	slices.Sort(counts)
	sum := 0
	for _, n := range counts {
		sum += n
	}
	if counts[cases-1] > most {
		t.Errorf("a case takes %d keys, want at most %d", counts[cases-1], most)
	}
	t.Logf("keys for a case, of %d: least %d, half at most %d, most %d, mean %.1f", cases, counts[0], counts[cases/2], counts[cases-1], float64(sum)/cases)
}

// Keys do nothing while somebody types, can be switched off, and are told.
func TestKeysLeaveTypingAlone(t *testing.T) { // WCAG 2.1.4
	w := openFor(t)
	w.waiting(t)
	vera := w.sit(t, browsertest.Start(t), "Vera Voorbeeld", people.Checker)
	vera.Go("/nl/check")
	vera.press("n")
	vera.Wait("Wat de aanvrager vertelt")
	chosen := func() string {
		return browsertest.Eval[string](vera.Tab, `[...document.querySelectorAll("#case input:checked:not([name^=zoom], [name^=turn])")].map(e => e.id).join()`)
	}
	vera.press("m", "a", "1", "k")
	// The driver of the browser sends the letter of a key that was taken, too.
	if got := chosen(); got != "" || !strings.HasSuffix(vera.Value("Onderste regels van het document (MRZ)"), "a1k") {
		t.Errorf("typing chooses %q, and leaves %q", got, vera.Value("Onderste regels van het document (MRZ)"))
	}
	vera.press(escape, "a", "1", "k")
	if got := chosen(); got != "seen-1,candidate-1,choice-approve" {
		t.Errorf("the keys chose %q", got)
	}
	vera.press("?")
	vera.Wait("document of kaartje groot")
	vera.Choose("Toetsen staan aan")
	vera.press(escape, "0", "r")
	if got := chosen(); got != "seen-1,candidate-1,choice-approve" {
		t.Errorf("keys that are off chose %q", got)
	}
}

// The zone is compared as soon as it is whole, and what else was typed stays.
func TestThePastedZoneIsComparedAtOnce(t *testing.T) { // G-30
	w := openFor(t)
	w.waiting(t)
	vera := w.sit(t, browsertest.Start(t), "Vera Voorbeeld", people.Checker)
	vera.Go("/nl/check")
	vera.press("n")
	vera.Wait("Wat de aanvrager vertelt")
	vera.press("1", "m")
	vera.Fill("Onderste regels van het document (MRZ)", passport("ANDERS<<EEFJE", "610101"))
	vera.Wait("EEFJE ANDERS ! anders")
	vera.Sees("1 januari 1961 ! anders jaar", "Met nummer 1")
	vera.Shot("check-zone")
	if got := vera.Path(); !strings.HasPrefix(got, "/nl/check/lease_") || strings.Contains(got, "compare") {
		t.Errorf("the address is %s", got)
	}
}

// The page warns when little time is left.
func TestTheEndOfALeaseIsTold(t *testing.T) {
	w := openFor(t)
	w.waiting(t)
	vera := w.sit(t, browsertest.Start(t), "Vera Voorbeeld", people.Checker)
	vera.Go("/nl/check")
	vera.press("n")
	vera.Wait("Wat de aanvrager vertelt")
	vera.SeesNot("minder dan 5 minuten")
	for range 2 {
		w.Clock.Advance(13 * time.Minute)
		vera.Reload()
	}
	vera.Wait("Nog minder dan 5 minuten")
}

// Niemand (invented) is asked for a document, photographs it, two people decide by
// keyboard, and the proof opens on the phone.
func TestSomebodyWithADocumentGetsAProof(t *testing.T) { // G-27 G-28 G-30 G-54 G-55
	w := openFor(t)
	site, err := w.Site()
	if err != nil {
		t.Fatal(err)
	}
	public := httptest.NewServer(site)
	t.Cleanup(public.Close)
	a := applicants(1)[0]
	w.register(t, a)
	w.Submit(t, w.Person(t, a.name, a.birth, a.number, a.email, a.phone))
	w.Pass(t, time.Hour)
	browser := browsertest.Start(t)
	phone := browser.Open(t, public.URL, browsertest.Look{Width: 320})
	open := func() {
		t.Helper()
		phone.Go("/nl/m/" + w.Link(t, a.email))
		phone.Press("Stuur mij de code")
		w.Settle(t)
		phone.Fill("Code van 8 cijfers", w.Code(t, "+31"+a.phone[1:]).Reveal())
		phone.Press("Open het bericht")
	}
	open()
	phone.Sees("Wij moeten eerst zien dat u het bent")
	phone.Press("Stuur foto's")
	for i, press := range []string{"Maak een foto van uw document", "Maak een foto van uw kaartje van de prik"} {
		file := filepath.Join(t.TempDir(), fmt.Sprint(i, ".jpg"))
		if err := os.WriteFile(file, w.Photo(t, i), 0o600); err != nil {
			t.Fatal(err)
		}
		phone.Press(press)
		phone.Attach("Maak een foto", file)
		phone.Press("Stuur deze foto")
	}
	phone.Press("Verstuur uw foto's")
	w.Settle(t)

	vera, anton := w.sit(t, browser, "Vera Voorbeeld", people.Checker), w.sit(t, browser, "Anton Voorbeeld", people.Approver)
	vera.Go("/nl/check")
	vera.press("n")
	vera.Wait("Wat de aanvrager vertelt")
	vera.Sees(a.name, a.onFile)
	vera.decide("1", "k", "k", "k", "k", "a")
	vera.Wait("Bewaard")
	anton.Go("/nl/approve")
	anton.press("n")
	anton.Wait("Voorstel van een collega")
	anton.SeesNot("Vera")
	anton.decide("a")
	anton.Wait("De foto's worden nu gewist")
	w.Pass(t, time.Hour)

	open()
	phone.Sees("Uw QR-code")
	w.judged(t, phone.Picture())
	w.Promises(t)
}
