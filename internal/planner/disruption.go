package planner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/rules"
	"loket/internal/staff"
)

// listDisruptions holds why people cannot come on a day.
const listDisruptions = "disruptions"

// What somebody with a place on a disrupted day can choose.
const (
	choiceKeep   = "keep"
	choiceMove   = "move"
	choiceCancel = "cancel"
)

// Declaring is a day on which people cannot come.
type Declaring struct {
	Day       rules.Day
	Locations []string // ids; empty for all
	Cause     string   // item of the pack's list "disruptions"
}

// Content is what a lead confirms with a passkey.
func (d Declaring) Content() []byte {
	return fmt.Appendf(nil, "disruption\nday: %s\nlocations: %s\ncause: %s\n", d.Day, words(d.Locations), d.Cause)
}

// Disruption is a day on which people cannot come to a location.
type Disruption struct {
	ID         string
	LocationID string
	Day        string // YYYY-MM-DD
	Cause      string
	DeclaredAt time.Time
	LiftedAt   *time.Time // nil while it holds
	Told       int        // requests
	Kept       int        // of these, who chose to come
	Moved      int        // who asked for another day
	Cancelled  int
}

// Touched is how many have a place on a day that would be disrupted, or are offered one.
type Touched struct {
	Asks    int // requests with a place
	People  int // people of these
	Offered int // requests that are offered one
}

const (
	countTouched = `
		SELECT coalesce(count(DISTINCT appointment.ask_id), 0) AS asks, coalesce(count(*), 0) AS people, 0 AS offered
		FROM slot JOIN appointment ON appointment.slot_id = slot.id AND appointment.state = 'booked'
		WHERE slot.location_id = $1 AND slot.starts_at >= $2 AND slot.starts_at < $3 AND slot.state = 'booked'`
	countHeld = `
		SELECT count(DISTINCT offer_id) AS n FROM slot
		WHERE location_id = $1 AND starts_at >= $2 AND starts_at < $3 AND state = 'offered'`
)

// Touch tells how many a disruption would touch, without declaring it.
func (s *Store) Touch(ctx context.Context, m staff.Member, d Declaring) (t Touched, err error) {
	places, err := s.disruptable(ctx, m, d)
	if err != nil {
		return t, err
	}
	for _, id := range places {
		one, err := db.Get[Touched](ctx, s.DB, countTouched, id, s.midnight(d.Day), s.midnight(d.Day.Add(1)))
		if err != nil {
			return t, fmt.Errorf("count who has a place on a day: %w", err)
		}
		if one.Offered, err = db.Get[int](ctx, s.DB, countHeld, id, s.midnight(d.Day), s.midnight(d.Day.Add(1))); err != nil {
			return t, fmt.Errorf("count who is offered a place on a day: %w", err)
		}
		t = Touched{t.Asks + one.Asks, t.People + one.People, t.Offered + one.Offered}
	}
	return t, nil
}

// disruptable returns the locations of a declaration that may be.
func (s *Store) disruptable(ctx context.Context, m staff.Member, d Declaring) ([]string, error) {
	if !m.Has(staff.Lead) {
		return nil, fault.New(fault.Denied, "staff.role.missing", "%s may not declare a disruption", m.ID)
	}
	if d.Day.Before(s.Today()) || d.Day.Since(s.Today()) > furthest {
		return nil, fault.New(fault.Invalid, "planner.disruption.day", "a disruption on a day that is over, or far away")
	}
	if _, ok := s.Pack.Item(listDisruptions, d.Cause); !ok {
		return nil, fault.New(fault.Invalid, "planner.disruption.cause", "the pack has no such cause")
	}
	all, err := s.Locations.Of(ctx)
	if err != nil {
		return nil, err
	}
	known := make([]string, len(all))
	for i, l := range all {
		known[i] = l.ID
	}
	if len(d.Locations) == 0 {
		return known, nil
	}
	for _, id := range d.Locations {
		if !slices.Contains(known, id) {
			return nil, fault.New(fault.Invalid, "planner.disruption.place", "the pack has no such location")
		}
	}
	return d.Locations, nil
}

const insertDisruption = `
	INSERT INTO disruption (id, location_id, day, cause, declared_by, declared_at, lifted_by, lifted_at)
	VALUES ($1, $2, $3, $4, $5, $6, '', NULL)
	ON CONFLICT (location_id, day) WHERE lifted_at IS NULL DO NOTHING`

// Declare says, for a lead, that people cannot come on a day. Work tells whoever has a
// place then, each once; they can keep it, move it or cancel it, and nobody who does not
// come loses anything by it. Nothing of that day is given to anybody else until it is
// lifted. Declaring it again changes nothing. Sign keeps, in the same transaction, that the
// lead confirmed it with a passkey. It is a fault.Denied for anybody else, and a
// fault.Invalid for what cannot be.
func (s *Store) Declare(ctx context.Context, m staff.Member, d Declaring, sign func(*db.Tx) error) error {
	places, err := s.disruptable(ctx, m, d)
	if err != nil {
		return err
	}
	return s.undertake(ctx, func(tx *db.Tx) error {
		if err := sign(tx); err != nil {
			return err
		}
		for _, place := range places {
			id := ident.NewID(s.Random, "dis")
			n, err := db.Exec(ctx, tx, insertDisruption, id, place, d.Day.String(), d.Cause, m.ID, s.now())
			if err != nil {
				return fmt.Errorf("declare a disruption: %w", err)
			}
			if n == 0 {
				continue
			}
			entry := audit.Entry{Actor: m.ID, Role: string(staff.Lead), Act: "disruption.declare", Object: id, Result: place + " " + d.Day.String()}
			if err := s.Audit.Add(ctx, tx, entry); err != nil {
				return err
			}
		}
		return nil
	})
}

// undertake runs a transaction of a member; what is refused in it is kept.
func (s *Store) undertake(ctx context.Context, do func(*db.Tx) error) error {
	if s.Staff == nil {
		return s.DB.Update(ctx, do)
	}
	return s.Staff.Update(ctx, do)
}

const updateLifted = `UPDATE disruption SET lifted_by = $2, lifted_at = $3 WHERE id = $1 AND lifted_at IS NULL`

// Lift says, for a lead, that people can come after all. Whoever was told and still has
// their place is told again, once. Lifting it twice changes nothing.
func (s *Store) Lift(ctx context.Context, m staff.Member, id string) error {
	if !m.Has(staff.Lead) {
		return fault.New(fault.Denied, "staff.role.missing", "%s may not lift a disruption", m.ID)
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		n, err := db.Exec(ctx, tx, updateLifted, id, m.ID, s.now())
		if err != nil {
			return fmt.Errorf("lift a disruption: %w", err)
		}
		if n == 0 {
			return nil
		}
		return s.Audit.Add(ctx, tx, audit.Entry{Actor: m.ID, Role: string(staff.Lead), Act: "disruption.lift", Object: id, Result: "ok"})
	})
}

const selectDisruptions = `
	SELECT id, location_id, day, cause, declared_at, lifted_at,
		coalesce((SELECT count(*) FROM disrupted WHERE disruption_id = disruption.id), 0) AS told,
		coalesce((SELECT count(*) FROM disrupted WHERE disruption_id = disruption.id AND choice = 'keep'), 0) AS kept,
		coalesce((SELECT count(*) FROM disrupted WHERE disruption_id = disruption.id AND choice = 'move'), 0) AS moved,
		coalesce((SELECT count(*) FROM disrupted WHERE disruption_id = disruption.id AND choice = 'cancel'), 0) AS cancelled
	FROM disruption WHERE day >= $1 ORDER BY day, location_id, declared_at`

// Disruptions returns the disruptions of a day and later, those that were lifted too.
func (s *Store) Disruptions(ctx context.Context, from rules.Day) ([]Disruption, error) {
	list, err := db.Select[Disruption](ctx, s.DB, selectDisruptions, from.String())
	if err != nil {
		return nil, fmt.Errorf("read disruptions: %w", err)
	}
	return list, nil
}
