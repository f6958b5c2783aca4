package api_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"loket/internal/api"
	"loket/internal/app/apptest"
	"loket/internal/web/throttle"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Each problem document is kept in testdata/problems, where people can read it.
func TestProblemDocuments(t *testing.T) {
	w := apptest.New(t, "sqlite", nil)
	p := connect(t, w, nil)
	const path = "/api/v1/requests"
	large := `{"name": "` + strings.Repeat("x", 65<<10) + `"}`
	for _, test := range []struct {
		name, method, path string
		body               any
		header             []string
		status             int
	}{
		{"not-found", "GET", "/api/v1/nothing", nil, nil, 404},
		{"trailing-slash", "GET", "/api/v1/route/", nil, nil, 404},
		{"other-version", "GET", "/api/v2/route", nil, nil, 404},
		{"method", "GET", path, nil, nil, 405},
		{"accept", "GET", "/api/v1/route", nil, []string{"Accept", "text/html, application/json;q=0"}, 406},
		{"content-type", "POST", path, "name=x", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415},
		{"too-large", "POST", path, large, nil, 413},
		{"not-json", "POST", path, `{"name": `, nil, 400},
		{"not-an-object", "POST", path, `["name"]`, nil, 400},
		{"twice", "POST", path, `{"name": "a", "name": "b"}`, nil, 400},
		{"two-objects", "POST", path, `{}{}`, nil, 400},
		{"no-key", "POST", path, known(), nil, 400},
		{"empty", "POST", path, form{}, []string{"Idempotency-Key", key(t, 1)}, 400},
		{"all-wrong", "POST", path, form{"municipality": "atlantis", "digid": 1, "vaccinatedBy": []int{1}, "testedPositive": "no",
			"document": "badge", "documentExpired": 0, "name": "1", "birthDate": "31-02-1976", "number": "no digits", "email": "nobody",
			"phone": "12", "documentNumber": "!", "language": "xx", "draftCode": "x", "nationality": "x", "a/b~c": nil}, nil, 400},
		{"all-wrong.ar", "POST", path, form{"municipality": "atlantis", "name": "1", "birthDate": "31-02-1976"}, []string{"Accept-Language", "ar"}, 400},
		{"incomplete.en", "POST", path, known().without("birthDate", "document"), []string{"Accept-Language", "en", "Idempotency-Key", key(t, 2)}, 400},
		{"no-way.en", "POST", path, known().with("digid", "digid-works"), []string{"Accept-Language", "en", "Idempotency-Key", key(t, 3)}, 400},
		{"status", "POST", "/api/v1/request-status", form{"number": "0000-0000-000", "code": "12345678"}, nil, 404},
		{"session", "GET", "/api/v1/message", nil, nil, 401},
		{"draft-code", "GET", "/api/v1/draft", nil, []string{"Draft-Code", "x"}, 400},
	} {
		got := p.call(test.method, test.path, test.body, test.header...)
		if got.status != test.status {
			t.Errorf("%s: status %d, want %d", test.name, got.status, test.status)
		}
		golden(t, "problems/"+test.name+".json", got.body)
	}
	if got := p.call("GET", path, nil).header.Get("Allow"); got != "POST" {
		t.Errorf("Allow: %s", got)
	}
	if got := p.call("POST", "/api/v1/draft", form{}).header.Get("Allow"); got != "DELETE, GET, PUT, HEAD" {
		t.Errorf("Allow: %s", got)
	}
	p.call("HEAD", "/api/v1/route", nil).want(200)
}

func golden(t *testing.T, name, body string) {
	t.Helper()
	var pretty bytes.Buffer
	check(t, json.Indent(&pretty, []byte(body), "", "  "))
	file := filepath.Join("testdata", name)
	if *update {
		check(t, os.MkdirAll(filepath.Dir(file), 0o755))
		check(t, os.WriteFile(file, pretty.Bytes(), 0o644))
	}
	want, err := os.ReadFile(file)
	check(t, err)
	if diff := cmp.Diff(string(want), pretty.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// Trying numbers is slowed down by what the caller names and by where the call comes
// from, for those that exist as for those that do not.
func TestGuessingIsSlowedDown(t *testing.T) {
	w := apptest.New(t, "sqlite", nil)
	p := connect(t, w, throttle.New(w.Clock.Now, rand.Reader))
	mine := p.send(known(), 1)
	for _, number := range []any{mine["number"], "0000-0000-000"} {
		for range 10 {
			p.call("POST", "/api/v1/request-status", form{"number": number, "code": "00000000"}).want(404)
		}
		shut := p.call("POST", "/api/v1/request-status", form{"number": number, "code": "00000000"}).want(429)
		if got := shut.header.Get("Retry-After"); got != "300" || shut.get("code") != "fault.throttled" {
			t.Errorf("%v: try again in %s seconds: %s", number, got, shut.body)
		}
	}
	tries := 0
	for p.call("POST", "/api/v1/route-decisions", form{}).status == 200 {
		tries++
	}
	if tries < 200 || tries > 300 {
		t.Errorf("%d calls from one place were let through", tries)
	}
	w.Clock.Advance(time.Minute)
	p.call("POST", "/api/v1/route-decisions", form{}).want(200)
}

// Whoever guesses links is stopped; who holds a good one is not, from the same network,
// but for asking without end.
func TestGuessingLinksShutsNobodyOut(t *testing.T) { // T5
	w := apptest.New(t, "sqlite", nil)
	p := connect(t, w, throttle.New(w.Clock.Now, rand.Reader))
	p.send(known(), 1)
	w.Pass(t, time.Hour)
	ask := form{"link": w.Link(t, "abena@example.org"), "browser": browser, "channel": "sms"}
	guess := ask.with("link", strings.Repeat("A", len(w.Link(t, "abena@example.org"))))
	for range api.DeadLinks.Burst {
		p.call("POST", "/api/v1/message-codes", guess).want(404)
	}
	for range api.Writing.Burst + 10 {
		p.call("POST", "/api/v1/message-codes", guess).want(429)
	}
	p.call("POST", "/api/v1/message-openings", guess.without("channel").with("code", "12345678")).want(429)
	p.call("POST", "/api/v1/wrong-numbers", guess.without("channel")).want(429)
	for range api.ByLink.Burst {
		p.call("POST", "/api/v1/message-codes", ask).want(200)
	}
	shut := p.call("POST", "/api/v1/message-codes", ask).want(429)
	if got := shut.header.Get("Retry-After"); got != "120" || shut.get("code") != "fault.throttled" {
		t.Errorf("one link without end: try again in %s seconds: %s", got, shut.body)
	}
}

// Characters that no keyboard makes are refused in words, and break nothing.
func TestControlCharactersAreRefused(t *testing.T) {
	apptest.Door(t, func(t *testing.T, w *apptest.World) {
		p := connect(t, w, nil)
		const bad = "a\x00b\x1f"
		for member := range known() {
			got := p.call("POST", "/api/v1/requests", known().with(member, bad), "Idempotency-Key", key(t, 1)).want(400)
			if !strings.Contains(got.body, `"/`+member+`"`) {
				t.Errorf("%s is not named: %s", member, got.body)
			}
			p.call("POST", "/api/v1/drafts", form{member: bad}).want(400)
		}
		p.call("POST", "/api/v1/requests", known(), "Idempotency-Key", "a-key-with-a\ttab-in-it").want(400)
		p.call("POST", "/api/v1/requests", form{bad: "x"}, "Idempotency-Key", key(t, 1)).want(400)
		p.call("POST", "/api/v1/request-status", form{"number": bad, "code": bad}).want(400)
		p.call("POST", "/api/v1/message-codes", form{"link": bad, "browser": bad, "channel": bad}).want(400)
		p.send(unknown(), 2)
		w.Pass(t, time.Hour)
		session := p.open(w, "niemand@example.org", "+31612345699")
		reply := append([]string{"Idempotency-Key", key(t, 3)}, session...)
		p.call("POST", "/api/v1/message-replies", form{"text": bad}, reply...).want(400)
		p.call("POST", "/api/v1/message-replies", form{"text": "Een regel.\r\n\tNog een."}, reply...).want(204)
	})
}
