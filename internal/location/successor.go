package location

import (
	"slices"

	"loket/internal/rules"
)

// inherit lets each location know those that name it as their successor: it serves their
// regions on the days on which they are closed or paused.
func inherit(list []Location) {
	for i := range list {
		list[i].from = nil
	}
	for i := range list {
		for _, p := range list {
			if p.Plan.Successor == list[i].ID && p.ID != list[i].ID {
				p.from = nil
				list[i].from = append(list[i].from, p)
			}
		}
	}
}

// inherited returns the regions that a location serves on a day for others.
func (l Location) inherited(day rules.Day) (regions []string) {
	for _, p := range l.from {
		if state := p.On(day); state == Closed || state == Paused {
			regions = append(regions, p.Regions(day)...)
		}
	}
	return regions
}

// Serves reports whether a location has slots for a region, on a day or later: by its
// plan, or because it succeeds one that does.
func (l Location) Serves(region string, day rules.Day) bool {
	return l.Plan.Serves(region, day) || slices.ContainsFunc(l.from, func(p Location) bool { return p.Plan.Serves(region, day) })
}
