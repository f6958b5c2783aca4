package throttle_test

import (
	"crypto/rand"
	"errors"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"loket/internal/fault"
	"loket/internal/web/throttle"
)

var code = throttle.Limit{Name: "code", By: throttle.Identifier, Burst: 3, Every: time.Minute, Why: "A code has eight digits."}

type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func start() *clock { return &clock{time.Date(2021, 11, 5, 9, 0, 0, 0, time.UTC)} }

func TestTriesGrowBackOneByOne(t *testing.T) {
	c := start()
	th := throttle.New(c.now, rand.Reader)
	for i := range code.Burst {
		if _, ok := th.Try(code, "case"); !ok {
			t.Fatalf("try %d was refused", i+1)
		}
	}
	wait, ok := th.Try(code, "case")
	if ok || wait != time.Minute {
		t.Fatalf("fourth try: %v, %v, want refused for 1m", wait, ok)
	}
	if _, ok := th.Try(code, "other"); !ok {
		t.Error("one identifier uses up the limit of another")
	}
	c.at = c.at.Add(wait)
	if _, ok := th.Try(code, "case"); !ok {
		t.Error("refused after the wait that was named")
	}
	if _, ok := th.Try(code, "case"); ok {
		t.Error("two tries grew back in the time of one")
	}
}

func TestTheWaitIsNeverTooShort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := start()
		th := throttle.New(c.now, rand.Reader)
		limit := throttle.Limit{Name: "l", Burst: rapid.IntRange(1, 5).Draw(t, "burst"), Every: time.Duration(rapid.Int64Range(1, 1e10).Draw(t, "every"))}
		began, passed := c.at, 0
		for range rapid.IntRange(1, 50).Draw(t, "tries") {
			c.at = c.at.Add(time.Duration(rapid.Int64Range(0, int64(limit.Every)).Draw(t, "pause")))
			wait, ok := th.Try(limit, "x")
			if ok {
				passed++
				continue
			}
			c.at = c.at.Add(wait)
			if _, ok := th.Try(limit, "x"); !ok {
				t.Fatalf("refused after waiting %v", wait)
			}
			passed++
		}
		if most := limit.Burst + int(c.at.Sub(began)/limit.Every); passed > most {
			t.Fatalf("%d tries passed, at most %d may", passed, most)
		}
	})
}

func TestTheDayForgetsAll(t *testing.T) {
	c := start()
	th := throttle.New(c.now, rand.Reader)
	slow := throttle.Limit{Name: "slow", Burst: 1, Every: 100 * time.Hour}
	th.Try(slow, "x")
	c.at = c.at.Add(24 * time.Hour)
	if _, ok := th.Try(slow, "x"); !ok {
		t.Error("a count outlived the daily key")
	}
	if got := th.Len(); got != 1 {
		t.Errorf("%d keys kept, want 1", got)
	}
}

func TestIdleKeysAreDropped(t *testing.T) {
	c := start()
	th := throttle.New(c.now, rand.Reader)
	for _, who := range []string{"a", "b", "c"} {
		th.Try(code, who)
	}
	c.at = c.at.Add(2 * time.Minute)
	th.Try(code, "d")
	if got := th.Len(); got != 1 {
		t.Errorf("%d keys kept, want the one in use", got)
	}
}

func TestWithoutRandomnessNothingIsKept(t *testing.T) {
	th := throttle.New(start().now, iotest.ErrReader(errors.New("no randomness")))
	if _, ok := th.Try(code, "x"); ok || th.Len() != 0 {
		t.Error("a try was counted under a key that is not secret")
	}
}

func TestRefusedIsAThrottledFault(t *testing.T) {
	err := throttle.Refuse(code, time.Minute)
	if !fault.Is(err, fault.Throttled) {
		t.Errorf("kind = %v", fault.Of(err))
	}
	if refused, ok := errors.AsType[*throttle.Refused](err); !ok || refused.Wait != time.Minute {
		t.Errorf("the wait is lost: %v", err)
	}
}

func TestSourceIsANeighbourhood(t *testing.T) {
	proxies := throttle.Proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, test := range []struct{ peer, forwarded, want string }{
		{"192.0.2.77:4000", "", "192.0.2.0/24"},
		{"192.0.2.77:4000", "198.51.100.1", "192.0.2.0/24"}, // a header of a stranger
		{"10.1.1.1:4000", "198.51.100.9", "198.51.100.0/24"},
		{"10.1.1.1:4000", "203.0.113.5, 198.51.100.9", "198.51.100.0/24"}, // the left part is the caller's word
		{"10.1.1.1:4000", "198.51.100.9, 10.2.2.2", "198.51.100.0/24"},
		{"10.1.1.1:4000", "nonsense", "10.1.1.0/24"},
		{"[fd00::1]:4000", "2001:db8:1:23ff::5", "2001:db8:1:2300::/56"},
		{"[::ffff:192.0.2.77]:4000", "", "192.0.2.0/24"},
		{"@", "", "unknown"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = test.peer
		if test.forwarded != "" {
			r.Header.Set("X-Forwarded-For", test.forwarded)
		}
		if got := proxies.SourceOf(r); got != test.want {
			t.Errorf("source of %s via %q = %s, want %s", test.peer, test.forwarded, got, test.want)
		}
	}
}

func TestTableNamesEachLimit(t *testing.T) {
	var text strings.Builder
	if err := throttle.WriteTable(&text, []throttle.Limit{code}); err != nil {
		t.Fatal(err)
	}
	if want := "| code | identifier | 3 | 1m0s | A code has eight digits. |"; !strings.Contains(text.String(), want) {
		t.Errorf("table:\n%s\nwant a line %s", &text, want)
	}
}

func FuzzSourceOf(f *testing.F) {
	f.Add("10.0.0.1:80", "192.0.2.1, 10.0.0.2")
	f.Add("[fe80::1%eth0]:80", "::1,,")
	f.Add("", ",")
	f.Fuzz(func(t *testing.T, peer, forwarded string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = peer
		r.Header["X-Forwarded-For"] = []string{forwarded}
		got := throttle.Proxies{netip.MustParsePrefix("0.0.0.0/0")}.SourceOf(r)
		if got != "unknown" && !strings.HasSuffix(got, "/24") && !strings.HasSuffix(got, "/56") {
			t.Errorf("source = %q", got)
		}
	})
}

func BenchmarkTry(b *testing.B) {
	th := throttle.New(time.Now, rand.Reader)
	wide := throttle.Limit{Name: "wide", Burst: 1 << 30, Every: time.Nanosecond}
	b.ReportAllocs()
	for b.Loop() {
		th.Try(wide, "192.0.2.0/24")
	}
}
