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
)

// Whoever has a place can ask for another time without giving it back. They are looked
// for something else at their own place in the line and by the same rules as everybody,
// and get one concrete time to say yes to: no list of free times is ever shown. Only with
// the yes do they let go of what they have, in one transaction. The row of a move lives
// while it is waiting or offered, and only while the ask is booked.

// Why somebody looks for another time.
const (
	MoveAsked     = "person"     // they want to
	MoveDisrupted = "disruption" // they cannot come on the day, which is nobody's fault
	MovePlanned   = "plan"       // the location has no desk for them any more
)

// The states of a move.
const (
	moveWaiting = "waiting"
	moveOffered = "offered"
	moveMoved   = "moved"
	moveKept    = "kept"   // the person wants what they have
	moveLapsed  = "lapsed" // the offer had no answer
	moveEnded   = "ended"  // there is nothing to be moved any more
)

const setMoves = "moves" // how often somebody can ask for another time

// Keep is the answer to an offer of another time by whoever keeps what they have.
const Keep Answer = "keep"

// Moving is another time that is being looked for.
type Moving struct {
	Why  string    // MoveAsked, MoveDisrupted or MovePlanned
	From time.Time // it is not sooner
}

// moveRow is a move as it is kept.
type moveRow struct {
	AskID     string
	N         int64
	Why       string
	State     string
	Day       string // of what they have
	NotBefore time.Time
	EndsAt    time.Time
	OfferID   string
}

const (
	moveColumns = `ask_id, n, why, state, day, not_before, ends_at, offer_id`
	selectMove  = `SELECT ` + moveColumns + ` FROM ask_move WHERE ask_id = $1 AND state IN ('waiting', 'offered')`
	countAsked  = `SELECT count(*) AS n FROM ask_move WHERE ask_id = $1 AND why = 'person'`
	insertMove  = `
		INSERT INTO ask_move (ask_id, n, why, state, day, not_before, ends_at, offer_id, made_at, changed_at)
		SELECT $1, coalesce(max(n), 0) + 1, $2, 'waiting', $3, $4, $5, '', $6, $6 FROM ask_move WHERE ask_id = $1
		ON CONFLICT DO NOTHING`
)

// liveMove returns the move of an ask that is looked for or offered; nil if there is none.
func (s *Store) liveMove(ctx context.Context, q db.Queryer, askID string) (*moveRow, error) {
	found, err := db.Select[moveRow](ctx, q, selectMove, askID)
	if err != nil {
		return nil, fmt.Errorf("find the move of an ask: %w", err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	return &found[0], nil
}

// Move lets the person of an ask that has a place look for another time, on another day,
// and not before a day if that is not zero. What they have stays theirs until they say yes
// to something else. While another time is looked for already nothing changes. It is a
// fault.TooLate when they have no place, it begins soon, or they moved too often.
func (s *Store) Move(ctx context.Context, number ident.CaseNumber, code ident.Code, from rules.Day) error {
	found, err := s.enter(ctx, number, code)
	if err != nil {
		return err
	}
	return s.moveBy(ctx, found.ID, from, self)
}

// moveBy is Move for an ask that was opened.
func (s *Store) moveBy(ctx context.Context, askID string, from rules.Day, by actor) error {
	if from.Since(s.Today()) > furthest {
		return fault.New(fault.Invalid, "planner.move.from", "a move to a day that nobody plans")
	}
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		a, err := db.Get[askRow](ctx, tx, lockAsk, askID)
		if err != nil {
			return fmt.Errorf("lock ask: %w", err)
		}
		return s.move(ctx, tx, a, from, by)
	})
	if err == nil {
		point.Reach("planner.move-asked")
	}
	return err
}

// move begins a move for the person of an ask that is locked. Whoever has a place on a
// disrupted day has it for nothing.
func (s *Store) move(ctx context.Context, tx *db.Tx, a askRow, from rules.Day, by actor) error {
	if a.State != Booked {
		return fault.New(fault.TooLate, "planner.move.none", "ask %s has no appointment", a.ID)
	}
	if live, err := s.liveMove(ctx, tx, a.ID); err != nil || live != nil {
		return err
	}
	starts, err := db.Get[time.Time](ctx, tx, selectBookedFrom, a.ID)
	if err != nil {
		return fmt.Errorf("find the appointment: %w", err)
	}
	hit, err := s.choose(ctx, tx, a.ID, s.day(starts), choiceMove)
	if err != nil {
		return err
	}
	why := MoveDisrupted
	if !hit {
		why = MoveAsked
		if err := s.mayMove(ctx, tx, a, starts); err != nil {
			return err
		}
	}
	if err := s.beginMove(ctx, tx, a, why, starts, from); err != nil {
		return err
	}
	return s.noteBy(ctx, tx, by, a.ID, "ask.move", why)
}

// mayMove reports what keeps somebody from asking for another time.
func (s *Store) mayMove(ctx context.Context, tx *db.Tx, a askRow, starts time.Time) error {
	if !s.now().Before(starts.Add(-2 * beforeSlot)) {
		return fault.New(fault.TooLate, "planner.move.begun", "the appointment of ask %s begins", a.ID)
	}
	left, err := s.movesLeft(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	if left == 0 {
		return fault.New(fault.TooLate, "planner.move.most", "ask %s looked for another time as often as it can", a.ID)
	}
	return nil
}

// movesLeft is how often somebody can still ask for another time.
func (s *Store) movesLeft(ctx context.Context, q db.Queryer, askID string) (int, error) {
	most, err := s.setting(setMoves)
	if err != nil {
		return 0, err
	}
	n, err := db.Get[int64](ctx, q, countAsked, askID)
	if err != nil {
		return 0, fmt.Errorf("count the moves of an ask: %w", err)
	}
	return max(0, most-int(n)), nil
}

// beginMove begins a move of an ask that is locked and has a place that starts then.
func (s *Store) beginMove(ctx context.Context, tx *db.Tx, a askRow, why string, starts time.Time, from rules.Day) error {
	notBefore, err := s.grownUp(ctx, tx, a)
	if err != nil {
		return err
	}
	if !from.IsZero() {
		notBefore = later(notBefore, s.midnight(from))
	}
	ends := s.midnight(s.day(starts).Add(1))
	if why == MoveAsked {
		ends = starts.Add(-beforeSlot)
	}
	n, err := db.Exec(ctx, tx, insertMove, a.ID, why, s.day(starts).String(), notBefore, ends, s.now())
	if err != nil {
		return fmt.Errorf("begin a move: %w", err)
	}
	if n == 0 {
		return movedOn(a.ID)
	}
	return nil
}

// grownUp is from when on all of an ask get something who have a place: a household does
// not move to a day on which a child of it is too young. It is now where nobody is.
func (s *Store) grownUp(ctx context.Context, tx *db.Tx, a askRow) (time.Time, error) {
	from := s.now()
	if a.Size == 1 {
		return from, nil
	}
	body, err := s.open(ctx, tx, a)
	if err != nil {
		return from, err
	}
	people, err := db.Select[visitor](ctx, tx, selectVisitors, a.ID)
	if err != nil {
		return from, fmt.Errorf("read the people of an ask: %w", err)
	}
	for _, v := range people {
		if m := body.Members[v.N-1]; m.Then != "" && m.Then != noProduct {
			day, err := rules.ParseDay(m.From)
			if err != nil {
				return from, fmt.Errorf("read from when on a child gets something: %w", err)
			}
			from = later(from, s.midnight(day))
		}
	}
	return from, nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Keep says that the person of an ask keeps the place that they have: another time is
// looked for no more, and one that was offered is free at once. Whoever says so twice
// changes nothing. It is a fault.TooLate when they have none, or there is no desk any more
// for the one that they have.
func (s *Store) Keep(ctx context.Context, number ident.CaseNumber, code ident.Code) error {
	found, err := s.enter(ctx, number, code)
	if err != nil {
		return err
	}
	return s.keepBy(ctx, found.ID, self)
}

// keepBy is Keep for an ask that was opened.
func (s *Store) keepBy(ctx context.Context, askID string, by actor) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		a, err := db.Get[askRow](ctx, tx, lockAsk, askID)
		if err != nil {
			return fmt.Errorf("lock ask: %w", err)
		}
		return s.keep(ctx, tx, a, by)
	})
}

// keep is Keep for an ask that is locked.
func (s *Store) keep(ctx context.Context, tx *db.Tx, a askRow, by actor) error {
	if a.State != Booked {
		return fault.New(fault.TooLate, "planner.move.none", "ask %s has no appointment", a.ID)
	}
	m, err := s.liveMove(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	if m != nil && m.Why == MovePlanned {
		return fault.New(fault.TooLate, "planner.keep.gone", "the place of ask %s is not there any more", a.ID)
	}
	starts, err := db.Get[time.Time](ctx, tx, selectBookedFrom, a.ID)
	if err != nil {
		return fmt.Errorf("find the appointment: %w", err)
	}
	if _, err := s.choose(ctx, tx, a.ID, s.day(starts), choiceKeep); err != nil {
		return err
	}
	if m != nil {
		if err := s.endMove(ctx, tx, *m, moveKept, offerWithdrawn); err != nil {
			return err
		}
	}
	return s.noteBy(ctx, tx, by, a.ID, "ask.keep", "ok")
}

const updateMoveEnded = `
	UPDATE ask_move SET state = $3, changed_at = $4 WHERE ask_id = $1 AND n = $2 AND state IN ('waiting', 'offered')`

// endMove ends a move that is looked for or offered. An offer of it ends as is told, and
// what it held is free at once.
func (s *Store) endMove(ctx context.Context, tx *db.Tx, m moveRow, to, offer string) error {
	n, err := db.Exec(ctx, tx, updateMoveEnded, m.AskID, m.N, to, s.now())
	if err != nil {
		return fmt.Errorf("end a move: %w", err)
	}
	if n == 0 {
		return movedOn(m.AskID)
	}
	if m.State != moveOffered {
		return nil
	}
	if _, err := db.Exec(ctx, tx, endOffer, m.OfferID, offer, s.now()); err != nil {
		return fmt.Errorf("end the offer of a move: %w", err)
	}
	return s.freeOffer(ctx, tx, m.OfferID)
}

// dropMove ends the move of an ask, if there is one: what it had is gone, or used.
func (s *Store) dropMove(ctx context.Context, tx *db.Tx, askID string) error {
	m, err := s.liveMove(ctx, tx, askID)
	if err != nil || m == nil {
		return err
	}
	return s.endMove(ctx, tx, *m, moveEnded, offerWithdrawn)
}

// addMove says whether somebody who has a place looks for another, and what they can do.
func (s *Store) addMove(ctx context.Context, status *Status, a askRow) error {
	if a.State != Booked {
		return nil
	}
	m, err := s.liveMove(ctx, s.DB, a.ID)
	if err != nil {
		return err
	}
	if m != nil {
		status.Moving = &Moving{m.Why, m.NotBefore.In(s.Zone)}
	}
	if m != nil && m.State == moveOffered {
		if status.Offer, err = s.openOffer(ctx, a); err != nil {
			return err
		}
		if status.Offer != nil {
			status.Offer.Laters = 0
		}
	}
	if status.Moves, err = s.movesLeft(ctx, s.DB, a.ID); err != nil || len(status.Appointments) == 0 {
		return err
	}
	status.Disturbance, err = s.disturbance(ctx, a.ID, s.day(status.Appointments[0].Starts))
	return err
}
