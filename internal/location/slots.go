package location

import (
	"cmp"
	"slices"
	"time"

	"loket/internal/rules"
)

// Slot is one desk at one time. Its lists belong to the plan and must not be modified.
type Slot struct {
	Starts   time.Time
	Minutes  int
	Desk     int // from one
	Langs    []string
	Products []string // without those of walk-in
}

// Slots returns the slots of a day, in order of time and desk: none where HoursOn has
// none, the day lies beyond the horizon, or nothing is handed out by appointment. Slots
// begin when the hours do, also after a break, and end within them. A slot that the
// clocks of the zone jump over, or change in, is not made.
func (l Location) Slots(day rules.Day, zone *time.Location) []Slot {
	products := l.byAppointment(day)
	if len(products) == 0 || l.Plan.Horizon.Before(day) {
		return nil
	}
	hours := l.HoursOn(day)
	var slots []Slot
	first := 1
	for _, d := range l.Plan.Desks {
		if !within(day, d.First, d.Last) {
			continue
		}
		for _, start := range starts(hours, d.Minutes, day, zone) {
			for n := range d.Number {
				slots = append(slots, Slot{start, d.Minutes, first + n, d.Langs, products})
			}
		}
		first += d.Number
	}
	slices.SortFunc(slots, func(a, b Slot) int {
		return cmp.Or(a.Starts.Compare(b.Starts), cmp.Compare(a.Desk, b.Desk))
	})
	return slots
}

// byAppointment returns what is handed out by appointment on a day, each once.
func (l Location) byAppointment(day rules.Day) []string {
	var products []string
	for _, o := range l.Plan.Products {
		if !o.WalkIn && within(day, o.First, o.Last) && !slices.Contains(products, o.Product) {
			products = append(products, o.Product)
		}
	}
	return products
}

// starts returns when the slots of one desk begin.
func starts(hours []Span, minutes int, day rules.Day, zone *time.Location) []time.Time {
	if minutes <= 0 {
		return nil
	}
	var list []time.Time
	for _, s := range hours {
		for from := s.From; from+Clock(minutes) <= s.To; from += Clock(minutes) {
			start := onWall(day, from, zone)
			end := start.Add(time.Duration(minutes) * time.Minute)
			if reads(start, day, from) && reads(end, day, from+Clock(minutes)) {
				list = append(list, start)
			}
		}
	}
	return list
}

// onWall returns the moment when the clocks of the zone show a time; if there is none, one
// when they do not.
func onWall(day rules.Day, at Clock, zone *time.Location) time.Time {
	midnight, err := time.Parse(time.DateOnly, day.String())
	if err != nil { // no day at all
		return time.Time{}
	}
	return time.Date(midnight.Year(), midnight.Month(), midnight.Day(), 0, int(at), 0, 0, zone)
}

// reads reports whether the clocks of t show a time of a day; its end is the next midnight.
func reads(t time.Time, day rules.Day, at Clock) bool {
	if at == 24*60 {
		day, at = day.Add(1), 0
	}
	return rules.DayOf(t) == day && Clock(t.Hour()*60+t.Minute()) == at
}

// Supply is how many slots of a product lie ahead, before and after a change. A slot at
// which several products are handed out counts for each; Product is empty for all slots.
type Supply struct {
	Product       string
	Before, After int
}

// maxAhead is how many days a preview looks ahead.
const maxAhead = 366

// supply compares the slots of two locations from a day on, all first, then by product.
func supply(before, after Location, from rules.Day, zone *time.Location) []Supply {
	list := []Supply{{}}
	count := func(l Location, add func(*Supply)) {
		for day := from; !day.After(l.Plan.Horizon) && day.Since(from) < maxAhead; day = day.Add(1) {
			for _, slot := range l.Slots(day, zone) {
				add(&list[0])
				for _, product := range slot.Products {
					i := slices.IndexFunc(list[1:], func(s Supply) bool { return s.Product == product }) + 1
					if i == 0 {
						i, list = len(list), append(list, Supply{Product: product})
					}
					add(&list[i])
				}
			}
		}
	}
	count(before, func(s *Supply) { s.Before++ })
	count(after, func(s *Supply) { s.After++ })
	slices.SortFunc(list[1:], func(a, b Supply) int { return cmp.Compare(a.Product, b.Product) })
	return list
}
