package form

import (
	"fmt"
	"io"
	"net/url"
	"strings"

	"loket/internal/fault"
)

// Text is a question answered by typing: a line, or several where Lines says so.
type Text struct {
	Name  string // of the control, and its id
	Label string // message key
	Hint  string // message key, or empty
	Who   string // message key of the answer to "who sees this?", or empty

	Heading      bool   // the label is the heading of the page: one question a page
	Lines        int    // rows of a textarea; 0 is a single line
	Width        int    // characters shown, one of 2, 3, 4, 5, 10, 20, 30; 0 is all there is
	Type         string // text, email or tel; empty is text
	Autocomplete string // a token of the HTML standard; empty leaves it to the browser, "off" asks it not to
	InputMode    string // keyboard to offer, such as numeric
	Latin        bool   // numbers, codes and addresses: left to right in every language

	Value string // as typed
	Error string // message key of what is wrong, or empty
}

func (f *Text) read(values url.Values) {
	limit := MaxValue
	if f.Lines > 0 {
		limit *= 16
	}
	f.Value, f.Error = line(values, f.Name, limit)
	if f.Lines == 0 {
		f.Value = strings.Join(strings.Fields(f.Value), " ")
	}
}

func (f *Text) problem() Problem {
	if f.Error == "" {
		return Problem{}
	}
	return Problem{Control: f.Name, Key: f.Error}
}

// Require marks an empty field with the message key. It reports whether
// something was typed.
func (f *Text) Require(key string) bool {
	if f.Value == "" && f.Error == "" {
		f.Error = key
	}
	return f.Value != ""
}

// Described returns the ids of the texts that explain the control, for
// aria-describedby; empty if there are none.
func (f Text) Described() string { return described(f.Name, f.Hint, f.Error) }

// Format hides what was typed, whatever the verb.
func (f Text) Format(s fmt.State, _ rune) { hide(s, f.Name, f.Error) }

// Parse turns what was typed into a value. An error of parse becomes the
// field's own, by its message key; a field that has an error already, or is
// empty, is not parsed and gives the zero value. Use Require first where an
// answer is needed.
func Parse[T any](f *Text, parse func(string) (T, error)) T {
	var zero T
	if f.Error != "" || f.Value == "" {
		return zero
	}
	value, err := parse(f.Value)
	if err != nil {
		f.Error = fault.Key(err)
		return zero
	}
	return value
}

func described(name, hint, problem string) string {
	var ids []string
	if hint != "" {
		ids = append(ids, name+"-hint")
	}
	if problem != "" {
		ids = append(ids, name+"-error")
	}
	return strings.Join(ids, " ")
}

func hide(w io.Writer, name, problem string) {
	fmt.Fprintf(w, "field %s (hidden)", name)
	if problem != "" {
		fmt.Fprintf(w, " %s", problem)
	}
}
