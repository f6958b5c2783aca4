// Package fault holds the few kinds of error that Loket tells apart, and keeps
// what a person may read away from what only an operator may.
//
// An error made here has a kind, which an edge turns into a page, a problem
// document or an exit code; a message key, which the edge translates for the
// person; and a private text and cause, which go to the log. Error returns the
// private text, so a fault must never be written to a page as it is: use Key.
//
//	return fault.New(fault.TooLate, "mailbox.code.expired", "code is older than its lifetime")
//
// Private texts name things and ids, never a person's data.
package fault

import (
	"errors"
	"fmt"
)

// Kind says what went wrong in the terms an edge needs.
type Kind int

// The kinds. The zero value is Internal: an error nobody classified is ours.
const (
	Internal    Kind = iota // a bug or an unexpected failure
	NotFound                // there is no such thing, or the asker may not know of it
	Invalid                 // the input cannot be accepted; Key says which rule
	Taken                   // somebody or something else has it already
	TooLate                 // a deadline passed, or the state moved on
	Denied                  // the actor may not
	Throttled               // too many tries; try again later
	Unavailable             // something outside is down; nothing was lost
)

var kindNames = [...]string{"internal", "not found", "invalid", "taken", "too late", "denied", "throttled", "unavailable"}

// String returns the kind in lower-case words.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return "internal"
	}
	return kindNames[k]
}

// Error is an error with a kind and a message key that is safe for people.
type Error struct {
	Kind    Kind
	Key     string // key in the message catalogue; empty means the kind's own text
	Private string // for the log; no personal data
	Cause   error
}

// Error returns the private text, causes included. It is not for people.
func (e *Error) Error() string {
	if e.Private == "" {
		return e.Kind.String()
	}
	return e.Private
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New returns an error of kind k. The key names the text a person reads; the
// private text is formatted as by fmt.Errorf, and a %w in it becomes the cause.
func New(k Kind, key, private string, args ...any) error {
	wrapped := fmt.Errorf(private, args...)
	return &Error{Kind: k, Key: key, Private: wrapped.Error(), Cause: errors.Unwrap(wrapped)}
}

// Of returns the kind of err: that of the outermost Error in its chain, and
// Internal for any other error. It must not be called with nil.
func Of(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is a fault of kind k. A nil error has no kind.
func Is(err error, k Kind) bool { return err != nil && Of(err) == k }

// Key returns the message key for people: the one given with the outermost
// Error that has one, else "fault." and its kind with dashes.
func Key(err error) string {
	for f, ok := errors.AsType[*Error](err); ok; f, ok = errors.AsType[*Error](f.Cause) {
		if f.Key != "" {
			return f.Key
		}
	}
	return kindKeys[Of(err)]
}

var kindKeys = [...]string{"fault.internal", "fault.not-found", "fault.invalid", "fault.taken", "fault.too-late",
	"fault.denied", "fault.throttled", "fault.unavailable"}
