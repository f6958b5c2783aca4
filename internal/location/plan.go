package location

import (
	"time"

	"loket/internal/rules"
)

// Plan is what a location hands out, with how many desks, and from when to when. Its
// days are inclusive; a zero first day has no beginning and a zero last day no end.
type Plan struct {
	Region    string    // item of the pack's list of regions
	Bookable  time.Time // its slots are given from this instant on, and not before
	First     rules.Day // first and last day of service
	Last      rules.Day
	Horizon   rules.Day // slots are given up to this day; zero while none are
	Desks     []Desks
	Products  []Offering
	Addresses []Address
	Closed    []Closure
	Travel    []Travel
}

// Desks is how many desks are staffed, and in which languages.
type Desks struct {
	First, Last rules.Day
	Number      int
	Minutes     int // that one person takes
	Langs       []string
}

// Offering is a product that is handed out.
type Offering struct {
	Product     string // item of the pack's list of products
	First, Last rules.Day
	WalkIn      bool // without an appointment
}

// Address is where a location is from a day on.
type Address struct {
	First rules.Day
	Text  string
}

// Closure is days without service, such as a holiday.
type Closure struct {
	First, Last rules.Day
	Why         rules.Words
}

// Travel is a note for whoever comes by some way.
type Travel struct {
	By   string // car, train, foot
	Note rules.Words
}

// Slot is one desk at one time.
type Slot struct {
	Starts   time.Time
	Minutes  int
	Desk     int // from one
	Langs    []string
	Products []string // without those of walk-in
}

// Slots returns the slots of a day, in order of time and desk: none where the location
// is not open on it, is paused, closed, or the day lies beyond its service.
func (l Location) Slots(day rules.Day, zone *time.Location) []Slot { return nil }

// AddressOn returns where the location is on a day.
func (l Location) AddressOn(day rules.Day) string { return l.Address }

// Hands reports whether a product is handed out on a day, and whether without an
// appointment.
func (l Location) Hands(product string, day rules.Day) (hands, walkIn bool) { return false, false }
