package mailbox

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"loket/internal/outbox"
)

// simulate lets somebody with a link ask and guess as fast as the limits allow,
// and returns how many guesses there were in span.
func simulate(span, pause time.Duration) (guesses int) {
	start := time.Unix(1_635_930_000, 0)
	var codes []code
	for now := start; now.Before(start.Add(span)); now = now.Add(pause) {
		for len(codes) > 0 && !codes[0].MadeAt.After(now.Add(-codeWindow)) {
			codes = codes[1:]
		}
		if state := asked(codes, nil, now); now.Before(state.Another) {
			continue
		}
		codes = append(codes, code{Channel: string(outbox.SMS), MadeAt: now, ExpiresAt: now.Add(10 * time.Minute)})
		guesses += codeTries
	}
	return guesses
}

// Somebody who has the link and a million tries gets to make so few of them in
// the life of a message that one in 10,000 messages at most would open.
func TestGuessing(t *testing.T) { // G-52
	const codes = 100_000_000
	guesses := simulate(30*24*time.Hour, time.Minute)
	if guesses > 30*codesADay*codeTries {
		t.Errorf("%d guesses in thirty days, want %d at most", guesses, 30*codesADay*codeTries)
	}
	if chance := float64(guesses) / codes; chance > 1e-4 {
		t.Errorf("the chance to guess is %g, want 1e-4 at most", chance)
	}
}

// Whatever was asked before, the promised time holds: at Another a code may be
// asked, before it not, and no 24 hours have more than five codes.
func TestAskedKeepsItsWord(t *testing.T) { // G-53
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(1_635_930_000, 0)
		var all []code
		for range rapid.IntRange(1, 30).Draw(t, "asks") {
			now = now.Add(time.Duration(rapid.IntRange(0, 20_000).Draw(t, "seconds")) * time.Second)
			recent := within(all, now)
			state := asked(recent, nil, now)
			if state.Another.After(now) {
				at := state.Another
				if asked(within(all, at), nil, at).Another.After(at) {
					t.Fatalf("another code was promised for %v and is refused then", at)
				}
				before := at.Add(-time.Second)
				if !asked(within(all, before), nil, before).Another.After(before) {
					t.Fatalf("another code was promised for %v and is given a second before", at)
				}
				continue
			}
			all = append(all, code{Channel: string(outbox.SMS), MadeAt: now, ExpiresAt: now.Add(10 * time.Minute)})
			if n := len(within(all, now)); n > codesADay {
				t.Fatalf("%d codes within 24 hours", n)
			}
		}
	})
}

// within returns the codes of the 24 hours before now, as the query does.
func within(all []code, now time.Time) (recent []code) {
	for _, c := range all {
		if c.MadeAt.After(now.Add(-codeWindow)) {
			recent = append(recent, c)
		}
	}
	return recent
}
