package planner

import (
	"context"
	"fmt"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/point"
	"loket/internal/rules"
	"loket/internal/staff"
)

// The urgent lane: two officials may let an ask that waits go before the line, for a ground
// of the pack. Of the slots of a week at each location the lane gets no more than a share
// that the pack sets and everybody sees; each use is counted and published. Who waits in the
// lane keeps the order of the draw there, so that nobody gains by a quick official, and
// keeps their place in the line besides. Nothing is written down of a person but the ground.

const (
	listUrgent     = "urgent_grounds"
	setUrgentShare = "urgent_share_percent" // of the slots of a week at a location
)

// The states of what two officials decide.
const (
	urgentProposed = "proposed"
	urgentGranted  = "granted"
	urgentRefused  = "refused"
)

// Urgency says that an ask should go in the urgent lane.
type Urgency struct {
	ID     string // what both passkeys confirm
	Number ident.CaseNumber
	Ground string // item of the pack's list "urgent_grounds"
}

// Content is what a passkey confirms of it: that of the first official and that of the second.
func (u Urgency) Content() []byte {
	return fmt.Appendf(nil, "ask %s goes in the urgent lane because of %s", u.Number, u.Ground)
}

// Urgent is what one official proposed and another decides.
type Urgent struct {
	Urgency
	ByID string // pseudonym of who proposed it
	At   time.Time
}

const (
	selectUrgentAsk = `SELECT ` + askColumns + ` FROM ask WHERE number = $1 AND state = 'waiting'`

	// A grant is over once it led to a place.
	endUrgent = `
		UPDATE urgent SET state = 'over' WHERE ask_id = $1 AND state = 'granted'
			AND EXISTS (SELECT 1 FROM appointment WHERE appointment.ask_id = urgent.ask_id AND appointment.made_at > urgent.decided_at)`
	insertUrgent = `
		INSERT INTO urgent (id, ask_id, ground, state, proposed_by, proposed_at, decided_by, decided_at)
		SELECT $1, id, $3, 'proposed', $4, $5, '', NULL FROM ask WHERE id = $2 AND state = 'waiting'
		ON CONFLICT DO NOTHING`
)

// NewUrgency returns a proposal to be confirmed. It is a fault.Invalid for a number of no ask
// that waits, and for what is no ground of the pack.
func (s *Store) NewUrgency(ctx context.Context, number ident.CaseNumber, ground string) (Urgency, error) {
	u := Urgency{ID: ident.NewID(s.Random, "urg"), Number: number, Ground: ground}
	if _, ok := s.Pack.Item(listUrgent, ground); !ok {
		return u, fault.New(fault.Invalid, "planner.urgent.ground", "no such ground of the urgent lane")
	}
	_, err := s.urgentAsk(ctx, s.DB, number)
	return u, err
}

func (s *Store) urgentAsk(ctx context.Context, q db.Queryer, number ident.CaseNumber) (askRow, error) {
	a, err := db.Get[askRow](ctx, q, selectUrgentAsk, string(number))
	if fault.Is(err, fault.NotFound) {
		return a, fault.New(fault.Invalid, "planner.urgent.number", "no ask with this number waits")
	}
	if err != nil {
		return a, fmt.Errorf("find ask by number: %w", err)
	}
	return a, nil
}

// ProposeUrgent keeps a proposal that a lead confirmed by sign, in one transaction. It is a
// fault.Taken for an ask that is proposed or in the lane already.
func (s *Store) ProposeUrgent(ctx context.Context, m staff.Member, u Urgency, sign func(*db.Tx) error) error {
	if _, ok := s.Pack.Item(listUrgent, u.Ground); !ok {
		return fault.New(fault.Invalid, "planner.urgent.ground", "no such ground of the urgent lane")
	}
	err := s.Staff.Update(ctx, func(tx *db.Tx) error {
		a, err := s.urgentAsk(ctx, tx, u.Number)
		if err != nil {
			return err
		}
		if _, err := db.Exec(ctx, tx, endUrgent, a.ID); err != nil {
			return fmt.Errorf("end what led to a place: %w", err)
		}
		n, err := db.Exec(ctx, tx, insertUrgent, u.ID, a.ID, u.Ground, m.ID, s.now())
		if err != nil {
			return fmt.Errorf("keep a proposal: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Taken, "planner.urgent.twice", "ask %s is proposed already, or moved on", a.ID)
		}
		if err := sign(tx); err != nil {
			return err
		}
		return s.urgentDone(ctx, tx, m, u, urgentProposed)
	})
	if err == nil {
		point.Reach("planner.urgent-proposed")
	}
	return err
}

const (
	selectUrgent = `
		SELECT urgent.id, ask.number, urgent.ground, proposed_by AS by_id, proposed_at AS at FROM urgent JOIN ask ON ask.id = urgent.ask_id
		WHERE urgent.state = 'proposed' ORDER BY proposed_at, urgent.id`
	selectUrgentOf = `SELECT ask_id FROM urgent WHERE id = $1`
	updateUrgent   = `
		UPDATE urgent SET state = $2, decided_by = $3, decided_at = $4
		WHERE id = $1 AND state = 'proposed' AND (proposed_by <> $3 OR $2 = 'refused')
			AND ($2 = 'refused' OR EXISTS (SELECT 1 FROM ask WHERE ask.id = urgent.ask_id AND ask.state = 'waiting'))`
)

// Urgents returns what waits for a second official, oldest first.
func (s *Store) Urgents(ctx context.Context) ([]Urgent, error) {
	type row struct {
		ID, Number, Ground, ByID string
		At                       time.Time
	}
	rows, err := db.Select[row](ctx, s.DB, selectUrgent)
	if err != nil {
		return nil, fmt.Errorf("read what was proposed for the urgent lane: %w", err)
	}
	var list []Urgent
	for _, r := range rows {
		list = append(list, Urgent{Urgency{r.ID, ident.CaseNumber(r.Number), r.Ground}, r.ByID, r.At.In(s.Zone)})
	}
	return list, nil
}

// GrantUrgent lets an ask go in the urgent lane: another lead than who proposed it confirmed
// that by sign, in one transaction. Who proposed it is refused as fault.Denied; what is
// decided already, or waits no more, is a fault.TooLate.
func (s *Store) GrantUrgent(ctx context.Context, m staff.Member, u Urgent, sign func(*db.Tx) error) error {
	if u.ByID == m.ID {
		return fault.New(fault.Denied, "planner.urgent.same", "%s proposed it", m.ID)
	}
	err := s.decideUrgent(ctx, m, u.Urgency, urgentGranted, sign)
	if err == nil {
		point.Reach("planner.urgent-granted")
	}
	return err
}

// RefuseUrgent ends a proposal: another lead refuses it, or who made it takes it back. The
// ask keeps its place in the line.
func (s *Store) RefuseUrgent(ctx context.Context, m staff.Member, u Urgent) error {
	return s.decideUrgent(ctx, m, u.Urgency, urgentRefused, func(*db.Tx) error { return nil })
}

func (s *Store) decideUrgent(ctx context.Context, m staff.Member, u Urgency, to string, sign func(*db.Tx) error) error {
	return s.Staff.Update(ctx, func(tx *db.Tx) error {
		n, err := db.Exec(ctx, tx, updateUrgent, u.ID, to, m.ID, s.now())
		if err != nil {
			return fmt.Errorf("decide about the urgent lane: %w", err)
		}
		if n == 0 {
			return fault.New(fault.TooLate, "planner.urgent.decided", "%s is decided, or its ask waits no more", u.ID)
		}
		if err := sign(tx); err != nil {
			return err
		}
		if to == urgentGranted {
			askID, err := db.Get[string](ctx, tx, selectUrgentOf, u.ID)
			if err != nil {
				return fmt.Errorf("find whose urgency it is: %w", err)
			}
			if err := s.tell(ctx, tx, askID); err != nil {
				return err
			}
		}
		return s.urgentDone(ctx, tx, m, u, to)
	})
}

// urgentDone notes and counts what an official did. The ground is not noted: a figure has it.
func (s *Store) urgentDone(ctx context.Context, tx *db.Tx, m staff.Member, u Urgency, what string) error {
	if err := s.note(ctx, tx, u.ID, m.ID, string(staff.Lead), "ask.urgent", what); err != nil {
		return err
	}
	return s.urgentFigure(ctx, tx, u.Ground, what, 1)
}

const upsertUrgentFigure = `
	INSERT INTO urgent_figure (month, ground, what, n) VALUES ($1, $2, $3, $4)
	ON CONFLICT (month, ground, what) DO UPDATE SET n = urgent_figure.n + excluded.n`

func (s *Store) urgentFigure(ctx context.Context, tx *db.Tx, ground, what string, n int) error {
	month := s.Today().String()[:len("2006-01")]
	if _, err := db.Exec(ctx, tx, upsertUrgentFigure, month, ground, what, int64(n)); err != nil {
		return fmt.Errorf("count the urgent lane: %w", err)
	}
	return nil
}

// UrgentGrounds are the grounds of the pack.
func (s *Store) UrgentGrounds() []rules.Item { return s.Pack.List(listUrgent) }

const countUrgentOf = `SELECT count(*) AS n FROM urgent WHERE ask_id = $1 AND ` + inLane

// inLane is of a grant that has not led to a place.
const inLane = `urgent.state = 'granted'
	AND NOT EXISTS (SELECT 1 FROM appointment WHERE appointment.ask_id = urgent.ask_id AND appointment.made_at > urgent.decided_at)`

// addUrgent says whether an ask is in the urgent lane.
func (s *Store) addUrgent(ctx context.Context, status *Status, a askRow) error {
	n, err := db.Get[int64](ctx, s.DB, countUrgentOf, a.ID)
	if err != nil {
		return fmt.Errorf("look for an ask in the urgent lane: %w", err)
	}
	status.Urgent = n > 0
	return nil
}
