package location

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/rules"
	"loket/internal/staff"
)

// Opening is the checklist of a location: what a member of staff says is done before it
// opens. Whoever opens a location that serves nobody, or gives it a day, is bound by it:
// without a complete list it cannot be bookable or open, a day comes and goes, and no slots
// are made. Each opening has a list of its own, which ends when the location closes; a
// pause ends nothing.
//
// The days of the pack bind nobody: a location that opens by them was prepared before
// Loket knew of it, and the season of a pack stays as it is. So does one whose desks or
// hours staff change while its day stays the pack's.
type Opening struct {
	Ticks []Tick
	Bound bool // a member of staff opens it, or gave it a day
	Over  bool // it is open, or gives slots: nothing on the list changes any more
}

// Tick is an item of the pack's checklist.
type Tick struct {
	Item rules.Item
	By   string    // pseudonym of who said that it is done; empty while nobody did
	At   time.Time // in the zone of the counters
}

// Missing returns what is not done.
func (o Opening) Missing() (list []rules.Item) {
	for _, t := range o.Ticks {
		if t.By == "" {
			list = append(list, t.Item)
		}
	}
	return list
}

// Unready reports whether it is kept from opening by its checklist.
func (l Location) Unready() bool { return l.bound && !l.ready }

// gives reports whether slots of it are given, or somebody is served.
func (l Location) gives(here time.Time) bool {
	return l.On(rules.DayOf(here)) == Open || l.BookableAt(here)
}

// binds reports whether a change opens a location, or gives it a day.
func binds(before, after Location, here time.Time) bool {
	switch {
	case before.gives(here), before.State == Paused, after.State == Announced, after.State == Closed:
		return false
	case after.dated():
		return before.State != after.State || before.OpensOn != after.OpensOn || !before.Plan.Bookable.Equal(after.Plan.Bookable)
	}
	return true
}

func (s *Store) checklist() []rules.Item {
	if s.Parts.Checklist == nil {
		return nil
	}
	return s.Parts.Checklist()
}

type listRow struct {
	N           int64
	Binds       bool
	CompletedAt *time.Time
}

const selectList = `SELECT n, binds, completed_at FROM location_list WHERE location_id = $1 AND ended_at IS NULL`

// list returns the list of the next opening of a location, or of the one that holds; none
// is begun where N is zero.
func (s *Store) list(ctx context.Context, q db.Queryer, id string) (listRow, error) {
	r, err := db.Get[listRow](ctx, q, selectList, id)
	if fault.Is(err, fault.NotFound) {
		return listRow{}, nil
	}
	if err != nil {
		return r, fmt.Errorf("read the checklist of counter %s: %w", id, err)
	}
	return r, nil
}

type tickRow struct {
	Item     string
	TickedBy string
	TickedAt time.Time
}

const selectTicks = `SELECT item, ticked_by, ticked_at FROM location_tick WHERE location_id = $1 AND n = $2`

// Opening returns the checklist of a location; it has no items where the pack has none.
func (s *Store) Opening(ctx context.Context, id string) (Opening, error) {
	l, err := s.One(ctx, id)
	if err != nil {
		return Opening{}, err
	}
	r, err := s.list(ctx, s.DB, id)
	if err != nil {
		return Opening{}, err
	}
	rows, err := db.Select[tickRow](ctx, s.DB, selectTicks, id, r.N)
	if err != nil {
		return Opening{}, fmt.Errorf("read the checklist of counter %s: %w", id, err)
	}
	o := Opening{Bound: r.Binds, Over: l.gives(s.Here())}
	for _, item := range s.checklist() {
		tick := Tick{Item: item}
		if i := slices.IndexFunc(rows, func(t tickRow) bool { return t.Item == item.ID }); i >= 0 {
			tick.By, tick.At = rows[i].TickedBy, rows[i].TickedAt.In(s.Zone)
		}
		o.Ticks = append(o.Ticks, tick)
	}
	return o, nil
}

const (
	// Whoever ticks and whoever opens meet in the row of the list.
	updateLock = `UPDATE location_list SET binds = binds WHERE location_id = $1 AND ended_at IS NULL`
	insertList = `
		INSERT INTO location_list (location_id, n, binds, needs, completed_at, ended_at)
		SELECT $1, coalesce(max(n), 0) + 1, FALSE, '', NULL, NULL FROM location_list WHERE location_id = $1
		ON CONFLICT DO NOTHING`
	updateBinds = `UPDATE location_list SET binds = TRUE WHERE location_id = $1 AND ended_at IS NULL`
	updateEnded = `UPDATE location_list SET ended_at = $2 WHERE location_id = $1 AND ended_at IS NULL`

	insertTick       = `INSERT INTO location_tick (location_id, n, item, ticked_by, ticked_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`
	deleteTick       = `DELETE FROM location_tick WHERE location_id = $1 AND n = $2 AND item = $3`
	updateComplete   = `UPDATE location_list SET needs = $3, completed_at = $4 WHERE location_id = $1 AND n = $2`
	updateIncomplete = `UPDATE location_list SET needs = '', completed_at = NULL WHERE location_id = $1 AND n = $2`
)

// lockList keeps others from ticking and opening until the transaction ends.
func (s *Store) lockList(ctx context.Context, tx *db.Tx, id string) error {
	if _, err := db.Exec(ctx, tx, updateLock, id); err != nil {
		return fmt.Errorf("lock the checklist of counter %s: %w", id, err)
	}
	return nil
}

// begin begins a list where there is none.
func (s *Store) begin(ctx context.Context, tx *db.Tx, id string) error {
	if _, err := db.Exec(ctx, tx, insertList, id); err != nil {
		return fmt.Errorf("begin the checklist of counter %s: %w", id, err)
	}
	return s.lockList(ctx, tx, id)
}

// Tick says that an item is done, or takes that back, by a lead or an editor. It is a
// fault.Denied for anybody else, Invalid for what is not on the list, and TooLate once the
// location is open or gives slots. Saying it again changes nothing.
func (s *Store) Tick(ctx context.Context, m staff.Member, id, item string, done bool) error {
	if !m.Has(staff.Lead, staff.Editor) {
		return fault.New(fault.Denied, "", "%s may not open a counter", m.ID)
	}
	if !slices.ContainsFunc(s.checklist(), func(i rules.Item) bool { return i.ID == item }) {
		return invalid("location.list-item", "no such item on the checklist")
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		if err := s.begin(ctx, tx, id); err != nil {
			return err
		}
		l, err := s.Within(ctx, tx, id)
		if err != nil {
			return err
		}
		if l.gives(s.Here()) {
			return fault.New(fault.TooLate, "location.list-over", "counter %s is open", id)
		}
		r, err := s.list(ctx, tx, id)
		if err != nil {
			return err
		}
		n, act := int64(0), "location.tick"
		if done {
			n, err = db.Exec(ctx, tx, insertTick, id, r.N, item, m.ID, s.Now())
		} else {
			act = "location.untick"
			n, err = db.Exec(ctx, tx, deleteTick, id, r.N, item)
		}
		if err != nil {
			return fmt.Errorf("tick the checklist of counter %s: %w", id, err)
		}
		if n == 0 {
			return nil
		}
		if err := s.weighList(ctx, tx, id, r.N); err != nil {
			return err
		}
		return s.Audit.Add(ctx, tx, audit.Entry{Actor: m.ID, Role: actingRole(m), Act: act, Object: id, Result: item})
	})
}

// weighList keeps whether a list is complete, and what was on it: an item that the pack has
// later closes nothing that is open.
func (s *Store) weighList(ctx context.Context, tx *db.Tx, id string, n int64) error {
	rows, err := db.Select[tickRow](ctx, tx, selectTicks, id, n)
	if err != nil {
		return fmt.Errorf("read the checklist of counter %s: %w", id, err)
	}
	var needs []string
	for _, item := range s.checklist() {
		if slices.ContainsFunc(rows, func(t tickRow) bool { return t.Item == item.ID }) {
			needs = append(needs, item.ID)
		}
	}
	if len(needs) == len(s.checklist()) {
		_, err = db.Exec(ctx, tx, updateComplete, id, n, strings.Join(needs, " "), s.Now())
	} else {
		_, err = db.Exec(ctx, tx, updateIncomplete, id, n)
	}
	if err != nil {
		return fmt.Errorf("weigh the checklist of counter %s: %w", id, err)
	}
	return nil
}

// mayOpen refuses a change that opens a location without its list. One that gives it a day
// may be, and keeps it from opening on that day.
func (s *Store) mayOpen(ctx context.Context, q db.Queryer, before Location, after *Location) error {
	if len(s.checklist()) == 0 {
		return nil
	}
	r, err := s.list(ctx, q, after.ID)
	if err != nil {
		return err
	}
	after.bound, after.ready = r.Binds || binds(before, *after, s.Here()), r.CompletedAt != nil
	if after.Unready() && given(after.State) && after.On(s.Today()) != Closed {
		return invalid("location.checklist", "a counter opens whose checklist is not complete")
	}
	return nil
}

// keepList binds the list of a location that a change opens, and ends that of one that
// closes.
func (s *Store) keepList(ctx context.Context, tx *db.Tx, before, after Location) error {
	if len(s.checklist()) == 0 {
		return nil
	}
	var err error
	switch {
	case after.State == Closed, after.State == Announced && before.gives(s.Here()):
		_, err = db.Exec(ctx, tx, updateEnded, after.ID, s.Now())
	case after.bound:
		if err = s.begin(ctx, tx, after.ID); err == nil {
			_, err = db.Exec(ctx, tx, updateBinds, after.ID)
		}
	}
	if err != nil {
		return fmt.Errorf("bind the checklist of counter %s: %w", after.ID, err)
	}
	return nil
}
