package planner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"loket/internal/db"
	"loket/internal/location"
	"loket/internal/point"
)

const (
	selectUntoldOpening = `
		SELECT id FROM ask WHERE region = $1 AND state IN ('waiting', 'resting') AND asked_at < $2
			AND NOT EXISTS (SELECT 1 FROM ask_opening WHERE ask_opening.ask_id = ask.id AND ask_opening.location_id = $3 AND opens_on = $4)
		ORDER BY id LIMIT $5`
	insertOpening = `
		INSERT INTO ask_opening (location_id, opens_on, ask_id, told_at)
		SELECT $1, $2, id, $4 FROM ask WHERE id = $3 AND state IN ('waiting', 'resting')
		ON CONFLICT DO NOTHING`
)

// tellOpenings tells those who wait in a region, and asked before, that a location opened
// for it: each once for each opening. The mark and the message are one transaction.
func (s *Store) tellOpenings(ctx context.Context) error {
	all, err := s.Locations.Of(ctx)
	if err != nil {
		return err
	}
	for _, l := range all {
		today := s.Today()
		if l.On(today) != location.Open || l.OpensOn.IsZero() || len(l.Plan.Products) == 0 {
			continue
		}
		thing, looks := "opening of "+l.ID, l.OpensOn.String()+words(l.Regions(today))
		if s.memory.fresh(thing, looks, s.now()) {
			continue
		}
		for _, region := range l.Regions(today) {
			if err := s.tellOpening(ctx, l, region); err != nil {
				return fmt.Errorf("tell that %s opened: %w", l.ID, err)
			}
		}
		s.memory.keep(thing, looks, s.now().Add(lookAgain))
	}
	return nil
}

// tellOpening tells those of a region, batch by batch. Who asked after it opened knew.
func (s *Store) tellOpening(ctx context.Context, l location.Location, region string) error {
	since := s.servedSince(l, region)
	for {
		asks, err := db.Select[string](ctx, s.DB, selectUntoldOpening, region, since, l.ID, l.OpensOn.String(), int64(endBatch))
		if err != nil {
			return fmt.Errorf("find who waited for it: %w", err)
		}
		if len(asks) == 0 {
			return nil
		}
		err = s.DB.Update(ctx, func(tx *db.Tx) error {
			for _, id := range asks {
				n, err := db.Exec(ctx, tx, insertOpening, l.ID, l.OpensOn.String(), id, s.now())
				if err != nil {
					return fmt.Errorf("keep who was told: %w", err)
				}
				if n == 0 { // another process did, or its turn came at this moment
					continue
				}
				if err := s.tell(ctx, tx, id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		point.Reach("planner.opening-told")
		if len(asks) < endBatch {
			return nil
		}
	}
}

// servedSince is since when a location is open for a region: it may have taken it over
// after it opened.
func (s *Store) servedSince(l location.Location, region string) time.Time {
	day := l.OpensOn
	for today := s.Today(); day.Before(today) && !slices.Contains(l.Regions(day), region); {
		day = day.Add(1)
	}
	return s.midnight(day)
}
