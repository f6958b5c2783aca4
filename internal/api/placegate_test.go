package api_test

import (
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/web/throttle"
)

// member returns an ask of which one of the people is changed.
func member(f form, n int, pairs ...any) form {
	people := slices.Clone(f["members"].([]form))
	people[n] = people[n].with(pairs...)
	return f.with("members", people)
}

// Each problem of places is a document that people can read.
func TestProblemsOfPlaces(t *testing.T) { // P-24 P-68
	w := places(t, db.SQLite)
	p := connect(t, w, nil)
	const asks = "/api/v1/places/asks"
	child := form{"name": "Kind Voorbeeld", "birthDate": "2015-05-05", "document": "passport", "documentExpires": "2030-01-01"}
	none := form{"number": "0000-0000-000", "code": "12345678"}
	withKey := []string{"Idempotency-Key", key(t, 1), "Accept-Language", "en"}
	for _, test := range []struct {
		name, path string
		body       any
		header     []string
		status     int
	}{
		{"has-proof.en", asks, oksana().with("hasProof", true), withKey, 400},
		{"not-registered.en", asks, oksana().with("registered", false), withKey, 400},
		{"no-key", asks, oksana(), nil, 400},
		{"empty", asks, form{}, withKey, 400},
		{"all-wrong", asks, form{"hasProof": "no", "registered": 1, "postcode": "12", "deskLanguage": "xx", "soon": "yes", "email": "nobody",
			"phone": "12", "language": "xx", "nationality": "x", "members": []form{
				{"name": "1", "birthDate": "31-02-1976", "number": "x", "document": "badge", "documentExpires": "tomorrow", "a/b": 1},
				{"name": "A", "birthDate": "1976-00-00", "document": "passport"}}}, withKey, 400},
		{"members", asks, oksana().with("members", slices.Repeat(oksana()["members"].([]form), 7)), withKey, 400},
		{"members-no-list", asks, oksana().with("members", form{}), withKey, 400},
		{"twice", asks, oksana().with("members", slices.Repeat(oksana()["members"].([]form), 2)), withKey, 400},
		{"nothing", asks, oksana().with("members", []form{child.with("number", "2800000009")}), withKey, 400},
		{"undated", asks, member(oksana(), 0, "documentExpires", nil), withKey, 400},
		{"no-number", asks, oksana().with("members", []form{oksana()["members"].([]form)[0], child.with("birthDate", "2001-01-01")}), withKey, 400},
		{"no-contact", asks, oksana().without("email", "phone"), withKey, 400},
		{"status", "/api/v1/places/ask-status", none, nil, 404},
		{"answer", "/api/v1/places/ask-answers", none.with("answer", "maybe"), nil, 400},
		{"postcode", "/api/v1/places/eligibility", form{"postcode": "0999"}, nil, 400},
	} {
		got := p.call("POST", test.path, test.body, test.header...)
		if got.status != test.status {
			t.Errorf("%s: status %d, want %d", test.name, got.status, test.status)
		}
		golden(t, "problems/place-"+test.name+".json", got.body)
	}
	if n, err := db.Get[int64](t.Context(), w.DB, "SELECT count(*) AS n FROM ask"); err != nil || n != 0 {
		t.Errorf("%d asks were taken in, %v", n, err)
	}
}

// Who may ask, in which region, and what everybody gets, with the reasons.
func TestEligibilityOfPlaces(t *testing.T) { // P-24 P-61 P-68 P-82
	w := places(t, db.SQLite)
	p := connect(t, w, nil)
	for _, test := range []struct {
		body             form
		outcome, missing string
	}{
		{form{}, "not-known-yet", `["hasProof","registered"]`},
		{form{"hasProof": true}, "has-proof", `[]`},
		{form{"hasProof": false, "registered": false}, "register-first", `[]`},
		{form{"hasProof": false, "registered": true}, "ask", `[]`},
	} {
		got := p.call("POST", "/api/v1/places/eligibility", test.body, "Accept-Language", "uk").want(200)
		if got.get("outcome") != test.outcome || test.outcome != "not-known-yet" && (got.get("missing") != test.missing || got.get("reasons") == "[]") {
			t.Errorf("%v: %s", test.body, got.body)
		}
	}
	household := form{"postcode": "3511ab", "members": []form{
		{"birthDate": "1990-01-01", "document": "passport", "documentExpires": "2023-01-01"},
		{"birthDate": "2015-01-01", "document": "none"}, {"birthDate": "1990-01-01", "document": "passport"}}}
	var got struct {
		Region  struct{ ID string }
		Members []struct {
			Product string
			Missing []string
		}
	}
	unmarshal(t, p.call("POST", "/api/v1/places/eligibility", household).want(200).body, &got)
	if got.Region.ID != "central" || got.Members[0].Product != "o-document" || got.Members[1].Product != "none" ||
		!slices.Equal(got.Members[2].Missing, []string{"documentExpires"}) {
		t.Errorf("%+v", got)
	}
}

func TestOneKeyMakesOneAsk(t *testing.T) { // P-29
	eachPlace(t, func(t *testing.T, w *apptest.World, p *program) {
		answers := make([]string, 12)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() {
				answers[i] = p.call("POST", "/api/v1/places/asks", oksana(), "Idempotency-Key", key(t, i%2)).body
			})
		}
		all.Wait()
		if unique := slices.Compact(slices.Sorted(slices.Values(answers))); len(unique) != 1 || !strings.Contains(unique[0], "ticket") {
			t.Errorf("one person and two keys gave %d answers: %s", len(unique), unique)
		}
		w.Pass(t, untilClosed)
		w.Pass(t, 24*time.Hour)
		if again, _ := p.ask(oksana(), 0); again.body != answers[0] {
			t.Errorf("the day after: %s, want %s", again.body, answers[0])
		}
		if got := p.call("POST", "/api/v1/places/asks", taras(), "Idempotency-Key", key(t, 0)).want(422); got.get("code") != "once.other-body" {
			t.Errorf("other body: %s", got.body)
		}
		w.Promises(t)
	})
}

// Who claims a number that somebody else has gets the same bytes as everybody, but for
// number, code and ticket; and so it stays until it would be their turn.
func TestContestedLooksLikeEverybody(t *testing.T) {
	eachPlace(t, func(t *testing.T, w *apptest.World, p *program) {
		free, freeWho := p.ask(taras(), 1)
		p.ask(oksana(), 2)
		other, otherWho := p.ask(member(oksana().with("email", "other@example.org"), 0, "birthDate", "1990-01-01"), 3)
		same := func(a, b reply) {
			t.Helper()
			if diff := cmp.Diff(plain(a), plain(b)); diff != "" || !cmp.Equal(a.header.Values("Content-Length"), b.header.Values("Content-Length")) {
				t.Errorf("a contested ask can be told from another:\n%s", diff)
			}
		}
		same(free, other)
		same(p.status(freeWho), p.status(otherWho))
		w.Pass(t, untilClosed)
		same(p.status(freeWho), p.status(otherWho))
		w.Pass(t, 3*time.Hour)
		if got := p.state(otherWho, "waiting"); got.get("contested") != "true" {
			t.Errorf("after its turn: %s", got.body)
		}
		w.Promises(t)
	})
}

// plain is an answer without what is everybody's own.
func plain(got reply) string {
	text := got.body
	for _, own := range []string{"number", "code", "ticket", "receipt"} {
		if value := got.get(own); value != "" {
			text = strings.ReplaceAll(text, `"`+value+`"`, `"…"`)
		}
	}
	return text
}

// A number without its code opens and changes nothing; five wrong codes shut it.
func TestNumberAloneOpensNoAsk(t *testing.T) { // P-71
	eachPlace(t, func(t *testing.T, w *apptest.World, p *program) {
		_, mine := p.ask(oksana(), 1)
		wrong, nobody := mine.with("code", "00000000"), mine.with("number", "0000-0000-000")
		acts := []string{"status", "cancellations", "withdrawals", "wakings"}
		for _, act := range acts {
			path := "/api/v1/places/ask-" + act
			if a, b := p.call("POST", path, wrong).want(404), p.call("POST", path, nobody).want(404); a.body != b.body {
				t.Errorf("%s: a number that exists can be told from one that does not:\n%s\n%s", act, a.body, b.body)
			}
		}
		p.call("POST", "/api/v1/places/ask-answers", wrong.with("offer", "x", "answer", "accept")).want(404)
		if shut := p.call("POST", "/api/v1/places/ask-status", mine).want(429); shut.get("code") != "planner.status.shut" || shut.header.Get("Retry-After") == "" {
			t.Errorf("shut: %s %v", shut.body, shut.header)
		}
		w.Pass(t, 24*time.Hour)
		p.state(mine, "offered")
		p.call("POST", "/api/v1/places/ask-answers", mine.with("offer", "ofr_none", "answer", "accept")).want(404)
		w.Promises(t)
	})
}

// What is asked too often about one number is refused, whether it exists or not, and
// nothing of a person is in a log.
func TestPlacesAreCountedAndNotLogged(t *testing.T) { // T5
	w := places(t, db.SQLite)
	p := connect(t, w, throttle.New(w.Clock.Now, rand.Reader))
	_, mine := p.ask(oksana(), 1)
	nobody := form{"number": "0000-0000-000", "code": "12345678"}
	for range 10 {
		p.call("POST", "/api/v1/places/ask-status", nobody).want(404)
	}
	p.call("POST", "/api/v1/places/ask-withdrawals", nobody).want(429)
	p.call("POST", "/api/v1/places/asks", member(oksana(), 0, "number", "AB12"), "Idempotency-Key", key(t, 2)).want(400)
	for _, secret := range []string{"Oksana", "2800000001", "AB12", "oksana@", "5211", mine["number"].(string), mine["code"].(string)} {
		if strings.Contains(p.log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, p.log)
		}
	}
}
