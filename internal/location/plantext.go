package location

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"loket/internal/rules"
)

// maxPlan is how long the text of a plan may be, in bytes.
const maxPlan = 64 << 10

// String returns the plan as ParsePlan reads it: JSON, on one line.
func (p Plan) String() string {
	text, err := json.Marshal(p)
	if err != nil { // a day and an instant of a plan can always be written
		return ""
	}
	return string(text)
}

// ParsePlan reads what String writes. What it refuses is a fault of kind Invalid.
func ParsePlan(text string) (Plan, error) {
	if len(text) > maxPlan {
		return Plan{}, invalid("location.plan", "a plan that is too long")
	}
	var p Plan
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&p) != nil || strings.TrimSpace(text[decoder.InputOffset():]) != "" {
		return Plan{}, invalid("location.plan", "a plan that is not JSON of its form")
	}
	if err := p.check(); err != nil {
		return Plan{}, err
	}
	return p, nil
}

// Limits of a plan: what no location has is a slip of the hand.
const (
	maxDesks   = 200
	maxMinutes = 8 * 60
	minMinutes = 5
	maxDays    = 366
	firstYear  = 2000
	lastYear   = 2200
)

// check refuses a plan that cannot be, and brings it into one form.
func (p *Plan) check() error {
	switch {
	case p.Region != "" && !validID(p.Region):
		return invalid("location.region", "a region that no pack has")
	case p.Successor != "" && !validID(p.Successor):
		return invalid("location.successor", "a successor that no pack has")
	case !ordered(p.First, p.Last):
		return invalid("location.last", "a service that ends before it begins")
	case p.Ahead < 0 || p.Ahead > maxDays:
		return invalid("location.horizon", "a horizon beyond a year")
	case !p.Bookable.IsZero() && (p.Bookable.Year() < firstYear || p.Bookable.Year() > lastYear):
		return invalid("location.bookable", "an instant of another age")
	case !all(p.Also, Serving.valid):
		return invalid("location.also", "a region that cannot be")
	case !all(p.Desks, Desks.valid):
		return invalid("location.desks", "desks that cannot be")
	case !all(p.Products, Offering.valid):
		return invalid("location.products", "a product that cannot be")
	case !all(p.Addresses, Address.valid) || !inOrder(p.Addresses):
		return invalid("location.addresses", "an address that cannot be, or out of the order of its day")
	case !all(p.Closed, Closure.valid):
		return invalid("location.closed", "a closure that cannot be")
	case !all(p.Travel, Travel.valid):
		return invalid("location.travel", "a note that cannot be")
	}
	if !p.Bookable.IsZero() {
		p.Bookable = p.Bookable.UTC().Truncate(time.Second)
	}
	return nil
}

func all[T any](list []T, valid func(T) bool) bool {
	return len(list) <= maxEntries && !slices.ContainsFunc(list, func(entry T) bool { return !valid(entry) })
}

// ordered reports whether a last day is not before a first, where both are.
func ordered(first, last rules.Day) bool { return last.IsZero() || !last.Before(first) }

func inOrder(list []Address) bool {
	for i := 1; i < len(list); i++ {
		if !list[i-1].First.Before(list[i].First) {
			return false
		}
	}
	return true
}

var (
	idPattern   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`) // of items of a pack
	langPattern = regexp.MustCompile(`^[a-z]{2,3}$`)
)

func validID(id string) bool { return idPattern.MatchString(id) }

func (s Serving) valid() bool { return ordered(s.First, s.Last) && validID(s.Region) }

func (d Desks) valid() bool {
	return ordered(d.First, d.Last) && d.Number >= 0 && d.Number <= maxDesks && d.Minutes >= minMinutes && d.Minutes <= maxMinutes &&
		all(d.Langs, langPattern.MatchString)
}

func (o Offering) valid() bool { return ordered(o.First, o.Last) && validID(o.Product) }

// valid refuses what could not be written as ParseAddresses reads it.
func (a Address) valid() bool {
	return !a.First.IsZero() && a.Text != "" && strings.Join(strings.Fields(a.Text), " ") == a.Text && !strings.Contains(a.Text, ";") && oneLine(a.Text)
}

func (c Closure) valid() bool {
	return !c.First.IsZero() && !c.Last.IsZero() && ordered(c.First, c.Last) && validWords(c.Why)
}

func (t Travel) valid() bool { return validID(t.By) && len(t.Note) > 0 && validWords(t.Note) }

func validWords(w rules.Words) bool {
	for lang, text := range w {
		if !langPattern.MatchString(lang) || strings.TrimSpace(text) == "" || !oneLine(text) {
			return false
		}
	}
	return true
}

// oneLine reports whether a text is one line of a length that people read.
func oneLine(text string) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= 2*maxLine && !strings.ContainsFunc(text, unicode.IsControl)
}
