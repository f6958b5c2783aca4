package api

import (
	"net/http"
	"strings"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/request"
)

// receipt is what a person keeps of a request.
type receipt struct {
	Number   string  `json:"number"`
	Code     string  `json:"code"`
	Way      string  `json:"way"`
	Warnings []field `json:"warnings,omitempty"`
}

// submit takes a finished form in. It tells all that is missing, and nothing of whether
// anybody is known.
func (a *api) submit(c *call) (answer, error) {
	answers := a.answers(c.in)
	language := a.language(c)
	draft, _ := parse(c.in, "draftCode", ident.ParseDraftCode)
	key, keyErr := c.idempotencyKey()
	if len(c.in.wrong) == 0 {
		if err := a.findMissing(c.in, answers); err != nil {
			return answer{}, err
		}
	}
	if err := c.in.err(); err != nil {
		return answer{}, err
	}
	if keyErr != nil {
		return answer{}, keyErr
	}
	made, err := a.Requests.Submit(c.Context(), request.Submission{
		Answers: answers, Lang: language, Door: request.API, Key: key, Draft: draft})
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusCreated, body: receipt{
		made.Number.Spoken(), made.Code.Reveal(), made.Way, c.explained(warnings(answers))}}, nil
}

// language returns the language to write to a person in.
func (a *api) language(c *call) string {
	text, _ := c.in.text("language")
	if text == "" {
		return string(c.texts.Tag)
	}
	tag, known := a.Catalogue.Tag(text)
	if !known {
		c.in.bad("language", "api.choice")
	}
	return string(tag)
}

// findMissing notes what a request needs and has not, by the pack and by its form.
func (a *api) findMissing(b *body, answers request.Answers) error {
	route, err := a.Requests.Route(answers)
	if err != nil {
		return err
	}
	for _, member := range missing(route) {
		b.bad(member, "api.missing")
	}
	for _, needed := range []struct {
		member string
		empty  bool
	}{{memberName, answers.Name.IsZero()}, {memberDocument, answers.Document == ""}} {
		if needed.empty {
			b.bad(needed.member, "api.missing")
		}
	}
	return nil
}

// maxKey and minKey bound the length of an Idempotency-Key: a short one somebody else
// might have had.
const (
	minKey = 16
	maxKey = 100
)

// idempotencyKey returns the key that a program made for this call.
func (c *call) idempotencyKey() (string, error) {
	key := c.Header.Get("Idempotency-Key")
	visible := func(r rune) bool { return r > ' ' && r <= '~' }
	if len(key) < minKey || len(key) > maxKey || strings.ContainsFunc(key, func(r rune) bool { return !visible(r) }) {
		return "", fault.New(fault.Invalid, "api.idempotency-key", "Idempotency-Key of %d bytes", len(key))
	}
	return key, nil
}

// status is where a request is, as on the status page.
type status struct {
	Number     string `json:"number"`
	Step       string `json:"step"`
	Received   string `json:"received"`
	Until      string `json:"until,omitempty"`
	Reopenable bool   `json:"reopenable"`

	Photos       []photo   `json:"photos"`  // those that live, and receipts of those destroyed
	Helpers      []mandate `json:"helpers"` // whose mandate lives
	DocumentKept bool      `json:"documentNumberKept"`
}

func (a *api) showStatus(c *call) (answer, error) {
	number, code, err := a.numberAndCode(c)
	if err != nil {
		return answer{}, err
	}
	s, err := a.Requests.Status(c.Context(), number, code)
	if err != nil {
		return answer{}, err
	}
	out := status{Number: s.Number.Spoken(), Step: string(s.Step), Received: s.Received.String(), Until: s.Until.String(),
		Reopenable: s.Reopenable, Photos: []photo{}, Helpers: []mandate{}}
	return answer{status: http.StatusOK, body: &out}, a.addOwn(c, &out, number, code)
}

func (a *api) reopen(c *call) (answer, error) {
	number, code, err := a.numberAndCode(c)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent}, a.Requests.Reopen(c.Context(), number, code)
}

func (a *api) withdraw(c *call) (answer, error) {
	number, code, err := a.numberAndCode(c)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent}, a.Requests.Withdraw(c.Context(), number, code)
}

// numberAndCode takes the two that open a request, and counts the try.
func (a *api) numberAndCode(c *call) (ident.CaseNumber, ident.Code, error) {
	number := needed(c.in, "number", ident.ParseCaseNumber)
	code := needed(c.in, "code", ident.ParseCode)
	if err := c.in.err(); err != nil {
		return number, code, err
	}
	return number, code, a.count(c.Request, ByNumber, string(number))
}
