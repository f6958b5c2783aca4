package planner

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/fault"
)

// A list closes once a day. Where there is more than enough for everybody nobody gains by
// that, and people would wait for nothing: then the list that opens closes after a few hours.
// What decides it is reckoned once, at the moment at which a list opens and nobody is on it,
// and is published with its closing and its source at once: so nobody, neither who asks nor
// who runs this, can hasten or hold up a closing. It is one line for the whole country, so
// there has to be enough in every part of it, of everything.

// setDrawShort is after how many hours a list closes where there is plenty; zero: never.
const setDrawShort = "draw_short_hours"

// nextList is when a list closes that opens now, and the JSON of why it closes sooner than
// those of a day; empty for those.
type nextList struct {
	closes time.Time
	short  string
}

// nextList reckons when the list closes that opens now. Only a beacon gives values at all
// hours: dice and parties keep to once a day.
func (s *Store) nextList(ctx context.Context) (next nextList, err error) {
	opens := s.now()
	if next.closes, err = s.nextClosing(opens); err != nil || s.Every > 0 || s.Source != draw.FromBeacon {
		return next, err
	}
	hours, err := s.setting(setDrawShort)
	if err != nil || hours == 0 {
		return next, err
	}
	short := draw.Short{Hours: hours, Opened: opens.In(s.Zone).Format(time.RFC3339)}
	closes := draw.ShortClosing(opens, hours)
	if !closes.Before(next.closes) {
		return next, nil
	}
	if short.Supply, err = s.supplyNow(ctx); err != nil || !short.Plenty() {
		return next, err
	}
	if err := short.Check(closes); err != nil {
		return next, fault.New(fault.Internal, "", "a short list of %d hours: %w", hours, err)
	}
	text, err := json.Marshal(short)
	if err != nil {
		return next, fmt.Errorf("write why a list is short: %w", err)
	}
	return nextList{closes, string(text)}, nil
}

// short returns why a list closes sooner than those of a day; nil for those.
func (row drawRow) short() (*draw.Short, error) {
	if row.Short == "" {
		return nil, nil
	}
	var short draw.Short
	if err := json.Unmarshal([]byte(row.Short), &short); err != nil {
		return nil, fmt.Errorf("read why draw %d is short: %w", row.N, err)
	}
	return &short, nil
}

const (
	// Who waits is counted, and who was on the lists of the last day is counted once more:
	// as many are expected to come.
	selectDemand = `
		SELECT region, products, coalesce(CAST(sum(size) AS bigint), 0) AS n FROM (
			SELECT region, products, size FROM ask WHERE state = 'waiting'
			UNION ALL
			SELECT region, products, size FROM ask JOIN draw ON draw.id = ask.draw_id WHERE draw.closes_at > $1) AS wanted
		GROUP BY region, products ORDER BY region, products`
	lastDay = 24 * time.Hour
)

// wanted is how many people of a region are in asks for some products.
type wanted struct {
	Region, Products string
	N                int64
}

// supplyNow reckons what is free for everybody, and how many want it, by parts of the country
// that share a location and by what is handed out.
func (s *Store) supplyNow(ctx context.Context) ([]draw.Supply, error) {
	all, err := s.Locations.Of(ctx)
	if err != nil {
		return nil, err
	}
	p, err := s.newPass()
	if err != nil {
		return nil, err
	}
	of, err := s.rations(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	seats, err := s.freeSeats(ctx, all, p.notice.full, of)
	if err != nil {
		return nil, err
	}
	demand, err := db.Select[wanted](ctx, s.DB, selectDemand, s.now().Add(-lastDay))
	if err != nil {
		return nil, fmt.Errorf("count who wants a place: %w", err)
	}
	return supplyOf(seats, demand), nil
}

// supplyOf puts what is free beside who wants it. A seat that hands out several things counts
// for each of them, and once for all together.
func supplyOf(seats []seat, demand []wanted) (list []draw.Supply) {
	groups := together(seats)
	for _, d := range demand {
		if !slices.ContainsFunc(groups, func(g []string) bool { return slices.Contains(g, d.Region) }) {
			groups = append(groups, []string{d.Region})
		}
	}
	for _, group := range groups {
		lines := map[string]draw.Supply{}
		count := func(thing string, free, people int) {
			l := lines[thing]
			lines[thing] = draw.Supply{Regions: strings.Join(group, "+"), Thing: thing, Free: l.Free + free, People: l.People + people}
		}
		for _, one := range seats {
			if slices.Contains(group, one.regions[0]) {
				count("", 1, 0)
				for _, thing := range one.products {
					count(thing, 1, 0)
				}
			}
		}
		for _, d := range demand {
			if !slices.Contains(group, d.Region) {
				continue
			}
			count("", 0, int(d.N))
			things := strings.Fields(d.Products)
			for _, thing := range things {
				count(thing, 0, int(d.N)/len(things))
			}
		}
		for _, l := range lines {
			l.People = draw.RoundUp(l.People)
			list = append(list, l)
		}
	}
	slices.SortFunc(list, func(a, b draw.Supply) int { return cmp.Compare(a.Regions+" "+a.Thing, b.Regions+" "+b.Thing) })
	return list
}

// shortLists returns a line for each list that closed sooner than it may.
func (s *Store) shortLists(ctx context.Context) (broken []string, err error) {
	rows, err := db.Select[shortRow](ctx, s.DB, selectShortLists)
	if err != nil {
		return nil, fmt.Errorf("read which lists were short: %w", err)
	}
	for _, row := range rows {
		short, err := drawRow{N: row.N, Short: row.Short}.short()
		if err == nil {
			err = short.Check(row.ClosesAt)
		}
		if err != nil {
			broken = append(broken, fmt.Sprintf("list %d closed sooner than it may: %v", row.N, err))
		}
	}
	return broken, nil
}

type shortRow struct {
	N        int64
	ClosesAt time.Time
	Short    string
}

const selectShortLists = `SELECT n, closes_at, short FROM draw WHERE short <> '' ORDER BY n`
