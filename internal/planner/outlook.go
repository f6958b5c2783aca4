package planner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"loket/internal/db"
	"loket/internal/location"
)

const (
	week       = 7
	leastShown = 5 // fewer people are not told: somebody might know who they are
	nobodySays = -1
)

const (
	selectWaiting = `
		SELECT region, coalesce(CAST(sum(size) AS bigint), 0) AS n FROM ask WHERE state = 'waiting' GROUP BY region`
	selectReleases = `
		SELECT location_id, at, first_day, last_day, slots FROM slot_release WHERE at > $1 ORDER BY at, location_id LIMIT 100`
)

// Release is places of a location that come: nobody can have one before that.
type Release struct {
	LocationID string
	At         time.Time
	FirstDay   string // YYYY-MM-DD
	LastDay    string
	Slots      int64
}

// Releases returns the next releases of all locations, soonest first.
func (s *Store) Releases(ctx context.Context) ([]Release, error) {
	list, err := db.Select[Release](ctx, s.DB, selectReleases, s.now())
	if err != nil {
		return nil, fmt.Errorf("read releases: %w", err)
	}
	return list, nil
}

// Outlook returns how it stands in each region, in the order of the pack, as people may see
// it. It is a few queries for all of them, and meant to be kept for a while.
func (s *Store) Outlook(ctx context.Context) ([]Outlook, error) {
	all, err := s.Locations.Of(ctx)
	if err != nil {
		return nil, err
	}
	type count struct {
		Region string
		N      int64
	}
	counts, err := db.Select[count](ctx, s.DB, selectWaiting)
	if err != nil {
		return nil, fmt.Errorf("count who waits: %w", err)
	}
	waiting := map[string]int64{}
	for _, c := range counts {
		waiting[c.Region] = c.N
	}
	releases, err := s.Releases(ctx)
	if err != nil {
		return nil, err
	}
	var list []Outlook
	for _, region := range s.Pack.List(listRegions) {
		o := Outlook{Region: region, Waiting: waiting[region.ID]}
		s.addPlaces(&o, all, releases)
		if o.Days = nobodySays; o.Week > 0 {
			o.Days = int((s.sharing(region.ID, all, waiting)*week + o.Week - 1) / o.Week)
		}
		if o.Waiting > 0 && o.Waiting < leastShown {
			o.Waiting = nobodySays
		}
		list = append(list, o)
	}
	return list, nil
}

// addPlaces adds the locations of a region that serve it on one of the next seven days, or
// will when they open, with their slots of these days and their next release.
func (s *Store) addPlaces(o *Outlook, all []location.Location, releases []Release) {
	for _, l := range all {
		if today := l.On(s.Today()); l.Plan.Region == o.Region.ID && l.Plan.Successor == "" && (today == location.Closed || today == location.Paused) {
			o.News = l.Plan.News
		}
		serves := l.Plan.Region == o.Region.ID && l.On(s.Today()) != location.Closed
		for n := range week {
			day := s.Today().Add(n + 1)
			if slices.Contains(l.Regions(day), o.Region.ID) && !day.After(l.Plan.Horizon) {
				slots := len(l.Slots(day, s.Zone))
				o.Week += int64(slots)
				serves = serves || slots > 0
			}
		}
		if !serves {
			continue
		}
		o.Places = append(o.Places, l)
		for _, r := range releases {
			if r.LocationID == l.ID && (o.Next.IsZero() || r.At.Before(o.Next)) {
				o.Next = r.At.In(s.Zone)
			}
		}
	}
}

// sharing is how many people wait for the places of a region: where a location serves
// others too in the next seven days, theirs as well.
func (s *Store) sharing(region string, all []location.Location, waiting map[string]int64) (n int64) {
	regions := []string{region}
	for _, l := range all {
		day := s.Today().Add(week)
		if at := l.Regions(day); slices.Contains(at, region) && len(l.Slots(day, s.Zone)) > 0 {
			regions = append(regions, at...)
		}
	}
	slices.Sort(regions)
	for _, r := range slices.Compact(regions) {
		n += waiting[r]
	}
	return n
}
