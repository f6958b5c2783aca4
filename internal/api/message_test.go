package api_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"loket/internal/app/apptest"
)

func TestVoiceComesAfterTwoMinutes(t *testing.T) { // G-53
	apptest.Door(t, func(t *testing.T, w *apptest.World) {
		p := connect(t, w, nil)
		p.send(known(), 1)
		w.Pass(t, time.Hour)
		ask := form{"link": w.Link(t, "abena@example.org"), "browser": browser, "channel": "sms"}
		asked := p.call("POST", "/api/v1/message-codes", ask).want(200)
		if asked.get("channel") != "sms" || asked.get("triesLeft") != "3" || asked.get("codesLeft") != "4" || asked.get("voiceFrom") == "" {
			t.Errorf("asked: %s", asked.body)
		}
		early := p.call("POST", "/api/v1/message-codes", ask.with("channel", "voice")).want(429)
		if got := early.header.Get("Retry-After"); got != "120" {
			t.Errorf("voice in %s seconds, want 120", got)
		}
		w.Pass(t, 2*time.Minute)
		if got := p.call("POST", "/api/v1/message-codes", ask.with("channel", "voice")).want(200).get("channel"); got != "voice" {
			t.Errorf("after two minutes: %s", got)
		}
		w.Settle(t)
		open := form{"link": ask["link"], "browser": browser, "code": spoken(w)}
		p.call("POST", "/api/v1/message-openings", open.with("browser", "another-browser-0123456789")).want(410)
		p.call("POST", "/api/v1/message-openings", open).want(201)
		p.call("POST", "/api/v1/message-openings", open).want(410)
	})
}

// spoken returns the digits of the last call: a voice says each by itself.
func spoken(w *apptest.World) string {
	calls := w.Gateway.Calls()
	digits := regexp.MustCompile(`\d`).FindAllString(calls[len(calls)-1].Text, -1)
	return strings.Join(digits[:8], "")
}

// A link alone opens nothing, and neither does a wrong code, a fourth try or a
// session that has ended.
func TestLinkAloneOpensNothing(t *testing.T) { // G-52
	apptest.Door(t, func(t *testing.T, w *apptest.World) {
		p := connect(t, w, nil)
		p.send(known(), 1)
		w.Pass(t, time.Hour)
		link := w.Link(t, "abena@example.org")
		open := form{"link": link, "browser": browser, "code": "00000000"}
		p.call("POST", "/api/v1/message-openings", open).want(410)
		for _, link := range []string{"x", strings.Repeat("A", len(link))} {
			got := p.call("POST", "/api/v1/message-codes", form{"link": link, "browser": browser, "channel": "sms"}).want(404)
			if got.get("code") != "mailbox.link.unknown" {
				t.Errorf("no such link: %s", got.body)
			}
		}
		p.call("POST", "/api/v1/message-codes", form{"link": link, "browser": browser, "channel": "sms"}).want(200)
		w.Settle(t)
		code := w.Code(t, "+31612345678").Reveal()
		for i, want := range []int{400, 400, 410, 410} {
			if got := p.call("POST", "/api/v1/message-openings", open); got.status != want {
				t.Errorf("wrong code, try %d: %s", i+1, got.body)
			}
		}
		p.call("POST", "/api/v1/message-openings", open.with("code", code)).want(410)
		for _, token := range []string{"", "Basic eDp5", "Bearer", "Bearer x", "Bearer " + strings.Repeat("A", 43)} {
			got := p.call("GET", "/api/v1/message", nil, "Authorization", token).want(401)
			if !strings.HasPrefix(got.header.Get("WWW-Authenticate"), "Bearer ") {
				t.Errorf("%q: WWW-Authenticate %q", token, got.header.Get("WWW-Authenticate"))
			}
		}
		w.Pass(t, 2*time.Minute)
		session := p.open(w, "abena@example.org", "+31612345678")
		p.call("GET", "/api/v1/message", nil, session...).want(200)
		w.Clock.Advance(11 * time.Minute)
		p.call("GET", "/api/v1/message", nil, session...).want(401)
	})
}

func TestReplyAndWrongNumber(t *testing.T) {
	apptest.Door(t, func(t *testing.T, w *apptest.World) {
		p := connect(t, w, nil)
		p.send(unknown(), 1)
		mine := p.send(unknown().with("email", "other@example.org"), 2)
		w.Pass(t, time.Hour)
		session := p.open(w, "niemand@example.org", "+31612345699")
		with := append([]string{"Idempotency-Key", key(t, 3)}, session...)
		for range 2 {
			p.call("POST", "/api/v1/message-replies", form{"text": "Mijn kaartje is weg."}, with...).want(204)
		}
		p.call("POST", "/api/v1/message-replies", form{"text": "Iets anders."}, with...).want(422)
		p.call("POST", "/api/v1/message-replies", form{"text": ""}, append(session, "Idempotency-Key", key(t, 4))...).want(400)
		p.call("POST", "/api/v1/message-replies", form{"text": "zonder sleutel"}, session...).want(400)
		p.call("POST", "/api/v1/message-replies", form{"text": "x"}, "Idempotency-Key", key(t, 3)).want(401)
		message := p.call("GET", "/api/v1/message", nil, session...).want(200)
		if strings.Count(message.body, "Mijn kaartje is weg.") != 1 {
			t.Errorf("one reply was sent twice, and there are: %s", message.get("replies"))
		}

		link := form{"link": w.Link(t, "other@example.org"), "browser": browser}
		p.call("POST", "/api/v1/wrong-numbers", link).want(403) // a program that follows links
		p.call("POST", "/api/v1/message-codes", link.with("channel", "sms")).want(200)
		p.call("POST", "/api/v1/wrong-numbers", link).want(204)
		p.call("POST", "/api/v1/message-codes", link.with("channel", "sms")).want(404)
		w.Pass(t, time.Hour)
		if got := p.call("POST", "/api/v1/request-status", mine).want(200).get("step"); got != "counter" {
			t.Errorf("after a wrong number the step is %s", got)
		}
		w.Promises(t)
	})
}

// What people tell and what opens things is nowhere in the log.
func TestLogKnowsNobody(t *testing.T) {
	w := apptest.New(t, "sqlite", nil)
	p := connect(t, w, nil)
	mine := p.send(known(), 1)
	w.Pass(t, time.Hour)
	link := w.Link(t, "abena@example.org")
	secrets := []string{"Abena", "999990019", "abena@", "0612345678", mine["number"].(string), mine["code"].(string), link, "Xwrongx"}
	p.call("POST", "/api/v1/requests", known().with("email", "Xwrongx", "phone", "Xwrongx", "Xwrongx", 1), "Idempotency-Key", key(t, 2)).want(400)
	p.call("POST", "/api/v1/request-status", mine.with("code", "00000000")).want(404)
	p.call("POST", "/api/v1/message-openings", form{"link": link, "browser": browser, "code": "Xwrongx"}).want(400)
	p.call("GET", "/api/v1/Xwrongx", nil).want(404)
	p.call("GET", "/api/v1/draft", nil, "Draft-Code", "Xwrongx").want(400)
	for _, secret := range secrets {
		if strings.Contains(p.log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, p.log)
		}
	}
	if lines := strings.Count(p.log.String(), "\n"); lines != 5 {
		t.Errorf("%d failures were logged, want 5:\n%s", lines, p.log)
	}
}
