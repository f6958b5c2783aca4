package planner

import (
	"context"
	"fmt"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/staff"
)

// Throw is how dice fell for a draw, as one official typed it in. Two must have typed in
// the same, each without seeing what the other typed.
type Throw struct {
	ID       string // what the official's passkey confirms
	N        int64  // which draw
	ListHash string // of its list
	Digits   string
}

// Content is what a passkey confirms of a throw.
func (t Throw) Content() []byte {
	return fmt.Appendf(nil, "dice of draw %d with list %s fell %s", t.N, t.ListHash, t.Digits)
}

// The states of a throw.
const (
	throwTyped   = "typed"   // by one official
	throwAgreed  = "agreed"  // with that of the other
	throwDiffers = "differs" // from that of the other
)

type throwRow struct {
	ID      string
	Attempt int64
	Place   int64
	StaffID string
	Digits  string
	State   string
	At      time.Time
}

const (
	lockClosed  = `SELECT ` + drawColumns + ` FROM draw WHERE n = $1 AND state = 'closed' FOR UPDATE`
	closedDraw  = `SELECT ` + drawColumns + ` FROM draw WHERE n = $1 AND state = 'closed'`
	selectThrow = `
		SELECT id, attempt, place, staff_id, digits, state, at FROM draw_throw WHERE draw_id = $1 ORDER BY attempt, place`
	insertThrow = `
		INSERT INTO draw_throw (id, draw_id, attempt, place, staff_id, digits, state, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	settleThrow  = `UPDATE draw_throw SET state = $3 WHERE draw_id = $1 AND attempt = $2`
	selectAgreed = `
		SELECT id, attempt, place, staff_id, digits, state, at FROM draw_throw WHERE draw_id = $1 AND state = 'agreed' ORDER BY place`
)

// NewThrow returns a throw to be confirmed. It is a fault.TooLate for a draw that does not
// wait for dice, and a fault.Invalid for what is not at least twenty digits from 1 to 6.
func (s *Store) NewThrow(ctx context.Context, n int64, digits string) (Throw, error) {
	row, err := db.Get[drawRow](ctx, s.DB, closedDraw, n)
	if fault.Is(err, fault.NotFound) {
		return Throw{}, noDice(n)
	}
	if err != nil {
		return Throw{}, fmt.Errorf("find the draw of a throw: %w", err)
	}
	return s.throwFor(row, Throw{ID: ident.NewID(s.Random, "thr"), N: n, Digits: digits})
}

// throwFor checks a throw, and adds which list it is for.
func (s *Store) throwFor(row drawRow, t Throw) (Throw, error) {
	list, err := row.list()
	if err != nil {
		return t, err
	}
	if list.Drawn() || list.Source.Kind != draw.FromDice && !s.standsIn(row, list) {
		return t, noDice(row.N)
	}
	if !draw.AreDice(t.Digits) {
		return t, fault.New(fault.Invalid, "planner.draw.digits", "a throw for draw %d is no digits of dice", row.N)
	}
	t.ListHash = list.ListHash
	return t, nil
}

func noDice(n int64) error {
	return fault.New(fault.TooLate, "planner.draw.no-dice", "draw %d does not wait for dice", n)
}

// Throw keeps a throw that a lead confirmed by sign, in one transaction, and reports whether
// it agrees with that of the other official: then the next Work draws. Where they
// differ nothing happens, and both type again. Who typed one in cannot be the other official
// of the same attempt: a fault.Denied.
func (s *Store) Throw(ctx context.Context, m staff.Member, t Throw, sign func(*db.Tx) error) (agrees bool, err error) {
	err = s.Staff.Update(ctx, func(tx *db.Tx) error {
		row, err := db.Get[drawRow](ctx, tx, lockClosed, t.N)
		if fault.Is(err, fault.NotFound) {
			return noDice(t.N)
		}
		if err != nil {
			return fmt.Errorf("find the draw of a throw: %w", err)
		}
		now, err := s.throwFor(row, t)
		if err != nil {
			return err
		}
		if now.ListHash != t.ListHash {
			return noDice(t.N)
		}
		rows, err := db.Select[throwRow](ctx, tx, selectThrow, row.ID)
		if err != nil {
			return fmt.Errorf("read the throws of a draw: %w", err)
		}
		state, err := s.keepThrow(ctx, tx, m, row, t, rows)
		if err != nil {
			return err
		}
		agrees = state == throwAgreed
		if err := sign(tx); err != nil {
			return err
		}
		return s.note(ctx, tx, t.ID, m.ID, string(staff.Lead), "draw.throw", state)
	})
	return agrees, err
}

// keepThrow keeps a throw as the first or the second of an attempt, and says what the attempt
// came to.
func (s *Store) keepThrow(ctx context.Context, tx *db.Tx, m staff.Member, row drawRow, t Throw, rows []throwRow) (state string, err error) {
	attempt, place, state := int64(1), int64(1), throwTyped
	if len(rows) > 0 {
		last := rows[len(rows)-1]
		attempt = last.Attempt + 1
		switch {
		case last.State == throwAgreed:
			return "", noDice(row.N)
		case last.State == throwTyped && last.StaffID == m.ID:
			return "", fault.New(fault.Denied, "planner.draw.same", "%s typed in the first throw for draw %d", m.ID, row.N)
		case last.State == throwTyped:
			attempt, place, state = last.Attempt, 2, throwDiffers
			if last.Digits == t.Digits {
				state = throwAgreed
			}
		}
	}
	if _, err := db.Exec(ctx, tx, insertThrow, t.ID, row.ID, attempt, place, m.ID, t.Digits, state, s.now()); err != nil {
		return "", fmt.Errorf("keep a throw: %w", err)
	}
	if _, err := db.Exec(ctx, tx, settleThrow, row.ID, attempt, state); err != nil {
		return "", fmt.Errorf("settle a throw: %w", err)
	}
	return state, nil
}

// agreed returns the digits that two officials typed in alike, and who they were; a
// fault.Unavailable while they did not.
func (s *Store) agreed(ctx context.Context, row drawRow) (digits string, officials []string, err error) {
	rows, err := db.Select[throwRow](ctx, s.DB, selectAgreed, row.ID)
	if err != nil {
		return "", nil, fmt.Errorf("read the throws of a draw: %w", err)
	}
	if len(rows) != 2 || rows[0].Digits != rows[1].Digits {
		return "", nil, fault.New(fault.Unavailable, "", "draw %d waits for dice", row.N)
	}
	return rows[0].Digits, []string{rows[0].StaffID, rows[1].StaffID}, nil
}
