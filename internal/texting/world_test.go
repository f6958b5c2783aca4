package texting_test

import (
	"crypto/rand"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"loket/internal/app/apptest"
	"loket/internal/config"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/ident"
	"loket/internal/outbox/demo"
	"loket/internal/testclock"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// secret is what the provider signs with.
const secret = "signed by the provider"

// world is an installation that takes text messages, over HTTP.
type world struct {
	*apptest.World
	hook   string
	config config.Config
}

// each runs test as a subtest on each engine, on the evening before the season.
func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	for _, engine := range dbtest.Engines(t) {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, newWorld(t, engine))
		})
	}
}

func newWorld(t *testing.T, engine db.Engine) *world {
	t.Helper()
	c := config.Default(t.TempDir())
	c.Database.URL = dbtest.URL(t, engine)
	c.Places.Pack = "refugeehelp-2022"
	c.Texts.SecretFile, c.Texts.Header, c.Texts.Call = filepath.Join(t.TempDir(), "secret"), demo.SignatureHeader, "+31 20 000 0000"
	must(t, os.WriteFile(c.Texts.SecretFile, []byte(secret+"\n"), 0o600))
	return open(t, c, testclock.At(apptest.Season))
}

func open(t *testing.T, c config.Config, clock *testclock.Clock) *world {
	t.Helper()
	w := &world{World: apptest.Open(t, c, clock, nil), config: c}
	site, err := w.Site()
	must(t, err)
	server := httptest.NewServer(site)
	t.Cleanup(server.Close)
	w.hook = server.URL + "/hooks/sms-in"
	w.Settle(t)
	return w
}

// count runs a query that counts.
func (w *world) count(t *testing.T, query string, args ...any) int64 {
	t.Helper()
	n, err := db.Get[int64](t.Context(), w.DB, query, args...)
	must(t, err)
	return n
}

// phone is a phone that can only text.
type phone struct {
	t      *testing.T
	w      *world
	number string
}

func (w *world) phone(t *testing.T, number string) *phone { return &phone{t, w, number} }

// got returns the texts that came to the phone, oldest first.
func (p *phone) got() (texts []string) {
	for _, c := range p.w.Gateway.Calls() {
		if c.To == p.number {
			texts = append(texts, c.Text)
		}
	}
	return texts
}

// last is the text that came last.
func (p *phone) last() string {
	p.t.Helper()
	all := p.got()
	if len(all) == 0 {
		p.t.Fatal("no text came")
	}
	return all[len(all)-1]
}

// post sends a text and returns what the provider was answered.
func (p *phone) post(id, text string) int {
	p.t.Helper()
	code, err := p.w.Gateway.Text(p.t.Context(), p.w.hook, []byte(secret), id, p.number, text)
	must(p.t, err)
	return code
}

// text sends a text, and returns the answer: "" for none.
func (p *phone) text(text string) string {
	p.t.Helper()
	before := len(p.got())
	if code := p.post(ident.NewID(rand.Reader, "sms"), text); code != 204 {
		p.t.Fatalf("%q: status %d", text, code)
	}
	p.w.Settle(p.t)
	all := p.got()
	if len(all) > before+1 {
		p.t.Fatalf("%q: %d answers", text, len(all)-before)
	}
	if len(all) == before {
		return ""
	}
	return all[before]
}

// says sends a text and fails the test when the answer does not hold some words.
func (p *phone) says(text string, words ...string) string {
	p.t.Helper()
	answer := p.text(text)
	for _, word := range words {
		if !strings.Contains(answer, word) {
			p.t.Fatalf("%q was answered with %q, without %q", text, answer, word)
		}
	}
	return answer
}

// digitsIn returns the four or six digits behind a word in a text.
func digitsIn(t *testing.T, text, word string) string {
	t.Helper()
	found := regexp.MustCompile(word + ` (\d{4,6})`).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no digits behind %s in %q", word, text)
	}
	return found[1]
}

// asks goes through the form in English with a passport, and returns the digits.
func (p *phone) asks(number string) string {
	p.t.Helper()
	p.says("Start!", "1 Nederlands")
	p.says("2", "stays on your phone", "+31 20 000 0000", "counter")
	p.says("yes", "already")
	p.says("no", "municipality")
	p.says("1", "postcode")
	p.says("5211 AB", "How many")
	p.says("1", "name")
	p.says("Oksana Verzonnen", "date of birth")
	p.says("12-4-1991", "show")
	p.says("1", "until which day")
	p.says("1 1 2030", "BSN")
	p.says(number, "speak your language")
	p.says("no", "within a day")
	send := p.says("2", "SEND")
	asked := p.says("send "+digitsIn(p.t, send, "SEND"), "Sent", "ticket")
	return digitsIn(p.t, asked, "WHERE")
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func phoneOf(t testing.TB, number string) ident.Phone {
	t.Helper()
	p, err := ident.ParsePhone(number, "NL")
	must(t, err)
	return p
}
