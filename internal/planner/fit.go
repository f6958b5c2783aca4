package planner

import (
	"cmp"
	"slices"
	"time"

	"loket/internal/rules"
)

// seat is a slot that is free: a desk at a time.
type seat struct {
	id       string
	location string
	regions  []string // whose people it is for; at least one
	day      rules.Day
	starts   time.Time
	minutes  int
	desk     int64
	langs    []string
	products []string
}

// wish is what an ask needs of slots.
type wish struct {
	region   string
	products []string // of each who gets a document
	coming   []coming // who gets one from a later day on
	lang     string   // that every desk must speak; empty if any will do
	soon     bool     // short notice will do
	from     time.Time
	without  rules.Day // a day on which it has something already; or zero
}

// coming is somebody who is too young for a document until a day.
type coming struct {
	from    rules.Day
	product string
}

// on returns the products of a wish on a day.
func (w wish) on(day rules.Day) []string {
	products := w.products
	for _, c := range w.coming {
		if !day.Before(c.from) {
			products = append(slices.Clip(products), c.product)
		}
	}
	return products
}

// notice is how early slots are given: those before least to nobody, those before full
// only to who can come soon.
type notice struct{ least, full time.Time }

// skip is why an ask does not get any of some slots.
type skip string

// The reasons, as they are kept.
const (
	skipContested skip = "contested"
	skipHousehold skip = "household"
	skipLanguage  skip = "language"
	skipNotice    skip = "notice"
	skipNotBefore skip = "not-before"
	skipProduct   skip = "product"
)

// fit chooses slots of one location and day for all people of a wish: one for each, with
// what they come for, at one time or one after the other, so that each next slot starts
// before those before it have ended, or just then. Of all choices it takes one with
// the earliest first start, of those one with the earliest last start, of those one with
// the fewest desks. The seats are in the order of inOrder. When there is none it says why,
// unless no seat is for its region at all.
func fit(seats []seat, w wish, n notice) ([]seat, skip) {
	left, why := w.sieve(seats, n)
	if len(left) == 0 {
		return nil, why
	}
	var best []seat
	for i, s := range left {
		if best != nil && s.starts.After(best[0].starts) {
			break
		}
		if i > 0 && s.starts.Equal(left[i-1].starts) && s.location == left[i-1].location {
			continue // a first start that was tried
		}
		chosen := household(sameDay(left[i:]), w.on(s.day))
		if chosen != nil && (best == nil || better(chosen, best)) {
			best = chosen
		}
	}
	if best == nil {
		return nil, skipHousehold
	}
	return best, ""
}

// better compares choices with one first start.
func better(a, b []seat) bool {
	return cmp.Or(a[len(a)-1].starts.Compare(b[len(b)-1].starts), cmp.Compare(desks(a), desks(b))) < 0
}

// inOrder compares seats by start, place and desk.
func inOrder(a, b seat) int {
	return cmp.Or(a.starts.Compare(b.starts), cmp.Compare(a.location, b.location), cmp.Compare(a.desk, b.desk))
}

// sieve returns the seats that would do for one of the people at least, and which demand
// left none.
func (w wish) sieve(seats []seat, n notice) ([]seat, skip) {
	for _, demand := range []struct {
		why skip
		met func(seat) bool
	}{
		{"", func(s seat) bool { return slices.Contains(s.regions, w.region) }},
		{skipProduct, func(s seat) bool { return slices.ContainsFunc(w.on(s.day), s.hands) }},
		{skipNotice, func(s seat) bool { return !s.starts.Before(n.least) && (w.soon || !s.starts.Before(n.full)) }},
		{skipNotBefore, func(s seat) bool { return !s.starts.Before(w.from) && s.day != w.without }},
		{skipLanguage, func(s seat) bool { return w.lang == "" || slices.Contains(s.langs, w.lang) }},
	} {
		var left []seat
		for _, s := range seats {
			if demand.met(s) {
				left = append(left, s)
			}
		}
		if seats = left; len(seats) == 0 {
			return nil, demand.why
		}
	}
	return seats, ""
}

func (s seat) hands(product string) bool { return slices.Contains(s.products, product) }

// sameDay returns the seats of the location and day of the first.
func sameDay(seats []seat) []seat {
	var same []seat
	for _, s := range seats {
		if s.location == seats[0].location && s.day == seats[0].day {
			same = append(same, s)
		}
	}
	return same
}

// household chooses seats for all products, the first of them at the start of the first
// seat. It tries one last start after the other, so that few seats are in question.
func household(seats []seat, need []string) []seat {
	first := seats[0].starts
	for i, s := range seats {
		if i+1 < len(seats) && seats[i+1].starts.Equal(s.starts) {
			continue // not the last of those that start then
		}
		if s.starts.Sub(first) > time.Duration(len(need)*longest(seats[:i+1]))*time.Minute {
			return nil
		}
		c := chooser{seats: seats[:i+1], last: s.starts, steps: maxSteps}
		c.try(nil, 0, need)
		if c.best != nil {
			return c.best
		}
	}
	return nil
}

func longest(seats []seat) int {
	most := 0
	for _, s := range seats {
		most = max(most, s.minutes)
	}
	return most
}

// maxSteps bounds how long one household is looked for. It is met only where dozens of
// seats at one time each hand out something else.
const maxSteps = 20_000

// chooser looks through the ways to choose seats.
type chooser struct {
	seats []seat
	last  time.Time // start of the last seat that is chosen
	best  []seat
	desks int // of the best
	steps int
}

// try chooses from the seat at i on, for what is still needed.
func (c *chooser) try(chosen []seat, i int, need []string) {
	if len(need) == 0 {
		if chosen[len(chosen)-1].starts.Equal(c.last) && (c.best == nil || desks(chosen) < c.desks) {
			c.best, c.desks = slices.Clone(chosen), desks(chosen)
		}
		return
	}
	c.steps--
	if c.steps < 0 || len(c.seats)-i < len(need) || c.best != nil && desks(chosen) >= c.desks {
		return
	}
	s := c.seats[i]
	if !follows(chosen, c.seats[0], s) {
		return // and none after it does
	}
	for k, product := range need {
		if s.hands(product) && !slices.Contains(need[:k], product) {
			rest := slices.Delete(slices.Clone(need), k, k+1)
			c.try(append(chosen, s), i+1, rest)
		}
	}
	c.try(chosen, i+1, need)
}

// follows reports whether a seat starts before the last of those chosen has ended, or just
// then; the first that is chosen starts with the first there is.
func follows(chosen []seat, first, s seat) bool {
	return len(chosen) == 0 && s.starts.Equal(first.starts) ||
		slices.ContainsFunc(chosen, func(before seat) bool { return !s.starts.After(before.ends()) })
}

func (s seat) ends() time.Time { return s.starts.Add(time.Duration(s.minutes) * time.Minute) }

// desks counts the desks of some seats.
func desks(seats []seat) int {
	n := 0
	for i, s := range seats {
		if !slices.ContainsFunc(seats[:i], func(t seat) bool { return t.desk == s.desk }) {
			n++
		}
	}
	return n
}

// assign gives each person, who comes for a product, one of the seats that hands it out:
// the places in seats, in the order of products; nil when there is no way.
func assign(seats []seat, products []string) []int {
	taken := make([]int, 0, len(products))
	var try func(int) bool
	try = func(i int) bool {
		if i == len(products) {
			return true
		}
		for k, s := range seats {
			if s.hands(products[i]) && !slices.Contains(taken, k) {
				taken = append(taken, k)
				if try(i + 1) {
					return true
				}
				taken = taken[:len(taken)-1]
			}
		}
		return false
	}
	if len(seats) != len(products) || !try(0) {
		return nil
	}
	return taken
}
