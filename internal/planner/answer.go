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

// laterDays is how many days ahead the next place is after "later".
const laterDays = 7

// The states of an offer, besides those that answers give it.
const (
	offerOpen      = "open"
	offerAccepted  = "accepted"
	offerDeclined  = "declined"
	offerLapsed    = "lapsed"
	offerWithdrawn = "withdrawn"
)

// offerRow is an offer as it is kept.
type offerRow struct {
	ID         string
	AskID      string
	LocationID string
	StartsAt   time.Time
	Until      time.Time
	State      string
}

const (
	lockAsk     = `SELECT ` + askColumns + ` FROM ask WHERE id = $1 FOR UPDATE`
	selectOffer = `SELECT id, ask_id, location_id, starts_at, until, state FROM offer WHERE id = $1 AND ask_id = $2`
	endOffer    = `UPDATE offer SET state = $2, answered_at = $3 WHERE id = $1 AND state = 'open'`
)

// became is the state that an answer gives an offer.
func (a Answer) became() string {
	switch a {
	case Accept:
		return offerAccepted
	case Decline, Keep:
		return offerDeclined
	}
	return string(a)
}

// Answer says what the person of an ask wants with an offer. The same answer again changes
// nothing and is no error. It is a fault.TooLate when the offer is over, was answered
// otherwise, or cannot be put off any more, and a fault.NotFound when there is no such
// offer.
func (s *Store) Answer(ctx context.Context, number ident.CaseNumber, code ident.Code, offerID string, answer Answer) error {
	found, err := s.enter(ctx, number, code)
	if err != nil {
		return err
	}
	return s.answerBy(ctx, found.ID, offerID, answer, self)
}

// answerBy is Answer for an ask that was opened.
func (s *Store) answerBy(ctx context.Context, askID, offerID string, answer Answer, by actor) error {
	switch answer {
	case Accept, Other, Later, Decline, Keep:
	default:
		return fault.New(fault.Invalid, "planner.answer", "no such answer")
	}
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		a, err := db.Get[askRow](ctx, tx, lockAsk, askID) // whatever happens to one ask happens in turn
		if err != nil {
			return fmt.Errorf("lock ask: %w", err)
		}
		o, err := db.Get[offerRow](ctx, tx, selectOffer, offerID, a.ID)
		if fault.Is(err, fault.NotFound) {
			return fault.New(fault.NotFound, "planner.offer.none", "ask %s has no such offer", a.ID)
		}
		if err != nil {
			return fmt.Errorf("find offer: %w", err)
		}
		if o.State == answer.became() {
			return nil
		}
		if err := s.mayAnswer(a, o, answer); err != nil {
			return err
		}
		m, err := s.liveMove(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		if m != nil && m.OfferID == o.ID {
			return s.answerMove(ctx, tx, a, o, *m, answer, by)
		}
		if answer == Keep {
			return fault.New(fault.Invalid, "planner.answer", "there is nothing to keep")
		}
		return s.answer(ctx, tx, a, o, answer, by)
	})
	if err == nil {
		point.Reach("planner.answered")
	}
	return err
}

// mayAnswer reports why an answer comes too late.
func (s *Store) mayAnswer(a askRow, o offerRow, answer Answer) error {
	switch {
	case o.State == offerLapsed || o.State == offerWithdrawn || o.State == offerOpen && !s.now().Before(o.Until):
		return fault.New(fault.TooLate, "planner.offer.late", "offer %s is over", o.ID)
	case o.State != offerOpen:
		return fault.New(fault.TooLate, "planner.offer.answered", "offer %s was answered", o.ID)
	case answer == Later && a.Laters >= mostLaters:
		return fault.New(fault.TooLate, "planner.offer.laters", "ask %s was put off %d times", a.ID, a.Laters)
	}
	return nil
}

// answer does what the person of an ask that is locked says to its open offer.
func (s *Store) answer(ctx context.Context, tx *db.Tx, a askRow, o offerRow, answer Answer, by actor) error {
	if _, err := db.Exec(ctx, tx, endOffer, o.ID, answer.became(), s.now()); err != nil {
		return fmt.Errorf("answer offer: %w", err)
	}
	day := s.day(o.StartsAt)
	var err error
	switch answer {
	case Accept:
		err = s.book(ctx, tx, a, o)
	case Other:
		err = s.backInLine(ctx, tx, a, a.Laters, day.Add(1))
	case Later:
		err = s.backInLine(ctx, tx, a, a.Laters+1, s.Today().Add(laterDays))
	case Decline:
		err = s.end(ctx, tx, a, Withdrawn, "declined")
	}
	if err != nil {
		return err
	}
	if answer != Accept {
		if err := s.freeOffer(ctx, tx, o.ID); err != nil {
			return err
		}
	}
	if err := s.noteBy(ctx, tx, by, a.ID, "ask.answer", string(answer)); err != nil {
		return err
	}
	if err := s.figure(ctx, tx, a.Region, answer.became()); err != nil || answer != Decline {
		return err
	}
	return s.figure(ctx, tx, a.Region, string(Withdrawn))
}

const updateBack = `
	UPDATE ask SET state = 'waiting', laters = $2, not_before = $3, changed_at = $4 WHERE id = $1 AND state = 'offered'`

// backInLine lets an ask wait where it stood, for a place on a day or later.
func (s *Store) backInLine(ctx context.Context, tx *db.Tx, a askRow, laters int64, from rules.Day) error {
	n, err := db.Exec(ctx, tx, updateBack, a.ID, laters, s.midnight(from), s.now())
	if err != nil {
		return fmt.Errorf("put an ask back in the line: %w", err)
	}
	if n == 0 {
		return movedOn(a.ID)
	}
	return nil
}

const (
	selectLapsed = `
		SELECT id, ask_id, location_id, starts_at, until, state FROM offer
		WHERE state = 'open' AND until <= $1 AND NOT EXISTS (SELECT 1 FROM ask_move WHERE ask_move.offer_id = offer.id)
		ORDER BY until, id LIMIT $2`
	// A second silence lets an ask rest: somebody who does not answer would keep places empty.
	updateSilent = `
		UPDATE ask SET state = CASE WHEN silences >= 1 THEN 'resting' ELSE 'waiting' END, silences = silences + 1, changed_at = $3
		WHERE id = $1 AND state = $2 RETURNING ` + askColumns
)

// endBatch is how many offers or appointments end in one transaction.
const endBatch = 50

// lapse ends the offers that nobody answered.
func (s *Store) lapse(ctx context.Context) error {
	for {
		due, err := db.Select[offerRow](ctx, s.DB, selectLapsed, s.now(), int64(endBatch))
		if err != nil {
			return fmt.Errorf("find offers that end: %w", err)
		}
		if len(due) == 0 {
			return nil
		}
		if err := s.DB.Update(ctx, func(tx *db.Tx) error { return s.lapseAll(ctx, tx, due) }); err != nil {
			return err
		}
		point.Reach("planner.lapsed")
	}
}

func (s *Store) lapseAll(ctx context.Context, tx *db.Tx, due []offerRow) error {
	var regions []string
	for _, o := range due {
		a, err := s.silent(ctx, tx, o.AskID, Offered)
		if fault.Is(err, fault.NotFound) { // answered, or ended, at this moment
			continue
		}
		if err != nil {
			return err
		}
		n, err := db.Exec(ctx, tx, endOffer, o.ID, offerLapsed, s.now())
		if err != nil {
			return fmt.Errorf("end an offer: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Internal, "", "ask %s was offered something else than %s", o.AskID, o.ID)
		}
		if err := s.freeOffer(ctx, tx, o.ID); err != nil {
			return err
		}
		regions = append(regions, a.Region)
	}
	for _, region := range regions {
		if err := s.figure(ctx, tx, region, figureLapsed); err != nil {
			return err
		}
	}
	return nil
}

// silent puts an ask of whose people nobody was heard back into the line, or to rest. It
// is a fault.NotFound when the ask is not in that state.
func (s *Store) silent(ctx context.Context, tx *db.Tx, askID string, in State) (askRow, error) {
	a, err := db.Get[askRow](ctx, tx, updateSilent, askID, string(in), s.now())
	if err != nil {
		return a, fmt.Errorf("let an ask wait or rest: %w", err)
	}
	if a.State == Resting {
		err = s.tell(ctx, tx, a.ID)
	}
	return a, err
}
