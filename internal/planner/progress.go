package planner

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/rules"
)

// listTold is the pack's list of figures that its owner gave. An item has the fields n, a
// whole number, and on, the day for which it was given; a pack may have none.
const listTold = "told"

// entitledItem is the figure of that list that says how many people the offer is for.
const entitledItem = "entitled"

// progressMonths is how many months are told, the present one among them.
const progressMonths = 12

const (
	countAppointments = `SELECT count(*) AS n FROM appointment WHERE ask_id = $1`
	upsertPace        = `
		INSERT INTO ask_pace (month, region, location_id, wait, lead, n) VALUES ($1, $2, $3, $4, $5, 1)
		ON CONFLICT (month, region, location_id, wait, lead) DO UPDATE SET n = ask_pace.n + 1`
)

// pace counts how long it took until an ask had its first place, in the transaction that
// gave it, which made so many appointments. It stays when the case has gone: days and a
// region are nobody's.
func (s *Store) pace(ctx context.Context, tx *db.Tx, a askRow, o offerRow, made int) error {
	n, err := db.Get[int64](ctx, tx, countAppointments, a.ID)
	if err != nil {
		return fmt.Errorf("look for earlier appointments: %w", err)
	}
	if n > int64(made) {
		return nil
	}
	asked := s.day(a.AskedAt)
	_, err = db.Exec(ctx, tx, upsertPace, asked.String()[:len("2006-01")], a.Region, o.LocationID,
		int64(s.Today().Since(asked)), int64(s.day(o.StartsAt).Since(s.Today())))
	if err != nil {
		return fmt.Errorf("count how long it took: %w", err)
	}
	return nil
}

// Count is a number of people or asks as everybody may see it. Few says that it is one to
// four, and then N is zero: somebody might know who they are.
type Count struct {
	N   int64
	Few bool
}

// Shown returns a number as everybody may see it.
func Shown(n int64) Count {
	if n > 0 && n < leastShown {
		return Count{Few: true}
	}
	return Count{N: n}
}

// Progress is how it goes for everybody together: a promise that all will be served is
// worth what these figures say.
type Progress struct {
	Told    []Told // by the owner of the pack
	Waiting Count  // people whose turn it is not yet
	Offered Count  // people who were offered a place, and said nothing yet or rest
	Booked  Count  // people who have a place
	Served  Count  // people who have their document
	Months  []MonthPace
	Places  []PlacePace
	Regions []RegionPace
	Lane    Lane // of urgent cases
}

// Told is a figure that an owner gave for a day.
type Told struct {
	Item     rules.Item
	N        int64
	On       rules.Day
	Entitled bool
}

// MonthPace is how it went with the asks of a month, as far as it is known today.
type MonthPace struct {
	Month  string // YYYY-MM
	Asked  Count
	Placed Count // of these, those that have or had a place
	// Percent is the share of Asked in Placed, and Wait the median of days from asking to
	// having a place; -1 where either is few.
	Percent, Wait int
}

// PlacePace is the lead time of a location in the last three months: from asking to the
// day of the appointment, and from having it to its day, both as medians in days.
type PlacePace struct {
	LocationID  string
	Days, Ahead int
}

// RegionPace is how fast a region goes.
type RegionPace struct {
	Outlook
	Given    Count     // places that people took in the last seven days
	Forecast rules.Day // on which somebody who asks today has a place, at this pace; zero where nobody can say
}

const (
	selectPaces     = `SELECT month, location_id, wait, lead, n FROM ask_pace WHERE month >= $1 ORDER BY month, location_id, wait, lead`
	selectAskMonths = `
		SELECT substr(day, 1, 7) AS month, coalesce(CAST(sum(n) AS bigint), 0) AS n FROM ask_figure
		WHERE what = 'asked' AND day >= $1 GROUP BY substr(day, 1, 7) ORDER BY 1`
	selectGiven = `
		SELECT region, coalesce(CAST(sum(n) AS bigint), 0) AS n FROM ask_figure
		WHERE what = 'accepted' AND day > $1 GROUP BY region`
	selectStanding = `SELECT state, coalesce(CAST(sum(size) AS bigint), 0) AS n FROM ask GROUP BY state`
	countHolders   = `SELECT count(*) AS n FROM served_number WHERE product <> 'none'`
)

type paceRow struct {
	Month      string
	LocationID string
	Wait       int64
	Lead       int64
	N          int64
}

// Progress returns how it goes, as everybody may see it. It is a few queries, and meant to
// be kept for a while.
func (s *Store) Progress(ctx context.Context) (p Progress, err error) {
	if p.Told, err = s.told(); err != nil {
		return p, err
	}
	if err = s.standing(ctx, &p); err != nil {
		return p, err
	}
	rows, err := db.Select[paceRow](ctx, s.DB, selectPaces, s.monthsAgo(progressMonths-1))
	if err != nil {
		return p, fmt.Errorf("read how long it took: %w", err)
	}
	if p.Months, err = s.months(ctx, rows); err != nil {
		return p, err
	}
	p.Places = places(rows, s.monthsAgo(2))
	if p.Regions, err = s.regionPaces(ctx); err != nil {
		return p, err
	}
	p.Lane, err = s.Lane(ctx)
	return p, err
}

// monthsAgo returns a month, YYYY-MM, some months before the present one.
func (s *Store) monthsAgo(n int) string {
	here := s.Now().In(s.Zone)
	return here.AddDate(0, -n, 1-here.Day()).Format("2006-01")
}

// told returns the owner's figures that were given by today.
func (s *Store) told() (list []Told, err error) {
	for _, item := range s.Pack.List(listTold) {
		n, wrong := strconv.ParseInt(item.Fields["n"], 10, 64)
		on, wrongDay := rules.ParseDay(item.Fields["on"])
		if wrong != nil || wrongDay != nil {
			return nil, fault.New(fault.Internal, "", "pack %s: figure %s has no number or no day", s.Pack.ID, item.ID)
		}
		if !on.After(s.Today()) {
			list = append(list, Told{item, n, on, item.ID == entitledItem})
		}
	}
	return list, nil
}

// standing counts people by how far they are.
func (s *Store) standing(ctx context.Context, p *Progress) error {
	type count struct {
		State State
		N     int64
	}
	counts, err := db.Select[count](ctx, s.DB, selectStanding)
	if err != nil {
		return fmt.Errorf("count people: %w", err)
	}
	var waiting, offered, booked int64
	for _, c := range counts {
		switch c.State {
		case Waiting:
			waiting += c.N
		case Offered, Resting:
			offered += c.N
		case Booked:
			booked += c.N
		} // whose card is made was served, which is counted by number
	}
	served, err := db.Get[int64](ctx, s.DB, countHolders)
	if err != nil {
		return fmt.Errorf("count who was served: %w", err)
	}
	p.Waiting, p.Offered, p.Booked, p.Served = Shown(waiting), Shown(offered), Shown(booked), Shown(served)
	return nil
}

// months returns how it went with the asks of each month.
func (s *Store) months(ctx context.Context, rows []paceRow) ([]MonthPace, error) {
	type count struct {
		Month string
		N     int64
	}
	asked, err := db.Select[count](ctx, s.DB, selectAskMonths, s.monthsAgo(progressMonths-1)+"-01")
	if err != nil {
		return nil, fmt.Errorf("count who asked: %w", err)
	}
	var list []MonthPace
	for _, c := range asked {
		days := histogram{}
		for _, r := range rows {
			if r.Month == c.Month {
				days[r.Wait] += r.N
			}
		}
		m := MonthPace{Month: c.Month, Asked: Shown(c.N), Placed: Shown(days.size()), Percent: nobodySays, Wait: days.median()}
		if !m.Asked.Few && !m.Placed.Few {
			m.Percent = int(100 * days.size() / c.N)
		}
		list = append(list, m)
	}
	return list, nil
}

// places returns the lead times of locations since a month; those with few are left out.
func places(rows []paceRow, since string) (list []PlacePace) {
	whole, lead := map[string]histogram{}, map[string]histogram{}
	for _, r := range rows {
		if r.Month < since {
			continue
		}
		if whole[r.LocationID] == nil {
			whole[r.LocationID], lead[r.LocationID] = histogram{}, histogram{}
		}
		whole[r.LocationID][r.Wait+r.Lead] += r.N
		lead[r.LocationID][r.Lead] += r.N
	}
	for id, days := range whole {
		if days.size() >= leastShown {
			list = append(list, PlacePace{id, days.median(), lead[id].median()})
		}
	}
	slices.SortFunc(list, func(a, b PlacePace) int { return cmp.Compare(a.LocationID, b.LocationID) })
	return list
}

// histogram is how many asks took so many days.
type histogram map[int64]int64

func (h histogram) size() (n int64) {
	for _, count := range h {
		n += count
	}
	return n
}

// median returns the number of days that half of all did not exceed; -1 where few are in it.
func (h histogram) median() int {
	total := h.size()
	if total < leastShown {
		return nobodySays
	}
	var days []int64
	for d := range h {
		days = append(days, d)
	}
	slices.Sort(days)
	var below int64
	for _, d := range days {
		if below += h[d]; 2*below >= total {
			return int(d)
		}
	}
	return nobodySays // not reached: all are below the last
}

// regionPaces adds to the outlook what was given, and a day.
func (s *Store) regionPaces(ctx context.Context) ([]RegionPace, error) {
	outlooks, err := s.Outlook(ctx)
	if err != nil {
		return nil, err
	}
	type count struct {
		Region string
		N      int64
	}
	given, err := db.Select[count](ctx, s.DB, selectGiven, s.Today().Add(-week).String())
	if err != nil {
		return nil, fmt.Errorf("count what was given: %w", err)
	}
	var list []RegionPace
	for _, o := range outlooks {
		r := RegionPace{Outlook: o}
		for _, c := range given {
			if c.Region == o.Region.ID {
				r.Given = Shown(c.N)
			}
		}
		if o.Days >= 0 {
			r.Forecast = s.Today().Add(o.Days)
		}
		list = append(list, r)
	}
	return list, nil
}
