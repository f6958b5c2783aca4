package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"loket/internal/app/apptest"
	"loket/internal/hcert"
)

// form is a body of answers.
type form map[string]any

// with returns the form with other members; nil as a value is null.
func (f form) with(pairs ...any) form {
	changed := form{}
	for name, value := range f {
		changed[name] = value
	}
	for i := 0; i < len(pairs); i += 2 {
		changed[pairs[i].(string)] = pairs[i+1]
	}
	return changed
}

// without returns the form without some members.
func (f form) without(names ...string) form {
	changed := f.with()
	for _, name := range names {
		delete(changed, name)
	}
	return changed
}

// known is somebody in the register of invented people, unknown is nobody.
func known() form {
	return form{"municipality": "amsterdam", "digid": "no-bsn", "vaccinatedBy": "ggd-amsterdam", "testedPositive": false,
		"document": "foreign-passport", "documentExpired": false, "name": "Abena Voorbeeld", "birthDate": "1984-03-09",
		"number": "999990019", "email": "abena@example.org", "phone": "0612345678"}
}

func unknown() form {
	return known().with("name", "Niemand Bekend", "birthDate", "1990-02-03", "number", "999990093", "email", "niemand@example.org", "phone", "0612345699")
}

// key returns an idempotency key that no other test has.
func key(t testing.TB, n int) string {
	return fmt.Sprintf("%s/%04d-0000-0000", strings.ReplaceAll(t.Name(), "#", "-"), n)
}

// send sends a form and returns number and code.
func (p *program) send(f form, n int) form {
	p.t.Helper()
	got := p.call("POST", "/api/v1/requests", f, "Idempotency-Key", key(p.t, n)).want(http.StatusCreated)
	return form{"number": got.get("number"), "code": got.get("code")}
}

const browser = "browser-of-a-program-0123456789"

// open opens the newest message to an address and returns the headers of its session.
func (p *program) open(w *apptest.World, email, phone string) []string {
	p.t.Helper()
	link := w.Link(p.t, email)
	p.call("POST", "/api/v1/message-codes", form{"link": link, "browser": browser, "channel": "sms"}).want(http.StatusOK)
	w.Settle(p.t)
	code := w.Code(p.t, phone).Reveal()
	got := p.call("POST", "/api/v1/message-openings", form{"link": link, "browser": browser, "code": code}).want(http.StatusCreated)
	return []string{"Authorization", "Bearer " + got.get("sessionToken")}
}

func TestRequestThatEndsInAProof(t *testing.T) { // G-04 G-24 G-51 G-52
	apptest.Door(t, func(t *testing.T, w *apptest.World) {
		p := connect(t, w, nil)
		mine := p.send(known(), 1)
		if got := p.call("POST", "/api/v1/request-status", mine).want(200); got.get("step") != "received" || got.get("received") != "2021-12-20" {
			t.Errorf("before the match: %s", got.body)
		}
		w.Pass(t, time.Hour)
		if got := p.call("POST", "/api/v1/request-status", mine).want(200).get("step"); got != "message" {
			t.Errorf("after the match the step is %s", got)
		}
		session := p.open(w, "abena@example.org", "+31612345678")
		message := p.call("GET", "/api/v1/message", nil, session...).want(200)
		if message.get("kind") != "proof" || !strings.Contains(message.get("text", "text"), "kaartje") { // G-45
			t.Errorf("message: %s", message.body)
		}
		text := p.call("GET", "/api/v1/message/proofs/1/qr-text", nil, session...).want(200).body
		payload, err := hcert.Inspect(text).Payload()
		check(t, err)
		if kind, _ := payload.Kind(); kind != hcert.KindVaccination || payload.BirthDate != "1984-03-09" {
			t.Errorf("the proof is a %s of somebody born %s", kind, payload.BirthDate)
		}
		for form, begin := range map[string]string{"qr-svg": "<svg ", "qr-png": "\x89PNG", "sheet-pdf": "%PDF-"} {
			if got := p.call("GET", "/api/v1/message/proofs/1/"+form, nil, session...).want(200); !strings.HasPrefix(got.body, begin) {
				t.Errorf("%s begins with %.10q", form, got.body)
			}
		}
		p.call("GET", "/api/v1/message/proofs/99/qr-png", nil, session...).want(404)
		p.call("DELETE", "/api/v1/message", nil, session...).want(204)
		p.call("GET", "/api/v1/message", nil, session...).want(401)
		w.Pass(t, time.Hour)
		if got := p.call("POST", "/api/v1/request-status", mine).want(200).get("step"); got != "closed" {
			t.Errorf("after it was read the step is %s", got)
		}
		w.Promises(t)
	})
}

// Known and unknown people get the same bytes, but for the number, the code and
// nothing else, until the message is open.
func TestKnownAndUnknownGetTheSameAnswers(t *testing.T) { // G-25 G-27
	apptest.Door(t, func(t *testing.T, w *apptest.World) {
		p := connect(t, w, nil)
		seen := map[string][]string{}
		for n, f := range []form{known(), unknown()} {
			who := fmt.Sprint(n)
			note := func(r reply, hide form) {
				for _, secret := range hide {
					r.body = strings.ReplaceAll(r.body, secret.(string), "")
				}
				r.header.Del("Date")
				seen[who] = append(seen[who], fmt.Sprintln(r.status, r.header, r.body))
			}
			note(p.call("POST", "/api/v1/route-decisions", f), nil)
			first := p.call("POST", "/api/v1/requests", f, "Idempotency-Key", key(t, n)).want(201)
			mine := form{"number": first.get("number"), "code": first.get("code")}
			note(first, mine)
			note(p.call("POST", "/api/v1/request-status", mine).want(200), mine)
			if n == 1 {
				w.Pass(t, time.Hour)
			}
		}
		for n := range 2 {
			f := []form{known(), unknown()}[n]
			again := p.call("POST", "/api/v1/requests", f, "Idempotency-Key", key(t, n)).want(201)
			mine := form{"number": again.get("number"), "code": again.get("code")}
			status := p.call("POST", "/api/v1/request-status", mine).want(200)
			seen[fmt.Sprint(n)] = append(seen[fmt.Sprint(n)], strings.ReplaceAll(status.body, mine["number"].(string), ""))
		}
		if diff := cmp.Diff(seen["0"], seen["1"]); diff != "" {
			t.Errorf("who is known can be told from who is not (-known +unknown):\n%s", diff)
		}
		message := p.call("GET", "/api/v1/message", nil, p.open(w, "niemand@example.org", "+31612345699")...).want(200)
		if message.get("kind") != "document-asked" || !strings.Contains(message.get("text", "text"), "kaartje") || message.get("proofs") != "[]" {
			t.Errorf("message to somebody unknown: %s", message.body)
		}
		w.Promises(t)
	})
}

func TestOtherDataThatDifferAreNotEnough(t *testing.T) { // G-23 G-26
	w := apptest.New(t, "sqlite", nil)
	p := connect(t, w, nil)
	for n, f := range []form{known().with("birthDate", "1984-03-10"), known().with("birthDate", "1984-00-00"), known().with("number", nil)} {
		email := fmt.Sprintf("other%d@example.org", n)
		p.send(f.with("email", email), n)
		w.Pass(t, time.Hour)
		message := p.call("GET", "/api/v1/message", nil, p.open(w, email, "+31612345678")...).want(200)
		if got := message.get("kind"); got != "document-asked" {
			t.Errorf("%v: %s", f, got)
		}
		w.Pass(t, 10*time.Minute)
	}
}

func TestOneContactServesSeveralPeople(t *testing.T) { // G-18
	w := apptest.New(t, "sqlite", nil)
	p := connect(t, w, nil)
	first, second := p.send(known(), 1), p.send(unknown().with("email", "abena@example.org", "phone", "0612345678"), 2)
	if first["number"] == second["number"] {
		t.Fatal("two people got one request")
	}
	p.call("POST", "/api/v1/request-status", form{"number": first["number"], "code": second["code"]}).want(404)
	w.Pass(t, time.Hour)
	var kinds []string
	for _, link := range links(w, "abena@example.org") {
		p.call("POST", "/api/v1/message-codes", form{"link": link, "browser": browser, "channel": "sms"}).want(200)
		w.Settle(t)
		opened := p.call("POST", "/api/v1/message-openings",
			form{"link": link, "browser": browser, "code": w.Code(t, "+31612345678").Reveal()}).want(201)
		kinds = append(kinds, p.call("GET", "/api/v1/message", nil, "Authorization", "Bearer "+opened.get("sessionToken")).want(200).get("kind"))
	}
	slices.Sort(kinds)
	if diff := cmp.Diff([]string{"document-asked", "proof"}, kinds); diff != "" {
		t.Error(diff)
	}
}

// Whatever is optional may be left out, and no form is a dead end.
func TestOptionalAnswersAndTheCounter(t *testing.T) { // G-14 G-16 G-17 G-19 G-20 G-21 G-22
	w := apptest.New(t, "sqlite", nil)
	p := connect(t, w, nil)
	for n, test := range []struct {
		form form
		way  string
	}{
		{known().without("number", "documentExpired"), "digital"},
		{known().with("number", nil), "digital"},
		{known().with("number", "1234567890"), "digital"}, // a V-number
		{known().with("number", "999990018"), "digital"},  // a wrong digit
		{known().with("latinName", "Abena Voorbeeld", "keepDocumentNumber", true, "documentNumber", "AB 123456"), "digital"},
		{known().with("email", nil), "counter"},
		{known().with("phone", ""), "counter"},
		{known().with("document", "none"), "counter"},
	} {
		got := p.call("POST", "/api/v1/requests", test.form, "Idempotency-Key", key(t, n)).want(201)
		if got.get("way") != test.way {
			t.Errorf("%v: %s", test.form, got.body)
		}
		if doubtful := strings.Contains(got.body, "api.number-doubtful"); doubtful != (test.form["number"] == "999990018") {
			t.Errorf("%v: warned %v", test.form["number"], doubtful)
		}
	}
	for _, body := range []form{{}, known().without("email", "phone", "digid"), known().without("name", "birthDate", "document")} {
		if wrong := p.call("POST", "/api/v1/requests", body, "Idempotency-Key", key(t, 99)).want(400).wrong(); len(wrong) == 0 {
			t.Errorf("%v: nothing is named as missing", body)
		}
	}
	if got := p.call("POST", "/api/v1/requests", known().with("residenceStatus", "none"), "Idempotency-Key", key(t, 97)).want(400).wrong(); got["/residenceStatus"] != "api.unknown" { // G-09
		t.Errorf("a residence status is taken: %v", got)
	}
	if diff := cmp.Diff(map[string]string{"/documentNumber": "api.permission"}, // G-38
		p.call("POST", "/api/v1/requests", known().with("documentNumber", "AB123456"), "Idempotency-Key", key(t, 98)).want(400).wrong()); diff != "" {
		t.Error(diff)
	}
	w.Promises(t)
}

func TestOneKeyMakesOneRequest(t *testing.T) {
	apptest.Door(t, func(t *testing.T, w *apptest.World) {
		p := connect(t, w, nil)
		answers := make([]string, 12)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() { answers[i] = p.call("POST", "/api/v1/requests", known(), "Idempotency-Key", key(t, 1)).body })
		}
		all.Wait()
		if unique := slices.Compact(slices.Sorted(slices.Values(answers))); len(unique) != 1 || unique[0] == "" {
			t.Errorf("one key gave %d answers: %s", len(unique), unique)
		}
		w.Pass(t, 48*time.Hour)
		again := p.call("POST", "/api/v1/requests", known(), "Idempotency-Key", key(t, 1)).want(201)
		if again.body != answers[0] {
			t.Errorf("two days later: %s, want %s", again.body, answers[0])
		}
		other := p.call("POST", "/api/v1/requests", unknown(), "Idempotency-Key", key(t, 1)).want(422)
		if got := other.get("code"); got != "once.other-body" {
			t.Errorf("other body: %s", got)
		}
		for _, bad := range []string{"", "short", strings.Repeat("k", 101), "a key with spaces in it", "sleutel-größe-0123456789"} {
			p.call("POST", "/api/v1/requests", known(), "Idempotency-Key", bad).want(400)
		}
		w.Promises(t)
	})
}

func TestNumberAndCodeOpenAndNothingElseDoes(t *testing.T) { // G-51
	apptest.Door(t, func(t *testing.T, w *apptest.World) {
		p := connect(t, w, nil)
		mine := p.send(known(), 1)
		spaced := form{"number": strings.ToLower(strings.ReplaceAll(mine["number"].(string), "-", " ")), "code": mine["code"]}
		p.call("POST", "/api/v1/request-status", spaced).want(200)
		wrongCode := p.call("POST", "/api/v1/request-status", mine.with("code", "00000000")).want(404)
		noNumber := p.call("POST", "/api/v1/request-status", mine.with("number", "0000-0000-000")).want(404)
		if wrongCode.body != noNumber.body {
			t.Errorf("a number that exists can be told from one that does not:\n%s\n%s", wrongCode.body, noNumber.body)
		}
		for range 9 {
			p.call("POST", "/api/v1/request-status", mine.with("code", "00000000")).want(404)
		}
		shut := p.call("POST", "/api/v1/request-status", mine).want(429)
		if shut.get("code") != "request.status.shut" || shut.header.Get("Retry-After") == "" {
			t.Errorf("shut: %s %v", shut.body, shut.header)
		}
		w.Pass(t, 24*time.Hour)
		p.call("POST", "/api/v1/request-status", mine).want(200)
	})
}

func TestReopenAndWithdraw(t *testing.T) { // G-29
	apptest.Door(t, func(t *testing.T, w *apptest.World) {
		p := connect(t, w, nil)
		mine := p.send(unknown(), 1)
		p.call("POST", "/api/v1/request-reopenings", mine).want(410)
		w.Pass(t, 22*24*time.Hour)
		if got := p.call("POST", "/api/v1/request-status", mine).want(200); got.get("step") != "closed" || got.get("reopenable") != "true" {
			t.Fatalf("after 22 days: %s", got.body)
		}
		p.call("POST", "/api/v1/request-reopenings", mine).want(204)
		if got := p.call("POST", "/api/v1/request-status", mine).want(200).get("step"); got != "received" {
			t.Errorf("reopened: %s", got)
		}
		p.call("POST", "/api/v1/request-withdrawals", mine).want(204)
		w.Pass(t, time.Hour)
		p.call("POST", "/api/v1/request-status", mine).want(404)
		w.Promises(t)
	})
}

func TestDraftOnAnotherDevice(t *testing.T) {
	apptest.Door(t, func(t *testing.T, w *apptest.World) {
		p := connect(t, w, nil)
		code := p.call("POST", "/api/v1/drafts", form{}).want(201).get("draftCode")
		if got := p.call("GET", "/api/v1/draft", nil, "Draft-Code", code).want(200).body; got != "{}\n" {
			t.Errorf("empty draft: %s", got)
		}
		half := known().with("number", nil, "latinName", "Abena Voorbeeld").without("phone", "documentExpired")
		p.call("PUT", "/api/v1/draft", half, "Draft-Code", strings.ToLower(code)).want(204)
		got := p.call("GET", "/api/v1/draft", nil, "Draft-Code", code).want(200)
		if _, there := keys(t, got.body)["phone"]; there || got.get("number") != "null" || got.get("email") != "abena@example.org" ||
			got.get("birthDate") != "1984-03-09" || got.get("testedPositive") != "false" {
			t.Errorf("half a draft: %s", got.body)
		}
		p.call("POST", "/api/v1/requests", known().with("draftCode", code), "Idempotency-Key", key(t, 1)).want(201)
		p.call("GET", "/api/v1/draft", nil, "Draft-Code", code).want(404)
		p.call("PUT", "/api/v1/draft", half, "Draft-Code", code).want(404) // nobody thinks of a code of their own
		p.call("DELETE", "/api/v1/draft", nil, "Draft-Code", code).want(204)
		p.call("GET", "/api/v1/draft", nil).want(400)
		old := p.call("POST", "/api/v1/drafts", half).want(201).get("draftCode")
		w.Clock.Advance(25 * time.Hour)
		p.call("GET", "/api/v1/draft", nil, "Draft-Code", old).want(404)
	})
}

// links returns the links of all mails to an address.
func links(w *apptest.World, email string) []string {
	var found []string
	for _, mail := range w.Mail.Messages() {
		if at := regexp.MustCompile(`/m/([A-Za-z0-9_-]+)`).FindStringSubmatch(mail.Text); slices.Contains(mail.To, email) && at != nil {
			found = append(found, at[1])
		}
	}
	return found
}

func keys(t testing.TB, body string) (members map[string]any) {
	t.Helper()
	unmarshal(t, body, &members)
	return members
}

func unmarshal(t testing.TB, body string, into any) {
	t.Helper()
	check(t, json.Unmarshal([]byte(body), into))
}
