package planner_test

import (
	"fmt"
	"testing"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/location"
)

// A postcode leads to the places of its region, the nearest first, and then to the others,
// marked as such. What is closed for good is not among them.
func TestNearestByPostcode(t *testing.T) { // P-61 P-62
	w := newWorld(t, db.SQLite)
	for _, test := range []struct {
		postcode, region, first string
		most                    int
	}{
		{"1012 AB", "north-west", "amsterdam", 20},
		{"٩٤٠٥", "north", "assen", 20},
		{"5211", "south", "den-bosch", 20},
		{"6211 AA", "south", "den-bosch", 110},
		{"8011", "east", "deventer", 40},
		{"3584 CS", "central", "nieuwegein", 20},
	} {
		region, near, err := w.Nearest(t.Context(), test.postcode)
		if err != nil || region.ID != test.region || len(near) == 0 || near[0].Location.ID != test.first || !near[0].Serves ||
			near[0].Kilometres > test.most || near[0].Kilometres < 5 {
			t.Errorf("%s: %s, %+v, %v", test.postcode, region.ID, near, err)
			continue
		}
		for i := range near[1:] {
			a, b := near[i], near[i+1]
			if b.Serves && !a.Serves || a.Serves == b.Serves && a.Kilometres > b.Kilometres {
				t.Errorf("%s: %s (%d km) stands before %s (%d km)", test.postcode, a.Location.ID, a.Kilometres, b.Location.ID, b.Kilometres)
			}
			if b.Location.On(w.Today()) == location.Closed {
				t.Errorf("%s leads to %s, which is closed", test.postcode, b.Location.ID)
			}
		}
	}
	if _, _, err := w.Nearest(t.Context(), "999"); !fault.Is(err, fault.Invalid) {
		t.Errorf("no postcode: %v", err)
	}
}

// Each area of postcodes lies in the country, and in its own part of it: nobody of one
// region is told that the nearest town of their own is on the other side.
func TestEveryPostcodeIsSomewhere(t *testing.T) { // P-62
	w := newWorld(t, db.SQLite)
	outline, err := w.Outline()
	must(t, err)
	if len(outline) == 0 {
		t.Fatal("no outline")
	}
	for area := 10; area <= 99; area++ {
		_, near, err := w.Nearest(t.Context(), fmt.Sprintf("%d50", area))
		if err != nil || len(near) == 0 {
			t.Errorf("area %d: %v", area, err)
			continue
		}
		for _, n := range near {
			if n.Kilometres < 5 || n.Kilometres > 300 {
				t.Errorf("area %d is %d km from %s", area, n.Kilometres, n.Location.ID)
			}
		}
	}
}
