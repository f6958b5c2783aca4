package location

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/rules"
	"loket/internal/staff"
)

// Change is how a counter is to stand from now on.
type Change struct {
	ID      string
	State   State
	Address string    // needed for a counter that is open or has a date; not read where Plan has addresses
	OpensOn rules.Day // needed for one that has a date; none for one that is announced
	Week    Week      // needed as the address is
	Plan    *Plan     // nil leaves the plan as it is
	Ground  string    // why: who decided it, and where that stands
	Seen    int64     // Location.Version of the preview
}

// Preview is what a change would do.
type Preview struct {
	Before, After Location
	// Waiting is how many cases follow the counter and have not been told.
	Waiting int64
	// Told reports whether the change tells them, at once.
	Told bool
	// Supply is how many slots lie ahead, from today on: all of them first, then by product.
	// Where After is kept from opening by its checklist, they are those that it has once the
	// list is complete.
	Supply []Supply
}

const countWaiting = `SELECT count(*) AS n FROM follower WHERE location_id = $1 AND told_at IS NULL`

// Preview says what a change would do, without doing it. What cannot be is refused as by
// Change.
func (s *Store) Preview(ctx context.Context, m staff.Member, c Change) (Preview, error) {
	before, after, err := s.weigh(ctx, s.DB, m, c)
	if err != nil {
		return Preview{}, err
	}
	listed := after
	listed.ready = true
	p := Preview{Before: before, After: after, Told: after.On(s.Today()) == Open, Supply: supply(before, listed, s.Today(), s.Zone)}
	if p.Waiting, err = db.Get[int64](ctx, s.DB, countWaiting, c.ID); err != nil {
		return Preview{}, fmt.Errorf("count who waits for counter %s: %w", c.ID, err)
	}
	return p, nil
}

const upsertLocation = `
	INSERT INTO location (id, state, address, opens_on, hours, plan, ground, version, changed_by, changed_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8 + 1, $9, $10)
	ON CONFLICT (id) DO UPDATE SET state = excluded.state, address = excluded.address, opens_on = excluded.opens_on,
		hours = excluded.hours, plan = excluded.plan, ground = excluded.ground, version = excluded.version, changed_by = excluded.changed_by,
		changed_at = excluded.changed_at
	WHERE location.version = $8`

// Change makes a counter stand as told, by a lead or an editor. It is a fault of kind
// Denied for anybody else, Invalid for what cannot be, and TooLate when somebody changed
// the counter since the preview.
func (s *Store) Change(ctx context.Context, m staff.Member, c Change) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		if err := s.lockList(ctx, tx, c.ID); err != nil {
			return err
		}
		before, after, err := s.weigh(ctx, tx, m, c)
		if err != nil {
			return err
		}
		n, err := db.Exec(ctx, tx, upsertLocation, c.ID, string(after.State), after.Address, after.OpensOn.String(),
			after.Week.String(), after.stored, after.Ground, c.Seen, m.ID, s.Now())
		if err != nil {
			return fmt.Errorf("change counter %s: %w", c.ID, err)
		}
		if n == 0 {
			return changedSince()
		}
		if err := s.keepList(ctx, tx, before, after); err != nil {
			return err
		}
		return s.Audit.Add(ctx, tx, audit.Entry{Actor: m.ID, Role: actingRole(m), Act: "location.change", Object: c.ID, Result: string(after.State)})
	})
}

func changedSince() error {
	return fault.New(fault.TooLate, "location.changed", "the counter was changed since it was looked at")
}

func actingRole(m staff.Member) string {
	if m.Has(staff.Lead) {
		return string(staff.Lead)
	}
	return string(staff.Editor)
}

// weigh returns the counter before and after a change that may be.
func (s *Store) weigh(ctx context.Context, q db.Queryer, m staff.Member, c Change) (before, after Location, err error) {
	if !m.Has(staff.Lead, staff.Editor) {
		return before, after, fault.New(fault.Denied, "", "%s may not change a counter", m.ID)
	}
	if before, err = s.one(ctx, q, c.ID); err != nil {
		return before, after, err
	}
	if before.Version != c.Seen {
		return before, after, changedSince()
	}
	after = before
	after.State, after.OpensOn, after.Week, after.Version = c.State, c.OpensOn, c.Week, before.Version+1
	if after.Address, err = line(c.Address, "location.address"); err != nil {
		return before, after, err
	}
	if err = after.plan(c.Plan, before.Address, s.Here()); err == nil && c.Plan != nil {
		err = s.known(*c.Plan)
	}
	if err != nil {
		return before, after, err
	}
	if after.Ground, err = line(c.Ground, "location.ground"); err != nil {
		return before, after, err
	}
	if after.Ground == "" {
		return before, after, invalid("location.ground", "a change without a ground")
	}
	if err = after.check(s.Today()); err != nil {
		return before, after, err
	}
	return before, after, s.mayOpen(ctx, q, before, &after)
}

// known refuses what no list of the pack has.
func (s *Store) known(p Plan) error {
	of := func(list func() []rules.Item, id string) bool {
		return list == nil || slices.ContainsFunc(list(), func(item rules.Item) bool { return item.ID == id })
	}
	for _, o := range p.Products {
		if !of(s.Products, o.Product) {
			return invalid("location.products", "a product that no pack has")
		}
	}
	for _, a := range p.Also {
		if !of(s.Regions, a.Region) {
			return invalid("location.also", "a region that no pack has")
		}
	}
	return nil
}

// plan takes a new plan, or none. An address that was changed without one holds from today
// on, or from the first day; those of later days stay.
func (l *Location) plan(p *Plan, before string, here time.Time) error {
	switch {
	case p != nil:
		l.Plan = *p
		if err := l.Plan.check(); err != nil {
			return err
		}
	case len(l.Plan.Addresses) > 0 && l.Address != "" && l.Address != before:
		from := l.firstFrom(rules.DayOf(here))
		list := slices.DeleteFunc(slices.Clone(l.Plan.Addresses), func(a Address) bool { return a.First == from })
		list = append(list, Address{from, l.Address})
		slices.SortFunc(list, func(a, b Address) int { return a.First.Compare(b.First) })
		if l.Plan.Addresses = list; l.Plan.check() != nil {
			return invalid("location.address", "an address that cannot be")
		}
	default:
		l.settle(here)
		return nil
	}
	l.stored = l.Plan.String()
	l.settle(here)
	return nil
}

// check refuses a counter that would tell people less, or more, than is known of it.
func (l Location) check(today rules.Day) error {
	switch {
	case !l.State.valid():
		return invalid("location.state", "a state that no counter has")
	case l.State == Announced && !l.OpensOn.IsZero():
		return invalid("location.announced", "an announced counter has no day")
	case l.dated() && !l.OpensOn.After(today):
		return invalid("location.day", "a counter with a date opens after today")
	case l.State.serves() && l.OpensOn.After(today):
		return invalid("location.open-later", "a counter that opens later is not open")
	case l.State == Moving && !l.moves(today):
		return invalid("location.moving", "a counter that moves has no next address")
	case (l.State.serves() || l.dated()) && l.Address == "":
		return invalid("location.address", "a counter to go to has no address")
	case (l.State.serves() || l.dated()) && l.Week.IsZero():
		return invalid("location.no-hours", "a counter to go to has no hours")
	}
	return nil
}

// dated reports whether the counter opens on a day that is known.
func (l Location) dated() bool { return l.State == Dated || l.State == Bookable }

func (l Location) moves(today rules.Day) bool {
	_, moves := l.NextAddress(today)
	return moves
}

// maxLine is how many letters an address or a ground may have.
const maxLine = 200

// line returns a text of one line without spaces around it.
func line(text, key string) (string, error) {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > maxLine || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return "", invalid(key, "a text that is too long, or not one line")
	}
	return text, nil
}
