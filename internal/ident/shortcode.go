package ident

import (
	"io"
	"strings"
)

// shortLength is eight random characters and one check character.
const shortLength = 9

// ShortCode names an appointment where its signed code cannot go: on the phone, in a text
// message, on paper. It is nine characters in capitals, without dashes, the last of which
// checks the others as that of a CaseNumber does. It shows and changes nothing by itself.
type ShortCode string

// NewShortCode returns a code from 40 bits of rand. It panics if rand fails.
func NewShortCode(rand io.Reader) ShortCode {
	var b strings.Builder
	for _, r := range randomBytes(rand, shortLength-1) {
		b.WriteByte(caseLetters[r%32])
	}
	b.WriteByte(caseCheck(b.String()))
	return ShortCode(b.String())
}

// ParseShortCode reads a code as people type it, as ParseCaseNumber does. The error is of
// kind Invalid.
func ParseShortCode(text string) (ShortCode, error) {
	if len(text) > maxTyped {
		return "", invalid("ident.short-code.form", "short code is far too long")
	}
	code, ok := typedLetters(text)
	if !ok || len(code) != shortLength || caseCheck(code[:shortLength-1]) != code[shortLength-1] {
		return "", invalid("ident.short-code.form", "short code without the length, letters or check character of one")
	}
	return ShortCode(code), nil
}

// Spoken returns the code in the groups in which it is shown and said: "K7P-49X-Q2M". It
// is the same in every language.
func (c ShortCode) Spoken() string {
	if len(c) != shortLength {
		return string(c)
	}
	return string(c[:3] + "-" + c[3:6] + "-" + c[6:])
}
