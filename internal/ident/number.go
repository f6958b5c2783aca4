package ident

import "strings"

// NumberKind says which number a person typed under "number on your letter".
type NumberKind int

// The kinds of number.
const (
	UnknownNumber NumberKind = iota
	BSN                      // citizen service number: nine digits; people leave a leading zero out
	VNumber                  // number of the immigration service (vreemdelingennummer): ten digits
	Voucher                  // of a counter of Loket, for who has neither; see NewVoucher
)

// String returns the kind as sealed bodies, packs and interfaces spell it.
func (k NumberKind) String() string {
	switch k {
	case BSN:
		return "bsn"
	case VNumber:
		return "v-number"
	case Voucher:
		return "voucher"
	}
	return "unknown"
}

// Number is what a person typed as the number on their letter, reduced to what
// identifies: its digits, or if there are letters among them, letters and
// digits in capitals. It is private.
type Number struct{ Private }

// maxNumber is the length beyond which nobody can mean a number on a letter.
const maxNumber = 30

// ParseNumber reads a number as typed, with spaces, dots and dashes, in Latin,
// Arabic or Persian digits, and with a name before it ("BSN 1234…", "V-nr.").
// Empty input gives the zero Number: the field may stay empty. A number that
// is too long or has no digit is an error of kind Invalid; any other passes,
// for who types may not have the letter at hand. Ask Plausible to warn.
func ParseNumber(text string) (Number, error) {
	if len(text) > maxTyped {
		return Number{}, invalid("ident.number.long", "number is far too long")
	}
	if number, ok := voucher(text); ok {
		return number, nil
	}
	letters := alphanumeric(text)
	if letters == "" && strings.TrimFunc(text, isSeparator) == "" {
		return Number{}, nil
	}
	digits, _ := digitsOf(text)
	if digits == "" {
		return Number{}, invalid("ident.number.no-digits", "number has no digits")
	}
	if len(letters) > maxNumber {
		return Number{}, invalid("ident.number.long", "number is too long")
	}
	for _, name := range [...]string{"BSN", "VNUMMER", "VNR", "VN", "V", "NR"} {
		if strings.TrimPrefix(letters, name) == digits {
			letters = digits
		}
	}
	if len(letters) == 8 && letters == digits {
		letters = "0" + letters
	}
	return Number{NewPrivate(letters)}, nil
}

// Kind returns the kind that the number has by its form alone.
func (n Number) Kind() NumberKind {
	text := n.Reveal()
	if number, found := strings.CutPrefix(text, voucherMark); found {
		if _, err := ParseCaseNumber(number); err == nil {
			return Voucher
		}
	}
	if digits, only := digitsOf(text); !only || len(digits) != len(text) {
		return UnknownNumber
	}
	switch len(text) {
	case 9:
		return BSN
	case 10:
		return VNumber
	}
	return UnknownNumber
}

// Plausible reports whether the number can be one of its kind. A BSN must pass
// the eleven test: the sum of its digits times 9, 8, 7, 6, 5, 4, 3, 2 and -1 is
// a multiple of eleven, and not all are zero. For V-numbers no check digit is
// published. False is a reason to ask the person to look again, never to
// refuse; true does not mean that the number exists.
func (n Number) Plausible() bool {
	switch text := n.Reveal(); n.Kind() {
	case BSN:
		sum := -int(text[8] - '0')
		for i := range 8 {
			sum += (9 - i) * int(text[i]-'0')
		}
		return sum%11 == 0 && text != "000000000"
	case VNumber:
		return text != "0000000000"
	case Voucher:
		return true
	}
	return false
}

// Equal reports whether both are the same number, in constant time.
func (n Number) Equal(other Number) bool { return n.Private.Equal(other.Private) }

// DocumentNumber is the number of an identity document of any country: four to
// twenty letters and digits, in capitals. It is private. Which kinds of
// document count is data of a pack.
type DocumentNumber struct{ Private }

// ParseDocumentNumber reads a document number as typed: spaces, dots, dashes
// and the filler "<" of a machine-readable zone are dropped. Letters of other
// scripts are transliterated as in that zone. The error is of kind Invalid.
func ParseDocumentNumber(text string) (DocumentNumber, error) {
	if len(text) > maxTyped {
		return DocumentNumber{}, invalid("ident.document-number.length", "document number is far too long")
	}
	number := alphanumeric(text)
	if len(number) < 4 || len(number) > 20 {
		return DocumentNumber{}, invalid("ident.document-number.length", "document number has not 4 to 20 letters and digits")
	}
	return DocumentNumber{NewPrivate(number)}, nil
}

// Equal reports whether both are the same number, in constant time.
func (d DocumentNumber) Equal(other DocumentNumber) bool { return d.Private.Equal(other.Private) }

// alphanumeric returns the letters and digits of text as A to Z and 0 to 9.
func alphanumeric(text string) string {
	var b strings.Builder
	for _, r := range transliterate(text) {
		if r = asciiDigit(r); 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
			b.WriteRune(r)
		}
	}
	return b.String()
}
