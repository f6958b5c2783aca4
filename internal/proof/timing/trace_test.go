package timing

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"loket/internal/app/apptest"
	"loket/internal/config"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/ident"
	"loket/internal/testclock"
)

// promise 8: the handler does the same work for somebody known and somebody unknown,
// statement by statement and byte by byte. G-25
func TestKnownAndUnknownLeaveTheSameTrace(t *testing.T) {
	wire, through := listen(t, dbtest.URL(t, db.PostgreSQL))
	conf := config.Default(t.TempDir())
	conf.Database.URL = through
	c := newCounter(t, apptest.Open(t, conf, testclock.At(apptest.Start), nil))
	for range 3 { // until every statement is prepared
		c.call(t, "", "POST", "/request-status", receipt(t, c.send(t, true)))
	}
	traces := map[string]trace{}
	for _, who := range []struct {
		name  string
		known bool
	}{{"known", true}, {"unknown", false}} {
		wire.take()
		mine := receipt(t, c.send(t, who.known))
		traces[who.name] = wire.take()
		c.call(t, "", "POST", "/request-status", mine)
		traces[who.name+" status"] = wire.take()
	}
	for _, step := range []string{"", " status"} {
		if diff := cmp.Diff(traces["known"+step], traces["unknown"+step]); diff != "" {
			t.Errorf("it works differently%s (-known +unknown):\n%s", step, diff)
		}
		for _, line := range traces["known"+step].Sent {
			if strings.Contains(line, "registry_") {
				t.Errorf("somebody is looked up%s: %s", step, line)
			}
		}
	}
	if !slices.ContainsFunc(traces["known"].Sent, func(line string) bool { return strings.Contains(line, "INSERT INTO request ") }) {
		t.Errorf("the wire is deaf: %q", traces["known"])
	}
}

// promise 8: each answer is the same bytes but for number and code, at once and at each
// step afterwards, until the message is open.
func TestKnownAndUnknownGetTheSameBytes(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCounter(t, w)
		answers := map[string]*struct {
			mine map[string]any
			seen []string
		}{"known": {}, "unknown": {}}
		for name, known := range map[string]bool{"known": true, "unknown": false} {
			got := c.send(t, known)
			answers[name].mine = receipt(t, got)
			answers[name].seen = append(answers[name].seen, bytesOf(got, answers[name].mine))
		}
		for _, wait := range []time.Duration{0, time.Minute, time.Hour, 4 * 24 * time.Hour, 8 * 24 * time.Hour, 10 * 24 * time.Hour, 31 * 24 * time.Hour} {
			w.Pass(t, wait)
			for _, a := range answers {
				got := c.call(t, "", "POST", "/request-status", a.mine)
				a.seen = append(a.seen, bytesOf(got, a.mine))
			}
		}
		if diff := cmp.Diff(answers["known"].seen, answers["unknown"].seen); diff != "" {
			t.Errorf("an outsider can tell who is known (-known +unknown):\n%s", diff)
		}
	})
}

// T4: whoever tries numbers and codes is slowed down, by the number and by where they
// come from, and alike for numbers that exist and those that do not.
func TestTryingNumbersIsSlowedDown(t *testing.T) {
	w := apptest.New(t, db.SQLite, nil)
	c := newCounter(t, w)
	mine := receipt(t, c.send(t, true))
	tries := func(from, number string) (n int) {
		for n < 1000 {
			got := c.call(t, from, "POST", "/request-status", map[string]any{"number": number, "code": "00000000"})
			if got.Code == http.StatusTooManyRequests {
				if got.Header().Get("Retry-After") == "" {
					t.Error("nobody is told when to come back")
				}
				return n
			}
			n++
		}
		return n
	}
	existing, other := tries("", mine["number"].(string)), tries("", ident.NewCaseNumber(rand.Reader).Spoken())
	if existing != other || existing == 0 || existing > 20 {
		t.Errorf("%d tries of a number that exists, %d of one that does not; want the same, and at most 20", existing, other)
	}
	for n := range 40 {
		if got := tries("192.0.2.9:80", ident.NewCaseNumber(rand.Reader).Spoken()); got < existing {
			if n < 2 {
				t.Errorf("a source may try only %d numbers", n)
			}
			return
		}
	}
	t.Error("one source may try 40 numbers as often as each bears")
}
