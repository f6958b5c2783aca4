package planner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/point"
	"loket/internal/rules"
)

const upsertAddress = `
	INSERT INTO ask_address (ask_id, location_id, day, address, told_at) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (ask_id) DO UPDATE SET location_id = excluded.location_id, day = excluded.day, address = excluded.address, told_at = excluded.told_at`

// keepAddress remembers which address the person of an offer that is accepted was shown.
func (s *Store) keepAddress(ctx context.Context, tx *db.Tx, askID string, o offerRow) error {
	place, err := s.Locations.Within(ctx, tx, o.LocationID)
	if fault.Is(err, fault.NotFound) { // it left the pack since
		return nil
	}
	if err != nil {
		return fmt.Errorf("find the location of an offer: %w", err)
	}
	day := s.day(o.StartsAt)
	if _, err := db.Exec(ctx, tx, upsertAddress, askID, o.LocationID, day.String(), place.AddressOn(day), s.now()); err != nil {
		return fmt.Errorf("keep which address was told: %w", err)
	}
	return nil
}

// toldAddress is an address that somebody was told for a day.
type toldAddress struct{ LocationID, Day, Address string }

const (
	selectToldAddresses = `
		SELECT DISTINCT ask_address.location_id, day, address FROM ask_address JOIN ask ON ask.id = ask_address.ask_id
		WHERE ask.state = 'booked' AND day >= $1 ORDER BY location_id, day, address`
	selectToldBy = `
		SELECT ask_id FROM ask_address JOIN ask ON ask.id = ask_address.ask_id
		WHERE ask.state = 'booked' AND location_id = $1 AND day = $2 AND address = $3 ORDER BY ask_id LIMIT $4`
	updateAddress = `UPDATE ask_address SET address = $3, told_at = $4 WHERE ask_id = $1 AND day = $2 AND address = $5`
)

// tellAddresses tells those who have a place on a day on which the location is somewhere
// else than they were told, each once for each change: the address they know and the
// message change in one transaction.
func (s *Store) tellAddresses(ctx context.Context) error {
	all, err := s.Locations.Of(ctx)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%v", all))
	const thing = "addresses"
	looks := s.Today().String() + hex.EncodeToString(sum[:])
	if s.memory.fresh(thing, looks, s.now()) {
		return nil
	}
	list, err := db.Select[toldAddress](ctx, s.DB, selectToldAddresses, s.Today().String())
	if err != nil {
		return fmt.Errorf("find the addresses that were told: %w", err)
	}
	for _, t := range list {
		i := slices.IndexFunc(all, func(l location.Location) bool { return l.ID == t.LocationID })
		if i < 0 {
			continue
		}
		day, err := rules.ParseDay(t.Day)
		if err != nil {
			return fmt.Errorf("read the day of an address: %w", err)
		}
		if err := s.tellMoved(ctx, t, all[i].AddressOn(day)); err != nil {
			return err
		}
	}
	s.memory.keep(thing, looks, s.now().Add(lookAgain))
	return nil
}

// tellMoved tells all who know another address than the one that holds now. One that
// nobody knows any more is not told.
func (s *Store) tellMoved(ctx context.Context, t toldAddress, now string) error {
	for now != t.Address && now != "" {
		n, err := s.tellAddress(ctx, t, now)
		if err != nil || n < endBatch {
			return err
		}
	}
	return nil
}

// tellAddress tells a batch of those who know another address than the one that holds, and
// returns how many it found.
func (s *Store) tellAddress(ctx context.Context, t toldAddress, now string) (int, error) {
	asks, err := db.Select[string](ctx, s.DB, selectToldBy, t.LocationID, t.Day, t.Address, int64(endBatch))
	if err != nil || len(asks) == 0 {
		return 0, err
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		for _, id := range asks {
			n, err := db.Exec(ctx, tx, updateAddress, id, t.Day, now, s.now(), t.Address)
			if err != nil {
				return fmt.Errorf("keep which address was told: %w", err)
			}
			if n == 0 { // another process did
				continue
			}
			if err := s.tell(ctx, tx, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		point.Reach("planner.address-told")
	}
	return len(asks), err
}
