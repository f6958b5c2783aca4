package mailbox

import (
	"bytes"
	"time"

	"loket/internal/outbox"
)

// The limits on codes. They bound what somebody can do who has the link: five
// codes of three tries in any 24 hours.
const (
	codeTries  = 3
	codesADay  = 5
	codeWindow = 24 * time.Hour
	codePause  = time.Minute     // between two codes, so that a double press makes one
	voiceAfter = 2 * time.Minute // from the first SMS
)

// Asked says how it stands with the codes of a message, for one browser.
type Asked struct {
	Channel outbox.Channel // how the code that counts was sent; empty when none counts here
	Ends    time.Time      // when that code ends
	Tries   int            // how many tries it bears yet
	Left    int            // how many codes may be asked yet within 24 hours
	Another time.Time      // from when another code may be asked
	Voice   time.Time      // from when it may be asked by voice; the zero value before the first SMS
	ByPhone bool           // a code by phone opens it beside this link; set by Asked only
	ByPaper bool           // there is a code on paper that opens it; set by Asked only

	here bool // a code was asked in this browser
}

// code is a row of message_code.
type code struct {
	ID                string
	Browser           []byte
	Channel           string
	MadeAt, ExpiresAt time.Time
	Tries             int64
	UsedAt            *time.Time
}

// live reports whether the code can still open something.
func (c code) live(now time.Time) bool {
	return c.UsedAt == nil && c.ExpiresAt.After(now) && c.Tries < codeTries
}

// asked works out how it stands from the codes of the last 24 hours, oldest
// first.
func asked(codes []code, browser []byte, now time.Time) Asked {
	a := Asked{Left: max(0, codesADay-len(codes)), Another: now}
	for _, c := range codes {
		if a.Voice.IsZero() && c.Channel == string(outbox.SMS) {
			a.Voice = c.MadeAt.Add(voiceAfter)
		}
		here := bytes.Equal(c.Browser, browser)
		a.here = a.here || here
		if here && c.live(now) {
			a.Channel, a.Ends, a.Tries = outbox.Channel(c.Channel), c.ExpiresAt, int(codeTries-c.Tries)
		}
		if next := c.MadeAt.Add(codePause); next.After(a.Another) {
			a.Another = next
		}
	}
	if len(codes) >= codesADay {
		// When the oldest of the last five is a day old there is room again.
		if next := codes[len(codes)-codesADay].MadeAt.Add(codeWindow); next.After(a.Another) {
			a.Another = next
		}
	}
	return a
}
