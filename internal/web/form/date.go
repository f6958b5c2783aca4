package form

import (
	"fmt"
	"net/url"

	"loket/internal/fault"
)

// Date is a day asked in three controls: Name-day, Name-month and Name-year.
// What each holds stays text, because people know parts of a birth date only.
type Date struct {
	Name    string
	Label   string // message keys, as in Text
	Hint    string
	Who     string
	Heading bool
	Birth   bool // a birthday of the person who types: browsers may fill it in

	Day, Month, Year string // as typed
	Error            string // message key, or empty
	Wrong            Part   // the control the error is about; the zero value is all of them
}

// Part names one of the three controls.
type Part string

// The parts of a date.
const (
	Day   Part = "day"
	Month Part = "month"
	Year  Part = "year"
)

func (f *Date) read(values url.Values) {
	const limit = 20 // a month may be typed as a word
	f.Error, f.Wrong = "", ""
	for part, value := range map[Part]*string{Day: &f.Day, Month: &f.Month, Year: &f.Year} {
		problem := ""
		if *value, problem = line(values, f.Name+"-"+string(part), limit); problem != "" {
			f.Error = "form.date.invalid"
		}
	}
}

func (f *Date) problem() Problem {
	if f.Error == "" {
		return Problem{}
	}
	part := f.Wrong
	if part == "" {
		part = Day
	}
	return Problem{Control: f.Name + "-" + string(part), Key: f.Error}
}

// Require marks a date of which nothing was typed with the message key. It
// reports whether something was.
func (f *Date) Require(key string) bool {
	empty := f.Day == "" && f.Month == "" && f.Year == ""
	if empty && f.Error == "" {
		f.Error = key
	}
	return !empty
}

// Described is as for Text.
func (f Date) Described() string { return described(f.Name, f.Hint, f.Error) }

// Format hides what was typed, whatever the verb.
func (f Date) Format(s fmt.State, _ rune) { hide(s, f.Name, f.Error) }

// Parts returns the three controls in their order on the page.
func (f Date) Parts() []DatePart {
	parts := []DatePart{
		{Part: Day, Label: "common.date.day", Value: f.Day, Width: 2},
		{Part: Month, Label: "common.date.month-field", Value: f.Month, Width: 2},
		{Part: Year, Label: "common.date.year", Value: f.Year, Width: 4},
	}
	for i := range parts {
		p := &parts[i]
		p.Name = f.Name + "-" + string(p.Part)
		p.Wrong = f.Error != "" && (f.Wrong == "" || f.Wrong == p.Part)
		if f.Birth {
			p.Autocomplete = "bday-" + string(p.Part)
		}
	}
	return parts
}

// DatePart is what a template needs to draw one of the three controls.
type DatePart struct {
	Part                             Part
	Name, Label, Value, Autocomplete string
	Width                            int
	Wrong                            bool
}

// ParseDate is Parse for a date; parse gets day, month and year as typed.
func ParseDate[T any](f *Date, parse func(day, month, year string) (T, error)) T {
	var zero T
	if f.Error != "" || (f.Day == "" && f.Month == "" && f.Year == "") {
		return zero
	}
	value, err := parse(f.Day, f.Month, f.Year)
	if err != nil {
		f.Error = fault.Key(err)
		return zero
	}
	return value
}
