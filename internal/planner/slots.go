package planner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/location"
	"loket/internal/point"
	"loket/internal/rules"
)

// lookAgain is how long it is believed that the slots of a plan that has not changed are
// there.
const lookAgain = time.Hour

// furthest is how many days ahead slots are made at most, whatever a plan says.
const furthest = 400

// slotRow is a slot as it is kept.
type slotRow struct {
	ID         string
	LocationID string
	Day        string
	StartsAt   time.Time
	Desk       int64
	Langs      string
	Products   string
	State      string
}

const slotColumns = `id, location_id, day, starts_at, desk, langs, products, state`

// makeSlots makes the slots of what locations plan, and takes away free ones that are
// planned no more.
func (s *Store) makeSlots(ctx context.Context) error {
	all, err := s.Locations.Of(ctx)
	if err != nil {
		return err
	}
	for _, l := range all {
		sum := sha256.Sum256(fmt.Appendf(nil, "%v", l))
		thing, looks := "slots of "+l.ID, hex.EncodeToString(sum[:])
		if s.memory.fresh(thing, looks, s.now()) {
			continue
		}
		if err := s.makeSlotsOf(ctx, l); err != nil {
			return fmt.Errorf("slots of %s: %w", l.ID, err)
		}
		s.memory.keep(thing, looks, s.now().Add(lookAgain))
	}
	return nil
}

// release is what one look at a plan adds: it is said before it is given.
type release struct {
	id string
	at time.Time
}

func (s *Store) makeSlotsOf(ctx context.Context, l location.Location) error {
	minutes, err := s.setting(setReleaseNotice)
	if err != nil {
		return err
	}
	r := release{ident.NewID(s.Random, "rel"), s.now().Add(time.Duration(minutes) * time.Minute)}
	if l.Plan.Bookable.After(r.at) {
		r.at = l.Plan.Bookable
	}
	last := s.Today().Add(-1)
	if !l.Plan.Horizon.IsZero() && l.Plan.Horizon.After(last) {
		last = l.Plan.Horizon
	}
	if most := s.Today().Add(furthest); last.After(most) {
		last = most
	}
	for day := s.Today(); !day.After(last); day = day.Add(1) {
		if err := s.makeDay(ctx, l, day, r); err != nil {
			return err
		}
	}
	return s.endFrom(ctx, l.ID, s.midnight(last.Add(1)))
}

const (
	selectDay = `
		SELECT ` + slotColumns + ` FROM slot
		WHERE location_id = $1 AND starts_at >= $2 AND starts_at < $3 AND state <> 'gone' ORDER BY starts_at, desk`
	updateGone    = `UPDATE slot SET state = 'gone' WHERE id = $1 AND state = 'free'`
	updateGoneAll = `UPDATE slot SET state = 'gone' WHERE location_id = $1 AND state = 'free' AND starts_at >= $2 AND starts_at > $3`
	updateDesk    = `UPDATE slot SET langs = $2, products = $3 WHERE id = $1 AND state = 'free'`
	insertRelease = `
		INSERT INTO slot_release (id, location_id, first_day, last_day, slots, made_at, at) VALUES ($1, $2, $3, $3, 0, $4, $5)
		ON CONFLICT (id) DO UPDATE SET last_day = excluded.last_day`
	insertSlot = `
		INSERT INTO slot (id, location_id, day, starts_at, desk, langs, products, release_id, state, offer_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'free', '')
		ON CONFLICT DO NOTHING`
	updateRelease = `UPDATE slot_release SET slots = slots + $2 WHERE id = $1`
	deleteRelease = `DELETE FROM slot_release WHERE id = $1 AND slots = 0`
)

// endFrom takes away the free slots from a day on: the horizon is nearer than it was.
func (s *Store) endFrom(ctx context.Context, locationID string, from time.Time) error {
	if _, err := db.Exec(ctx, s.DB, updateGoneAll, locationID, from, s.now()); err != nil {
		return fmt.Errorf("take away slots after the horizon: %w", err)
	}
	return nil
}

// dayPlan is what has to change that the slots of a day are as planned.
type dayPlan struct {
	add     []location.Slot
	gone    []string // ids
	changed map[string]location.Slot
}

// makeDay makes the slots of one day as they are planned, in one transaction, if they are not.
func (s *Store) makeDay(ctx context.Context, l location.Location, day rules.Day, r release) error {
	p, err := s.compareDay(ctx, l, day)
	if err != nil || len(p.add)+len(p.gone)+len(p.changed) == 0 {
		return err
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		for _, id := range p.gone {
			if _, err := db.Exec(ctx, tx, updateGone, id); err != nil {
				return err
			}
		}
		for id, slot := range p.changed {
			if _, err := db.Exec(ctx, tx, updateDesk, id, words(slot.Langs), words(slot.Products)); err != nil {
				return err
			}
		}
		if len(p.add) == 0 {
			return nil
		}
		return s.addSlots(ctx, tx, l.ID, day, p.add, r)
	})
	if err != nil {
		return fmt.Errorf("make slots: %w", err)
	}
	point.Reach("planner.slots")
	return nil
}

// compareDay compares the slots of a day with the plan. What has begun stays as it is.
func (s *Store) compareDay(ctx context.Context, l location.Location, day rules.Day) (p dayPlan, err error) {
	there, err := db.Select[slotRow](ctx, s.DB, selectDay, l.ID, s.midnight(day), s.midnight(day.Add(1)))
	if err != nil {
		return p, fmt.Errorf("read the slots of a day: %w", err)
	}
	type desk struct {
		starts int64
		n      int64
	}
	known := map[desk]slotRow{}
	for _, row := range there {
		known[desk{row.StartsAt.Unix(), row.Desk}] = row
	}
	p.changed = map[string]location.Slot{}
	for _, slot := range l.Slots(day, s.Zone) {
		at := desk{slot.Starts.Unix(), int64(slot.Desk)}
		row, exists := known[at]
		delete(known, at)
		switch {
		case !slot.Starts.After(s.now()):
		case !exists:
			p.add = append(p.add, slot)
		case row.State == "free" && (row.Langs != words(slot.Langs) || row.Products != words(slot.Products)):
			p.changed[row.ID] = slot
		}
	}
	for _, row := range known {
		if row.State == "free" && row.StartsAt.After(s.now()) {
			p.gone = append(p.gone, row.ID)
		}
	}
	slices.Sort(p.gone)
	return p, nil
}

// words are some words in one text, as slots keep them.
func words(list []string) string { return strings.Join(list, " ") }

// addSlots adds slots with their release, which always tells how many it has.
func (s *Store) addSlots(ctx context.Context, tx *db.Tx, locationID string, day rules.Day, slots []location.Slot, r release) error {
	if _, err := db.Exec(ctx, tx, insertRelease, r.id, locationID, day.String(), s.now(), r.at); err != nil {
		return fmt.Errorf("keep a release: %w", err)
	}
	var added int64
	for _, slot := range slots {
		n, err := db.Exec(ctx, tx, insertSlot, ident.NewID(s.Random, "slt"), locationID, day.String(), slot.Starts, int64(slot.Desk),
			words(slot.Langs), words(slot.Products), r.id)
		if err != nil {
			return fmt.Errorf("keep a slot: %w", err)
		}
		added += n // another process may have made it
	}
	if _, err := db.Exec(ctx, tx, updateRelease, r.id, added); err != nil {
		return fmt.Errorf("count the slots of a release: %w", err)
	}
	_, err := db.Exec(ctx, tx, deleteRelease, r.id)
	return err
}

const selectFree = `
	SELECT slot.id, slot.location_id, slot.day, slot.starts_at, slot.desk, slot.langs, slot.products, slot.state
	FROM slot JOIN slot_release ON slot_release.id = slot.release_id
	WHERE slot.location_id = $1 AND slot.state = 'free' AND slot.starts_at >= $2 AND slot_release.at <= $3
	ORDER BY slot.starts_at, slot.desk LIMIT $4`

// poolSize is how many free slots of a location are looked at: the earliest.
const poolSize = 500

// freeSeats returns the earliest free slots of some locations that are released, start at
// least some time from now, and are still planned.
func (s *Store) freeSeats(ctx context.Context, places []location.Location, least time.Time) ([]seat, error) {
	var seats []seat
	for _, l := range places {
		if l.Plan.Horizon.IsZero() {
			continue
		}
		rows, err := db.Select[slotRow](ctx, s.DB, selectFree, l.ID, least, s.now(), int64(poolSize))
		if err != nil {
			return nil, fmt.Errorf("find free slots: %w", err)
		}
		if rows, err = s.further(ctx, l, rows); err != nil {
			return nil, err
		}
		planned := map[string][]location.Slot{}
		for _, row := range rows {
			day := s.day(row.StartsAt)
			if _, ok := planned[row.Day]; !ok {
				planned[row.Day] = l.Slots(day, s.Zone)
			}
			if slot, ok := find(planned[row.Day], row); ok && len(l.Regions(day)) > 0 {
				one := row.seat(day)
				one.minutes, one.regions = slot.Minutes, l.Regions(day)
				seats = append(seats, one)
			}
		}
	}
	slices.SortFunc(seats, inOrder)
	return s.calm(ctx, seats)
}

func find(planned []location.Slot, row slotRow) (location.Slot, bool) {
	i := slices.IndexFunc(planned, func(p location.Slot) bool { return p.Starts.Equal(row.StartsAt) && int64(p.Desk) == row.Desk })
	if i < 0 {
		return location.Slot{}, false
	}
	return planned[i], true
}

// seat is a row as fit reads it, but for how long it takes and whom it is for.
func (r slotRow) seat(day rules.Day) seat {
	return seat{id: r.ID, location: r.LocationID, day: day, starts: r.StartsAt, desk: r.Desk,
		langs: strings.Fields(r.Langs), products: strings.Fields(r.Products)}
}

const updateFreed = `UPDATE slot SET state = 'free', offer_id = '' WHERE offer_id = $1 AND state = 'offered'`

// freeOffer frees the slots of an offer that is open no more.
func (s *Store) freeOffer(ctx context.Context, tx *db.Tx, offerID string) error {
	n, err := db.Exec(ctx, tx, updateFreed, offerID)
	if err != nil {
		return fmt.Errorf("free the slots of an offer: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Internal, "", "offer %s had no slots", offerID)
	}
	return nil
}
