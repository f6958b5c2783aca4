package form

import (
	"fmt"
	"net/url"
	"strconv"
)

// Choice is a question with one answer out of a few, drawn as radio buttons.
type Choice struct {
	Name    string
	Label   string // message keys, as in Text
	Hint    string
	Who     string
	Heading bool
	Inline  bool // short answers beside each other
	Options []Option

	Value string // of the chosen option; empty if none
	Error string // message key, or empty
}

// Option is one answer.
type Option struct {
	Value string
	Label string // message key
	Hint  string // message key, or empty
}

// read keeps a value only if it is one of the options: anything else was not
// chosen on the page.
func (f *Choice) read(values url.Values) {
	f.Value, f.Error = "", ""
	for _, option := range f.Options {
		if values.Get(f.Name) == option.Value {
			f.Value = option.Value
		}
	}
}

func (f *Choice) problem() Problem {
	if f.Error == "" {
		return Problem{}
	}
	return Problem{Control: f.Name, Key: f.Error} // the first option has the bare name as its id
}

// Require marks a question without an answer with the message key. It reports
// whether there is one.
func (f *Choice) Require(key string) bool {
	if f.Value == "" && f.Error == "" {
		f.Error = key
	}
	return f.Value != ""
}

// Described is as for Text.
func (f Choice) Described() string { return described(f.Name, f.Hint, f.Error) }

// Format hides what was chosen, whatever the verb.
func (f Choice) Format(s fmt.State, _ rune) { hide(s, f.Name, f.Error) }

// Controls returns the options as a template draws them.
func (f Choice) Controls() []Control {
	controls := make([]Control, len(f.Options))
	for i, option := range f.Options {
		id := f.Name
		if i > 0 {
			id += "-" + strconv.Itoa(i+1)
		}
		controls[i] = Control{ID: id, Name: f.Name, Option: option, Checked: option.Value == f.Value}
	}
	return controls
}

// Control is one radio button.
type Control struct {
	ID, Name string
	Option
	Checked bool
}

// Tick is a box to tick: a yes that must be given, or may be.
type Tick struct {
	Name  string
	Label string // message keys, as in Text
	Hint  string
	Who   string

	On    bool
	Error string // message key, or empty
}

func (f *Tick) read(values url.Values) { f.On, f.Error = values.Get(f.Name) == "yes", "" }

func (f *Tick) problem() Problem {
	if f.Error == "" {
		return Problem{}
	}
	return Problem{Control: f.Name, Key: f.Error}
}

// Require marks a box that is not ticked with the message key. It reports
// whether it is.
func (f *Tick) Require(key string) bool {
	if !f.On && f.Error == "" {
		f.Error = key
	}
	return f.On
}

// Described is as for Text.
func (f Tick) Described() string { return described(f.Name, f.Hint, f.Error) }

// Format hides what was ticked, whatever the verb.
func (f Tick) Format(s fmt.State, _ rune) { hide(s, f.Name, f.Error) }
