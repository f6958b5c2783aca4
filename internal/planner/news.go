package planner

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"loket/internal/db"
	"loket/internal/location"
	"loket/internal/rules"
)

// NewsKind says what happens, or happened.
type NewsKind string

// The kinds of news.
const (
	NewsOpening   NewsKind = "opening" // the first day of a location
	NewsClosing   NewsKind = "closing" // its last
	NewsMoving    NewsKind = "move"    // the first day at another address
	NewsPausing   NewsKind = "pause"   // staff closed it for now
	NewsReleasing NewsKind = "release" // places are given from then on
	NewsClosed    NewsKind = "draw"    // a list is closed
)

// News is one thing that everybody may know about places. It is made of plans, releases
// and draws alone: nobody writes it, so that it cannot promise what they do not.
type News struct {
	ID       string // the same thing has the same for ever
	Kind     NewsKind
	Location *location.Location // nil for a draw
	At       time.Time          // in the zone of the counters
	WholeDay bool               // At is the midnight with which the day begins
	Address  string             // of an opening or a move
	FirstDay string             // of the places of a release, YYYY-MM-DD
	LastDay  string
	Slots    int64
	Expected bool  // a release that follows from a plan whose horizon moves by itself, and is not announced yet
	Draw     int64 // its number
}

// How far news look back, and how many there are.
const (
	newsDays = 14
	newsMost = 100
)

const selectNewsReleases = `
	SELECT location_id, at, first_day, last_day, slots FROM slot_release WHERE at > $1 ORDER BY at DESC, location_id LIMIT $2`

// News returns what is known to come and what happened in the last two weeks, the latest
// first.
func (s *Store) News(ctx context.Context) ([]News, error) {
	all, err := s.Locations.Of(ctx)
	if err != nil {
		return nil, err
	}
	var list []News
	for _, l := range all {
		list = append(list, s.newsOf(l)...)
	}
	from := s.midnight(s.Today().Add(-newsDays))
	releases, err := db.Select[Release](ctx, s.DB, selectNewsReleases, from, int64(newsMost))
	if err != nil {
		return nil, fmt.Errorf("read releases: %w", err)
	}
	list = append(list, s.released(all, releases)...)
	draws, err := s.Draws(ctx, newsDays)
	if err != nil {
		return nil, err
	}
	for _, d := range draws {
		list = append(list, News{ID: "draw-" + strconv.FormatInt(d.N, 10), Kind: NewsClosed, At: d.Closes.In(s.Zone), Draw: d.N})
	}
	list = slices.DeleteFunc(list, func(n News) bool { return n.At.Before(from) })
	slices.SortStableFunc(list, func(a, b News) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.ID, b.ID)) })
	return list[:min(len(list), newsMost)], nil
}

// newsOf is what the plan of a location tells. Of one that is only announced nobody knows
// a day; of one that moves the next address is known once it says so.
func (s *Store) newsOf(l location.Location) (list []News) {
	add := func(kind NewsKind, day rules.Day, address string) {
		if !day.IsZero() {
			list = append(list, News{ID: string(kind) + "-" + l.ID + "-" + day.String(), Kind: kind, Location: &l, At: s.midnight(day), WholeDay: true, Address: address})
		}
	}
	switch l.State {
	case location.Announced:
		return nil
	case location.Paused:
		if !l.Changed.IsZero() {
			list = append(list, News{ID: fmt.Sprintf("pause-%s-%d", l.ID, l.Changed.Unix()), Kind: NewsPausing, Location: &l, At: l.Changed.In(s.Zone)})
		}
		return list
	case location.Moving:
		if next, ok := l.NextAddress(s.Today()); ok {
			add(NewsMoving, next.First, next.Text)
		}
	}
	add(NewsOpening, l.OpensOn, l.AddressOn(l.OpensOn))
	add(NewsClosing, l.Plan.Last, "")
	return list
}

// released makes news of releases. One of a location that the pack has no more is left out.
func (s *Store) released(all []location.Location, releases []Release) (list []News) {
	for _, r := range releases {
		i := slices.IndexFunc(all, func(l location.Location) bool { return l.ID == r.LocationID })
		if i < 0 {
			continue
		}
		list = append(list, News{ID: fmt.Sprintf("release-%s-%d-%s", r.LocationID, r.At.Unix(), r.FirstDay), Kind: NewsReleasing, Location: &all[i], At: r.At.In(s.Zone),
			FirstDay: r.FirstDay, LastDay: r.LastDay, Slots: r.Slots})
	}
	return list
}

// Coming returns the next releases, soonest first, at most so many: those that are
// announced, and those that follow from plans whose horizon moves by itself. None says
// that nobody knows yet.
func (s *Store) Coming(ctx context.Context, most int) ([]News, error) {
	all, err := s.Locations.Of(ctx)
	if err != nil {
		return nil, err
	}
	releases, err := s.Releases(ctx)
	if err != nil {
		return nil, err
	}
	minutes, err := s.setting(setReleaseNotice)
	if err != nil {
		return nil, err
	}
	list := s.released(all, releases)
	for _, l := range all {
		list = append(list, s.expected(l, time.Duration(minutes)*time.Minute)...)
	}
	slices.SortStableFunc(list, func(a, b News) int { return a.At.Compare(b.At) })
	return list[:min(len(list), most)], nil
}

// expected are the releases of the next days of a location that gives places so many days
// ahead: makeSlots makes them after midnight, and gives them after the notice.
func (s *Store) expected(l location.Location, notice time.Duration) (list []News) {
	if l.Plan.Ahead == 0 || !l.BookableAt(s.Now().In(s.Zone)) || l.Plan.Horizon != s.Today().Add(l.Plan.Ahead) {
		return nil
	}
	later := l
	for n := 1; n <= week; n++ {
		day := s.Today().Add(l.Plan.Ahead + n)
		later.Plan.Horizon = day
		if slots := len(later.Slots(day, s.Zone)); slots > 0 {
			at := s.midnight(s.Today().Add(n)).Add(notice)
			list = append(list, News{ID: fmt.Sprintf("expected-%s-%s", l.ID, day), Kind: NewsReleasing, Location: &l, At: at,
				FirstDay: day.String(), LastDay: day.String(), Slots: int64(slots), Expected: true})
		}
	}
	return list
}
