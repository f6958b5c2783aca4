// Package form reads what a person typed and says, field by field, what is
// wrong with it.
//
// A page declares its fields once, with the keys of their texts; the templates
// of package web draw them. On a POST the handler fills them, turns each into
// a typed value with the parser of the domain, and either goes on or shows the
// page again with everything that was typed still in it:
//
//	name := form.Text{Name: "name", Label: "request.name.label", Autocomplete: "name"}
//	if err := form.Read(r, &name); err != nil {
//		return err
//	}
//	parsed := form.Parse(&name, ident.ParseName)
//	if problems := form.Problems(&name); problems != nil {
//		… show the page again, with the problems in its summary
//	}
//
// What went wrong is a message key, never a text, and never holds the value.
// The fields hide what was typed when they are printed, so that a form in a
// log line or an error text tells nothing about a person.
package form

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"loket/internal/fault"
)

// MaxBody is the largest form that Read accepts, in bytes. It bounds a form of
// text fields; photos come another way.
const MaxBody = 64 << 10

// MaxValue is the largest single line that a field keeps, in bytes; a Text of
// several lines keeps sixteen times as much.
const MaxValue = 1 << 10

// A Field is one question of a form: a *Text, *Date, *Choice or *Tick.
type Field interface {
	// read takes the field's values out of a posted form.
	read(url.Values)
	// problem returns what is wrong and the id of the control to go to. The
	// zero Problem means that nothing is.
	problem() Problem
}

// A Problem is one line of an error summary.
type Problem struct {
	Control string // id of the control the line leads to
	Key     string // message key
}

// Read fills fields from the body of a POST. Names the form does not know are
// ignored, and a control that was left out counts as empty. Values in the URL
// are never read. It returns an Invalid fault for a body that is too large or
// is no form at all.
func Read(r *http.Request, fields ...Field) error {
	r.Body = http.MaxBytesReader(nil, r.Body, MaxBody)
	if err := r.ParseForm(); err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return fault.New(fault.Invalid, "form.too-large", "read a form: body over %d bytes", MaxBody)
		}
		// The cause is left out: it can quote what the person typed.
		return fault.New(fault.Invalid, "form.unreadable", "read a form: body is not form encoded")
	}
	for _, field := range fields {
		field.read(r.PostForm)
	}
	return nil
}

// Problems returns what is wrong, in the order in which the fields are given,
// which must be their order on the page. It returns nil if nothing is.
func Problems(fields ...Field) []Problem {
	var problems []Problem
	for _, field := range fields {
		if p := field.problem(); p != (Problem{}) {
			problems = append(problems, p)
		}
	}
	return problems
}

// line takes one value out of a form: valid UTF-8, without control characters,
// with white space at the ends removed. A value over limit bytes is cut at a
// character. problem is the message key of what is wrong with it, or empty.
func line(values url.Values, name string, limit int) (value, problem string) {
	value = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\v' || r == '\f': // a new line or page, in what was copied from a document
			return '\n'
		case r == '\r': // half of a new line
			return -1
		case unicode.IsControl(r): // no keyboard makes these, and not every database keeps them
			problem = "form.text.control"
			return -1
		}
		return r
	}, strings.ToValidUTF8(values.Get(name), "\uFFFD"))
	value = strings.TrimSpace(value)
	if len(value) <= limit {
		return value, problem
	}
	cut := limit
	for cut > 0 && !utf8.RuneStart(value[cut]) {
		cut--
	}
	return value[:cut], "form.text.too-long"
}
