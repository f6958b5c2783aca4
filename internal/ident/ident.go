// Package ident holds what identifies a person or a case: the number on a
// letter, a partial birth date, a name in any script, the machine-readable
// zone of a document, a phone number, an e-mail address, case numbers, codes
// and ids.
//
// People type these on a phone, in a hurry, often for somebody else and in
// another script than ours. So each Parse function is tolerant about form
// (spaces, dashes, Arabic digits, letters for digits) and refuses only what
// nobody could use. Whether a number is plausible is a question apart, and
// never a reason to refuse:
//
//	n, err := ident.ParseNumber(form.Number)
//	if err != nil {
//		return err // absurd input: too long, or no digit in it
//	}
//	if !n.Plausible() {
//		page.Warning = "…" // and go on
//	}
//
// # Personal data hide themselves
//
// Everything a person tells about themselves is a [Private] or is built on
// one. Printed, logged or marshalled as JSON or text it shows nothing; Reveal
// is the only way to the text, so that a search for Reveal finds every place
// where personal data leave. CBOR is the exception: sealed bodies are CBOR.
// Errors of this package carry a message key and never the input.
//
// The package is pure: no clock, no network, and random bits are passed in.
package ident

import "loket/internal/fault"

// invalid returns an error of kind fault.Invalid. Its private text must not
// hold any part of the input.
func invalid(key, private string) error {
	return fault.New(fault.Invalid, key, "%s", private)
}
