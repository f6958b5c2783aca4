package ident

import (
	"encoding/binary"
	"fmt"
	"io"
)

// CodeDigits is the number of digits of a Code.
const CodeDigits = 8

// Code is the one-time code that a person gets by SMS, by voice or on paper.
// It is a secret and hides itself like a Private. Its digits are Latin in
// every language.
type Code struct{ Private }

// NewCode returns a code, each of the hundred million being as likely. It
// panics if rand fails.
func NewCode(rand io.Reader) Code {
	const codes = 100_000_000
	const limit = 42 * codes // the largest multiple below 2^32: no code is favoured
	for {
		if n := binary.BigEndian.Uint32(randomBytes(rand, 4)); n < limit {
			return Code{NewPrivate(fmt.Sprintf("%0*d", CodeDigits, n%codes))}
		}
	}
}

// ParseCode reads a code as people type it, with spaces or dashes and in
// Arabic or Persian digits. The error is of kind Invalid.
func ParseCode(text string) (Code, error) {
	if len(text) > maxTyped {
		return Code{}, invalid("ident.code.form", "code is far too long")
	}
	digits, only := digitsOf(text)
	if !only || len(digits) != CodeDigits {
		return Code{}, invalid("ident.code.form", "code is not eight digits")
	}
	return Code{NewPrivate(digits)}, nil
}

// Equal reports whether both codes are the same, in constant time. An empty
// code equals nothing, not even another empty one.
func (c Code) Equal(other Code) bool {
	return !c.IsZero() && c.Private.Equal(other.Private)
}
