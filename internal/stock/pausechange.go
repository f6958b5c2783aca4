package stock

import (
	"context"
	"fmt"
	"strings"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/rules"
	"loket/internal/staff"
)

// Stop pauses a product: booking for it closes at once for all days from the first on, and
// for nothing else.
type Stop struct {
	Pause    Pause // without ID, time and lists
	Expected Estimate
}

// Of implements Change.
func (c Stop) Of() string { return c.Pause.Product }

func (c Stop) act() string { return "stock.pause" }

func (c Stop) apply(s *Store, sheet *Sheet) error {
	p := c.Pause
	if err := s.place(p.Location); err != nil {
		return err
	}
	if err := owner(p.Owner); err != nil {
		return err
	}
	if !has(s.Causes(), p.Cause) {
		return invalid("stock.cause", "no such cause")
	}
	if len(p.Spares) == 0 { // P-50
		return invalid("stock.spares", "a pause that says nothing of what it leaves alone")
	}
	for _, id := range p.Spares {
		if !has(s.Spared(), id) {
			return invalid("stock.spares", "nothing that a pause leaves alone")
		}
	}
	if p.StartsOn.IsZero() || !s.near(p.StartsOn) {
		return invalid("stock.starts", "a first day that cannot be")
	}
	if err := c.Expected.check(); err != nil {
		return err
	}
	p.Stated, p.Estimates, p.Restarts = s.now(), []Estimate{c.Expected}, nil
	sheet.Pauses = append(sheet.Pauses, p)
	return nil
}

const (
	insertPause = `
		INSERT INTO pause (id, product, location_id, cause, spares, owner, starts_on, stated_by, stated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	insertEstimate = `
		INSERT INTO pause_estimate (id, pause_id, product, expected_on, confidence, owner, stated_by, stated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	insertRestart = `
		INSERT INTO pause_restart (id, pause_id, product, location_id, first_day, last_day, gives_at, stated_by, stated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
)

func (c Stop) write(ctx context.Context, s *Store, tx *db.Tx, m staff.Member, _ Sheet) error {
	p, id := c.Pause, ident.NewID(s.Random, "pau")
	if _, err := db.Exec(ctx, tx, insertPause, id, p.Product, p.Location, p.Cause, strings.Join(p.Spares, " "), strings.TrimSpace(p.Owner),
		p.StartsOn.String(), m.ID, s.now()); err != nil {
		return fmt.Errorf("keep a pause: %w", err)
	}
	e := c.Expected
	e.Owner = p.Owner
	return s.keepEstimate(ctx, tx, m, id, p.Product, e)
}

func (s *Store) keepEstimate(ctx context.Context, tx *db.Tx, m staff.Member, pauseID, product string, e Estimate) error {
	if _, err := db.Exec(ctx, tx, insertEstimate, ident.NewID(s.Random, "est"), pauseID, product, e.Expected.String(), string(e.Confidence),
		strings.TrimSpace(e.Owner), m.ID, s.now()); err != nil {
		return fmt.Errorf("keep an estimate: %w", err)
	}
	return nil
}

// Later says anew when a product is expected back. Whoever waits is told once.
type Later struct {
	Product, Pause string
	Expected       Estimate
}

// Of implements Change.
func (c Later) Of() string { return c.Product }

func (c Later) act() string { return "stock.estimate" }

func (c Later) apply(s *Store, sheet *Sheet) error {
	p := find(sheet.Pauses, c.Pause)
	if p == nil {
		return noPause(c.Pause)
	}
	if err := owner(c.Expected.Owner); err != nil {
		return err
	}
	if before := p.Estimate(); before.Expected == c.Expected.Expected && before.Confidence == c.Expected.Confidence {
		return invalid("stock.same", "an estimate that says what the last one said")
	}
	e := c.Expected
	e.Stated = s.now()
	p.Estimates = append(p.Estimates, e)
	return e.check()
}

func (c Later) write(ctx context.Context, s *Store, tx *db.Tx, m staff.Member, _ Sheet) error {
	return s.keepEstimate(ctx, tx, m, c.Pause, c.Product, c.Expected)
}

// Resume says that a product is handed out again.
type Resume struct {
	Product, Pause string
	Restart        Restart
}

// Of implements Change.
func (c Resume) Of() string { return c.Product }

func (c Resume) act() string { return "stock.restart" }

func (c Resume) apply(s *Store, sheet *Sheet) error {
	p, r := find(sheet.Pauses, c.Pause), c.Restart
	if p == nil {
		return noPause(c.Pause)
	}
	if err := s.place(r.Location); err != nil {
		return err
	}
	switch {
	case p.Location != "" && r.Location != p.Location:
		return invalid("stock.place", "a restart where nothing is paused")
	case r.First.IsZero() || !s.near(r.First) || !r.Last.IsZero() && (r.Last.Before(r.First) || !s.near(r.Last)):
		return invalid("stock.window", "days of service that cannot be")
	case !s.near(rules.DayOf(r.Gives.In(s.Zone))):
		return invalid("stock.gives", "a moment that cannot be")
	}
	p.Restarts = append(p.Restarts, r)
	return nil
}

func (c Resume) write(ctx context.Context, s *Store, tx *db.Tx, m staff.Member, _ Sheet) error {
	r := c.Restart
	if _, err := db.Exec(ctx, tx, insertRestart, ident.NewID(s.Random, "res"), c.Pause, c.Product, r.Location, r.First.String(), r.Last.String(),
		r.Gives.Truncate(time.Second), m.ID, s.now()); err != nil {
		return fmt.Errorf("keep a restart: %w", err)
	}
	return nil
}

func noPause(id string) error {
	return fault.New(fault.TooLate, "stock.pause", "there is no pause %s", id)
}

// Assurance says that there is enough for everybody, or takes that back (P-33).
type Assurance struct {
	Product string
	Said    Statement
}

// Of implements Change.
func (c Assurance) Of() string { return c.Product }

func (c Assurance) act() string { return "stock.statement" }

func (c Assurance) apply(s *Store, sheet *Sheet) error {
	if err := owner(c.Said.Owner); err != nil {
		return err
	}
	if c.Said.On.IsZero() || c.Said.On.After(s.Today()) || !s.near(c.Said.On) {
		return invalid("stock.stated", "said on a day that is still to come")
	}
	sheet.Said = c.Said
	return nil
}

const insertStatement = `
	INSERT INTO stock_statement (id, product, says, owner, stated_on, stated_by, stated_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`

func (c Assurance) write(ctx context.Context, s *Store, tx *db.Tx, m staff.Member, _ Sheet) error {
	says := saysNothing
	if c.Said.Enough {
		says = saysEnough
	}
	if _, err := db.Exec(ctx, tx, insertStatement, ident.NewID(s.Random, "sta"), c.Product, says, strings.TrimSpace(c.Said.Owner), c.Said.On.String(), m.ID, s.now()); err != nil {
		return fmt.Errorf("keep a statement: %w", err)
	}
	return nil
}
