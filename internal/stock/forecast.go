package stock

import (
	"maps"
	"slices"

	"loket/internal/rules"
)

// Forecast is how much of a product can be promised, on which day and where, given what is
// promised. It is exact: what Fits can be handed out, whoever comes first, if what is
// expected comes.
type Forecast struct {
	counted bool
	today   rules.Day
	floor   int64
	arrives map[string]map[int]int64 // by location, and days from today; on hand is of day zero
	demand  map[string]map[int]int64
	last    int // the last day on which anything happens
}

// Forecast returns the forecast of a sheet of which nothing is promised.
func (s Sheet) Forecast() *Forecast {
	f := &Forecast{counted: s.Counted, today: s.today, floor: s.floor, arrives: map[string]map[int]int64{}, demand: map[string]map[int]int64{}}
	for location, n := range s.OnHand {
		f.arrive(location, 0, max(0, n)) // less than nothing is a mistake in the counts, and takes nothing from elsewhere
	}
	for _, d := range s.Deliveries {
		if from, counts := s.Comes(d); counts {
			f.arrive(d.Location, from.Since(s.today), d.N)
		}
	}
	return f
}

// Comes returns the first day on which a delivery can be handed out, and whether it counts:
// somebody is sure of it, and its day is not over. What did not come on its day is not
// expected any more, until somebody says a new one.
func (s Sheet) Comes(d Delivery) (from rules.Day, counts bool) {
	return d.Day.Add(s.lead), d.Confidence == Sure && !d.Day.Before(s.today)
}

// Kept is how many are not promised to anybody, so that there are some for what goes wrong.
func (s Sheet) Kept() int64 { return s.floor }

// Whole is the forecast without what is kept back: what was promised may use it.
func (f *Forecast) Whole() *Forecast {
	f.floor = 0
	return f
}

func (f *Forecast) arrive(location string, day int, n int64) { f.note(f.arrives, location, day, n) }

func (f *Forecast) note(in map[string]map[int]int64, location string, day int, n int64) {
	if in[location] == nil {
		in[location] = map[int]int64{}
	}
	in[location][day] += n
	f.last = max(f.last, day)
}

// Add says that some more are promised at a location on a day. Days that are over count
// for nothing.
func (f *Forecast) Add(location string, day rules.Day, n int) {
	if d := day.Since(f.today); d >= 0 {
		f.note(f.demand, location, d, int64(n))
	}
}

// Fits reports whether some more can be promised at a location on a day. For a product
// that is not counted they always can.
func (f *Forecast) Fits(location string, day rules.Day, n int) bool {
	d := day.Since(f.today)
	if !f.counted {
		return true
	}
	if d < 0 {
		return false
	}
	f.note(f.demand, location, d, int64(n))
	ok := f.holds(d)
	f.demand[location][d] -= int64(n)
	return ok
}

// most bounds what Room looks for.
const most = 1 << 20

// Room is how many more can be promised at a location on a day.
func (f *Forecast) Room(location string, day rules.Day) int {
	low, high := 0, 1 // low fits, or is nothing
	for high < most && f.Fits(location, day, high) {
		low, high = high, 2*high
	}
	for high-low > 1 {
		if middle := (low + high) / 2; f.Fits(location, day, middle) {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

// holds reports whether what is promised can be handed out: on each day what locations
// lacked up to then, each at its worst, is there centrally; and whether from a day on what
// is kept back is left.
func (f *Forecast) holds(from int) bool {
	locations := slices.Collect(maps.Keys(f.demand))
	lack, worst := make([]int64, len(locations)), make([]int64, len(locations))
	var central, left int64
	for day := range f.last + 1 {
		central += f.arrives[Central][day]
		for _, arriving := range f.arrives {
			left += arriving[day]
		}
		needed := int64(0)
		for i, location := range locations {
			n := f.demand[location][day]
			left -= n
			if lack[i] += n; location != Central {
				lack[i] -= f.arrives[location][day]
			}
			worst[i] = max(worst[i], lack[i])
			needed += worst[i]
		}
		if needed > central || day >= from && left < f.floor {
			return false
		}
	}
	return true
}
