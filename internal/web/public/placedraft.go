package public

import (
	"encoding/base64"
	"time"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/seal"
)

// What a person fills in to ask for a place stays with them: it travels from page to page
// in a hidden field, sealed, and the server keeps none of it until it is sent. There is no
// cookie and no draft in the database. The same seal carries number and code from one
// page of an ask to the next.

// envelope is what such a field holds. Kind is the form it belongs to: one of another form
// does not open.
type envelope struct {
	box  seal.Box
	kind string
	life time.Duration
	now  func() time.Time
}

const (
	askLife  = 24 * time.Hour // to fill in the form, with a night's sleep between
	passLife = keptFor        // of number and code, as of the cookie that keeps them elsewhere
)

// errEnvelope says that a hidden field is not one of ours, or not any more.
var errEnvelope = fault.New(fault.TooLate, "public.place.again.text", "a hidden field that does not open")

// letter is the content of a field.
type letter[T any] struct {
	Ends int64
	Body T
}

// sealed returns a value as a hidden field has it.
func sealed[T any](e envelope, value T) (string, error) {
	box, err := e.box.SealValue(letter[T]{e.now().Add(e.life).Unix(), value}, e.kind)
	return base64.RawURLEncoding.EncodeToString(box), err
}

// opened returns the value of a hidden field. One that was changed, is of another form, or
// is too old, is errEnvelope, whichever it is.
func opened[T any](e envelope, text string) (value T, err error) {
	box, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return value, errEnvelope
	}
	var content letter[T]
	if err := e.box.OpenValue(box, e.kind, &content); err != nil || e.now().Unix() >= content.Ends {
		return value, errEnvelope
	}
	return content.Body, nil
}

// pass is number and code of somebody who looks at their ask.
type pass struct {
	Number ident.CaseNumber
	Code   ident.Code
}

func (p *Pages) askEnvelope() envelope {
	return envelope{p.Forms, "place ask", askLife, p.Planner.Now}
}

func (p *Pages) passEnvelope() envelope {
	return envelope{p.Forms, "place pass", passLife, p.Planner.Now}
}
