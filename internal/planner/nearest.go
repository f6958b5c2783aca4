package planner

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/rules"
)

// What a pack tells of the map; a pack may have none.
const (
	listMap         = "country_map"
	mapOutline      = "outline"
	mapAreas        = "postcode-areas"
	fieldMapLines   = "lines"   // as location.ParseLines reads them
	fieldMapCentres = "centres" // "10 52.37,4.89;11 52.33,4.89": first two digits of postcodes and their middle

	areaSize       = 100 // postcodes of one area
	kilometresStep = 5   // in which distances are told: the middle of an area is no front door
	notMeasured    = -1
)

// Near is a location and how far it is from a postcode.
type Near struct {
	Location   location.Location
	Kilometres int  // as the crow flies, roughly; -1 where nobody can say
	Serves     bool // people of the postcode's region can be given a place there, now or within a week
}

// Nearest returns the region of a postcode as people type it, and the locations that are
// not closed for good: those of the region first, the nearest before the others. The
// postcode is kept nowhere. It fails as Region does.
func (s *Store) Nearest(ctx context.Context, postcode string) (rules.Item, []Near, error) {
	region, err := s.Region(postcode)
	if err != nil {
		return region, nil, err
	}
	code, _ := postcodeDigits(postcode) // Region read it
	centre, err := s.centre(code / areaSize)
	if err != nil {
		return region, nil, err
	}
	all, err := s.Locations.Of(ctx)
	if err != nil {
		return region, nil, err
	}
	var list []Near
	for _, l := range all {
		if l.On(s.Today()) == location.Closed {
			continue
		}
		list = append(list, Near{l, roughly(centre, l.Point), s.soonFor(l, region.ID)})
	}
	slices.SortStableFunc(list, func(a, b Near) int {
		if a.Serves != b.Serves {
			if a.Serves {
				return -1
			}
			return 1
		}
		return cmp.Compare(uint(a.Kilometres), uint(b.Kilometres)) // what was not measured comes last
	})
	return region, list, nil
}

// roughly returns a distance in steps, and at least one: nobody is told that a place is
// around the corner.
func roughly(from, to location.Point) int {
	if from.IsZero() || to.IsZero() {
		return notMeasured
	}
	steps := math.Round(from.Kilometres(to) / kilometresStep)
	return max(kilometresStep, int(steps)*kilometresStep)
}

// centre returns the middle of an area of postcodes; the zero Point where the pack has none.
func (s *Store) centre(area int) (location.Point, error) {
	item, ok := s.Pack.Item(listMap, mapAreas)
	if !ok {
		return location.Point{}, nil
	}
	for part := range strings.SplitSeq(item.Fields[fieldMapCentres], ";") {
		digits, at, _ := strings.Cut(strings.TrimSpace(part), " ")
		n, err := strconv.Atoi(digits)
		if err != nil {
			return location.Point{}, fault.New(fault.Internal, "", "pack %s: an area of postcodes that is none", s.Pack.ID)
		}
		if n == area {
			return location.ParsePoint(at)
		}
	}
	return location.Point{}, nil
}

// Outline returns the lines of the pack's map; none where it has no map.
func (s *Store) Outline() ([][]location.Point, error) {
	item, ok := s.Pack.Item(listMap, mapOutline)
	if !ok {
		return nil, nil
	}
	return location.ParseLines(item.Fields[fieldMapLines])
}
