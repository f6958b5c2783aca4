package ident

import (
	"io"
	"strings"
)

// voucherMark begins every voucher, so that none is taken for the number of a case.
const voucherMark = "W"

// NewVoucher returns a number for somebody who has neither BSN nor V-number: the mark, 50
// bits of rand and the check character of a case number. It panics if rand fails.
func NewVoucher(rand io.Reader) Number {
	return Number{NewPrivate(voucherMark + string(NewCaseNumber(rand)))}
}

// voucher reads a voucher as people type it; all that ParseCaseNumber forgives is forgiven.
func voucher(text string) (Number, bool) {
	text = strings.TrimLeftFunc(text, isSeparator)
	for _, mark := range [...]string{voucherMark, strings.ToLower(voucherMark)} {
		if rest, found := strings.CutPrefix(text, mark); found {
			number, err := ParseCaseNumber(rest)
			return Number{NewPrivate(voucherMark + string(number))}, err == nil
		}
	}
	return Number{}, false
}

// InGroups returns a voucher in the groups in which it stands on paper, "WK7P-49XQ-2M3G",
// and any other number as it is.
func (n Number) InGroups() string {
	text := n.Reveal()
	if n.Kind() != Voucher {
		return text
	}
	return text[:4] + "-" + text[4:8] + "-" + text[8:]
}
