package planner

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"loket/internal/db"
	"loket/internal/location"
	"loket/internal/rules"
	"loket/internal/stock"
)

// Supply is what the public sees of a product. Counts below five are not told: they are
// minus one.
type Supply struct {
	Product rules.Item
	Made    bool  // after a photo
	Issued  int64 // handed out
	Week    int64 // slots in the next seven days at which it is handed out
	Making  int64 // cards that are made, or on their way
	Ages    []Age // of cards that wait to be fetched
	Pauses  []Halt
	Said    stock.Statement // whether there is enough for everybody
}

// Age is how many cards have waited for some days.
type Age struct {
	From, To int // days, the last not included; zero has no end
	N        int64
}

// Halt is a pause, with where and when the product comes back.
type Halt struct {
	stock.Pause
	Back []Back
}

// Back is a restart at a location.
type Back struct {
	Location    location.Location // empty for everywhere
	First, Last rules.Day
}

const (
	countMaking = `SELECT product, count(*) AS n FROM document WHERE collected_at IS NULL AND returned_at IS NULL AND (ready_on = '' OR ready_on > $1) GROUP BY product`
	countReady  = `SELECT product, ready_on, count(*) AS n FROM document WHERE collected_at IS NULL AND returned_at IS NULL AND ready_on <> '' AND ready_on <= $1 GROUP BY product, ready_on`
)

type madeCount struct {
	Product string
	N       int64
}

type readyCount struct {
	Product string
	ReadyOn string
	N       int64
}

// Supplies returns how it stands with each product, in the order of the pack, as everybody
// may see it. Like Outlook it is meant to be kept for a while.
func (s *Store) Supplies(ctx context.Context) ([]Supply, error) {
	sheets, err := s.Stock.Sheets(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	all, err := s.Locations.Of(ctx)
	if err != nil {
		return nil, err
	}
	today := s.Today().String()
	making, err := db.Select[madeCount](ctx, s.DB, countMaking, today)
	if err != nil {
		return nil, fmt.Errorf("count documents that are made: %w", err)
	}
	ready, err := db.Select[readyCount](ctx, s.DB, countReady, today)
	if err != nil {
		return nil, fmt.Errorf("count documents that wait: %w", err)
	}
	var list []Supply
	for _, sheet := range sheets {
		item, _ := s.Pack.Item(listProducts, sheet.Product)
		_, made, err := s.madeIn(sheet.Product)
		if err != nil {
			return nil, err
		}
		one := Supply{Product: item, Made: made, Issued: told(sheet.Issued), Week: s.weekOf(all, sheet), Said: sheet.Said, Pauses: s.halts(all, sheet)}
		for _, m := range making {
			if m.Product == sheet.Product {
				one.Making = told(m.N)
			}
		}
		if made {
			if one.Ages, err = s.ages(ready, sheet.Product); err != nil {
				return nil, err
			}
		}
		list = append(list, one)
	}
	return list, nil
}

// told is a count as the public sees it.
func told(n int64) int64 {
	if n > 0 && n < leastShown {
		return nobodySays
	}
	return n
}

// ages counts cards by how long they wait, in the steps in which people are reminded. No total
// is told, from which a step too few to tell could be computed.
func (s *Store) ages(ready []readyCount, product string) ([]Age, error) {
	list := []Age{{}}
	for _, id := range [...]string{setCollectFirst, setCollectSecond, setCollectThird} {
		n, err := s.setting(id)
		if err != nil {
			return nil, err
		}
		list[len(list)-1].To = n
		list = append(list, Age{From: n})
	}
	for _, r := range ready {
		day, err := rules.ParseDay(r.ReadyOn)
		if r.Product != product || err != nil {
			continue
		}
		since := s.Today().Since(day)
		i := slices.IndexFunc(list, func(a Age) bool { return a.To == 0 || since < a.To })
		list[i].N += r.N
	}
	for i := range list {
		list[i].N = told(list[i].N)
	}
	return list, nil
}

// weekOf counts the slots of the next seven days at which a product is handed out.
func (s *Store) weekOf(all []location.Location, sheet stock.Sheet) (n int64) {
	for _, l := range all {
		for ahead := range week {
			day := s.Today().Add(ahead + 1)
			if !sheet.Gives(l.ID, day) {
				continue
			}
			for _, slot := range l.Slots(day, s.Zone) {
				if slices.Contains(slot.Products, sheet.Product) {
					n++
				}
			}
		}
	}
	return n
}

// halts are the pauses of a product that keep it, or will keep it, from somewhere where it
// would be handed out.
func (s *Store) halts(all []location.Location, sheet stock.Sheet) (list []Halt) {
	for _, p := range sheet.Pauses {
		halt, day := Halt{Pause: p}, latest(s.Today(), p.StartsOn)
		holds := slices.ContainsFunc(all, func(l location.Location) bool {
			return l.On(s.Today()) != location.Closed && offers(l, sheet.Product, day) && p.Holds(l.ID, day, s.now())
		})
		if !holds {
			continue
		}
		for _, r := range p.Restarts {
			back := Back{First: r.First, Last: r.Last}
			if i := slices.IndexFunc(all, func(l location.Location) bool { return l.ID == r.Location }); i >= 0 {
				back.Location = all[i]
			}
			halt.Back = append(halt.Back, back)
		}
		list = append(list, halt)
	}
	return list
}

// offers reports whether a location has a product in its plan on a day or later.
func offers(l location.Location, product string, day rules.Day) bool {
	return slices.ContainsFunc(l.Plan.Products, func(o location.Offering) bool {
		return o.Product == product && (o.Last.IsZero() || !o.Last.Before(day))
	})
}

// pausesFor are the pauses of what an ask waits for.
func (s *Store) pausesFor(ctx context.Context, a askRow) (list []stock.Pause, err error) {
	sheets, err := s.Stock.Sheets(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	all, err := s.Locations.Of(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(l location.Location) bool { return !slices.Contains(l.Regions(s.Today()), a.Region) })
	for _, sheet := range sheets {
		if slices.Contains(strings.Fields(a.Products), sheet.Product) {
			for _, halt := range s.halts(all, sheet) {
				list = append(list, halt.Pause)
			}
		}
	}
	return list, nil
}
