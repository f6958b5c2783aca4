package ident

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Phone is a telephone number in the form of E.164: "+31612345678". It is
// private, and never shown in part: the last digits of a number tell whose it is to
// those who know the person. One phone may serve several people.
type Phone struct{ Private }

// ParsePhone reads a number as typed, with spaces, brackets and dashes, in
// Latin, Arabic or Persian digits, with +, 00 or nothing before it. Region is the
// two-letter code of the country whose numbers need no prefix. A number of that
// country must be one of its plan, so that a missing digit is seen; one of
// another country must only have a length that is possible there, as plans
// change faster than programs. The error is of kind Invalid.
func ParsePhone(text, region string) (Phone, error) {
	if len(text) > maxTyped {
		return Phone{}, invalid("ident.phone.form", "phone number is far too long")
	}
	text = strings.Map(asciiDigit, strings.TrimFunc(text, isSeparator))
	n, err := phonenumbers.Parse(text, region)
	// The library's error may quote the input, so it is not wrapped.
	if err != nil || n.GetExtension() != "" || phonenumbers.IsPossibleNumberWithReason(n) != phonenumbers.IS_POSSIBLE ||
		int(n.GetCountryCode()) == phonenumbers.GetCountryCodeForRegion(region) && !phonenumbers.IsValidNumber(n) {
		return Phone{}, invalid("ident.phone.form", "text is no phone number")
	}
	e164 := phonenumbers.Format(n, phonenumbers.E164)
	if again, err := phonenumbers.Parse(e164, region); err != nil || phonenumbers.Format(again, phonenumbers.E164) != e164 {
		return Phone{}, invalid("ident.phone.form", "phone number has no normal form")
	}
	return Phone{NewPrivate(e164)}, nil
}

// Mobile reports whether the number can get an SMS, by the numbering plan of
// its country. Plans that do not part mobile from fixed lines count as mobile.
func (p Phone) Mobile() bool {
	n, err := phonenumbers.Parse(p.Reveal(), "ZZ")
	if err != nil {
		return false
	}
	kind := phonenumbers.GetNumberType(n)
	return kind == phonenumbers.MOBILE || kind == phonenumbers.FIXED_LINE_OR_MOBILE
}

// Callable reports whether a code may be read out to the number. Numbers of
// premium or shared cost, pagers and those of no known kind are not: calling
// them costs the caller, and somebody may live on that.
func (p Phone) Callable() bool {
	n, err := phonenumbers.Parse(p.Reveal(), "ZZ")
	if err != nil {
		return false
	}
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE, phonenumbers.FIXED_LINE_OR_MOBILE, phonenumbers.VOIP:
		return true
	}
	return false
}

// Equal reports whether both are the same number, in constant time.
func (p Phone) Equal(other Phone) bool { return p.Private.Equal(other.Private) }

// In reports whether the number is one of a country's, given by its two-letter code.
func (p Phone) In(region string) bool {
	n, err := phonenumbers.Parse(p.Reveal(), "ZZ")
	return err == nil && int(n.GetCountryCode()) == phonenumbers.GetCountryCodeForRegion(region)
}
