package walkin

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/staff"
)

// ParseDesk reads the name of a desk: a few letters or digits, as on the sign above it.
func ParseDesk(text string) (string, error) {
	text = strings.TrimSpace(text)
	ok := text != "" && utf8.RuneCountInString(text) <= 12
	for _, r := range text {
		ok = ok && (r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == ' ' || r == '-')
	}
	if !ok {
		return "", fault.New(fault.Invalid, "walkin.desk", "a desk that is no short name")
	}
	return text, nil
}

const (
	// The lock lets another desk take the number after, instead of waiting for this one.
	callNext = `
		UPDATE ticket SET state = 'called', staff_id = $3, desk = $4, called_at = $5, ended_at = NULL
		WHERE state = 'waiting' AND id = (
			SELECT id FROM ticket WHERE location_id = $1 AND day = $2 AND state = 'waiting' ORDER BY n LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING ` + columns
	callOne = `
		UPDATE ticket SET state = 'called', staff_id = $3, desk = $4, called_at = $5, ended_at = NULL
		WHERE id = $1 AND day = $2 AND state IN ('waiting', 'left')
		RETURNING ` + columns
	selectAtDesk = `
		SELECT ` + columns + ` FROM ticket
		WHERE location_id = $1 AND day = $2 AND desk = $3 AND state IN ('called', 'served')`
)

// CallNext gives a desk the lowest number that waits. It is a fault of kind NotFound when
// nobody waits, Taken when the desk has a number in hand, and Denied for whoever does not
// work at a counter.
func (s *Store) CallNext(ctx context.Context, m staff.Member, locationID, desk string) (Ticket, error) {
	return s.call(ctx, m, desk, func(tx *db.Tx) (Ticket, error) {
		return db.Get[Ticket](ctx, tx, callNext, locationID, s.today(), m.ID, desk, s.Now())
	})
}

// Call gives a desk one number of today out of turn: one that waits and cannot, or one
// that did not come before. Errors are as of CallNext.
func (s *Store) Call(ctx context.Context, m staff.Member, ticketID, desk string) (Ticket, error) {
	return s.call(ctx, m, desk, func(tx *db.Tx) (Ticket, error) {
		return db.Get[Ticket](ctx, tx, callOne, ticketID, s.today(), m.ID, desk, s.Now())
	})
}

func (s *Store) call(ctx context.Context, m staff.Member, desk string, next func(*db.Tx) (Ticket, error)) (t Ticket, err error) {
	if err := atCounter(m); err != nil {
		return Ticket{}, err
	}
	if _, err := ParseDesk(desk); err != nil {
		return Ticket{}, err
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		t, err = next(tx)
		return err
	})
	switch {
	case db.Unique(err) == "ticket_location_id_day_desk":
		return Ticket{}, fault.New(fault.Taken, "walkin.desk-busy", "the desk has a number in hand: %w", err)
	case fault.Is(err, fault.NotFound):
		return Ticket{}, fault.New(fault.NotFound, "walkin.nobody", "no number waits")
	case err != nil:
		return Ticket{}, fmt.Errorf("call a number: %w", err)
	}
	return t, nil
}

// AtDesk returns what a desk has in hand; a fault of kind NotFound when that is nothing.
func (s *Store) AtDesk(ctx context.Context, locationID, desk string) (Ticket, error) {
	t, err := db.Get[Ticket](ctx, s.DB, selectAtDesk, locationID, s.today(), desk)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Ticket{}, fmt.Errorf("read what a desk has: %w", err)
	}
	return t, err
}

// moves are the statements that move a ticket on; each names the states it may come from.
const (
	moveServed = `UPDATE ticket SET state = 'served' WHERE id = $1 AND day = $2 AND state = 'called'`
	moveDone   = `UPDATE ticket SET state = 'done', ended_at = $3 WHERE id = $1 AND day = $2 AND state IN ('called', 'served')`
	moveLeft   = `UPDATE ticket SET state = 'left', ended_at = $3 WHERE id = $1 AND day = $2 AND state IN ('waiting', 'called')`
)

// Serve says that the person of a called number is at the desk.
func (s *Store) Serve(ctx context.Context, m staff.Member, ticketID string) error {
	return s.move(ctx, m, func(tx *db.Tx) (int64, error) { return db.Exec(ctx, tx, moveServed, ticketID, s.today()) })
}

// Done says that the person was helped and has gone.
func (s *Store) Done(ctx context.Context, m staff.Member, ticketID string) error {
	return s.move(ctx, m, func(tx *db.Tx) (int64, error) { return db.Exec(ctx, tx, moveDone, ticketID, s.today(), s.Now()) })
}

// Left says that nobody came with a number.
func (s *Store) Left(ctx context.Context, m staff.Member, ticketID string) error {
	return s.move(ctx, m, func(tx *db.Tx) (int64, error) { return db.Exec(ctx, tx, moveLeft, ticketID, s.today(), s.Now()) })
}

// move makes one move; it is a fault of kind TooLate when the ticket is not where the move begins.
func (s *Store) move(ctx context.Context, m staff.Member, update func(*db.Tx) (int64, error)) error {
	if err := atCounter(m); err != nil {
		return err
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		n, err := update(tx)
		if err != nil {
			return fmt.Errorf("move a ticket: %w", err)
		}
		if n == 0 {
			return tooLate("walkin.moved", "the ticket moved on")
		}
		return nil
	})
}

func atCounter(m staff.Member) error {
	if !m.Has(staff.Counter, staff.Lead) {
		return fault.New(fault.Denied, "", "%s does not work at a counter", m.ID)
	}
	return nil
}
