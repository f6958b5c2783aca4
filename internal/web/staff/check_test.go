package staff_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	people "loket/internal/staff"
	"loket/internal/upload"
)

// both runs test on both engines.
func both(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	for _, engine := range dbtest.Engines(t) {
		t.Run(string(engine), func(t *testing.T) {
			w := open(t, engine)
			test(t, w)
			w.Promises(t)
		})
	}
}

// waiting returns an applicant whose photos have come, and the id of their case.
func (w *world) waiting(t testing.TB) (applicant, string) {
	t.Helper()
	a := applicants(1)[0]
	w.register(t, a)
	return a, w.answered(t, a, upload.Document, upload.Card)
}

func TestTwoPeopleDecide(t *testing.T) { // G-30 G-55 T17
	both(t, func(t *testing.T, w *world) {
		a, id := w.waiting(t)
		vera, anton := w.signIn(t, people.Checker), w.signIn(t, people.Approver)

		anton.get("/approve").send("/approve/next").sees("Er wacht nu niets")
		vera.get("/").sees("Vergelijken").send("/check/next")
		vera.sees(a.name, a.number, "1 januari 1960", "1 Ada Verzonnen ! anders Verzonnen", "Hier zijn mijn foto's", "Document d", "Kaartje c")
		vera.seesNot(a.email, a.phone) // people were told that the system alone uses them
		vera.decides(vera.decision("approve", "candidate", w.recordOf(t, a))).at("/check?done=proposed").sees("Bewaard")

		anton.get("/approve").send("/approve/next").sees("Voorstel van een collega", "Ja: het bewijs wordt gemaakt", a.onFile)
		if strings.Contains(anton.page, "Proef checker") || regexp.MustCompile(`staff_[a-z0-9]{20}`).MatchString(anton.page) {
			t.Error("the approver is told who proposed")
		}
		anton.decides(anton.decision("approve")).at("/approve?done=approved").sees("worden nu gewist")
		w.Pass(t, time.Hour)
		if got := w.stateOf(t, id); got != "proved" {
			t.Errorf("the request is %s, want proved", got)
		}
	})
}

// stateOf returns the state of a case.
func (w *world) stateOf(t testing.TB, id string) string {
	t.Helper()
	state, err := db.Get[string](t.Context(), w.DB, "SELECT state FROM request WHERE id = $1", id)
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func TestARefusalSaysWhyAndWhatNext(t *testing.T) { // G-32
	both(t, func(t *testing.T, w *world) {
		a, id := w.waiting(t)
		vera, anton := w.signIn(t, people.Checker), w.signIn(t, people.Approver)
		vera.get("/check").send("/check/next")
		lease := vera.path

		refuse := func(pairs ...string) *visitor { return vera.do("POST", lease, vera.decision("refuse", pairs...)) }
		refuse("explain", "De foto was donker.").sees("Kies een reden.", "Kies wat de aanvrager nu kan doen.", "De foto was donker.")
		if vera.status != http.StatusUnprocessableEntity {
			t.Errorf("a refusal without reason answers %d", vera.status)
		}
		refuse("reason", "unclear", "explain", "De foto was donker.").sees("Kies wat de aanvrager nu kan doen.", "De foto was donker.").seesNot("Kies een reden.")
		refuse("next", "counter").sees("Kies een reden.").seesNot("Kies wat de aanvrager nu kan doen.")
		refuse("reason", "own", "next", "own").sees("Schrijf de reden in gewone woorden.", "Schrijf wat de aanvrager nu kan doen.")
		vera.do("POST", lease, vera.decision("", "mrz", "P<UTO")).sees("Kies goedkeuren of afwijzen.", "P<UTO")
		vera.do("POST", lease, vera.decision("approve", "candidate", "none")).sees("Kies wie dit is in de registratie.")
		unticked := vera.decision("approve", "candidate", w.recordOf(t, a))
		unticked["seen"] = []string{"whole"}
		vera.do("POST", lease, unticked).sees("vink alles aan")

		vera.get(lease).decides(vera.decision("refuse", "reason", "unclear", "explain", "De foto was donker.", "next", "counter")).at("/check?done=proposed")
		anton.get("/approve").send("/approve/next").sees("Wij konden uw foto niet goed zien. De foto was donker.", "Kom naar de balie.", "Bezwaar")
		anton.decides(anton.decision("approve")).at("/approve?done=approved")
		w.Pass(t, time.Hour)
		if got := w.stateOf(t, id); got != "refused" {
			t.Errorf("the request is %s, want refused", got)
		}
		thread, err := w.Mailbox.Read(t.Context(), w.opened(t, a))
		if err != nil {
			t.Fatal(err)
		}
		fields := thread.Body.Fields
		for name, want := range map[string]string{"reason": "De foto was donker.", "next_step": "Kom naar de balie.", "object": "Bent u het niet eens"} {
			if !strings.Contains(fields[name], want) {
				t.Errorf("the message says %q as %s, want %q", fields[name], name, want)
			}
		}
	})
}

func TestAProposalCanBeGivenBack(t *testing.T) { // G-55
	both(t, func(t *testing.T, w *world) {
		a, id := w.waiting(t)
		vera, veronique, anton := w.signIn(t, people.Checker), w.signIn(t, people.Checker), w.signIn(t, people.Approver)
		vera.get("/check").send("/check/next").decides(vera.decision("approve", "candidate", w.recordOf(t, a)))
		anton.get("/approve").send("/approve/next")
		lease := anton.path
		anton.do("POST", lease, anton.decision("")).sees("Kies of het klopt of terug moet.")
		anton.do("POST", lease, anton.decision("return")).sees("Kies waarom het teruggaat.")
		reason := regexp.MustCompile(`<option value="([a-z-]+)">`).FindStringSubmatch(anton.page)[1]
		anton.do("POST", lease, anton.decision("return", "reason", reason)).at("/approve?done=returned")
		vera.get("/check").send("/check/next").sees("Er wacht nu niets") // another looks anew
		veronique.get("/check").send("/check/next").sees(a.name)
		if got := w.stateOf(t, id); got != "answered" {
			t.Errorf("the request is %s, want answered", got)
		}
	})
}

var photoSource = regexp.MustCompile(`<img src="/nl(/check/[^"]+/photo/[^"]+)"`)

// photos returns the addresses of the photos on the open page.
func (v *visitor) photos() []string {
	v.t.Helper()
	var list []string
	for _, found := range photoSource.FindAllStringSubmatch(v.page, -1) {
		list = append(list, found[1])
	}
	return list
}

func TestEachViewHasItsEntry(t *testing.T) { // promise 7, G-30
	both(t, func(t *testing.T, w *world) {
		_, id := w.waiting(t)
		vera := w.signIn(t, people.Checker)
		entries := func(act, object string) int64 {
			n, err := db.Get[int64](t.Context(), w.DB, "SELECT count(*) FROM audit_entry WHERE act = $1 AND object = $2 AND role = 'checker' AND lease <> ''", act, object)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		vera.get("/check").send("/check/next")
		lease, photos := vera.path, vera.photos()
		if len(photos) != 2 || entries("view.desk", id) != 1 {
			t.Fatalf("%d photos and %d entries of the case after one look, want 2 and 1", len(photos), entries("view.desk", id))
		}
		for i, photo := range photos {
			vera.get(photo)
			object := photo[strings.LastIndex(photo, "/")+1:]
			if got := entries("view.photo", object); got != 1 {
				t.Errorf("photo %d has %d entries after one look", i, got)
			}
			for header, want := range map[string]string{"Content-Type": "image/jpeg", "Cache-Control": "no-store", "Content-Disposition": "inline",
				"Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'", "X-Content-Type-Options": "nosniff",
				"Cross-Origin-Resource-Policy": "same-origin"} {
				if got := vera.header.Get(header); got != want {
					t.Errorf("a photo has %s %q, want %q", header, got, want)
				}
			}
			if !strings.HasPrefix(vera.page, "\xff\xd8\xff") {
				t.Error("a photo is no JPEG")
			}
		}
		vera.get(lease)
		if got := entries("view.desk", id); got != 2 {
			t.Errorf("%d entries after two looks", got)
		}
	})
}

func TestACaseIsOnlyWhoHasItInHand(t *testing.T) { // T8
	both(t, func(t *testing.T, w *world) {
		a, _ := w.waiting(t)
		vera, other, someone := w.signIn(t, people.Checker), w.signIn(t, people.Checker), w.signIn(t, people.Approver)
		vera.get("/check").send("/check/next")
		lease, photos := vera.path, vera.photos()
		record := w.recordOf(t, a)
		values := vera.decision("approve", "candidate", record)
		denied := func(who string, v *visitor, paths ...string) {
			t.Helper()
			for _, path := range paths {
				if v.get(path); v.status != http.StatusForbidden || strings.Contains(v.page, a.name) {
					t.Errorf("%s gets %s with %d", who, path, v.status)
				}
			}
		}
		all := append([]string{lease}, photos...)
		denied("a colleague", other, all...)
		denied("an approver", someone, all...)
		denied("a colleague without lease", other, "/check/lease_none", "/check/lease_none/photo/x")
		denied("a checker at the other screen", vera, strings.Replace(lease, "/check/", "/approve/", 1))
		for _, path := range []string{"", "/decide", "/compare", "/alike"} {
			if other.do("POST", lease+path, values); other.status != http.StatusForbidden {
				t.Errorf("a colleague sends %s and gets %d", path, other.status)
			}
		}
		w.Clock.Advance(14 * time.Minute)
		vera.get(lease)
		w.Clock.Advance(14 * time.Minute)
		vera.get(lease)
		w.Clock.Advance(3 * time.Minute) // longer than the lease, and no less
		denied("who had it for 31 minutes", vera, all...)
		vera.do("POST", lease, vera.asTyped(values, "explain", "Lang verhaal", "choice", "refuse"))
		if vera.sees("niet meer van u", "Lang verhaal"); vera.status != http.StatusForbidden {
			t.Errorf("a decision after its lease answers %d", vera.status)
		}

		vera.get("/check").send("/check/next")
		lease, photos = vera.path, vera.photos()
		vera.decides(vera.decision("approve", "candidate", record)).at("/check?done=proposed")
		for _, path := range append([]string{lease}, photos...) {
			if vera.get(path); vera.status == http.StatusOK {
				t.Errorf("%s is shown after it was proposed", path)
			}
		}
		anton := w.signIn(t, people.Approver)
		anton.get("/approve").send("/approve/next")
		photos = anton.photos()
		if anton.get(photos[0]); anton.status != http.StatusOK {
			t.Fatalf("the approver gets the photo with %d", anton.status)
		}
		anton.get("/approve").send("/approve/next").decides(anton.decision("approve"))
		w.Settle(t)
		for _, path := range photos {
			if anton.get(path); anton.status == http.StatusOK || strings.HasPrefix(anton.page, "\xff\xd8") {
				t.Errorf("%s is shown after the decision", path)
			}
		}
	})
}

// asTyped returns values with others in their place.
func (v *visitor) asTyped(values map[string][]string, pairs ...string) map[string][]string {
	changed := map[string][]string{}
	for name, list := range values {
		changed[name] = slices.Clone(list)
	}
	for i := 0; i < len(pairs); i += 2 {
		changed[pairs[i]] = []string{pairs[i+1]}
	}
	return changed
}

func TestDuplicatesArePromptedAndNeverMerged(t *testing.T) { // G-57
	both(t, func(t *testing.T, w *world) {
		a, first := w.waiting(t)
		again := a
		again.email = "nogeens@example.org"
		second := w.answered(t, again, upload.Document)
		vera := w.signIn(t, people.Checker)
		vera.get("/check").send("/check/next").sees("Lijkt op een andere aanvraag", "Zelfde persoon", "Niet te zeggen")
		alike := vera.path + "/alike"
		button := func(name string) []string {
			found := regexp.MustCompile(`name="` + name + `" value="([^"]+)"`).FindStringSubmatch(vera.page)
			if found == nil {
				t.Fatalf("no button %s:\n%s", name, vera.text())
			}
			return []string{name, found[1]}
		}
		send := func(name string) *visitor {
			return vera.do("POST", alike, vera.asTyped(vera.decisionAt(strings.TrimSuffix(alike, "/alike"), "refuse"), append(button(name), "explain", "Half verhaal")...))
		}
		send("unsure").sees("Zelfde persoon", "Half verhaal")
		send("same").sees("Dit is dezelfde persoon.", "Terugdraaien", "Half verhaal").seesNot("Niet te zeggen")
		send("undo").sees("Zelfde persoon").seesNot("Dit is dezelfde persoon.")
		send("different").sees("Dit is iemand anders.")
		for _, id := range []string{first, second} {
			if got := w.stateOf(t, id); got != "answered" {
				t.Errorf("a case is %s after somebody said what it looks like", got)
			}
		}
	})
}

// decisionAt is decision where the open page has another address than the case.
func (v *visitor) decisionAt(lease, choice string) map[string][]string {
	values := v.hidden(lease)
	values.Set("choice", choice)
	return values
}

func TestTheZoneOfADocumentIsComparedAndNotKept(t *testing.T) { // T6
	w := open(t, db.SQLite)
	w.waiting(t)
	vera := w.signIn(t, people.Checker)
	vera.get("/check").send("/check/next")
	compare := vera.path + "/compare"
	typed := func(zone string) *visitor {
		return vera.do("POST", compare, vera.asTyped(vera.decisionAt(strings.TrimSuffix(compare, "/compare"), ""), "mrz", zone))
	}
	typed(passport("VERZONNEN<<ADA", "600101")).sees("ADA VERZONNEN ! anders VERZONNEN", "Geboren 1 januari 1960 = gelijk", "Met nummer 1 = gelijk")
	typed(passport("ANDERS<<EEFJE", "610101")).sees("EEFJE ANDERS ! anders", "1 januari 1961 ! anders jaar")
	wrong := strings.Replace(passport("VERZONNEN<<ADA", "600101"), "600101", "600102", 1)
	typed(wrong).sees("klopt niet")
	typed("P<").sees("P<")
	if rows, err := db.Get[int64](t.Context(), w.DB, "SELECT count(*) FROM proposal"); err != nil || rows != 0 {
		t.Errorf("comparing leaves %d proposals, %v", rows, err)
	}
}

// passport returns the zone of an invented passport (ICAO Doc 9303, part 4).
func passport(names, birth string) string {
	pad := func(s string, n int) string { return s + strings.Repeat("<", n-len(s)) }
	digit := func(s string) string {
		sum := 0
		for i, r := range s {
			value := 0
			switch {
			case r >= '0' && r <= '9':
				value = int(r - '0')
			case r >= 'A' && r <= 'Z':
				value = int(r-'A') + 10
			}
			sum += value * []int{7, 3, 1}[i%3]
		}
		return string(rune('0' + sum%10))
	}
	number, expiry, optional := "PROEF1234", "290101", strings.Repeat("<", 14)
	first, second, third, fourth := number+digit(number), birth+digit(birth), expiry+digit(expiry), optional+digit(optional)
	return pad("P<UTO"+names, 44) + "\n" + first + "UTO" + second + "X" + third + fourth + digit(first+second+third+fourth)
}
