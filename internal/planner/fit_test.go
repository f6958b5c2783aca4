package planner

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"loket/internal/rules"
)

// noon is a moment before which no seat of these tests is.
func noon() time.Time { return time.Date(2022, 8, 15, 12, 0, 0, 0, time.UTC) }

func drawSeats(t *rapid.T) []seat {
	n := rapid.IntRange(0, 9).Draw(t, "seats")
	seats := make([]seat, 0, n)
	for i := range n {
		s := seat{
			id:       fmt.Sprint(i),
			location: rapid.SampledFrom([]string{"assen", "deventer"}).Draw(t, "location"),
			starts:   noon().Add(time.Duration(rapid.SampledFrom([]int{1, 24 * 60, 24*60 + 15, 24*60 + 30, 24*60 + 60, 48 * 60, 48*60 + 15}).Draw(t, "starts")) * time.Minute),
			regions:  rapid.SampledFrom([][]string{{"north"}, {"north", "east"}, {"north", "south"}}).Draw(t, "regions"),
			minutes:  rapid.SampledFrom([]int{15, 30}).Draw(t, "minutes"),
			desk:     rapid.Int64Range(1, 3).Draw(t, "desk"),
			langs:    rapid.SampledFrom([][]string{{"nl"}, {"nl", "uk"}}).Draw(t, "langs"),
			products: rapid.SampledFrom([][]string{{"sticker"}, {"o-document"}, {"sticker", "o-document"}}).Draw(t, "products"),
		}
		s.day = rules.DayOf(s.starts)
		seats = append(seats, s)
	}
	slices.SortFunc(seats, inOrder)
	return seats
}

func drawWish(t *rapid.T) wish {
	products := rapid.SampledFrom([]string{"sticker", "sticker", "o-document"})
	w := wish{
		region:   rapid.SampledFrom([]string{"north", "north", "east"}).Draw(t, "region"),
		products: rapid.SliceOfN(products, 1, 4).Draw(t, "products"),
		lang:     rapid.SampledFrom([]string{"", "", "uk"}).Draw(t, "lang"),
		soon:     rapid.Bool().Draw(t, "soon"),
		from:     noon().Add(time.Duration(rapid.SampledFrom([]int{0, 0, 30}).Draw(t, "from")) * time.Hour),
	}
	if rapid.Bool().Draw(t, "child") {
		w.coming = []coming{{rules.DayOf(noon()).Add(rapid.IntRange(0, 3).Draw(t, "grown")), "sticker"}}
	}
	return w
}

// suits says in the plainest way whether some seats do for a wish.
func suits(seats []seat, w wish, n notice) bool {
	ends := seats[0].ends()
	for _, s := range seats {
		if s.location != seats[0].location || s.day != seats[0].day || s.starts.Before(n.least) || !w.soon && s.starts.Before(n.full) ||
			s.starts.Before(w.from) || w.lang != "" && !slices.Contains(s.langs, w.lang) || s.starts.After(ends) ||
			!slices.Contains(s.regions, w.region) {
			return false
		}
		ends = time.Unix(max(ends.Unix(), s.ends().Unix()), 0)
	}
	need := w.on(seats[0].day)
	return len(need) == len(seats) && assign(seats, need) != nil
}

// all returns every choice of seats that do.
func all(seats []seat, w wish, n notice) (found [][]seat) {
	for set := 1; set < 1<<len(seats); set++ {
		var chosen []seat
		for i, s := range seats {
			if set>>i&1 == 1 {
				chosen = append(chosen, s)
			}
		}
		if suits(chosen, w, n) {
			found = append(found, chosen)
		}
	}
	return found
}

func compareChoices(a, b []seat) int {
	return cmp.Or(a[0].starts.Compare(b[0].starts), a[len(a)-1].starts.Compare(b[len(b)-1].starts), cmp.Compare(desks(a), desks(b)))
}

// A household gets slots for all or none, with what each comes for, together; the
// earliest that there are.
func TestFitIsTheBestOfAllChoices(t *testing.T) { // P-78 P-82
	n := notice{least: noon().Add(2 * time.Minute), full: noon().Add(24 * time.Hour)}
	rapid.Check(t, func(t *rapid.T) {
		seats, w := drawSeats(t), drawWish(t)
		got, why := fit(seats, w, n)
		want := all(seats, w, n)
		if got == nil {
			if len(want) > 0 {
				t.Fatalf("nothing fits (%s), and these do: %v", why, want[0])
			}
			if why == "" && w.region == "north" && len(seats) > 0 {
				t.Fatal("nothing fits, and nobody says why")
			}
			return
		}
		if !suits(got, w, n) {
			t.Fatalf("these do not fit: %v", got)
		}
		if best := slices.MinFunc(want, compareChoices); compareChoices(got, best) > 0 {
			t.Fatalf("%v are better than %v", best, got)
		}
	})
}

func TestFitSaysWhy(t *testing.T) {
	n := notice{least: noon(), full: noon().Add(24 * time.Hour)}
	at := func(h int) seat {
		s := seat{id: fmt.Sprint(h), location: "assen", regions: []string{"north"}, starts: noon().Add(time.Duration(h) * time.Hour), minutes: 15, desk: 1, langs: []string{"nl"}, products: []string{"sticker"}}
		s.day = rules.DayOf(s.starts)
		return s
	}
	one := []string{"sticker"}
	for _, test := range []struct {
		seats []seat
		wish  wish
		why   skip
	}{
		{[]seat{at(30)}, wish{region: "north", products: one}, ""},
		{[]seat{at(30)}, wish{region: "north", products: []string{"o-document"}}, skipProduct},
		{[]seat{at(5)}, wish{region: "north", products: one}, skipNotice},
		{[]seat{at(5)}, wish{region: "north", products: one, soon: true}, ""},
		{[]seat{at(30)}, wish{region: "north", products: one, from: noon().Add(31 * time.Hour)}, skipNotBefore},
		{[]seat{at(30)}, wish{region: "north", products: one, lang: "uk"}, skipLanguage},
		{[]seat{at(30), at(35)}, wish{region: "north", products: []string{"sticker", "sticker"}}, skipHousehold},
	} {
		if _, why := fit(test.seats, test.wish, n); why != test.why {
			t.Errorf("%+v: %q, want %q", test.wish, why, test.why)
		}
	}
}
