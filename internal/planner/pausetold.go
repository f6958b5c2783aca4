package planner

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"loket/internal/db"
	"loket/internal/point"
	"loket/internal/stock"
)

const (
	// Who asked after an estimate was made has seen it.
	selectUntoldOfPause = `
		SELECT id FROM ask
		WHERE region = $1 AND state IN ('waiting', 'resting') AND asked_at < $2
			AND EXISTS (SELECT 1 FROM ask_member WHERE ask_member.ask_id = ask.id AND ask_member.product = $3)
			AND NOT EXISTS (SELECT 1 FROM pause_told WHERE pause_told.pause_id = $4 AND pause_told.ask_id = ask.id AND pause_told.n >= $5)
		ORDER BY id LIMIT $6`
	upsertPauseTold = `
		INSERT INTO pause_told (pause_id, ask_id, n, told_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (pause_id, ask_id) DO UPDATE SET n = excluded.n, told_at = excluded.told_at WHERE pause_told.n < excluded.n`
)

// ordinal counts what was said of a pause: that it begins, and each estimate.
func ordinal(p stock.Pause) int64 { return 1 + int64(len(p.Estimates)) }

// lastSaid is when something was said of a pause last.
func lastSaid(p stock.Pause) time.Time {
	if len(p.Estimates) == 0 {
		return p.Stated
	}
	return p.Estimate().Stated
}

// tellOfPauses tells those who wait for a product, once, that it is paused, and once of
// each new estimate (PL43).
func (s *Store) tellOfPauses(ctx context.Context) error {
	sheets, err := s.Stock.Sheets(ctx, s.DB)
	if err != nil {
		return err
	}
	for _, sheet := range sheets {
		for _, p := range sheet.Pauses {
			if p.Over(s.Today()) {
				continue
			}
			thing, looks := "told of "+p.ID, strconv.FormatInt(ordinal(p), 10)
			if s.memory.fresh(thing, looks, s.now()) {
				continue
			}
			if err := s.tellOfPause(ctx, sheet.Product, p); err != nil {
				return err
			}
			s.memory.keep(thing, looks, s.now().Add(lookAgain))
		}
	}
	return nil
}

func (s *Store) tellOfPause(ctx context.Context, product string, p stock.Pause) error {
	regions, err := s.regionsOf(ctx, p.Location)
	if err != nil {
		return err
	}
	for _, region := range regions {
		for {
			asks, err := db.Select[string](ctx, s.DB, selectUntoldOfPause, region, lastSaid(p), product, p.ID, ordinal(p), int64(passesBatch))
			if err != nil {
				return fmt.Errorf("find who waits for %s: %w", product, err)
			}
			if len(asks) == 0 {
				break
			}
			if err := s.DB.Update(ctx, func(tx *db.Tx) error { return s.tellSome(ctx, tx, p, asks) }); err != nil {
				return err
			}
			point.Reach("planner.pause-told")
		}
	}
	return nil
}

// tellSome tells some people of a pause. The mark decides: whoever makes it sends the
// message, in this transaction.
func (s *Store) tellSome(ctx context.Context, tx *db.Tx, p stock.Pause, asks []string) error {
	for _, id := range asks {
		n, err := db.Exec(ctx, tx, upsertPauseTold, p.ID, id, ordinal(p), s.now())
		if err != nil {
			return fmt.Errorf("keep that somebody was told: %w", err)
		}
		if n == 0 {
			continue
		}
		if err := s.tell(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

// regionsOf are the regions that a location serves now; all for no location.
func (s *Store) regionsOf(ctx context.Context, locationID string) (list []string, err error) {
	if locationID == stock.Central {
		for _, item := range s.Pack.List(listRegions) {
			list = append(list, item.ID)
		}
		return list, nil
	}
	l, err := s.Locations.One(ctx, locationID)
	if err != nil {
		return nil, err
	}
	list = l.Regions(s.Today())
	slices.Sort(list)
	return slices.Compact(list), nil
}
