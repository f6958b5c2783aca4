package api_test

import (
	"strings"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/slip"
)

// coded returns what opens an ask that is booked, and the codes of its appointment.
func (p *program) coded(w *apptest.World) (mine form, short, signed string) {
	p.t.Helper()
	_, mine = p.ask(oksana(), 1)
	w.Pass(p.t, untilClosed)
	w.Pass(p.t, time.Hour)
	held := p.state(mine, "offered")
	p.call("POST", "/api/v1/places/ask-answers", mine.with("offer", held.get("offer", "id"), "answer", "accept")).want(204)
	var status struct {
		Appointments []struct{ Short, Signed string }
	}
	unmarshal(p.t, p.state(mine, "booked").body, &status)
	return mine, status.Appointments[0].Short, status.Appointments[0].Signed
}

// A program checks a code as anybody does on the page, and without us with what is
// published.
func TestCodesByProgram(t *testing.T) { // P-71 P-72
	eachPlace(t, func(t *testing.T, w *apptest.World, p *program) {
		mine, short, signed := p.coded(w)
		const checks = "/api/v1/places/code-checks"
		for _, code := range []string{short, signed} {
			if got := p.call("POST", checks, form{"code": code}).want(200); got.body != `{"verdict":"live"}`+"\n" {
				t.Errorf("%s: %s", code, got.body)
			}
		}
		if got := p.call("POST", checks, form{"code": short, "birthDate": "1991-04-12"}).want(200); got.get("verdict") != "live" || got.get("location", "id") != "den-bosch" {
			t.Errorf("with the birth date: %s", got.body)
		}
		unknown := p.call("POST", checks, form{"code": "000-000-000", "birthDate": "1991-04-12"}).want(200)
		if flipped := p.call("POST", checks, form{"code": strings.Replace(signed, "LOKET1/", "LOKET2/", 1)}).want(200); flipped.body != unknown.body || flipped.get("verdict") != "false" {
			t.Errorf("not genuine: %s, unknown: %s", flipped.body, unknown.body)
		}
		if got := p.call("POST", checks, form{"code": "hello", "birthDate": "x"}).want(400); !strings.Contains(got.body, "/birthDate") {
			t.Errorf("what is no birth date: %s", got.body)
		}
		if got := p.call("POST", checks, form{"code": "hello"}).want(400); !strings.Contains(got.body, "ident.short-code.form") {
			t.Errorf("what is no code: %s", got.body)
		}
		var keys struct{ Keys []string }
		unmarshal(t, p.call("GET", "/api/v1/places/code-keys", nil).want(200).body, &keys)
		key, err := slip.ParseKey(keys.Keys[0])
		if err != nil {
			t.Fatal(err)
		}
		s, err := slip.Read(signed, key)
		if err != nil || s.Location != "den-bosch" {
			t.Fatalf("%v, %v", s, err)
		}
		stands := p.state(mine, "booked")
		if asked, err := slip.ReadAsked(stands.get("receipt"), key); err != nil || asked.Ticket != stands.get("ticket") || asked.List != 1 {
			t.Errorf("the receipt says %+v, %v", asked, err)
		}
		p.call("POST", "/api/v1/places/ask-cancellations", mine).want(204)
		list, err := slip.ReadRevoked([]byte(p.call("GET", "/api/v1/places/revoked-codes", nil).want(200).body), key)
		if err != nil || !list.Has(s) {
			t.Errorf("the list: %+v, %v", list, err)
		}
		if got := p.call("POST", checks, form{"code": short, "birthDate": "1991-04-12"}).want(200); got.body != `{"verdict":"cancelled"}`+"\n" {
			t.Errorf("given back: %s", got.body)
		}
	})
}
