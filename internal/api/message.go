package api

import (
	"net/http"
	"regexp"
	"strings"
	"time"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/mailbox"
	"loket/internal/outbox"
)

// A program that opens a message is its own browser: it makes a random text, once, and
// sends it with each call, and a code counts for that text alone.
var browserForm = regexp.MustCompile(`^[A-Za-z0-9_-]{22,100}$`)

func parseBrowser(text string) (string, error) {
	if !browserForm.MatchString(text) {
		return "", fault.New(fault.Invalid, "api.browser", "browser is not a random text of 22 to 100 letters and digits")
	}
	return text, nil
}

// linkAndBrowser takes the two that every call about a closed message has. A link that
// cannot be one is the same as one that opens nothing. Of a source only tries on those
// are counted: who holds a good link is never shut out by who else is on their network.
func (a *api) linkAndBrowser(c *call) (link mailbox.Link, browser string, err error) {
	text := c.in.need("link")
	browser = needed(c.in, "browser", parseBrowser)
	if err := c.in.err(); err != nil {
		return link, browser, err
	}
	if link, err = mailbox.ParseLink(text); err == nil {
		_, err = a.Mailbox.Asked(c.Context(), link, browser)
	}
	if fault.Is(err, fault.NotFound) {
		if shut := a.count(c.Request, DeadLinks, ""); shut != nil {
			return link, browser, shut
		}
	}
	if err != nil {
		return link, browser, err
	}
	return link, browser, a.count(c.Request, ByLink, text)
}

// codeAsked is how it stands with the codes of a message.
type codeAsked struct {
	Channel   string `json:"channel,omitempty"` // by which the code goes that counts here
	Ends      string `json:"ends,omitempty"`
	TriesLeft int    `json:"triesLeft"`
	CodesLeft int    `json:"codesLeft"`
	Another   string `json:"anotherFrom"`
	Voice     string `json:"voiceFrom,omitempty"`
}

// askCode has a code sent.
func (a *api) askCode(c *call) (answer, error) {
	channel := c.in.choice("channel", []string{string(outbox.SMS), string(outbox.Voice)})
	c.in.need("channel")
	link, browser, err := a.linkAndBrowser(c)
	if err != nil {
		return answer{}, err
	}
	state, err := a.Mailbox.Ask(c.Context(), link, browser, outbox.Channel(channel))
	if fault.Is(err, fault.Throttled) {
		again := state.Another
		if channel == string(outbox.Voice) && state.Voice.After(again) {
			again = state.Voice
		}
		return answer{}, later{again.Sub(a.Mailbox.Now()), err}
	}
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, body: codeAsked{string(state.Channel), instant(state.Ends), state.Tries, state.Left,
		instant(state.Another), instant(state.Voice)}}, nil
}

type session struct {
	Token string `json:"sessionToken"`
}

// openMessage opens a message with its link and the code that came to the phone.
func (a *api) openMessage(c *call) (answer, error) {
	code := c.in.need("code")
	link, browser, err := a.linkAndBrowser(c)
	if err != nil {
		return answer{}, err
	}
	opened, err := a.Mailbox.Open(c.Context(), link, browser, code)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusCreated, body: session{opened.Cookie()}}, nil
}

// openWithPaper opens a message with its link and the code on paper from a counter.
func (a *api) openWithPaper(c *call) (answer, error) {
	text, code := c.in.need("link"), c.in.need("code")
	if err := c.in.err(); err != nil {
		return answer{}, err
	}
	if err := a.count(c.Request, ByLink, text); err != nil {
		return answer{}, err
	}
	link, err := mailbox.ParseLink(text)
	if err != nil {
		return answer{}, err
	}
	opened, err := a.Mailbox.OpenWithPaper(c.Context(), link, code)
	if fault.Is(err, fault.NotFound) {
		if shut := a.count(c.Request, DeadLinks, ""); shut != nil {
			return answer{}, shut
		}
	}
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusCreated, body: session{opened.Cookie()}}, nil
}

// wrongNumber is for whoever got the mail and not the code.
func (a *api) wrongNumber(c *call) (answer, error) {
	link, browser, err := a.linkAndBrowser(c)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent}, a.Mailbox.WrongNumber(c.Context(), link, browser)
}

// session returns the session of a call. Without one, or with one that has ended, the
// call is not authorised.
func (c *call) session() (mailbox.Session, error) {
	scheme, token, _ := strings.Cut(c.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return mailbox.Session{}, refusal{status: http.StatusUnauthorized, key: "api.session"}
	}
	s, err := mailbox.ParseSession(strings.TrimSpace(token))
	return s, unauthorised(err)
}

// unauthorised gives the end of a session the status that HTTP has for it.
func unauthorised(err error) error {
	if fault.Is(err, fault.TooLate) {
		return refusal{http.StatusUnauthorized, fault.Key(err), err}
	}
	return err
}

// reply takes an answer to a message in.
func (a *api) reply(c *call) (answer, error) {
	words, _ := c.in.text("text") // with photos there need be none
	text := ident.NewPrivate(words)
	key, keyErr := c.idempotencyKey()
	s, err := c.session()
	if err != nil {
		return answer{}, err
	}
	if err := c.in.err(); err != nil {
		return answer{}, err
	}
	if keyErr != nil {
		return answer{}, keyErr
	}
	return answer{status: http.StatusNoContent}, unauthorised(a.Mailbox.Reply(c.Context(), s, text, key))
}

// leaveMessage closes a message; its link and a new code open it again.
func (a *api) leaveMessage(c *call) (answer, error) {
	s, err := c.session()
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent}, a.Mailbox.Leave(c.Context(), s)
}

// instant writes an instant as RFC 3339 in UTC, and the zero time as nothing.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
