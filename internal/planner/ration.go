package planner

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/rules"
	"loket/internal/stock"
)

// ration is how much of one product the stock lets be promised: its sheet, and the
// forecast with what is promised.
type ration struct {
	sheet    stock.Sheet
	forecast *stock.Forecast
}

// gives reports whether so many can be promised for a day at a location.
func (r *ration) gives(locationID string, day rules.Day, n int) bool {
	return r == nil || r.sheet.Gives(locationID, day) && r.forecast.Fits(locationID, day, n)
}

// rations are those of all products. One that is missing has no limit.
type rations map[string]*ration

// promisedRow is how many of a product are offered or booked.
type promisedRow struct {
	Product    string
	LocationID string
	Day        string
	N          int
}

const selectPromised = `
	SELECT product, location_id, day, count(*) AS n FROM
		(SELECT appointment.product, slot.location_id, slot.day FROM appointment JOIN slot ON slot.id = appointment.slot_id
			WHERE appointment.state = 'booked'
		UNION ALL
		SELECT ask_member.product, offer.location_id, coalesce((SELECT min(slot.day) FROM slot WHERE slot.offer_id = offer.id), '') AS day
			FROM offer JOIN ask_member ON ask_member.ask_id = offer.ask_id
			WHERE offer.state = 'open' AND ask_member.product <> 'none') AS promised
	GROUP BY product, location_id, day`

// rations reads what may be promised. What it says holds if Stock.Take takes it: sheets are
// read before what is promised.
func (s *Store) rations(ctx context.Context, q db.Queryer) (rations, error) {
	sheets, err := s.Stock.Sheets(ctx, q)
	if err != nil {
		return nil, err
	}
	of, counted := rations{}, false
	for _, sheet := range sheets {
		of[sheet.Product] = &ration{sheet, sheet.Forecast()}
		counted = counted || sheet.Counted
	}
	if !counted {
		return of, nil
	}
	promised, err := db.Select[promisedRow](ctx, q, selectPromised)
	if err != nil {
		return nil, fmt.Errorf("count what is promised: %w", err)
	}
	for _, p := range promised {
		day, err := rules.ParseDay(p.Day)
		if r := of[p.Product]; r != nil && err == nil { // an offer without slots is another fault, of which Check tells
			r.forecast.Add(p.LocationID, day, p.N)
		}
	}
	return of, nil
}

// at is a product for a day at a location.
type at struct {
	product  string
	location string
	day      rules.Day
}

// left leaves out of some seats what is not given there, and seats at which nothing is.
func (of rations) left(seats []seat) []seat {
	gives := map[at]bool{}
	var list []seat
	for _, one := range seats {
		var products []string
		for _, product := range one.products {
			here := at{product, one.location, one.day}
			if _, known := gives[here]; !known {
				gives[here] = of[product].gives(one.location, one.day, 1)
			}
			if gives[here] {
				products = append(products, product)
			}
		}
		if one.products = products; len(products) > 0 {
			list = append(list, one)
		}
	}
	return list
}

// starts are the instants from which free slots of a location are looked for: where the
// earliest do not hand everything out, those of the first day on which they do as well.
func (s *Store) starts(l location.Location, of rations) (list []time.Time) {
	for _, item := range s.Pack.List(listProducts) {
		for day := s.Today(); !day.After(l.Plan.Horizon) && day.Since(s.Today()) < furthest; day = day.Add(1) {
			if hands, walkIn := l.Hands(item.ID, day); !hands || walkIn || !of[item.ID].gives(l.ID, day, 1) {
				continue
			}
			if from := s.midnight(day); day.After(s.Today()) && !slices.Contains(list, from) {
				list = append(list, from)
			}
			break
		}
	}
	return list
}

// choose finds seats for a wish within what may be promised. What runs out meanwhile is
// not looked for again in this pass.
func (p *pass) choose(w wish) (chosen []seat, why skip) {
	pool := p.pool
	for {
		if chosen, why = fit(pool, w, p.notice); chosen == nil {
			return nil, why
		}
		p.need = map[string]int{}
		for _, product := range w.on(chosen[0].day) {
			p.need[product]++
		}
		short := ""
		for _, product := range slices.Sorted(maps.Keys(p.need)) {
			if !p.rations[product].gives(chosen[0].location, chosen[0].day, p.need[product]) {
				short = product
			}
		}
		if short == "" {
			return chosen, ""
		}
		here := at{short, chosen[0].location, chosen[0].day}
		if pool = without(pool, here); !p.rations[short].gives(here.location, here.day, 1) {
			p.pool = without(p.pool, here)
		}
		if len(pool) == 0 {
			return nil, skipProduct
		}
	}
}

// without takes a product off the seats of a day at a location.
func without(seats []seat, what at) []seat {
	var list []seat
	for _, one := range seats {
		if one.location == what.location && one.day == what.day {
			one.products = slices.DeleteFunc(slices.Clone(one.products), func(product string) bool { return product == what.product })
		}
		if len(one.products) > 0 {
			list = append(list, one)
		}
	}
	return list
}

// promise promises what was chosen, in the transaction of the offer. It is a fault.TooLate
// when somebody else promised, handed out or changed some since it was read.
func (s *Store) promise(ctx context.Context, tx *db.Tx, of rations, need map[string]int) error {
	for _, product := range slices.Sorted(maps.Keys(need)) {
		if r := of[product]; r != nil {
			if err := s.Stock.Take(ctx, tx, r.sheet); err != nil {
				return err
			}
		}
	}
	return nil
}

// taken counts what was promised, for the next offer of the pass.
func (of rations) taken(locationID string, day rules.Day, need map[string]int) {
	for product, n := range need {
		if r := of[product]; r != nil {
			r.sheet = r.sheet.Taken()
			r.forecast.Add(locationID, day, n)
		}
	}
}

// looks writes what a seat looks like to whoever compares pools.
func (one seat) looks(w io.Writer) { fmt.Fprint(w, one.id, one.products) }

// takeStock promises products for a day at a location, in the transaction that gives it to
// somebody: for whoever gives a slot otherwise than by an offer. need is how many of each
// product. It is a fault.TooLate when the stock does not allow it, or there is a pause.
func (s *Store) takeStock(ctx context.Context, tx *db.Tx, need map[string]int, locationID string, day rules.Day) error {
	for _, product := range slices.Sorted(maps.Keys(need)) {
		if _, err := s.Stock.Lock(ctx, tx, product); err != nil {
			return err
		}
	}
	of, err := s.rations(ctx, tx)
	if err != nil {
		return err
	}
	for product, n := range need {
		if !of[product].gives(locationID, day, n) {
			return fault.New(fault.TooLate, "planner.stock", "there is no %s left for %s", product, day)
		}
	}
	return nil
}
