package hcert

import (
	"encoding/base32"
	"errors"
	"strings"
)

// uvciAlphabet is the set of characters of a UVCI that the check character is
// computed over, in the order of their values.
const uvciAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:"

const uvciPrefix = "URN:UVCI:"

// NewUVCI returns a unique vaccination certificate identifier for a country (two
// letters) from 128 random bits: version 01 of the eHealth Network's form, whose
// opaque part says nothing about the person, with a check character.
func NewUVCI(country string, random [16]byte) string {
	opaque := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random[:])
	id := uvciPrefix + "01:" + country + ":" + opaque
	return id + "#" + string(uvciCheck(id))
}

var (
	errUVCIForm  = errors.New("not in the form URN:UVCI:01:country:…")
	errUVCICheck = errors.New("the check character is wrong")
)

// CheckUVCI reports whether an identifier has the form of version 01 and, where
// it ends in # and a check character, whether that fits. The error does not
// repeat the identifier.
func CheckUVCI(id string) error {
	body, check, checked := strings.Cut(id, "#")
	rest, ok := strings.CutPrefix(body, uvciPrefix+"01:")
	country, opaque, colon := strings.Cut(rest, ":")
	if !ok || !colon || opaque == "" || len(country) < 2 || len(country) > 3 {
		return errUVCIForm
	}
	for i := range len(body) {
		if strings.IndexByte(uvciAlphabet, body[i]) < 0 {
			return errUVCIForm
		}
	}
	if checked && (len(check) != 1 || check[0] != uvciCheck(body)) {
		return errUVCICheck
	}
	return nil
}

// uvciCheck is the Luhn algorithm of ISO/IEC 7812-1, taken modulo the size of
// the alphabet. All characters of id are in it.
func uvciCheck(id string) byte {
	const n = len(uvciAlphabet)
	sum, factor := 0, 2
	for i := len(id) - 1; i >= 0; i-- {
		add := factor * strings.IndexByte(uvciAlphabet, id[i])
		sum += add/n + add%n
		factor = 3 - factor
	}
	return uvciAlphabet[(n-sum%n)%n]
}
