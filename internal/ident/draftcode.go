package ident

import (
	"io"
	"strings"
)

// DraftCode is the secret with which a person takes up a form again, also on
// another device: twice a case number, 100 bits in all, each half with its own
// check character. It is private.
type DraftCode struct{ Private }

// NewDraftCode returns a code from 100 bits of rand. It panics if rand fails.
func NewDraftCode(rand io.Reader) DraftCode {
	return DraftCode{NewPrivate(string(NewCaseNumber(rand)) + string(NewCaseNumber(rand)))}
}

// ParseDraftCode reads a code as people type it, as tolerantly as
// ParseCaseNumber. The error is of kind Invalid.
func ParseDraftCode(text string) (DraftCode, error) {
	if len(text) > maxTyped {
		return DraftCode{}, invalid("ident.draft-code.form", "draft code is far too long")
	}
	var kept strings.Builder
	for _, r := range text {
		if !isSeparator(r) {
			kept.WriteRune(r)
		}
	}
	letters := []rune(kept.String())
	if len(letters) != 2*caseLength {
		return DraftCode{}, invalid("ident.draft-code.form", "draft code has the wrong length")
	}
	first, err1 := ParseCaseNumber(string(letters[:caseLength]))
	second, err2 := ParseCaseNumber(string(letters[caseLength:]))
	if err1 != nil || err2 != nil {
		return DraftCode{}, invalid("ident.draft-code.form", "draft code has a wrong character")
	}
	return DraftCode{NewPrivate(string(first) + string(second))}, nil
}

// Spoken returns the code in the groups in which it is shown to its person.
func (c DraftCode) Spoken() string {
	text := c.Reveal()
	if len(text) != 2*caseLength {
		return text
	}
	return CaseNumber(text[:caseLength]).Spoken() + "-" + CaseNumber(text[caseLength:]).Spoken()
}
