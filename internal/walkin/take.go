package walkin

import (
	"context"
	"fmt"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/location"
)

// The most numbers that a counter gives: on a day, as many as a paper strip shows in three
// digits; in a minute, more than a door lets in and fewer than a bored child presses.
const (
	maxDay    = 999
	maxMinute = 30
)

// maxTries is how often a number is looked for when others take one at the same moment;
// each time at least one of the others got theirs.
const maxTries = 200

const columns = `id, location_id, day, n, state, desk, staff_id, taken_at`

const (
	countMinute = `SELECT count(*) AS n FROM ticket WHERE location_id = $1 AND day = $2 AND taken_at > $3`
	// Two who take a number at one moment count to the same: the index lets one of them in.
	insertTicket = `
		INSERT INTO ticket (id, location_id, day, n, state, staff_id, desk, taken_at, called_at, ended_at)
		SELECT $1, $2, $3, coalesce(max(n), 0) + 1, 'waiting', '', '', $4, NULL, NULL FROM ticket WHERE location_id = $2 AND day = $3
		ON CONFLICT (location_id, day, n) DO NOTHING
		RETURNING ` + columns
)

// Take gives the next number of a counter today. It is a fault of kind TooLate when
// nobody is served there any more today, and Throttled when more numbers are taken than
// people can walk in.
func (s *Store) Take(ctx context.Context, locationID string) (Ticket, error) {
	l, err := s.Locations.One(ctx, locationID)
	if err != nil {
		return Ticket{}, err
	}
	here := s.Locations.Here()
	if l.On(s.Locations.Today()) != location.Open || !l.ServesLater(here) {
		return Ticket{}, tooLate("walkin.closed", "counter %s serves nobody any more today", locationID)
	}
	var t Ticket
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		recent, err := db.Get[int64](ctx, tx, countMinute, locationID, s.today(), s.Now().Add(-time.Minute))
		if err != nil {
			return fmt.Errorf("count numbers taken: %w", err)
		}
		if recent >= maxMinute {
			return fault.New(fault.Throttled, "walkin.busy", "counter %s gave %d numbers in a minute", locationID, recent)
		}
		t, err = s.insert(ctx, tx, locationID)
		return err
	})
	return t, err
}

func (s *Store) insert(ctx context.Context, tx *db.Tx, locationID string) (Ticket, error) {
	for range maxTries {
		t, err := db.Get[Ticket](ctx, tx, insertTicket, ident.NewID(s.Random, "tic"), locationID, s.today(), s.Now())
		if fault.Is(err, fault.NotFound) { // somebody else took that number
			continue
		}
		if err != nil {
			return Ticket{}, fmt.Errorf("take a number: %w", err)
		}
		if t.N > maxDay {
			return Ticket{}, tooLate("walkin.full", "counter %s gave all numbers of the day", locationID)
		}
		return t, nil
	}
	return Ticket{}, fault.New(fault.Unavailable, "walkin.busy", "no number was free after %d tries", maxTries)
}
