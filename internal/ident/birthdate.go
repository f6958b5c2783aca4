package ident

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// BirthDate is a date of birth of which the day, or month and day, may be
// unknown: registries hold such dates for many people. The stored form is
// YYYY-MM-DD with 00 for an unknown part. It is private.
type BirthDate struct{ Private }

// oldestBirth is the year before which nobody alive was born. Earlier years
// are slips of the finger.
const oldestBirth = 1900

// ParseBirthDate reads the stored form, or a date as people type it: day, month
// and year in this order, or year, month and day, between dashes, dots, slashes
// or spaces; unknown parts as X, XX, 0 or 00. The error, of kind Invalid, says which
// part is wrong. Today is the day of the reader, YYYY-MM-DD.
func ParseBirthDate(text, today string) (BirthDate, error) {
	if len(text) > maxTyped {
		return BirthDate{}, invalid("ident.birth-date.form", "birth date is far too long")
	}
	parts := strings.FieldsFunc(text, isSeparator)
	if len(parts) != 3 {
		return BirthDate{}, invalid("ident.birth-date.form", "birth date has not three parts")
	}
	if len([]rune(parts[0])) == 4 {
		parts[0], parts[2] = parts[2], parts[0]
	}
	return NewBirthDate(parts[0], parts[1], parts[2], today)
}

// NewBirthDate reads the three fields of a form. Day and month may be empty, 0
// or X, where they are unknown; a day without a month is an error, as are a date after
// today (YYYY-MM-DD, in the time zone of the reader), one before 1900, and a
// day that its month does not have.
func NewBirthDate(day, month, year, today string) (BirthDate, error) {
	y, ok := datePart(year)
	if !ok || y == 0 {
		return BirthDate{}, invalid("ident.birth-date.year", "year of birth is not a number")
	}
	m, ok := datePart(month)
	if !ok || m > 12 {
		return BirthDate{}, invalid("ident.birth-date.month", "month of birth is not 1 to 12")
	}
	d, ok := datePart(day)
	if !ok || d > 31 {
		return BirthDate{}, invalid("ident.birth-date.day", "day of birth is not 1 to 31")
	}
	switch {
	case y < oldestBirth:
		return BirthDate{}, invalid("ident.birth-date.old", "year of birth is before 1900")
	case d > 0 && m == 0:
		return BirthDate{}, invalid("ident.birth-date.month", "day of birth without a month")
	case d > 0 && time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Day() != d:
		return BirthDate{}, invalid("ident.birth-date.day", "month of birth has no such day")
	}
	stored := fmt.Sprintf("%04d-%02d-%02d", y, m, d)
	// 00 sorts before every day of its month, so that a date which may still be
	// in the past is accepted.
	if stored > today {
		return BirthDate{}, invalid("ident.birth-date.future", "birth date is in the future")
	}
	return BirthDate{NewPrivate(stored)}, nil
}

// datePart reads one part of a date. An unknown part is 0.
func datePart(text string) (n int, ok bool) {
	text = strings.Map(func(r rune) rune {
		if isSeparator(r) {
			return -1
		}
		return asciiDigit(r)
	}, text)
	if strings.Trim(text, "xX×хХ?") == "" { // the last x and X are Cyrillic
		return 0, true
	}
	if len(text) > 4 || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

// Complete reports whether year, month and day are known.
func (b BirthDate) Complete() bool {
	return !b.IsZero() && !strings.HasSuffix(b.Reveal(), "-00")
}

// Agreement says how two partial dates compare.
type Agreement int

// The outcomes of Matches.
const (
	Differs  Agreement = iota // a part that both know is not the same
	Possible                  // all parts that both know are the same; one date knows less
	Exact                     // the same date with the same parts unknown
)

// Matches compares two birth dates. A zero date differs from every other.
// Whether Possible is enough is for the caller: two records of one person may
// differ in what they know, but so may those of two people.
func (b BirthDate) Matches(other BirthDate) Agreement {
	if b.IsZero() || other.IsZero() {
		return Differs
	}
	mine, theirs := b.Reveal(), other.Reveal()
	if b.Private.Equal(other.Private) {
		return Exact
	}
	for _, part := range [...][2]int{{0, 4}, {5, 7}, {8, 10}} {
		m, o := mine[part[0]:part[1]], theirs[part[0]:part[1]]
		if m != o && m != "00" && o != "00" {
			return Differs
		}
	}
	return Possible
}

// AgeOn returns the age in whole years on a day, YYYY-MM-DD. With an unknown
// day or month it is the lowest the person can have. Who was born on 29
// February is a year older on 1 March, as in Dutch law. It is -1 if either
// date is not one or the day is before the birth.
func (b BirthDate) AgeOn(day string) int {
	on, err := time.Parse(time.DateOnly, day)
	stored := b.Reveal()
	if err != nil || stored == "" {
		return -1
	}
	birthday := strings.Replace(stored[4:], "-00-00", "-12-31", 1)
	birthday = strings.Replace(birthday, "-00", "-31", 1)
	year, _ := strconv.Atoi(stored[:4]) // NewBirthDate wrote four digits
	age := on.Year() - year
	if day[4:] < birthday {
		age--
	}
	return max(age, -1)
}

// Equal reports whether both are the same stored date, in constant time.
func (b BirthDate) Equal(other BirthDate) bool { return b.Private.Equal(other.Private) }
