package ident

import (
	"strings"
	"time"
)

// MRZ is what Loket reads from the machine-readable zone of a document: number,
// birth date, name and expiry. Nationality, issuing state and sex stand there
// too; they are not kept, since nothing here may hold them. A zone whose check
// digits agree is consistent, which is not authentic.
type MRZ struct {
	Code      string // first letter or two: P passport, V visa, A, C or I card
	Number    DocumentNumber
	Birth     BirthDate // zero where the zone leaves the year out
	Expiry    string    // YYYY-MM-DD, or "" where the document does not expire
	Name      Name
	Truncated bool // the name fills the zone and may go on
}

// mrzLetters is the whole alphabet of a zone.
const mrzLetters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// ParseMRZ reads a zone as typed, pasted or scanned: lower case, spaces and
// line ends do not matter. Today, YYYY-MM-DD, decides the centuries: nobody is
// born after it, and expiry is within 50 years of it. The error, of kind
// Invalid, says what is wrong, down to the field whose check digit is.
func ParseMRZ(text, today string) (MRZ, error) {
	if len(text) > 4*maxTyped {
		return MRZ{}, invalid("ident.mrz.length", "zone is far too long")
	}
	on, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return MRZ{}, invalid("ident.mrz.date", "today is not a date")
	}
	zone := strings.ToUpper(strings.Join(strings.Fields(strings.ReplaceAll(text, "«", "<<")), ""))
	if strings.Trim(strings.Map(onlyOther, zone), "<") != "" {
		return MRZ{}, invalid("ident.mrz.letters", "zone has a character that none has")
	}
	l, ok := layoutOf(zone)
	if !ok {
		return MRZ{}, invalid("ident.mrz.length", "zone has not the length of any format")
	}
	return l.read(zone, on)
}

// onlyOther drops the letters and digits of a zone, for strings.Map.
func onlyOther(r rune) rune {
	if strings.ContainsRune(mrzLetters, r) {
		return -1
	}
	return r
}

// read checks the digits of zone and takes its fields.
func (l layout) read(zone string, today time.Time) (MRZ, error) {
	number, key := l.check(zone)
	if key != "" {
		return MRZ{}, invalid(key, "a check digit of the zone is wrong")
	}
	m := MRZ{Code: strings.TrimRight(zone[:2], "<")}
	var err error
	if m.Number, err = ParseDocumentNumber(number); err != nil {
		return MRZ{}, err
	}
	if m.Birth, err = mrzBirth(l.birth.in(zone), today); err != nil {
		return MRZ{}, err
	}
	if m.Expiry, err = mrzExpiry(l.expiry.in(zone), today); err != nil {
		return MRZ{}, err
	}
	names := l.names.in(zone)
	m.Truncated = !strings.HasSuffix(names, "<")
	m.Name, err = mrzName(names)
	return m, err
}

// mrzBirth reads YYMMDD, of which day, month or all may be fillers or zeros.
// The century is that of the youngest person it can be.
func mrzBirth(text string, today time.Time) (BirthDate, error) {
	if strings.Trim(text, "<") == "" {
		return BirthDate{}, nil
	}
	text = strings.ReplaceAll(text, "<", "0")
	on := today.Format(time.DateOnly)
	for _, century := range [...]string{today.Format("2006")[:2], today.AddDate(-100, 0, 0).Format("2006")[:2]} {
		birth, err := NewBirthDate(text[4:], text[2:4], century+text[:2], on)
		if err == nil {
			return birth, nil
		}
	}
	return BirthDate{}, invalid("ident.mrz.date", "birth date of the zone is not a date")
}

// mrzExpiry reads YYMMDD or fillers.
func mrzExpiry(text string, today time.Time) (string, error) {
	if strings.Trim(text, "<") == "" {
		return "", nil
	}
	for _, years := range [...]int{0, 100, -100} {
		century := today.AddDate(years, 0, 0).Format("2006")[:2]
		day, err := time.Parse("20060102", century+text)
		if err == nil && day.After(today.AddDate(-50, 0, 0)) && !day.After(today.AddDate(50, 0, 0)) {
			return day.Format(time.DateOnly), nil
		}
	}
	return "", invalid("ident.mrz.date", "expiry date of the zone is not a date")
}

// mrzName reads SURNAME<<GIVEN<NAMES and returns the given names first. A name
// of one part has no double filler.
func mrzName(text string) (Name, error) {
	surname, given, _ := strings.Cut(strings.Trim(text, "<"), "<<")
	return NewName(strings.ReplaceAll(given+"<"+surname, "<", " "), "")
}
