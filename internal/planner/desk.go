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
	"loket/internal/location"
	"loket/internal/staff"
)

// actPlace is what the audit entry of a look at a counter says is shown.
const actPlace = "place"

// Turn is one appointment of today as a list at a counter has it: nothing in it tells
// whose it is, and its number alone opens nothing.
type Turn struct {
	Number  ident.CaseNumber // of the ask
	Starts  time.Time
	Product string
	State   State     // Booked or Served
	Changed time.Time // when it became that
}

type turnRow struct {
	Number    string
	StartsAt  time.Time
	Product   string
	State     string
	ChangedAt time.Time
}

const selectTurns = `
	SELECT ask.number, slot.starts_at, appointment.product, appointment.state, appointment.changed_at
	FROM slot JOIN appointment ON appointment.slot_id = slot.id JOIN ask ON ask.id = appointment.ask_id
	WHERE slot.location_id = $1 AND slot.starts_at >= $2 AND slot.starts_at < $3 AND slot.state IN ('booked', 'used')
		AND appointment.state IN ('booked', 'served')
	ORDER BY slot.starts_at, ask.number, appointment.member`

// Turns returns the appointments of today at a location, in their order. A member who has
// a location of their own sees only those of that: others are a fault.Denied.
func (s *Store) Turns(ctx context.Context, m staff.Member, locationID string) ([]Turn, error) {
	if !m.Has(staff.Counter) {
		return nil, s.refuseDesk(ctx, m, locationID)
	}
	if err := s.sitsAt(m, locationID); err != nil {
		return nil, err
	}
	rows, err := db.Select[turnRow](ctx, s.DB, selectTurns, locationID, s.midnight(s.Today()), s.midnight(s.Today().Add(1)))
	if err != nil {
		return nil, fmt.Errorf("list the appointments of today: %w", err)
	}
	turns := make([]Turn, len(rows))
	for i, r := range rows {
		turns[i] = Turn{ident.CaseNumber(r.Number), r.StartsAt.In(s.Zone), r.Product, State(r.State), r.ChangedAt.In(s.Zone)}
	}
	return turns, nil
}

// Sits returns the location where a member always sits; it is false for whoever has none
// of the planner's.
func (s *Store) Sits(m staff.Member) (locationID string, ok bool) {
	for _, item := range s.Locations.Counters() {
		if item.ID == m.Place {
			return item.ID, true
		}
	}
	return "", false
}

// sitsAt refuses what is done at another location than the member's own.
func (s *Store) sitsAt(m staff.Member, locationID string) error {
	if own, ok := s.Sits(m); ok && own != locationID {
		return fault.New(fault.Denied, "planner.desk.elsewhere", "%s sits at %s, not at %s", m.ID, own, locationID)
	}
	return nil
}

// refuseDesk keeps that somebody without the role wanted to work at a counter.
func (s *Store) refuseDesk(ctx context.Context, m staff.Member, object string) error {
	if err := s.Staff.Refused(ctx, m, staff.Counter, object, "role"); err != nil {
		return err
	}
	return fault.New(fault.Denied, "staff.role.missing", "%s does not work at a counter", m.ID)
}

// OpenAt opens an ask at the counter, with the number and the code of its person, who
// stands there. There is no other way to open one, and none to act for somebody who is
// not there. Wrong codes count as they do at Status, and are kept in the audit log.
// Whoever was at the desk before is gone.
func (s *Store) OpenAt(ctx context.Context, m staff.Member, number ident.CaseNumber, code ident.Code) (staff.Lease, error) {
	if !m.Has(staff.Counter) {
		return staff.Lease{}, s.refuseDesk(ctx, m, staff.QueueCounter)
	}
	a, err := s.enterAt(ctx, m, staff.Counter, number, code)
	if err != nil {
		return staff.Lease{}, err
	}
	return s.takeDesk(ctx, m, a.ID)
}

// takeDesk puts an ask before a member. Whoever was at the desk before is gone.
func (s *Store) takeDesk(ctx context.Context, m staff.Member, askID string) (staff.Lease, error) {
	lease, err := s.Staff.Living(ctx, s.DB, m, staff.QueueCounter)
	if err == nil && lease.Object == askID {
		return lease, nil
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return staff.Lease{}, err
	}
	before, had := lease, err == nil
	err = s.Staff.Update(ctx, func(tx *db.Tx) (err error) {
		if had {
			if err := s.Staff.Release(ctx, tx, before, staff.Left); err != nil {
				return err
			}
		}
		if lease, err = s.Staff.Take(ctx, tx, m, staff.QueueCounter, askID); err != nil {
			return err
		}
		return s.noteDesk(ctx, tx, lease, "ask.open", lease.Object, "ok")
	})
	return lease, err
}

// enterAt is enter for a member who types the code of a person. At a counter the code of
// the day that was texted to them opens it too.
func (s *Store) enterAt(ctx context.Context, m staff.Member, role staff.Role, number ident.CaseNumber, code ident.Code) (askRow, error) {
	a, err := s.enterWith(ctx, number, func(a askRow) bool {
		return s.code(a).Equal(code) || role == staff.Counter && s.deskCode(a).Equal(code)
	})
	if err == nil || !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Throttled) {
		return a, err
	}
	object := "ask"
	if found, err := db.Get[askRow](ctx, s.DB, selectByNumber, string(number)); err == nil {
		object = found.ID
	}
	if kept := s.Staff.Refused(ctx, m, role, object, staff.WrongCode); kept != nil {
		return askRow{}, kept
	}
	return askRow{}, err
}

// noteDesk writes an audit entry of an act under a lease.
func (s *Store) noteDesk(ctx context.Context, tx *db.Tx, l staff.Lease, act, object, result string) error {
	return s.Audit.Add(ctx, tx, audit.Entry{Actor: l.StaffID, Role: string(staff.Counter), Act: act, Object: object, Lease: l.ID, Result: result})
}

// Desk is an ask on the screen of a member of staff at whose counter its person is.
type Desk struct {
	Lease    staff.Lease
	Number   ident.CaseNumber
	State    State
	Lang     string // in which the person reads
	Visitors []Visitor
}

// Visitor is one of the people of an ask whom a counter compares with a document: who has
// an appointment today, whose number another ask claims too, and who has a document to
// fetch. Of others nothing is shown.
type Visitor struct {
	Member    int // from one
	Name      ident.Name
	Birth     ident.BirthDate
	Contested bool         // another ask has the number
	Had       bool         // somebody with the number got their document before
	Number    ident.Number // only where it is contested
	Product   string
	Location  location.Location // of the appointment
	Starts    time.Time         // zero for whoever has no appointment today
	Served    time.Time         // when they got their document; zero before
	Document  *Document         // that is made for them, or waits; nil without one
}

// AtDesk returns the ask of a lease, after its audit entry was committed and the look was
// counted.
func (s *Store) AtDesk(ctx context.Context, m staff.Member, leaseID string) (Desk, error) {
	var lease staff.Lease
	err := s.Staff.Update(ctx, func(tx *db.Tx) (err error) {
		if lease, err = s.deskLease(ctx, tx, m, leaseID); err != nil {
			return err
		}
		return s.Staff.View(ctx, tx, staff.View{Lease: lease, Role: staff.Counter, Act: actPlace, Object: lease.Object})
	})
	if err != nil {
		return Desk{}, err
	}
	a, err := s.ask(ctx, s.DB, lease.Object)
	if fault.Is(err, fault.NotFound) { // destroyed, or no ask
		return Desk{}, movedOn(lease.Object)
	}
	if err != nil {
		return Desk{}, err
	}
	d := Desk{Lease: lease, Number: ident.CaseNumber(a.Number), State: a.State, Lang: a.Lang}
	d.Visitors, err = s.visitors(ctx, a)
	return d, err
}

// deskLease returns a lease at the counter that is the member's and lives.
func (s *Store) deskLease(ctx context.Context, q db.Queryer, m staff.Member, leaseID string) (staff.Lease, error) {
	l, err := s.Staff.Lease(ctx, q, m, leaseID)
	if err == nil && (l.Queue != staff.QueueCounter || !m.Has(staff.Counter)) {
		err = fault.New(fault.Denied, "staff.role.missing", "%s may not work from queue %s", m.ID, l.Queue)
	}
	return l, err
}

type visitorRow struct {
	Member  int
	Product string
	Holds   bool
	Had     int64
}

const (
	selectAppointmentsOf = `
		SELECT appointment.id, appointment.member, appointment.product, appointment.state, appointment.changed_at, slot.location_id, slot.starts_at
		FROM appointment JOIN slot ON slot.id = appointment.slot_id
		WHERE appointment.ask_id = $1 AND appointment.state IN ('booked', 'served') AND slot.starts_at >= $2 AND slot.starts_at < $3
		ORDER BY appointment.member, slot.starts_at`
	selectPeople = `
		SELECT n AS member, product, holds, coalesce((SELECT count(*) FROM served_number
			WHERE served_number.sum = ask_member.sum AND served_number.expires_at > $2), 0) AS had
		FROM ask_member WHERE ask_id = $1 ORDER BY n`
)

// comes is an appointment of today.
type comes struct {
	ID         string
	Member     int
	Product    string
	State      string
	ChangedAt  time.Time
	LocationID string
	StartsAt   time.Time
}

// today returns the appointments that an ask has or had today.
func (s *Store) today(ctx context.Context, askID string) ([]comes, error) {
	list, err := db.Select[comes](ctx, s.DB, selectAppointmentsOf, askID, s.midnight(s.Today()), s.midnight(s.Today().Add(1)))
	if err != nil {
		return nil, fmt.Errorf("find the appointments of an ask today: %w", err)
	}
	return list, nil
}

func (s *Store) visitors(ctx context.Context, a askRow) ([]Visitor, error) {
	list, err := s.today(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	people, err := db.Select[visitorRow](ctx, s.DB, selectPeople, a.ID, s.now())
	if err != nil {
		return nil, fmt.Errorf("read the people of an ask: %w", err)
	}
	body, err := s.open(ctx, s.DB, a)
	if err != nil {
		return nil, err
	}
	documents, err := s.documents(ctx, a)
	if err != nil {
		return nil, err
	}
	var visitors []Visitor
	for _, one := range people {
		told := body.Members[one.Member-1]
		v := Visitor{Member: one.Member, Name: told.Name, Birth: told.Birth, Product: one.Product, Contested: !one.Holds && a.ClosedAt == nil}
		if v.Contested {
			v.Number, v.Had = told.Number, one.Had > 0
		}
		i := slices.IndexFunc(list, func(c comes) bool { return c.Member == one.Member })
		if i >= 0 {
			if err := s.addTurnOf(ctx, &v, list[i]); err != nil {
				return nil, err
			}
		}
		if k := slices.IndexFunc(documents, func(d Document) bool { return d.Member == one.Member }); k >= 0 {
			v.Document = &documents[k]
		}
		if i >= 0 || v.Contested || v.Document != nil {
			visitors = append(visitors, v)
		}
	}
	return visitors, nil
}

func (s *Store) addTurnOf(ctx context.Context, v *Visitor, c comes) (err error) {
	v.Starts, v.Product = c.StartsAt.In(s.Zone), c.Product
	if c.State == string(Served) {
		v.Served = c.ChangedAt.In(s.Zone)
	}
	v.Location, err = s.placeOn(ctx, c.LocationID, s.Today())
	return err
}
