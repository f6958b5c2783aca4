package rules

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"cel.dev/cel-go/cel"
)

// Type is the type of a fact or setting.
type Type string

// The types, with the Go type in which a caller gives them.
const (
	Choice Type = "choice" // string, one of the declared values
	YesNo  Type = "yesno"  // bool
	Number Type = "number" // int
	Date   Type = "day"    // Day
)

// Fact is something a rule may ask about.
type Fact struct {
	ID      string   `yaml:"id"`
	Type    Type     `yaml:"type"`
	Values  []string `yaml:"values"`  // of a choice
	Lists   []string `yaml:"lists"`   // of a choice: the ids of these lists are values too
	Default any      `yaml:"default"` // nil: a missing fact is not known yet
	Meaning Words    `yaml:"meaning"`

	at       position
	standard any // the default as CEL sees it; nil if there is none
}

// Facts are given facts by id: string, bool, int or Day, as declared.
type Facts map[string]any

// value returns v as CEL sees it. Its errors never repeat v, which may be
// something a person told.
func (f *Fact) value(v any) (any, error) { return typed(f.Type, f.Values, v) }

// typed turns v, given by a caller or read from YAML, into the Go value that
// CEL takes for type t.
func typed(t Type, values []string, v any) (any, error) {
	switch v := v.(type) {
	case string:
		if t == Choice && slices.Contains(values, v) {
			return v, nil
		}
		if t == Choice {
			return nil, errors.New("is not one of the declared values")
		}
		if t == Date {
			d, err := ParseDay(v)
			return d.utc(), err
		}
	case Day:
		if t == Date && !v.IsZero() {
			return v.utc(), nil
		}
	case bool:
		if t == YesNo {
			return v, nil
		}
	case int:
		if t == Number {
			return int64(v), nil
		}
	case int64:
		if t == Number {
			return v, nil
		}
	case uint64: // how the YAML reader gives a number that is not negative
		if t == Number && v <= 1<<62 {
			return int64(v), nil
		}
	}
	return nil, fmt.Errorf("is not a %s", t)
}

// plain is the inverse of typed for values that are shown: a day is a Day.
func plain(v any) any {
	switch v := v.(type) {
	case time.Time:
		return DayOf(v)
	case int64:
		return int(v)
	}
	return v
}

// cel returns the type in which expressions see t, or nil if t is unknown.
func (t Type) cel() *cel.Type {
	switch t {
	case Choice:
		return cel.StringType
	case YesNo:
		return cel.BoolType
	case Number:
		return cel.IntType
	case Date:
		return cel.TimestampType
	}
	return nil
}

// Setting is a policy with dates: which value holds may change, and each value
// has an owner and a reason.
type Setting struct {
	ID      string         `yaml:"id"`
	Type    Type           `yaml:"type"`
	Allowed []string       `yaml:"allowed"` // of a choice
	Meaning Words          `yaml:"meaning"`
	Values  []SettingValue `yaml:"values"`

	at position
}

// SettingValue is the value of a setting from a day on.
type SettingValue struct {
	Dates    `yaml:",inline"`
	Value    any    `yaml:"value"` // string, bool, int or Day
	Why      Words  `yaml:"why"`
	Inferred bool   `yaml:"inferred"` // no source says so; Why tells how it was chosen
	Source   string `yaml:"source"`
	Owner    string `yaml:"owner"`

	at    position
	typed any // the value as CEL sees it
}

// value returns the value that holds on a day as known on another: of those
// that count, the one known last, and of these the one that began last.
func (s *Setting) value(on, knownAt Day) *SettingValue {
	var best *SettingValue
	for i := range s.Values {
		v := &s.Values[i]
		if !v.count(on, knownAt) {
			continue
		}
		if best == nil || v.later(best.Dates) {
			best = v
		}
	}
	return best
}

// Dates say for which days something holds and since when that was known.
type Dates struct {
	From        Day  `yaml:"from"`        // first day
	To          Day  `yaml:"to"`          // last day; zero for no end known at KnownFrom
	KnownFrom   Day  `yaml:"known_from"`  // day it was decided or published; if not given, From
	Retroactive bool `yaml:"retroactive"` // made after From, for days past too
}

// count reports whether something with these dates counts on a day for who
// knows what was known at knownAt.
func (d Dates) count(on, knownAt Day) bool {
	return !knownAt.Before(d.KnownFrom) && !on.Before(d.From) && (d.To.IsZero() || !on.After(d.To))
}

// later reports whether d was known after e, or at the same day and begins
// after it.
func (d Dates) later(e Dates) bool {
	if c := d.KnownFrom.Compare(e.KnownFrom); c != 0 {
		return c > 0
	}
	return d.From.After(e.From)
}

// complete fills in KnownFrom and returns what is wrong with the dates.
func (d *Dates) complete() error {
	if d.From.IsZero() {
		return errors.New("has no date (from)")
	}
	if d.KnownFrom.IsZero() {
		d.KnownFrom = d.From
	}
	if !d.To.IsZero() && d.To.Before(d.From) {
		return errors.New("ends before it begins")
	}
	if d.KnownFrom.After(d.From) != d.Retroactive {
		if d.Retroactive {
			return errors.New("is marked retroactive but was known when it began")
		}
		return errors.New("begins before it was known; if that is meant, mark it retroactive")
	}
	return nil
}
