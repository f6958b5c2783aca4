package public_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/lang"
	"loket/internal/request"
	"loket/internal/rules"
	"loket/internal/web/public"
	"loket/locales"
	"loket/packs"
)

func TestWhatProgramsRead(t *testing.T) {
	w, base := open(t, db.SQLite)
	w.Submit(t, w.Known(t))
	w.Submit(t, w.Unknown(t))
	w.Pass(t, time.Minute)
	site, err := w.Site()
	if err != nil {
		t.Fatal(err)
	}
	read := func(path string, status int) string {
		answer := httptest.NewRecorder()
		site.ServeHTTP(answer, httptest.NewRequest("GET", path, nil))
		if answer.Code != status || !strings.HasPrefix(answer.Header().Get("Content-Type"), "text/plain") {
			t.Errorf("%s: status %d, %s", path, answer.Code, answer.Header().Get("Content-Type"))
		}
		return answer.Body.String()
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(read("/audit/key", http.StatusOK)))
	if err != nil {
		t.Fatal(err)
	}
	checkpoint, err := audit.ParseCheckpoint(read("/audit/checkpoint", http.StatusOK), verifier)
	if err != nil || checkpoint.Size == 0 {
		t.Errorf("checkpoint of %d entries, %v", checkpoint.Size, err)
	}
	visit(t, base, "en").get("/audit").sees(checkpoint.Root.String())
	proof := read(fmt.Sprintf("/audit/proof?from=1&to=%d", checkpoint.Size), http.StatusOK)
	if len(proof) == 0 || strings.Count(proof, "\n")*45 != len(proof) { // 32 bytes in base64 and a line end
		t.Errorf("proof from 1 to %d is %q", checkpoint.Size, proof)
	}
	read("/audit/proof?from=2&to=1000", http.StatusBadRequest)
	read("/audit/proof", http.StatusBadRequest)

	text := read("/.well-known/security.txt", http.StatusOK)
	_, rest, _ := strings.Cut(text, "Expires: ")
	expires, err := time.Parse(time.RFC3339, strings.SplitN(rest, "\n", 2)[0])
	if err != nil || expires.Sub(w.Clock.Now()) < 60*24*time.Hour || !strings.HasPrefix(text, "Contact: ") {
		t.Errorf("security.txt: %v\n%s", err, text)
	}
}

func TestTheRouteNamesItsAuthorityAndDate(t *testing.T) { // G-01 G-44 G-45
	w, base := open(t, db.SQLite)
	pack := w.Requests.Pack
	v := visit(t, base, "nl").get("/proof").sees(pack.Authority...).sees("16 december 2021", "hebben hem afgeleid", "Bewaar uw kaartje", "Uithoorn")
	for _, route := range pack.List("other_routes") {
		v.sees(route.Name["nl"], route.Owner)
	}
	if got, want := strings.Count(v.text(), "Zij spreken: Nederlands"), len(pack.List("other_routes")); got != want {
		t.Errorf("%d routes show their language, want %d", got, want)
	}
}

func TestEachFieldSaysWhatForAndWhoSeesIt(t *testing.T) { // G-09 G-19
	w, base := open(t, db.SQLite)
	v := nobody.fill(visit(t, base, "nl"))
	for path, id := range map[string]string{"municipality": "municipality", "vaccinated-by": "vaccinated-by", "tested-positive": "tested-positive",
		"document": "document", "name": "name", "birth-date": "birth-date", "number": "bsn", "email": "email", "phone": "mobile",
		"document-number": "document-number"} {
		field, ok := w.Requests.Pack.Item("fields", id)
		if !ok {
			t.Fatalf("the pack has no field %s", id)
		}
		v.get("/proof/"+path).sees("Wie ziet dit?", field.Words["purpose"]["nl"], field.Words["seen_by"]["nl"])
	}
	for i := range reflect.TypeFor[request.Answers]().NumField() {
		name := strings.ToLower(reflect.TypeFor[request.Answers]().Field(i).Name)
		for _, word := range []string{"status", "nationality", "permit", "country"} {
			if strings.Contains(name, word) {
				t.Errorf("the form has a field %s", name)
			}
		}
	}
}

func TestPackWordsAreMessages(t *testing.T) { // G-50
	pack, err := rules.Load(packs.FS("gkvi-amsterdam-2021"))
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := lang.Load(public.Messages(locales.Files, pack))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		tag  lang.Tag
		key  string
		want string
		in   lang.Tag
	}{
		{"nl", "pack.documents.nl-passport.name", "Nederlands paspoort", "nl"},
		{"ar", "pack.documents.nl-passport.name", "جواز سفر هولندي", "ar"},
		{"nl", "pack.other-routes.coronacheck-helpdesk.name", "Helpdesk CoronaCheck", "nl"},
		{"en", "pack.fields.email.seen-by", "Only our system uses it. The mail says nothing about you.", "en"},
		{"nl", "public.home.proof", "Een bewijs vragen", "nl"},
	} {
		if got := catalogue.In(test.tag).Get(test.key, nil); got.Text != test.want || got.Lang != test.in {
			t.Errorf("%s in %s is %q in %s, want %q in %s", test.key, test.tag, got.Text, got.Lang, test.want, test.in)
		}
	}
}
