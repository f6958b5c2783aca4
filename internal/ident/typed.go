package ident

import "strings"

// maxTyped is the length in bytes beyond which a typed number, code or date is
// refused before anything else looks at it.
const maxTyped = 100

// asciiDigit returns the ASCII digit for an Arabic-Indic, Persian or fullwidth
// digit, and any other rune as it is. The keyboard of a person decides which
// digits they send, not the field.
func asciiDigit(r rune) rune {
	for _, zero := range [...]rune{'٠', '۰', '０'} {
		if zero <= r && r <= zero+9 {
			return '0' + r - zero
		}
	}
	return r
}

// isSeparator reports whether r only groups characters: a space of any kind, a
// dash, dot or slash, or a mark of direction that comes along with a paste.
func isSeparator(r rune) bool {
	return strings.ContainsRune(" \t\r\n\u00a0\u202f\u2009-‐‑‒–—−./\u200e\u200f\u061c\u2066\u2067\u2068\u2069\ufeff", r)
}

// digitsOf returns the digits of text as ASCII, and whether there was nothing
// else in it but separators.
func digitsOf(text string) (digits string, only bool) {
	var b strings.Builder
	only = true
	for _, r := range text {
		switch r = asciiDigit(r); {
		case '0' <= r && r <= '9':
			b.WriteRune(r)
		case !isSeparator(r):
			only = false
		}
	}
	return b.String(), only
}
