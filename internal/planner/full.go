package planner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/location"
	"loket/internal/rules"
)

// Month is the places of one month that people of a region can be given: those that were
// released and have not begun.
type Month struct {
	Month string // YYYY-MM
	Slots int64
	Free  int64 // of these, nobody has them; none is full
}

// Fill says how full a region is, and since when that changes.
type Fill struct {
	Region rules.Item
	Months []Month
	Until  rules.Day // places are given up to this day; zero where none are
	Next   time.Time // the next release; zero where nobody knows
	Likely bool      // that release is expected and not announced
}

const selectMonths = `
	SELECT slot.location_id, substr(slot.day, 1, 7) AS month, count(*) AS slots,
		coalesce(CAST(sum(CASE WHEN slot.state = 'free' THEN 1 ELSE 0 END) AS bigint), 0) AS free
	FROM slot JOIN slot_release ON slot_release.id = slot.release_id
	WHERE slot.state <> 'gone' AND slot.starts_at > $1 AND slot_release.at <= $1
	GROUP BY slot.location_id, substr(slot.day, 1, 7) ORDER BY 2, 1`

// Full returns how full each region is, in the order of the pack.
func (s *Store) Full(ctx context.Context) ([]Fill, error) {
	all, err := s.Locations.Of(ctx)
	if err != nil {
		return nil, err
	}
	type part struct {
		LocationID string
		Month      string
		Slots      int64
		Free       int64
	}
	parts, err := db.Select[part](ctx, s.DB, selectMonths, s.now())
	if err != nil {
		return nil, fmt.Errorf("count what is free: %w", err)
	}
	coming, err := s.Coming(ctx, newsMost)
	if err != nil {
		return nil, err
	}
	var list []Fill
	for _, region := range s.Pack.List(listRegions) {
		f := Fill{Region: region}
		for _, l := range all {
			if l.On(s.Today()) == location.Closed || !s.soonFor(l, region.ID) {
				continue
			}
			if f.Until.Before(l.Plan.Horizon) {
				f.Until = l.Plan.Horizon
			}
			for _, p := range parts {
				if p.LocationID == l.ID {
					f.add(Month{p.Month, p.Slots, p.Free})
				}
			}
			for _, n := range coming {
				if n.Location.ID == l.ID && (f.Next.IsZero() || n.At.Before(f.Next)) {
					f.Next, f.Likely = n.At, n.Expected
				}
			}
		}
		list = append(list, f)
	}
	return list, nil
}

// soonFor reports whether a location is that of a region, or also serves it within a week.
func (s *Store) soonFor(l location.Location, region string) bool {
	soon := l.Plan.Region == region
	for n := range week {
		soon = soon || slices.Contains(l.Regions(s.Today().Add(n)), region)
	}
	return soon
}

// add adds the places of one location to those of a month.
func (f *Fill) add(m Month) {
	i := slices.IndexFunc(f.Months, func(other Month) bool { return other.Month >= m.Month })
	if i < 0 {
		i = len(f.Months)
	}
	if i < len(f.Months) && f.Months[i].Month == m.Month {
		f.Months[i].Slots, f.Months[i].Free = f.Months[i].Slots+m.Slots, f.Months[i].Free+m.Free
		return
	}
	f.Months = slices.Insert(f.Months, i, m)
}

// Health says whether the planner does what it says. It goes by draws alone, which happen
// whether anybody asks or not, so that "full" is never taken for "broken", nor the other
// way round.
type Health struct {
	Works  bool
	Closes time.Time // of the open list; zero where there is none
	Last   time.Time // when a list was drawn last; zero where none was
}

// overdue is how long after its time a list may be open, or without an order.
const overdue = 30 * time.Minute

// Health tells whether lists are closed and drawn in time.
func (s *Store) Health(ctx context.Context) (Health, error) {
	draws, err := s.Draws(ctx, newsDays)
	if err != nil {
		return Health{}, err
	}
	h := Health{Works: true}
	for _, d := range draws {
		switch {
		case d.State == "open":
			h.Closes = d.Closes
			h.Works = h.Works && s.now().Before(d.Closes.Add(overdue))
		case d.State == "closed":
			h.Works = h.Works && s.now().Before(d.Closes.Add(draw.Delay+overdue))
		case h.Last.IsZero() && d.DrawnAt != nil:
			h.Last = *d.DrawnAt
		}
	}
	return h, nil
}
