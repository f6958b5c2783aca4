package planner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/location"
	"loket/internal/rules"
)

// mostTries is how many wrong codes a day an ask takes before it is shut for the rest of
// the day, right codes too.
const mostTries = 5

const (
	selectByNumber = `SELECT ` + askColumns + ` FROM ask WHERE number = $1`
	updateTries    = `
		UPDATE ask SET tries = CASE WHEN tries_day = $2 THEN tries + 1 ELSE 1 END, tries_day = $2
		WHERE id = $1 AND (tries_day <> $2 OR tries < $3)`
)

// enter opens the door to an ask by number and code. A number that does not exist and a
// code that does not fit are the same fault.NotFound; a number alone shows and changes
// nothing (P-71).
func (s *Store) enter(ctx context.Context, number ident.CaseNumber, code ident.Code) (askRow, error) {
	return s.enterWith(ctx, number, func(a askRow) bool { return s.code(a).Equal(code) })
}

// enterWith is enter with what fits an ask.
func (s *Store) enterWith(ctx context.Context, number ident.CaseNumber, fits func(askRow) bool) (askRow, error) {
	wrong := fault.New(fault.NotFound, "planner.status.wrong", "number and code do not fit")
	a, err := db.Get[askRow](ctx, s.DB, selectByNumber, string(number))
	if fault.Is(err, fault.NotFound) {
		return askRow{}, wrong
	}
	if err != nil {
		return askRow{}, fmt.Errorf("find ask by number: %w", err)
	}
	today := s.Today().String()
	shut := fault.New(fault.Throttled, "planner.status.shut", "too many wrong codes today")
	if a.TriesDay == today && a.Tries >= mostTries {
		return askRow{}, shut
	}
	if fits(a) {
		return a, nil
	}
	counted, err := db.Exec(ctx, s.DB, updateTries, a.ID, today, int64(mostTries))
	if err != nil {
		return askRow{}, fmt.Errorf("count wrong code: %w", err)
	}
	if counted == 0 {
		return askRow{}, shut
	}
	return askRow{}, wrong
}

// Status shows where an ask is. Number and code that do not fit, whichever it is, are the
// same fault.NotFound; too many wrong codes a day are a fault.Throttled.
func (s *Store) Status(ctx context.Context, number ident.CaseNumber, code ident.Code) (Status, error) {
	a, err := s.enter(ctx, number, code)
	if err != nil {
		return Status{}, err
	}
	return s.statusOf(ctx, a)
}

// statusOf is Status for an ask that was opened.
func (s *Store) statusOf(ctx context.Context, a askRow) (Status, error) {
	draw, err := db.Get[drawRow](ctx, s.DB, selectDraw, a.DrawID)
	if err != nil {
		return Status{}, fmt.Errorf("find the draw of an ask: %w", err)
	}
	status := Status{Number: ident.CaseNumber(a.Number), Ticket: a.Ticket, State: a.State, Asked: a.AskedAt.In(s.Zone),
		Draw: draw.N, Closes: draw.ClosesAt.In(s.Zone), Drawn: a.Line != nil}
	if status.Receipt, err = s.askedText(a, draw.N); err != nil {
		return Status{}, err
	}
	if a.State == Waiting {
		if err := errors.Join(s.addTurn(ctx, &status, a), s.addUrgent(ctx, &status, a)); err != nil {
			return Status{}, err
		}
	}
	if a.State == Offered {
		if status.Offer, err = s.openOffer(ctx, a); err != nil {
			return Status{}, err
		}
	}
	if status.Appointments, err = s.appointments(ctx, a.ID); err != nil {
		return Status{}, err
	}
	if err := s.addCodes(ctx, a.ID, status.Appointments); err != nil {
		return Status{}, err
	}
	if err := s.addReminders(ctx, a.ID, &status); err != nil {
		return Status{}, err
	}
	if status.Documents, err = s.documents(ctx, a); err != nil {
		return Status{}, err
	}
	if a.State == Waiting || a.State == Resting {
		if status.Pauses, err = s.pausesFor(ctx, a); err != nil {
			return Status{}, err
		}
	}
	return status, s.addMove(ctx, &status, a)
}

const (
	// Whether its numbers are held elsewhere shows only once it was its turn: whoever types
	// a number learns nothing by asking.
	countPassed = `
		SELECT count(*) AS n FROM ask_skip WHERE ask_id = $1 AND reason = 'contested' AND EXISTS
			(SELECT 1 FROM ask_member WHERE ask_member.ask_id = $1 AND NOT holds)`
	countAhead = `SELECT count(*) AS n FROM ask WHERE region = $1 AND state = 'waiting' AND line IS NOT NULL AND line < $2`
)

// addTurn says how many are before an ask that waits, and whether its turn came and it
// has to show a document first.
func (s *Store) addTurn(ctx context.Context, status *Status, a askRow) error {
	passed, err := db.Get[int64](ctx, s.DB, countPassed, a.ID)
	if err != nil {
		return fmt.Errorf("look whether an ask was passed over: %w", err)
	}
	status.Contested = passed > 0
	if a.Line == nil {
		return nil
	}
	if status.Ahead, err = db.Get[int64](ctx, s.DB, countAhead, a.Region, *a.Line); err != nil {
		return fmt.Errorf("count who is ahead: %w", err)
	}
	return nil
}

const selectOpenOffer = `
	SELECT offer.id, offer.location_id, offer.starts_at, offer.until, count(*) AS people
	FROM offer JOIN slot ON slot.offer_id = offer.id
	WHERE offer.ask_id = $1 AND offer.state = 'open'
	GROUP BY offer.id, offer.location_id, offer.starts_at, offer.until`

type openOffer struct {
	ID         string
	LocationID string
	StartsAt   time.Time
	Until      time.Time
	People     int
}

// openOffer returns the offer that an ask has; nil if it was answered at this moment.
func (s *Store) openOffer(ctx context.Context, a askRow) (*Offer, error) {
	found, err := db.Select[openOffer](ctx, s.DB, selectOpenOffer, a.ID)
	if err != nil {
		return nil, fmt.Errorf("find the offer of an ask: %w", err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	o := found[0]
	place, err := s.placeOn(ctx, o.LocationID, s.day(o.StartsAt))
	if err != nil {
		return nil, err
	}
	return &Offer{ID: o.ID, Location: place, Starts: o.StartsAt.In(s.Zone), People: o.People, Until: o.Until.In(s.Zone),
		Laters: max(0, mostLaters-int(a.Laters))}, nil
}

// mostLaters is how often an offer can be put off without losing the place in the line.
const mostLaters = 2

const selectAppointments = `
	SELECT appointment.id, appointment.member, appointment.product, appointment.state, slot.location_id, slot.starts_at
	FROM appointment JOIN slot ON slot.id = appointment.slot_id
	WHERE appointment.ask_id = $1 AND appointment.state IN ('booked', 'served', 'missed')
	ORDER BY slot.starts_at, appointment.member`

type appointmentRow struct {
	ID         string
	Member     int
	Product    string
	State      string
	LocationID string
	StartsAt   time.Time
}

// appointments returns those that an ask has or had, without those that were cancelled or
// moved.
func (s *Store) appointments(ctx context.Context, askID string) ([]Appointment, error) {
	rows, err := db.Select[appointmentRow](ctx, s.DB, selectAppointments, askID)
	if err != nil {
		return nil, fmt.Errorf("find the appointments of an ask: %w", err)
	}
	var list []Appointment
	for _, r := range rows {
		place, err := s.placeOn(ctx, r.LocationID, s.day(r.StartsAt))
		if err != nil {
			return nil, err
		}
		list = append(list, Appointment{ID: r.ID, Member: r.Member, Product: r.Product, Location: place, Starts: r.StartsAt.In(s.Zone), State: r.State})
	}
	return list, nil
}

// placeOn returns a location with the address it has on a day.
func (s *Store) placeOn(ctx context.Context, id string, day rules.Day) (location.Location, error) {
	place, err := s.Locations.One(ctx, id)
	if err != nil {
		return place, fmt.Errorf("find the location of a slot: %w", err)
	}
	place.Address = place.AddressOn(day)
	return place, nil
}
