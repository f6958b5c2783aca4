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
	"loket/internal/point"
	"loket/internal/staff"
)

// visitor is one of the people of an ask who comes for a document.
type visitor struct {
	N       int64
	Product string
}

const (
	selectVisitors = `SELECT n, product FROM ask_member WHERE ask_id = $1 AND product <> 'none' ORDER BY n`
	selectHeld     = `SELECT ` + slotColumns + ` FROM slot WHERE offer_id = $1 AND state = 'offered' ORDER BY starts_at, desk, id`
	updateBooked   = `UPDATE slot SET state = 'booked' WHERE id = $1 AND state = 'offered' AND offer_id = $2`
	insertBooked   = `
		INSERT INTO appointment (id, ask_id, member, slot_id, product, issue, state, why, made_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, 0, 'booked', '', $6, $6)`
	updateAskBooked = `UPDATE ask SET state = 'booked', changed_at = $2 WHERE id = $1 AND state = 'offered'`
)

// book makes the appointments of an offer that was accepted: one for each who comes.
func (s *Store) book(ctx context.Context, tx *db.Tx, a askRow, o offerRow) error {
	n, err := db.Exec(ctx, tx, updateAskBooked, a.ID, s.now())
	if err != nil {
		return fmt.Errorf("book: %w", err)
	}
	if n == 0 {
		return movedOn(a.ID)
	}
	day := s.day(o.StartsAt)
	people, err := db.Select[visitor](ctx, tx, selectVisitors, a.ID)
	if err != nil {
		return fmt.Errorf("read the people of an ask: %w", err)
	}
	rows, err := db.Select[slotRow](ctx, tx, selectHeld, o.ID)
	if err != nil {
		return fmt.Errorf("find the slots of an offer: %w", err)
	}
	var seats []seat
	for _, r := range rows {
		seats = append(seats, r.seat(day))
	}
	var products []string
	for _, v := range people {
		products = append(products, v.Product)
	}
	places := assign(seats, products)
	if places == nil {
		return fault.New(fault.Internal, "", "the %d slots of offer %s do not fit %d people", len(seats), o.ID, len(people))
	}
	for i, v := range people {
		if err := s.bookOne(ctx, tx, a.ID, o.ID, v, seats[places[i]].id); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) bookOne(ctx context.Context, tx *db.Tx, askID, offerID string, v visitor, slotID string) error {
	n, err := db.Exec(ctx, tx, updateBooked, slotID, offerID)
	if err != nil {
		return fmt.Errorf("book a slot: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Internal, "", "slot %s was not held", slotID)
	}
	if _, err := db.Exec(ctx, tx, insertBooked, ident.NewID(s.Random, "apt"), askID, v.N, slotID, v.Product, s.now()); err != nil {
		return fmt.Errorf("keep an appointment: %w", err)
	}
	return nil
}

// attended is an appointment as the counter has it before it.
type attended struct {
	AskID    string
	Member   int64
	SlotID   string
	Product  string
	State    string
	StartsAt time.Time
}

const (
	selectAttended = `
		SELECT ask_id, member, slot_id, product, appointment.state, starts_at
		FROM appointment JOIN slot ON slot.id = slot_id WHERE appointment.id = $1`
	updateServedOne = `UPDATE appointment SET state = 'served', changed_at = $2 WHERE id = $1 AND state = 'booked'`
	updateUsed      = `UPDATE slot SET state = 'used' WHERE id = $1 AND state = 'booked'`
	upsertServed    = `
		INSERT INTO served_number (sum, product, expires_at) SELECT sum, $3, $4 FROM ask_member WHERE ask_id = $1 AND n = $2
		ON CONFLICT (sum) DO UPDATE SET product = excluded.product, expires_at = excluded.expires_at`
	countBooked = `SELECT count(*) AS n FROM appointment WHERE ask_id = $1 AND state = 'booked'`
)

// handOver says, for a member of staff at a counter, that the person of an appointment of
// today got their document. When all of an ask have theirs it has ended. Saying it again
// changes nothing. It is a fault.TooLate when the appointment is of another day, or is
// no more.
func (s *Store) handOver(ctx context.Context, m staff.Member, appointmentID string) error {
	if !m.Has(staff.Counter) {
		return fault.New(fault.Denied, "staff.role.missing", "%s does not work at a counter", m.ID)
	}
	ap, err := db.Get[attended](ctx, s.DB, selectAttended, appointmentID)
	if err != nil {
		return fmt.Errorf("find appointment: %w", err)
	}
	if s.day(ap.StartsAt) != s.Today() {
		return fault.New(fault.TooLate, "planner.serve.day", "appointment %s is of another day", appointmentID)
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		a, err := db.Get[askRow](ctx, tx, lockAsk, ap.AskID)
		if err != nil {
			return fmt.Errorf("lock ask: %w", err)
		}
		n, err := db.Exec(ctx, tx, updateServedOne, appointmentID, s.now())
		if err != nil {
			return fmt.Errorf("serve: %w", err)
		}
		if n == 0 {
			return s.servedAlready(ctx, tx, appointmentID)
		}
		return s.serveOne(ctx, tx, m, a, ap)
	})
	if err == nil {
		point.Reach("planner.served")
	}
	return err
}

func (s *Store) servedAlready(ctx context.Context, tx *db.Tx, appointmentID string) error {
	ap, err := db.Get[attended](ctx, tx, selectAttended, appointmentID)
	if err != nil {
		return fmt.Errorf("find appointment: %w", err)
	}
	if ap.State != string(Served) {
		return fault.New(fault.TooLate, "planner.serve.gone", "appointment %s is %s", appointmentID, ap.State)
	}
	return nil
}

func (s *Store) serveOne(ctx context.Context, tx *db.Tx, m staff.Member, a askRow, ap attended) error {
	n, err := db.Exec(ctx, tx, updateUsed, ap.SlotID)
	if err != nil {
		return fmt.Errorf("use a slot: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Internal, "", "slot %s was not booked", ap.SlotID)
	}
	expires := s.now().Add(s.Schema.Lifetimes["served-number"].Duration())
	if _, err := db.Exec(ctx, tx, upsertServed, ap.AskID, ap.Member, ap.Product, expires); err != nil {
		return fmt.Errorf("keep that a number was served: %w", err)
	}
	left, err := db.Get[int64](ctx, tx, countBooked, ap.AskID)
	if err != nil {
		return fmt.Errorf("count who is still to come: %w", err)
	}
	if err := s.note(ctx, tx, a.ID, m.ID, string(staff.Counter), "ask.serve", "ok"); err != nil || left > 0 {
		return err
	}
	return s.allServed(ctx, tx, a, "all")
}

// allServed ends an ask of which nobody is still to come.
func (s *Store) allServed(ctx context.Context, tx *db.Tx, a askRow, why string) error {
	if err := s.end(ctx, tx, a, Served, why); err != nil {
		return err
	}
	return s.figure(ctx, tx, a.Region, string(Served))
}

const (
	selectPast = `
		SELECT ask_id FROM appointment JOIN slot ON slot.id = slot_id
		WHERE slot.state = 'booked' AND starts_at < $1 AND appointment.state = 'booked' ORDER BY starts_at LIMIT $2`
	updateMissed = `
		UPDATE appointment SET state = 'missed', changed_at = $3 WHERE ask_id = $1 AND state = 'booked'
			AND slot_id IN (SELECT id FROM slot WHERE slot.state = 'booked' AND starts_at < $2)`
	updateMissedSlots = `
		UPDATE slot SET state = 'gone', offer_id = '' WHERE state = 'booked' AND starts_at < $2
			AND id IN (SELECT slot_id FROM appointment WHERE ask_id = $1 AND appointment.state = 'missed')`
	countServed = `SELECT count(*) AS n FROM appointment WHERE ask_id = $1 AND state = 'served'`
)

// miss ends the appointments of days that are over to which nobody came. Such an ask
// waits again where it stood in the line, and rests the second time. Where others of it
// were served it has ended: whoever did not come with them asks anew.
func (s *Store) miss(ctx context.Context) error {
	for {
		asks, err := db.Select[string](ctx, s.DB, selectPast, s.midnight(s.Today()), int64(endBatch))
		if err != nil {
			return fmt.Errorf("find missed appointments: %w", err)
		}
		if len(asks) == 0 {
			return nil
		}
		slices.Sort(asks)
		for _, id := range slices.Compact(asks) {
			if err := s.DB.Update(ctx, func(tx *db.Tx) error { return s.missOne(ctx, tx, id) }); err != nil {
				return err
			}
			point.Reach("planner.missed")
		}
	}
}

func (s *Store) missOne(ctx context.Context, tx *db.Tx, askID string) error {
	a, err := db.Get[askRow](ctx, tx, lockAsk, askID)
	if err != nil || a.State != Booked {
		return err
	}
	before := s.midnight(s.Today())
	n, err := db.Exec(ctx, tx, updateMissed, a.ID, before, s.now())
	if err != nil || n == 0 {
		return err
	}
	if _, err := db.Exec(ctx, tx, updateMissedSlots, a.ID, before); err != nil {
		return fmt.Errorf("end the slots of missed appointments: %w", err)
	}
	served, err := db.Get[int64](ctx, tx, countServed, a.ID)
	if err != nil {
		return fmt.Errorf("count who was served: %w", err)
	}
	if err := s.note(ctx, tx, a.ID, audit.System, roleWorker, "ask.miss", "ok"); err != nil {
		return err
	}
	if served > 0 {
		err = s.allServed(ctx, tx, a, "partly")
	} else {
		_, err = s.silent(ctx, tx, a.ID, Booked)
	}
	if err != nil {
		return err
	}
	return s.figure(ctx, tx, a.Region, figureMissed)
}
