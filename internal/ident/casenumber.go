package ident

import (
	"io"
	"strings"
)

// caseLetters is the base 32 of Crockford: no I, L, O and U.
const caseLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// caseLength is ten random characters and one check character.
const caseLength = 11

// CaseNumber is the number of a case that people keep, say on the phone and
// type: eleven characters in capitals, without dashes. It names a case and
// opens nothing by itself.
//
// The eleventh character checks the ten before it. It makes the sum of each
// character times a power of 2, in the field of 32 elements, zero. That
// catches every single wrong character and every swap of two characters,
// adjacent or not. ISO 7064 mod 37,36 would need the letters we leave out, and
// Luhn mod 32 misses the swap of 0 and Z.
type CaseNumber string

// NewCaseNumber returns a number from 50 bits of rand. It panics if rand fails.
func NewCaseNumber(rand io.Reader) CaseNumber {
	var b strings.Builder
	for _, r := range randomBytes(rand, caseLength-1) {
		b.WriteByte(caseLetters[r%32])
	}
	b.WriteByte(caseCheck(b.String()))
	return CaseNumber(b.String())
}

// ParseCaseNumber reads a number as people type it: in lower case, with
// spaces, dots or dashes anywhere, O for 0, I and L for 1, Arabic or Persian
// digits. The error is of kind Invalid and says whether the length, a
// character or the check character is wrong.
func ParseCaseNumber(text string) (CaseNumber, error) {
	if len(text) > maxTyped {
		return "", invalid("ident.case-number.length", "case number is far too long")
	}
	number, ok := typedLetters(text)
	if !ok {
		return "", invalid("ident.case-number.letters", "case number has a character that none has")
	}
	if len(number) != caseLength {
		return "", invalid("ident.case-number.length", "case number has the wrong length")
	}
	if caseCheck(number[:caseLength-1]) != number[caseLength-1] {
		return "", invalid("ident.case-number.check", "case number has the wrong check character")
	}
	return CaseNumber(number), nil
}

// typedLetters returns the case letters of a text as people type it.
func typedLetters(text string) (letters string, ok bool) {
	var b strings.Builder
	for _, r := range text {
		switch r = asciiDigit(r); {
		case isSeparator(r):
			continue
		case r == 'o' || r == 'O':
			r = '0'
		case strings.ContainsRune("iIlL", r):
			r = '1'
		case 'a' <= r && r <= 'z':
			r -= 'a' - 'A'
		}
		if !strings.ContainsRune(caseLetters, r) {
			return "", false
		}
		b.WriteRune(r)
	}
	return b.String(), true
}

// Spoken returns the number in the groups in which it is shown and said:
// "K7P4-9XQ2-M3G". It is the same in every language.
func (n CaseNumber) Spoken() string {
	if len(n) != caseLength {
		return string(n)
	}
	return string(n[:4] + "-" + n[4:8] + "-" + n[8:])
}

// caseCheck returns the check character of at most thirty case letters. By Horner's
// rule, character i of n is multiplied by 2 to the power of n-i; the check character
// itself has weight 1.
func caseCheck(letters string) byte {
	sum := 0
	for i := range len(letters) {
		sum = timesTwo(sum ^ strings.IndexByte(caseLetters, letters[i]))
	}
	return caseLetters[sum]
}

// timesTwo multiplies by 2 in the field of 32 elements with the polynomial
// x^5 + x^2 + 1, in which 2 runs through all 31 other elements.
func timesTwo(x int) int {
	x <<= 1
	if x >= 32 {
		x ^= 0b100101
	}
	return x
}
