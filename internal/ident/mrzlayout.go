package ident

import "strings"

// span is a part of a zone whose lines are joined: from its first offset to
// before its second.
type span [2]int

func (s span) in(zone string) string { return zone[s[0]:s[1]] }

// layout says where a format keeps its fields. Number, birth and expiry are
// each followed by their check digit. The tables are in ICAO Doc 9303: part 4
// for passports (TD3), 5 and 6 for cards (TD1, TD2), 7 for visas (MRV).
type layout struct {
	number, birth, expiry, names span

	// A card puts the rest of a number of more than nine characters here.
	overflow span
	// A passport has a check digit after its optional field.
	optional span
	// All but visas end the line of the dates with a digit over these spans.
	composite int
	covered   []span
}

// layoutOf returns the layout for a zone: three lines of 30 characters, two of
// 36 or two of 44.
func layoutOf(zone string) (layout, bool) {
	visa := strings.HasPrefix(zone, "V")
	switch len(zone) {
	case 3 * 30:
		return layout{number: span{5, 14}, birth: span{30, 36}, expiry: span{38, 44}, names: span{60, 90},
			overflow: span{15, 30}, composite: 59, covered: []span{{5, 30}, {30, 37}, {38, 45}, {48, 59}}}, true
	case 2 * 36:
		l := twoLines(36)
		if !visa {
			l.overflow, l.composite, l.covered = span{64, 71}, 71, []span{{36, 46}, {49, 56}, {57, 71}}
		}
		return l, true
	case 2 * 44:
		l := twoLines(44)
		if !visa {
			l.optional, l.composite, l.covered = span{72, 86}, 87, []span{{44, 54}, {57, 64}, {65, 87}}
		}
		return l, true
	}
	return layout{}, false
}

// twoLines is what the formats of two lines of n characters share.
func twoLines(n int) layout {
	return layout{number: span{n, n + 9}, birth: span{n + 13, n + 19}, expiry: span{n + 21, n + 27}, names: span{5, n}}
}

// check compares all check digits. It returns the document number, and the key of
// the first field that is wrong or "".
func (l layout) check(zone string) (number, key string) {
	number, digit := l.documentNumber(zone)
	switch {
	case !agrees(number, digit):
		return "", "ident.mrz.number-check"
	case !agrees(l.birth.in(zone), zone[l.birth[1]]):
		return "", "ident.mrz.birth-check"
	case !agrees(l.expiry.in(zone), zone[l.expiry[1]]):
		return "", "ident.mrz.expiry-check"
	case l.optional != span{} && !agrees(l.optional.in(zone), zone[l.optional[1]]):
		return "", "ident.mrz.optional-check"
	}
	var covered strings.Builder
	for _, s := range l.covered {
		covered.WriteString(s.in(zone))
	}
	if l.composite > 0 && !agrees(covered.String(), zone[l.composite]) {
		return "", "ident.mrz.composite-check"
	}
	return number, ""
}

// documentNumber returns the number with its fillers and its check digit. A
// filler in the place of the digit says that the number goes on in the overflow
// and that the last character there before a filler is the digit.
func (l layout) documentNumber(zone string) (number string, digit byte) {
	number, digit = l.number.in(zone), zone[l.number[1]]
	rest, _, _ := strings.Cut(l.overflow.in(zone), "<")
	if digit != '<' || len(rest) < 2 {
		return number, digit
	}
	return number + rest[:len(rest)-1], rest[len(rest)-1]
}

// agrees reports whether digit is the check digit of field: the sum of its
// characters times 7, 3, 1, 7, …, modulo ten. A letter counts from 10 for A, a
// filler 0. An empty field may have a filler for its digit.
func agrees(field string, digit byte) bool {
	sum := 0
	for i := range len(field) {
		if at := strings.IndexByte(mrzLetters, field[i]); at > 0 {
			sum += at * [...]int{7, 3, 1}[i%3]
		}
	}
	if digit == '<' {
		return strings.Trim(field, "<") == ""
	}
	return int(digit)-'0' == sum%10
}
