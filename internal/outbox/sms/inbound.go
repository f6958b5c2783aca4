package sms

import (
	"mime"
	"net/http"
	"net/url"
	"strings"

	"loket/internal/fault"
	"loket/internal/ident"
)

// Inbound reads the text messages that people send to our number and a provider posts to
// us, as JSON or as a form. The provider must know one of two secrets, as with [Reports].
// A sender can be forged by who has the right machines: what a text may do must not hang
// on its sender alone.
type Inbound struct {
	SignatureHeader string
	SignatureSecret []byte
	PathSecret      string

	// Where a text has its id, its sender and its words: paths as in "message.id" into
	// JSON, or names of fields of a form.
	ID, From, Text string
}

// Text is a text message that came in. ID is the provider's, and the same when it posts
// the text again.
type Text struct {
	ID   string
	From ident.Private
	Text ident.Private
}

// maxWords is the length in bytes beyond which nothing is read of a text: more than ten
// messages of any phone.
const maxWords = 4000

// Parse reads a text. The error is of kind fault.Denied when it does not come from the
// provider, and fault.Invalid when there is no id or no sender. A text that is too long
// comes empty.
func (in Inbound) Parse(pathSecret string, header http.Header, body []byte) (Text, error) {
	if !genuine(in.SignatureHeader, in.SignatureSecret, in.PathSecret, pathSecret, header, body) {
		return Text{}, fault.New(fault.Denied, "", "text message without its secret")
	}
	if len(body) > maxAnswer {
		return Text{}, fault.New(fault.Invalid, "", "text message is too long")
	}
	id, from, text := in.fields(header, body)
	if id == "" || from == "" {
		return Text{}, fault.New(fault.Invalid, "", "text message without an id or a sender")
	}
	return Text{id, ident.NewPrivate(from), ident.NewPrivate(text)}, nil
}

func (in Inbound) fields(header http.Header, body []byte) (id, from, text string) {
	kind, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	if kind != "application/x-www-form-urlencoded" {
		return textAt(body, in.ID), textAt(body, in.From), longTextAt(body, in.Text, maxWords)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return "", "", ""
	}
	bounded := func(name string, most int) string {
		if text := form.Get(name); len(text) <= most && !strings.ContainsRune(text, 0) {
			return text
		}
		return ""
	}
	return bounded(in.ID, maxText), bounded(in.From, maxText), bounded(in.Text, maxWords)
}
