package rules

import (
	"cmp"
	"errors"
	"time"
)

// Day is a calendar day of the proleptic Gregorian calendar, without a time or
// a zone. The zero Day is no day at all. Days compare with == and Compare.
type Day struct{ n int32 } // days since 0000-12-31, so that 0001-01-01 is 1

const dayLayout = "2006-01-02"

// epoch is the day before the first Day; Go's zero time is 0001-01-01.
var epoch = time.Time{}.AddDate(0, 0, -1)

// ParseDay reads a day written YYYY-MM-DD. The error does not repeat the input.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(dayLayout, s)
	if err != nil || t.Year() < 1 {
		return Day{}, errors.New("not a day written YYYY-MM-DD")
	}
	return DayOf(t), nil
}

// DayOf returns the day that t shows in its own location.
func DayOf(t time.Time) Day {
	y, m, d := t.Date()
	midnight := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	return Day{int32((midnight.Unix() - epoch.Unix()) / 86400)}
}

// IsZero reports whether d is no day.
func (d Day) IsZero() bool { return d.n == 0 }

// Compare returns -1, 0 or +1 as d is before, at or after e.
func (d Day) Compare(e Day) int { return cmp.Compare(d.n, e.n) }

// Before reports whether d is before e.
func (d Day) Before(e Day) bool { return d.n < e.n }

// After reports whether d is after e.
func (d Day) After(e Day) bool { return d.n > e.n }

// Add returns the day n days after d, or before it if n is negative.
func (d Day) Add(n int) Day { return Day{d.n + int32(n)} }

// Since returns the number of days from e to d, negative if d is before e.
func (d Day) Since(e Day) int { return int(d.n - e.n) }

// String returns the day as YYYY-MM-DD, and the empty string for no day.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	return d.utc().Format(dayLayout)
}

// MarshalText returns what String does.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Day) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Day{}
		return nil
	}
	parsed, err := ParseDay(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// utc returns the start of the day in UTC, the form in which CEL sees days.
func (d Day) utc() time.Time { return time.Unix(epoch.Unix()+int64(d.n)*86400, 0).UTC() }
