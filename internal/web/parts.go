package web

import "fmt"

// Answer is one line of a check-answers list, for the template "answers".
type Answer struct {
	Label  string // message key
	Value  string // as the person typed it; used if Key is empty
	Key    string // message key of a chosen answer
	Latin  bool   // the value is a number, code or address: left to right
	Change string // path of the page to change it on; empty shows no link
}

// Format hides the value, whatever the verb.
func (a Answer) Format(s fmt.State, _ rune) { fmt.Fprintf(s, "answer %s (hidden)", a.Label) }

// Panel tells that something is done, for the template "panel". It carries the
// heading of its page.
type Panel struct {
	Title string // message key
	Text  string // message key, or empty
	Code  string // a number to keep, or empty
}

// Tag is a short state in a list, for the template "tag".
type Tag struct {
	Text   string // message key
	Colour string // of GOV.UK Frontend, such as green; empty is the default
}
