package planner

import (
	"context"

	"loket/internal/rules"
	"loket/internal/stock"
)

// Shelf is a product as staff see it: what is known of it, and how much there will be.
type Shelf struct {
	stock.Sheet
	Ahead []Ahead
}

// Ahead is how much of a product there is at the end of a day, if nobody else is promised
// any.
type Ahead struct {
	Day      rules.Day
	Comes    int64 // of deliveries that count, from today on
	Promised int64 // to whoever has an appointment or an offer, from today on
	Left     int64 // less than nothing where more is promised than there is
}

// aheadDays are the days of a Shelf, counted from today.
var aheadDays = [...]int{0, 7, 14, 28}

// Shelves returns the products that are begun, in the order of the pack.
func (s *Store) Shelves(ctx context.Context) ([]Shelf, error) {
	sheets, err := s.Stock.Sheets(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	list := make([]Shelf, len(sheets))
	for i, sheet := range sheets {
		if list[i], err = s.Shelf(ctx, sheet); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Shelf says how much there will be of a product by a sheet, which may be one that a
// change would make. Of what nobody counted there is no end, and nothing is said.
func (s *Store) Shelf(ctx context.Context, sheet stock.Sheet) (Shelf, error) {
	shelf := Shelf{Sheet: sheet}
	if !sheet.Counted {
		return shelf, nil
	}
	list, err := s.heldOf(ctx, sheet.Product)
	if err != nil {
		return shelf, err
	}
	for _, n := range aheadDays {
		ahead := Ahead{Day: s.Today().Add(n)}
		for _, d := range sheet.Deliveries {
			if from, counts := sheet.Comes(d); counts && !from.After(ahead.Day) {
				ahead.Comes += d.N
			}
		}
		for _, h := range list {
			if !h.day.Before(s.Today()) && !h.day.After(ahead.Day) {
				ahead.Promised += int64(h.N)
			}
		}
		ahead.Left = sheet.Total() + ahead.Comes - ahead.Promised
		shelf.Ahead = append(shelf.Ahead, ahead)
	}
	return shelf, nil
}
