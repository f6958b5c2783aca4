package stock

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/rules"
	"loket/internal/staff"
)

// Change is something that staff say of a product: a Movement, an Expectation, a Dropped
// delivery, a Stop, a Later estimate, a Resume or an Assurance.
type Change interface {
	// Of is the product that changes.
	Of() string
	// apply changes a sheet; a fault.Invalid for what cannot be.
	apply(s *Store, sheet *Sheet) error
	// write keeps the change, given the sheet before it.
	write(ctx context.Context, s *Store, tx *db.Tx, m staff.Member, before Sheet) error
	// act is what the audit log calls it.
	act() string
}

// Preview says what a change makes of a sheet, without doing it. What cannot be is refused
// as by Do. Seen is the version of the sheet that was looked at.
func (s *Store) Preview(ctx context.Context, m staff.Member, c Change, seen int64) (before, after Sheet, err error) {
	if !m.Has(staff.Lead, staff.Editor) {
		return before, after, fault.New(fault.Denied, "", "%s may not change stock", m.ID)
	}
	return s.weigh(ctx, s.DB, c, seen)
}

func (s *Store) weigh(ctx context.Context, q db.Queryer, c Change, seen int64) (before, after Sheet, err error) {
	if before, err = s.Sheet(ctx, q, c.Of()); err != nil {
		return before, after, err
	}
	if before.Version != seen {
		return before, after, changedSince()
	}
	after = before.clone()
	after.Version++
	return before, after, c.apply(s, &after)
}

const updateVersion = `
	UPDATE stock_product SET version = version + 1, promised = promised + 1, counted = $3 WHERE product = $1 AND version = $2`

// Do does a change, by a lead or an editor. It is a fault.Denied for anybody else, Invalid
// for what cannot be, and TooLate when somebody changed the product since it was looked at.
func (s *Store) Do(ctx context.Context, m staff.Member, c Change, seen int64) error {
	if !m.Has(staff.Lead, staff.Editor) {
		return fault.New(fault.Denied, "", "%s may not change stock", m.ID)
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		before, err := s.Lock(ctx, tx, c.Of())
		if err != nil {
			return err
		}
		_, after, err := s.weigh(ctx, tx, c, seen)
		if err != nil {
			return err
		}
		n, err := db.Exec(ctx, tx, updateVersion, c.Of(), seen, after.Counted)
		if err != nil {
			return fmt.Errorf("change the stock of %s: %w", c.Of(), err)
		}
		if n == 0 {
			return changedSince()
		}
		if err := c.write(ctx, s, tx, m, before); err != nil {
			return err
		}
		return s.Audit.Add(ctx, tx, audit.Entry{Actor: m.ID, Role: actingRole(m), Act: c.act(), Object: c.Of(), Result: "ok"})
	})
}

func actingRole(m staff.Member) string {
	if m.Has(staff.Lead) {
		return string(staff.Lead)
	}
	return string(staff.Editor)
}

// Kind is why a count changes.
type Kind string

// The kinds of movements. What is handed out at a desk is counted by Issue.
const (
	Delivered Kind = "delivered"
	Damaged   Kind = "damaged"
	Recounted Kind = "counted"
	Moved     Kind = "moved"
)

// Kinds returns the kinds of movements.
func Kinds() []Kind { return []Kind{Delivered, Damaged, Recounted, Moved} }

// Movement changes how much lies somewhere.
type Movement struct {
	Product  string
	Kind     Kind
	Location string // where it lies, or is moved from; Central is one
	To       string // where it is moved to
	N        int64  // how many; of Recounted, how many there are
	Delivery string // id of the delivery that came; empty if none was expected
	Ground   string // why, in a line
}

// Of implements Change.
func (c Movement) Of() string { return c.Product }

func (c Movement) act() string { return "stock." + string(c.Kind) }

// mostCount is more than there is of anything.
const mostCount = 10_000_000

func (c Movement) apply(s *Store, sheet *Sheet) error {
	if err := s.place(c.Location); err != nil {
		return err
	}
	if err := ground(c.Ground); err != nil {
		return err
	}
	if c.N < 0 || c.N > mostCount || c.N == 0 && c.Kind != Recounted {
		return invalid("stock.number", "a number of things that cannot be")
	}
	sheet.Counted = true
	switch c.Kind {
	case Delivered:
		sheet.OnHand[c.Location] += c.N
		return sheet.arrived(c.Delivery)
	case Recounted:
		sheet.OnHand[c.Location] = c.N
		return nil
	case Damaged:
	case Moved:
		if err := s.place(c.To); err != nil || c.To == c.Location {
			return invalid("stock.place", "it is moved to where it lies")
		}
		sheet.OnHand[c.To] += c.N
	default:
		return invalid("stock.kind", "no such movement")
	}
	if sheet.OnHand[c.Location] -= c.N; sheet.OnHand[c.Location] < 0 {
		return invalid("stock.less", "there is less than that")
	}
	return nil
}

// arrived takes a delivery off the list of what is expected.
func (s *Sheet) arrived(id string) error {
	if id == "" {
		return nil
	}
	n := len(s.Deliveries)
	s.Deliveries = slices.DeleteFunc(s.Deliveries, func(d Delivery) bool { return d.ID == id })
	if len(s.Deliveries) == n {
		return fault.New(fault.TooLate, "stock.delivery", "delivery %s is not expected", id)
	}
	return nil
}

const (
	insertMove = `
		INSERT INTO stock_move (id, product, location_id, kind, n, ground, moved_by, moved_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	updateDelivery = `UPDATE stock_delivery SET state = $2, changed_by = $3, changed_at = $4 WHERE id = $1 AND state = 'expected'`
)

func (c Movement) write(ctx context.Context, s *Store, tx *db.Tx, m staff.Member, before Sheet) error {
	type line struct {
		location string
		n        int64
	}
	var lines []line
	switch c.Kind {
	case Delivered:
		lines = []line{{c.Location, c.N}}
	case Recounted:
		lines = []line{{c.Location, c.N - before.OnHand[c.Location]}}
	case Damaged:
		lines = []line{{c.Location, -c.N}}
	case Moved:
		lines = []line{{c.Location, -c.N}, {c.To, c.N}}
	}
	for _, l := range lines {
		if _, err := db.Exec(ctx, tx, insertMove, ident.NewID(s.Random, "mov"), c.Product, l.location, string(c.Kind), l.n, strings.TrimSpace(c.Ground), m.ID, s.now()); err != nil {
			return fmt.Errorf("keep a movement: %w", err)
		}
	}
	if c.Delivery == "" {
		return nil
	}
	return s.endDelivery(ctx, tx, m, c.Delivery, "arrived")
}

func (s *Store) endDelivery(ctx context.Context, tx *db.Tx, m staff.Member, id, state string) error {
	n, err := db.Exec(ctx, tx, updateDelivery, id, state, m.ID, s.now())
	if err != nil {
		return fmt.Errorf("end a delivery: %w", err)
	}
	if n == 0 {
		return fault.New(fault.TooLate, "stock.delivery", "delivery %s is not expected", id)
	}
	return nil
}

// Expectation is a delivery that somebody says will come.
type Expectation struct {
	Product  string
	Delivery Delivery // without an ID
}

// Of implements Change.
func (c Expectation) Of() string { return c.Product }

func (c Expectation) act() string { return "stock.expected" }

func (c Expectation) apply(s *Store, sheet *Sheet) error {
	d := c.Delivery
	if err := s.place(d.Location); err != nil {
		return err
	}
	if err := owner(d.Owner); err != nil {
		return err
	}
	switch {
	case d.N <= 0 || d.N > mostCount:
		return invalid("stock.number", "a number of things that cannot be")
	case d.Day.Before(s.Today()):
		return invalid("stock.past", "a delivery on a day that is over")
	case !slices.Contains(Confidences(), d.Confidence):
		return invalid("stock.confidence", "not a word of confidence")
	case d.StatedOn.IsZero() || d.StatedOn.After(s.Today()):
		return invalid("stock.stated", "said on a day that is still to come")
	}
	sheet.Deliveries = append(sheet.Deliveries, d)
	slices.SortFunc(sheet.Deliveries, byDay)
	return nil
}

const insertDelivery = `
	INSERT INTO stock_delivery (id, product, location_id, day, n, confidence, owner, stated_on, state, changed_by, changed_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'expected', $9, $10)`

func (c Expectation) write(ctx context.Context, s *Store, tx *db.Tx, m staff.Member, _ Sheet) error {
	d := c.Delivery
	if _, err := db.Exec(ctx, tx, insertDelivery, ident.NewID(s.Random, "del"), c.Product, d.Location, d.Day.String(), d.N, string(d.Confidence),
		strings.TrimSpace(d.Owner), d.StatedOn.String(), m.ID, s.now()); err != nil {
		return fmt.Errorf("keep a delivery: %w", err)
	}
	return nil
}

// Dropped is a delivery that is not expected any more.
type Dropped struct{ Product, Delivery string }

// Of implements Change.
func (c Dropped) Of() string { return c.Product }

func (c Dropped) act() string { return "stock.dropped" }

func (c Dropped) apply(_ *Store, sheet *Sheet) error { return sheet.arrived(c.Delivery) }

func (c Dropped) write(ctx context.Context, s *Store, tx *db.Tx, m staff.Member, _ Sheet) error {
	return s.endDelivery(ctx, tx, m, c.Delivery, "dropped")
}

// place refuses a location that the pack does not have.
func (s *Store) place(id string) error {
	if id != Central && !has(s.Places(), id) {
		return invalid("stock.place", "no such location")
	}
	return nil
}

// mostLine is how many letters a ground or an owner may have.
const mostLine = 200

func ground(text string) error { return line(text, "stock.ground") }

func owner(text string) error { return line(text, "stock.owner") }

func line(text, key string) error {
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > mostLine || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return invalid(key, "a text that is missing, too long, or not one line")
	}
	return nil
}

// A day of a change is within some years of today: any other is a slip of the hand.
func (s *Store) near(day rules.Day) bool {
	const years = 3 * 366
	return !day.Before(s.Today().Add(-years)) && !day.After(s.Today().Add(years))
}
