package planner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/point"
	"loket/internal/rules"
)

// hit is a disruption that people have to be told of, or that it is lifted.
type hit struct {
	ID         string
	LocationID string
	Day        string
	LiftedAt   *time.Time
}

const (
	selectHits = `
		SELECT id, location_id, day, lifted_at FROM disruption WHERE day >= $1 ORDER BY day, id`
	selectUntold = `
		SELECT DISTINCT appointment.ask_id FROM slot JOIN appointment ON appointment.slot_id = slot.id AND appointment.state = 'booked'
		WHERE slot.location_id = $1 AND slot.starts_at >= $2 AND slot.starts_at < $3 AND slot.state = 'booked'
			AND NOT EXISTS (SELECT 1 FROM disrupted WHERE disruption_id = $4 AND disrupted.ask_id = appointment.ask_id)
		ORDER BY appointment.ask_id LIMIT $5`
	selectUnlifted = `SELECT ask_id FROM disrupted WHERE disruption_id = $1 AND lifted_at IS NULL ORDER BY ask_id LIMIT $2`
	insertHit      = `
		INSERT INTO disrupted (disruption_id, ask_id, day, choice, told_at, lifted_at)
		SELECT $1, id, $3, '', $4, NULL FROM ask WHERE id = $2 AND state = 'booked'
		ON CONFLICT DO NOTHING`
	updateHit  = `UPDATE disrupted SET lifted_at = $3 WHERE disruption_id = $1 AND ask_id = $2 AND lifted_at IS NULL`
	countStill = `
		SELECT count(*) AS n FROM appointment JOIN slot ON slot.id = appointment.slot_id
		WHERE appointment.ask_id = $1 AND appointment.state = 'booked' AND slot.starts_at >= $2 AND slot.starts_at < $3`
)

// tellDisrupted tells those who have a place on a disrupted day, each once, and once more
// when it is lifted: the mark and the message are one transaction.
func (s *Store) tellDisrupted(ctx context.Context) error {
	hits, err := db.Select[hit](ctx, s.DB, selectHits, s.Today().String())
	if err != nil {
		return fmt.Errorf("find disruptions: %w", err)
	}
	for _, h := range hits {
		for {
			n, err := s.tellHit(ctx, h)
			if err != nil {
				return err
			}
			if n < endBatch {
				break
			}
		}
	}
	return nil
}

// tellHit tells a batch of those whom a disruption touches, and returns how many it found.
func (s *Store) tellHit(ctx context.Context, h hit) (int, error) {
	day, err := rules.ParseDay(h.Day)
	if err != nil {
		return 0, fmt.Errorf("read the day of a disruption: %w", err)
	}
	from, to := s.midnight(day), s.midnight(day.Add(1))
	var asks []string
	if h.LiftedAt != nil {
		asks, err = db.Select[string](ctx, s.DB, selectUnlifted, h.ID, int64(endBatch))
	} else {
		asks, err = db.Select[string](ctx, s.DB, selectUntold, h.LocationID, from, to, h.ID, int64(endBatch))
	}
	if err != nil {
		return 0, fmt.Errorf("find whom a disruption touches: %w", err)
	}
	if len(asks) == 0 {
		return 0, nil
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		for _, id := range asks {
			if err := s.tellHitOne(ctx, tx, h, id, from, to); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		point.Reach("planner.disruption-told")
	}
	return len(asks), err
}

func (s *Store) tellHitOne(ctx context.Context, tx *db.Tx, h hit, askID string, from, to time.Time) (err error) {
	var n int64
	if h.LiftedAt != nil {
		n, err = db.Exec(ctx, tx, updateHit, h.ID, askID, s.now())
	} else {
		n, err = db.Exec(ctx, tx, insertHit, h.ID, askID, h.Day, s.now())
	}
	if err != nil {
		return fmt.Errorf("keep whom a disruption touches: %w", err)
	}
	if n == 0 { // another process did, or it moved on
		return nil
	}
	still, err := db.Get[int64](ctx, tx, countStill, askID, from, to)
	if err != nil {
		return fmt.Errorf("look whether somebody still has a place: %w", err)
	}
	if still == 0 {
		return nil
	}
	return s.tellSoon(ctx, tx, askID, s.day(from))
}

const updateChoice = `
	UPDATE disrupted SET choice = $3 WHERE ask_id = $1 AND day = $2
		AND EXISTS (SELECT 1 FROM disruption WHERE disruption.id = disrupted.disruption_id AND disruption.lifted_at IS NULL)`

// choose keeps what somebody chose whose place is on a disrupted day, and reports whether
// it is.
func (s *Store) choose(ctx context.Context, tx *db.Tx, askID string, day rules.Day, choice string) (bool, error) {
	n, err := db.Exec(ctx, tx, updateChoice, askID, day.String(), choice)
	if err != nil {
		return false, fmt.Errorf("keep a choice: %w", err)
	}
	return n > 0, nil
}

const selectExcuse = `
	SELECT why FROM (
		SELECT 'disruption' AS why FROM disrupted WHERE ask_id = $1 AND day = $2
		UNION SELECT 'plan' AS why FROM ask_move WHERE ask_id = $1 AND day = $2 AND why = 'plan' AND state IN ('waiting', 'offered', 'ended')
	) AS excuse ORDER BY why LIMIT 1`

// excused lets an ask wait where it stood, without any mark, when its day is over on which
// its people could not come, or had no desk. It reports whether it was so.
func (s *Store) excused(ctx context.Context, tx *db.Tx, a askRow) (bool, error) {
	starts, err := db.Get[time.Time](ctx, tx, selectBookedFrom, a.ID)
	if err != nil {
		return false, fmt.Errorf("find the appointment: %w", err)
	}
	why, err := db.Select[string](ctx, tx, selectExcuse, a.ID, s.day(starts).String())
	if err != nil {
		return false, fmt.Errorf("look why nobody came: %w", err)
	}
	served, err := db.Get[int64](ctx, tx, countServed, a.ID)
	if err != nil || served > 0 || len(why) == 0 || !starts.Before(s.midnight(s.Today())) {
		return false, err
	}
	if err := s.loseBooked(ctx, tx, a, s.Today(), why[0]); err != nil {
		return false, err
	}
	return true, s.figure(ctx, tx, a.Region, figureDisrupted)
}

// Disturbance is what somebody with a place on a disrupted day has to know.
type Disturbance struct {
	Cause  rules.Item
	Choice string // keep, move or cancel; empty while nothing was chosen
	Lifted bool
}

const selectDisturbance = `
	SELECT disruption.cause, choice, disruption.lifted_at
	FROM disrupted JOIN disruption ON disruption.id = disrupted.disruption_id
	WHERE disrupted.ask_id = $1 AND disrupted.day = $2 ORDER BY disruption.declared_at DESC, disruption.id LIMIT 1`

// disturbance returns what disturbs the day of an ask; nil if nothing does.
func (s *Store) disturbance(ctx context.Context, askID string, day rules.Day) (*Disturbance, error) {
	type row struct {
		Cause, Choice string
		LiftedAt      *time.Time
	}
	found, err := db.Select[row](ctx, s.DB, selectDisturbance, askID, day.String())
	if err != nil {
		return nil, fmt.Errorf("look whether a day is disrupted: %w", err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	item, ok := s.Pack.Item(listDisruptions, found[0].Cause)
	if !ok {
		return nil, fault.New(fault.Internal, "", "the pack has no cause %s any more", found[0].Cause)
	}
	return &Disturbance{item, found[0].Choice, found[0].LiftedAt != nil}, nil
}

const selectDisrupted = `SELECT location_id, day FROM disruption WHERE lifted_at IS NULL AND day >= $1`

// calm leaves out the seats of days on which people cannot come.
func (s *Store) calm(ctx context.Context, seats []seat) ([]seat, error) {
	type place struct{ LocationID, Day string }
	hits, err := db.Select[place](ctx, s.DB, selectDisrupted, s.Today().String())
	if err != nil || len(hits) == 0 {
		return seats, err
	}
	return slices.DeleteFunc(seats, func(one seat) bool { return slices.Contains(hits, place{one.location, one.day.String()}) }), nil
}
