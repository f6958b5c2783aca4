package location

import (
	"slices"
	"time"

	"loket/internal/rules"
)

// Plan is what a location hands out, with how many desks, and from when to when. Its
// days are inclusive; a zero first day has no beginning and a zero last day no end.
type Plan struct {
	Region    string     `json:"region,omitzero"`   // item of the pack's list of regions
	Also      []Serving  `json:"also,omitempty"`    // others it serves on some days, see Location.Regions
	Bookable  time.Time  `json:"bookable,omitzero"` // its slots are given from this instant on, and not before
	First     rules.Day  `json:"first,omitzero"`    // first and last day of service
	Last      rules.Day  `json:"last,omitzero"`
	Horizon   rules.Day  `json:"horizon,omitzero"` // slots are given up to this day; zero while none are
	Ahead     int        `json:"ahead,omitzero"`   // the horizon moves on by itself: at least so many days after the day of reading
	Desks     []Desks    `json:"desks,omitempty"`
	Products  []Offering `json:"products,omitempty"`
	Addresses []Address  `json:"addresses,omitempty"` // by day
	Closed    []Closure  `json:"closed,omitempty"`
	Travel    []Travel   `json:"travel,omitempty"`
}

// Serving is a region that is served.
type Serving struct {
	First  rules.Day `json:"first,omitzero"`
	Last   rules.Day `json:"last,omitzero"`
	Region string    `json:"region"`
}

// Desks is how many desks are staffed, and in which languages. Entries of one day add up.
type Desks struct {
	First   rules.Day `json:"first,omitzero"`
	Last    rules.Day `json:"last,omitzero"`
	Number  int       `json:"number"`
	Minutes int       `json:"minutes"` // that one person takes
	Langs   []string  `json:"langs,omitempty"`
}

// Offering is a product that is handed out.
type Offering struct {
	First   rules.Day `json:"first,omitzero"`
	Last    rules.Day `json:"last,omitzero"`
	Product string    `json:"product"`          // item of the pack's list of products
	WalkIn  bool      `json:"walkin,omitempty"` // without an appointment
}

// Address is where a location is from a day on.
type Address struct {
	First rules.Day `json:"first"`
	Text  string    `json:"text"`
}

// Closure is days without service, such as a holiday.
type Closure struct {
	First rules.Day   `json:"first"`
	Last  rules.Day   `json:"last"`
	Why   rules.Words `json:"why,omitempty"`
}

// Travel is a note for whoever comes by some way.
type Travel struct {
	By   string      `json:"by"` // car, train, foot
	Note rules.Words `json:"note"`
}

// within reports whether a day lies from first to last; zero days are no bound.
func within(day, first, last rules.Day) bool {
	return !day.Before(first) && (last.IsZero() || !day.After(last))
}

// HoursOn returns the hours in which somebody is served on a day: none where the location
// is not open on it, has a closure, or the day lies beyond its service.
func (l Location) HoursOn(day rules.Day) []Span {
	if l.On(day) != Open || day.Before(l.OpensOn) || !within(day, l.Plan.First, l.Plan.Last) {
		return nil
	}
	if _, closed := l.ClosedOn(day); closed {
		return nil
	}
	return l.Week.On(day)
}

// ClosedOn returns the closure of a day, and whether there is one.
func (l Location) ClosedOn(day rules.Day) (Closure, bool) {
	for _, c := range l.Plan.Closed {
		if within(day, c.First, c.Last) {
			return c, true
		}
	}
	return Closure{}, false
}

// AddressOn returns where the location is on a day; empty where nobody knows.
func (l Location) AddressOn(day rules.Day) string {
	if len(l.Plan.Addresses) == 0 {
		return l.Address
	}
	text := ""
	for _, a := range l.Plan.Addresses {
		if !day.Before(a.First) {
			text = a.Text
		}
	}
	return text
}

// NextAddress returns where the location moves to after a day, and whether it moves.
func (l Location) NextAddress(day rules.Day) (Address, bool) {
	for _, a := range l.Plan.Addresses {
		if day.Before(a.First) {
			return a, true
		}
	}
	return Address{}, false
}

// Hands reports whether a product is handed out on a day, and whether without an
// appointment.
func (l Location) Hands(product string, day rules.Day) (hands, walkIn bool) {
	if len(l.HoursOn(day)) == 0 {
		return false, false
	}
	for _, o := range l.Plan.Products {
		if o.Product == product && within(day, o.First, o.Last) {
			return true, o.WalkIn
		}
	}
	return false, false
}

// Regions returns the regions whose people can be given a slot of a day, its own first.
func (l Location) Regions(day rules.Day) []string {
	var list []string
	if l.Plan.Region != "" {
		list = append(list, l.Plan.Region)
	}
	for _, s := range l.Plan.Also {
		if within(day, s.First, s.Last) {
			list = append(list, s.Region)
		}
	}
	return list
}

// Serves reports whether it has slots for a region, on a day or later.
func (p Plan) Serves(region string, day rules.Day) bool {
	return p.Region == region || slices.ContainsFunc(p.Also, func(also Serving) bool {
		return also.Region == region && (also.Last.IsZero() || !also.Last.Before(day))
	})
}

// Languages returns the languages that are spoken at the desks of a region, on a day or
// later, sorted.
func Languages(all []Location, region string, day rules.Day) []string {
	var tags []string
	for _, l := range all {
		if l.On(day) == Closed || !l.Plan.Serves(region, day) {
			continue
		}
		for _, desks := range l.Plan.Desks {
			if desks.Last.IsZero() || !desks.Last.Before(day) {
				tags = append(tags, desks.Langs...)
			}
		}
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// at moves the horizon of a plan that moves by itself.
func (p *Plan) at(today rules.Day) {
	if p.Ahead > 0 && p.Horizon.Before(today.Add(p.Ahead)) {
		p.Horizon = today.Add(p.Ahead)
	}
}
