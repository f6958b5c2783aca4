package stock_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"loket/internal/rules"
	"loket/internal/stock"
)

// comes is one more thing at a location on a day.
type comes struct {
	location string
	day      int
}

// enough plays the days one after the other: what arrives is put down, whoever comes gets
// one of what lies there, or one of what lies centrally. It is false when somebody gets
// nothing.
func enough(supply, people []comes, days int) bool {
	lies := map[string]int{}
	for day := range days + 1 {
		for _, s := range supply {
			if s.day == day {
				lies[s.location]++
			}
		}
		for _, p := range people {
			if p.day != day {
				continue
			}
			from := p.location
			if lies[from] == 0 {
				from = stock.Central
			}
			if lies[from] == 0 {
				return false
			}
			lies[from]--
		}
	}
	return true
}

// What fits can be handed out, and what does not fit cannot: the forecast says neither too
// much nor too little.
func TestForecastIsExact(t *testing.T) {
	locations := []string{"assen", "deventer", stock.Central}
	rapid.Check(t, func(r *rapid.T) {
		today, days := day(t, "2022-08-16"), 6
		var supply, people []comes
		counts := map[string]int64{}
		for _, location := range locations {
			counts[location] = int64(rapid.IntRange(0, 4).Draw(r, "on hand"))
			for range counts[location] {
				supply = append(supply, comes{location, 0})
			}
		}
		var deliveries []stock.Delivery
		for range rapid.IntRange(0, 3).Draw(r, "deliveries") {
			d := stock.Delivery{Location: rapid.SampledFrom(locations).Draw(r, "to"), Day: today.Add(rapid.IntRange(-2, 4).Draw(r, "on")),
				N: int64(rapid.IntRange(1, 3).Draw(r, "n")), Confidence: rapid.SampledFrom(stock.Confidences()).Draw(r, "confidence")}
			deliveries = append(deliveries, d)
			for range d.N {
				if d.Confidence == stock.Sure && !d.Day.Before(today) {
					supply = append(supply, comes{d.Location, d.Day.Add(2).Since(today)})
				}
			}
		}
		f := stock.SheetOn(today, counts, deliveries, 2, 0).Forecast()
		for range 20 {
			p := comes{rapid.SampledFrom(locations[:2]).Draw(r, "where"), rapid.IntRange(0, days).Draw(r, "when")}
			n := rapid.IntRange(1, 3).Draw(r, "people")
			with := people
			for range n {
				with = append(with, p)
			}
			fits := f.Fits(p.location, today.Add(p.day), n)
			if fits != enough(supply, with, days) {
				r.Fatalf("%d more at %+v: fits %v, with %v and %v", n, p, fits, supply, people)
			}
			if room := f.Room(p.location, today.Add(p.day)); (room >= n) != fits {
				r.Fatalf("%d more at %+v: fits %v, room for %d", n, p, fits, room)
			}
			if fits {
				f.Add(p.location, today.Add(p.day), n)
				people = with
			}
		}
	})
}

// What is kept back is not promised, and may be used for what was.
func TestTheFloor(t *testing.T) {
	today := day(t, "2022-08-16")
	sheet := stock.SheetOn(today, map[string]int64{"assen": 10}, nil, 0, 4)
	f := sheet.Forecast()
	if room := f.Room("assen", today.Add(1)); room != 6 {
		t.Errorf("room for %d", room)
	}
	f.Add("assen", today, 6)
	if f.Fits("assen", today, 1) || !f.Whole().Fits("assen", today, 4) || f.Whole().Fits("assen", today, 5) {
		t.Error("what is kept back is promised, or lost")
	}
	if f.Fits("assen", today.Add(-1), 1) {
		t.Error("something is promised for yesterday")
	}
}

// More than was counted was handed out somewhere: the mistake takes nothing from elsewhere.
func TestLessThanNothing(t *testing.T) {
	today := day(t, "2022-08-16")
	f := stock.SheetOn(today, map[string]int64{"assen": -5, stock.Central: 2}, nil, 0, 0).Forecast()
	if f.Room("deventer", today) != 2 || f.Room("assen", today) != 2 {
		t.Errorf("room for %d and %d", f.Room("deventer", today), f.Room("assen", today))
	}
}

func BenchmarkForecast(b *testing.B) {
	today := day(b, "2022-08-16")
	counts := map[string]int64{stock.Central: 20000}
	for n := range 6 {
		counts[fmt.Sprint("place-", n)] = 2000
	}
	f := stock.SheetOn(today, counts, nil, 0, 0).Forecast()
	for n := range 6 {
		for d := range 30 {
			f.Add(fmt.Sprint("place-", n), today.Add(d), 100)
		}
	}
	for b.Loop() {
		f.Fits("place-3", today.Add(20), 1)
	}
}

func day(t testing.TB, text string) rules.Day {
	t.Helper()
	d, err := rules.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
