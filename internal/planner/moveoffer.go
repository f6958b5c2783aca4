package planner

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/location"
	"loket/internal/point"
	"loket/internal/rules"
)

// moving is what the line knows of somebody who moves.
type moving struct {
	n     int64     // which move
	day   rules.Day // of what they have: something else is on another day
	ends  time.Time // nothing is offered then any more
	ahead bool      // comes before the line: what they have is gone, or nobody can get there
}

// mover is somebody in the line who has a place already.
type mover struct {
	ID        string
	Region    string
	Size      int64
	Line      int64
	Products  string
	DeskLang  string
	Soon      bool
	NotBefore time.Time
	Young     int64
	N         int64
	Day       string
	EndsAt    time.Time
	Why       string
}

const (
	selectMovers = `
		SELECT ask.id, region, size, coalesce(line, 0) AS line, products, desk_lang, soon, ask_move.not_before, ask_move.n, ask_move.day, ask_move.ends_at, ask_move.why,
			coalesce((SELECT count(*) FROM ask_member m WHERE m.ask_id = ask.id), 0) - size AS young
		FROM ask_move JOIN ask ON ask.id = ask_move.ask_id
		WHERE ask_move.state = 'waiting' AND region = $1 AND ask.state = 'booked' AND line > $2 AND line < $3 AND ask_move.ends_at > $4 `
	selectMoversInTurn = selectMovers + `AND ask_move.why = 'person' ORDER BY line LIMIT $5`
	selectMoversAhead  = selectMovers + `AND ask_move.why <> 'person' ORDER BY line LIMIT $5`
)

// fillMovers reads a page of those of a part who move.
func (l *line) fillMovers(ctx context.Context, p *part) error {
	query := db.Select[mover]
	var found []mover
	var err error
	least := l.store.now().Add(beforeSlot)
	if p.kind == partAhead {
		found, err = query(ctx, l.store.DB, selectMoversAhead, p.region, p.after, l.end, least, int64(pageSize))
	} else {
		found, err = query(ctx, l.store.DB, selectMoversInTurn, p.region, p.after, l.end, least, int64(pageSize))
	}
	if err != nil {
		return fmt.Errorf("read who moves: %w", err)
	}
	if p.done = len(found) < pageSize; len(found) > 0 {
		p.after = found[len(found)-1].Line
	}
	for _, m := range found {
		if l.soon && !m.Soon {
			continue
		}
		day, err := rules.ParseDay(m.Day)
		if err != nil {
			return fmt.Errorf("read the day of a move: %w", err)
		}
		if m.Why == MovePlanned { // another desk on the same day will do
			day = rules.Day{}
		}
		l.moving[m.ID] = moving{m.N, day, m.EndsAt, p.kind == partAhead}
		p.page = append(p.page, candidate{ID: m.ID, Region: m.Region, Size: m.Size, Line: m.Line, Products: m.Products, DeskLang: m.DeskLang,
			Soon: m.Soon, NotBefore: m.NotBefore, Young: m.Young})
	}
	return nil
}

const updateMoveOffered = `
	UPDATE ask_move SET state = 'offered', offer_id = $3, changed_at = $4 WHERE ask_id = $1 AND n = $2 AND state = 'waiting'
		AND EXISTS (SELECT 1 FROM ask WHERE ask.id = ask_move.ask_id AND ask.state = 'booked')`

// holdMove holds slots for somebody who moves. They keep what they have. An offer to
// whoever comes before the line stands at no place in it.
func (s *Store) holdMove(ctx context.Context, tx *db.Tx, c candidate, m moving, chosen []seat, looked, until time.Time) error {
	id := ident.NewID(s.Random, "off")
	n, err := db.Exec(ctx, tx, updateMoveOffered, c.ID, m.n, id, s.now())
	if err != nil {
		return fmt.Errorf("offer another time: %w", err)
	}
	if n == 0 {
		return movedOn(c.ID)
	}
	at := c.Line
	if m.ahead {
		at = 0
	}
	if _, err := db.Exec(ctx, tx, insertOffer, id, c.ID, at, chosen[0].location, chosen[0].starts, looked, s.now(), until); err != nil {
		return fmt.Errorf("keep an offer: %w", err)
	}
	return s.holdSeats(ctx, tx, id, chosen)
}

// holdSeats holds free slots for an offer. Whoever holds several holds them in one order,
// so that nobody waits for somebody who waits for them.
func (s *Store) holdSeats(ctx context.Context, tx *db.Tx, offerID string, chosen []seat) error {
	for _, one := range slices.SortedFunc(slices.Values(chosen), func(a, b seat) int { return cmp.Compare(a.id, b.id) }) {
		n, err := db.Exec(ctx, tx, updateHeld, one.id, offerID)
		if err != nil {
			return fmt.Errorf("hold a slot: %w", err)
		}
		if n == 0 {
			return fault.New(fault.TooLate, "", "slot %s is not free any more", one.id)
		}
	}
	return nil
}

// answerMove does what somebody who has a place says to another time. Whoever keeps what
// they have loses nothing by it, if it is still there.
func (s *Store) answerMove(ctx context.Context, tx *db.Tx, a askRow, o offerRow, m moveRow, answer Answer, by actor) error {
	switch answer {
	case Accept:
		if _, err := db.Exec(ctx, tx, endOffer, o.ID, offerAccepted, s.now()); err != nil {
			return fmt.Errorf("answer offer: %w", err)
		}
		if err := s.swap(ctx, tx, a, o, m); err != nil {
			return err
		}
	case Keep, Decline:
		if err := s.endMove(ctx, tx, m, moveKept, offerDeclined); err != nil {
			return err
		}
		if m.Why == MovePlanned { // what they have is not there: they wait for something else
			if err := s.loseBooked(ctx, tx, a, s.day(o.StartsAt).Add(1), MovePlanned); err != nil {
				return err
			}
		}
	default:
		return fault.New(fault.Invalid, "planner.answer", "no such answer to another time")
	}
	if err := s.noteBy(ctx, tx, by, a.ID, "ask.answer-move", string(answer)); err != nil || answer != Accept {
		return err
	}
	return s.figure(ctx, tx, a.Region, figureMoved)
}

const (
	updateMoveDone = `UPDATE ask_move SET state = 'moved', changed_at = $3 WHERE ask_id = $1 AND n = $2 AND state = 'offered'`
	moveOut        = `UPDATE appointment SET state = 'moved', why = $2, changed_at = $3 WHERE ask_id = $1 AND state = 'booked'`
	selectIssue    = `SELECT coalesce(max(issue), 0) AS n FROM appointment WHERE ask_id = $1`
	updateIssue    = `UPDATE appointment SET issue = $2 WHERE ask_id = $1 AND state = 'booked'`
)

// swap gives the slots that an ask has back and books those of an offer, for all of its
// people.
func (s *Store) swap(ctx context.Context, tx *db.Tx, a askRow, o offerRow, m moveRow) error {
	served, err := db.Get[int64](ctx, tx, countServed, a.ID)
	if err != nil {
		return fmt.Errorf("count who was served: %w", err)
	}
	n, err := db.Exec(ctx, tx, updateMoveDone, a.ID, m.N, s.now())
	if err != nil {
		return fmt.Errorf("end a move: %w", err)
	}
	if n == 0 || served > 0 {
		return movedOn(a.ID)
	}
	slots, err := db.Exec(ctx, tx, freeBookedSlots, a.ID)
	if err != nil {
		return fmt.Errorf("free the slots of an ask: %w", err)
	}
	issue, err := db.Get[int64](ctx, tx, selectIssue, a.ID)
	if err != nil {
		return fmt.Errorf("find how often an ask moved: %w", err)
	}
	out, err := db.Exec(ctx, tx, moveOut, a.ID, m.Why, s.now())
	if err != nil {
		return fmt.Errorf("move an appointment: %w", err)
	}
	if slots != out || slots == 0 {
		return fault.New(fault.Internal, "", "ask %s: %d slots for %d appointments", a.ID, slots, out)
	}
	if err := s.growUp(ctx, tx, a.ID, s.day(o.StartsAt)); err != nil {
		return err
	}
	if err := s.seatPeople(ctx, tx, a, o); err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, updateIssue, a.ID, issue+1); err != nil {
		return fmt.Errorf("count how often an ask moved: %w", err)
	}
	return nil
}

const updateLostPlace = `UPDATE ask SET state = 'waiting', not_before = $2, changed_at = $3 WHERE id = $1 AND state = 'booked'`

// loseBooked lets an ask wait where it stood, without any mark, because what it had could
// not take place.
func (s *Store) loseBooked(ctx context.Context, tx *db.Tx, a askRow, next rules.Day, why string) error {
	n, err := db.Exec(ctx, tx, updateLostPlace, a.ID, s.midnight(next), s.now())
	if err != nil {
		return fmt.Errorf("let an ask wait: %w", err)
	}
	if n == 0 {
		return movedOn(a.ID)
	}
	if err := s.freeBooked(ctx, tx, a.ID, why); err != nil {
		return err
	}
	return s.note(ctx, tx, a.ID, audit.System, roleWorker, "ask.disrupted", why)
}

const (
	selectOver = `
		SELECT ` + moveColumns + ` FROM ask_move
		WHERE state IN ('waiting', 'offered') AND ends_at <= $1 ORDER BY ends_at, ask_id LIMIT $2`
	selectUnanswered = `
		SELECT ask_move.ask_id, n, why, ask_move.state, day, not_before, ends_at, offer_id FROM ask_move JOIN offer ON offer.id = ask_move.offer_id
		WHERE ask_move.state = 'offered' AND offer.until <= $1 ORDER BY offer.until, ask_move.ask_id LIMIT $2`
)

// endMoves ends the offers of other times that nobody answered, and the moves for which it
// is too late. Neither costs anything.
func (s *Store) endMoves(ctx context.Context) error {
	for {
		due, err := db.Select[moveRow](ctx, s.DB, selectUnanswered, s.now(), int64(endBatch))
		if err != nil {
			return fmt.Errorf("find moves that nobody answered: %w", err)
		}
		over, err := db.Select[moveRow](ctx, s.DB, selectOver, s.now().Add(beforeSlot), int64(endBatch))
		if err != nil {
			return fmt.Errorf("find moves that are over: %w", err)
		}
		over = slices.DeleteFunc(over, func(m moveRow) bool { return m.State == moveOffered && s.now().Before(m.EndsAt) })
		if due = append(due, over...); len(due) == 0 {
			return nil
		}
		for _, m := range due {
			if err := s.DB.Update(ctx, func(tx *db.Tx) error { return s.endMoveOf(ctx, tx, m) }); err != nil {
				return err
			}
			point.Reach("planner.move-ended")
		}
	}
}

// endMoveOf ends one move unless it went on at this moment. Whose place is gone waits
// again where they stood.
func (s *Store) endMoveOf(ctx context.Context, tx *db.Tx, m moveRow) error {
	a, err := db.Get[askRow](ctx, tx, lockAsk, m.AskID)
	if fault.Is(err, fault.NotFound) { // destroyed
		return nil
	}
	if err != nil {
		return fmt.Errorf("lock ask: %w", err)
	}
	live, err := s.liveMove(ctx, tx, a.ID)
	if err != nil || live == nil || live.N != m.N || live.State != m.State {
		return err
	}
	if m.State == moveWaiting {
		return s.endMove(ctx, tx, m, moveEnded, "")
	}
	if err := s.endMove(ctx, tx, m, moveLapsed, offerLapsed); err != nil || m.Why != MovePlanned || a.State != Booked {
		return err
	}
	return s.loseBooked(ctx, tx, a, s.Today(), MovePlanned)
}

const selectMoveDays = `
	SELECT DISTINCT not_before FROM ask_move WHERE state = 'waiting' AND not_before > $1 ORDER BY not_before LIMIT $2`

const (
	furtherDays = 10  // of those who want a later time, which are looked at together
	furtherSize = 100 // slots from such a day on
)

// further adds free slots after the earliest of a location, where somebody who has a place
// wants one of a day that these do not reach.
func (s *Store) further(ctx context.Context, l location.Location, rows []slotRow) ([]slotRow, error) {
	if len(rows) < poolSize {
		return rows, nil // there are no others
	}
	days, err := db.Select[time.Time](ctx, s.DB, selectMoveDays, rows[len(rows)-1].StartsAt, int64(furtherDays))
	if err != nil {
		return nil, fmt.Errorf("find who wants a later time: %w", err)
	}
	for _, from := range days {
		more, err := db.Select[slotRow](ctx, s.DB, selectFree, l.ID, from, s.now(), int64(furtherSize))
		if err != nil {
			return nil, fmt.Errorf("find free slots: %w", err)
		}
		for _, row := range more {
			if row.StartsAt.After(rows[len(rows)-1].StartsAt) || !slices.ContainsFunc(rows, func(r slotRow) bool { return r.ID == row.ID }) {
				rows = append(rows, row)
			}
		}
	}
	return rows, nil
}
