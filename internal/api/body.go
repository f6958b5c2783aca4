package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"loket/internal/fault"
)

// maxBody is the length in bytes of a body. A reply, the longest, has far less.
const maxBody = 64 << 10

// body is a JSON object whose members are taken out one by one. What is wrong with
// them is gathered, so that a program learns all of it at once; see [body.err].
//
// Members are plain texts and flags, which become types of package ident only by
// their Parse functions.
type body struct {
	members map[string]json.RawMessage
	known   map[string]bool
	wrong   []field
	at      string  // JSON pointer of the object, where it is a part of another
	parts   []*body // objects in it
}

// field is what is wrong with one member.
type field struct {
	Pointer string `json:"pointer"` // RFC 6901
	Code    string `json:"code"`
	Detail  string `json:"detail"`
	// Language is that of the detail, which is another than the answer's where that
	// language has no such text yet.
	Language string `json:"language"`
}

// readBody reads the JSON object that r carries.
func readBody(w http.ResponseWriter, r *http.Request) (*body, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return nil, refusal{status: http.StatusUnsupportedMediaType, key: "api.content-type"}
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, refusal{status: http.StatusRequestEntityTooLarge, key: "form.too-large"}
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "api.json", "read the body of a call: connection broke")
	}
	return parseBody(data)
}

// parseBody reads one JSON object and nothing after it. A member that comes twice is
// an error: two readers could take it for two things.
func parseBody(data []byte) (*body, error) {
	malformed := fault.New(fault.Invalid, "api.json", "the body is not one JSON object")
	b := &body{members: map[string]json.RawMessage{}, known: map[string]bool{}}
	decoder := json.NewDecoder(bytes.NewReader(data))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, malformed
	}
	for decoder.More() {
		name, err := decoder.Token()
		text, isText := name.(string)
		if err != nil || !isText || b.members[text] != nil {
			return nil, malformed
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, malformed
		}
		b.members[text] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, malformed
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, malformed
	}
	return b, nil
}

// text returns a member that is a text, and whether it is there at all. A null is
// there and empty: that is how a program says that somebody has none.
func (b *body) text(name string) (text string, there bool) {
	b.known[name] = true
	raw, there := b.members[name]
	if !there {
		return "", false
	}
	var value *string
	if err := json.Unmarshal(raw, &value); err != nil {
		b.bad(name, "api.text")
		return "", true
	}
	if value == nil {
		return "", true
	}
	if strings.ContainsFunc(*value, isControl) {
		b.bad(name, "form.text.control")
		return "", true
	}
	return *value, true
}

// isControl reports whether r is a control character other than white space: no
// keyboard makes it, and not every database keeps it.
func isControl(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }

// need returns a member that is a text and may not be left out.
func (b *body) need(name string) string {
	text, _ := b.text(name)
	if text == "" && !b.isBad(name) {
		b.bad(name, "api.missing")
	}
	return text
}

// flag returns a member that is true, false, or not said.
func (b *body) flag(name string) *bool {
	b.known[name] = true
	raw, there := b.members[name]
	if !there {
		return nil
	}
	var value *bool
	if err := json.Unmarshal(raw, &value); err != nil {
		b.bad(name, "api.flag")
		return nil
	}
	return value
}

// number returns a member that is a whole number, which may not be left out.
func (b *body) number(name string) int64 {
	b.known[name] = true
	var value *int64
	if err := json.Unmarshal(b.members[name], &value); err != nil || value == nil {
		b.bad(name, "api.number")
		return 0
	}
	return *value
}

// choice returns a member that is empty or one of values.
func (b *body) choice(name string, values []string) string {
	text, _ := b.text(name)
	if text != "" && !slices.Contains(values, text) {
		b.bad(name, "api.choice")
		return ""
	}
	return text
}

// parse returns a member as a type, or its zero value when it is empty, and whether the
// member is there.
func parse[T any](b *body, name string, read func(string) (T, error)) (value T, there bool) {
	text, there := b.text(name)
	if text == "" {
		return value, there
	}
	value, err := read(text)
	if err != nil {
		b.bad(name, fault.Key(err))
	}
	return value, there
}

// needed is parse for a member that may not be left out.
func needed[T any](b *body, name string, read func(string) (T, error)) T {
	value, _ := parse(b, name, read)
	b.need(name)
	return value
}

func (b *body) bad(name, code string) {
	b.wrong = append(b.wrong, field{Pointer: b.at + pointer(name), Code: code})
}

func (b *body) isBad(name string) bool {
	return slices.ContainsFunc(b.wrong, func(f field) bool { return f.Pointer == b.at+pointer(name) })
}

// objects returns a member that is a list of at most so many objects; nil when it is left
// out, or has more, which is what code says. What is wrong in them is told with the rest.
func (b *body) objects(name string, most int, code string) []*body {
	b.known[name] = true
	var list []json.RawMessage
	if raw, there := b.members[name]; !there {
		return nil
	} else if err := json.Unmarshal(raw, &list); err != nil {
		b.bad(name, "api.json")
		return nil
	}
	if len(list) > most {
		b.bad(name, code)
		return nil
	}
	parts := make([]*body, len(list))
	for i, raw := range list {
		part, err := parseBody(raw)
		if err != nil {
			b.bad(name, fault.Key(err))
			return nil
		}
		part.at = b.at + pointer(name) + pointer(strconv.Itoa(i))
		parts[i] = part
	}
	b.parts = append(b.parts, parts...)
	return parts
}

// err returns all that is wrong, members that nobody took included, or nil.
func (b *body) err() error {
	if wrong := b.allWrong(); len(wrong) > 0 {
		return wrongFields{wrong}
	}
	return nil
}

func (b *body) allWrong() []field {
	for _, name := range slices.Sorted(maps.Keys(b.members)) {
		if !b.known[name] {
			b.bad(name, "api.unknown")
			b.known[name] = true // told once
		}
	}
	wrong := slices.Clone(b.wrong)
	for _, part := range b.parts {
		wrong = append(wrong, part.allWrong()...)
	}
	return wrong
}

// wrongFields is the error of a body of which members are wrong.
type wrongFields struct{ fields []field }

// Error says how many are wrong, not which: names of members are a stranger's text.
func (wrongFields) Error() string { return "members of the body are wrong" }

// Unwrap returns the fault.
func (wrongFields) Unwrap() error { return errWrongFields }

var errWrongFields = fault.New(fault.Invalid, "fault.invalid", "members of the body are wrong")

// pointer returns the JSON pointer of a member of the body.
func pointer(name string) string {
	return "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
