package planner

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/point"
)

// wholeDay is how long it is believed that no number was let go but by asks that ended.
const wholeDay = 24 * time.Hour

// passOnBatch is how many numbers are passed on before it is looked again.
const passOnBatch = 200

const (
	countEnded = `
		SELECT coalesce(CAST(sum(n) AS bigint), 0) AS n FROM ask_figure WHERE day >= $1 AND what IN ('served', 'withdrawn')`
	letGo = `
		NOT ask_member.holds AND ask.closed_at IS NULL
			AND NOT EXISTS (SELECT 1 FROM ask_member AS held WHERE held.sum = ask_member.sum AND held.holds)
			AND NOT EXISTS (SELECT 1 FROM served_number WHERE served_number.sum = ask_member.sum AND served_number.expires_at > $1)
		ORDER BY ask.asked_at, ask.id, ask_member.n LIMIT $2`
	// Of several who claim a number the first who asked has it.
	selectLetGo = `
		SELECT ask_member.ask_id, ask_member.n, ask_member.sum
		FROM ask_member JOIN ask ON ask.id = ask_member.ask_id
		WHERE ` + letGo
	// The same, of asks that ended lately: so that not all who ever asked are read each time.
	selectLetGoSince = `
		SELECT ask_member.ask_id, ask_member.n, ask_member.sum
		FROM ask_member JOIN ask ON ask.id = ask_member.ask_id
		WHERE ask_member.sum IN (SELECT had.sum FROM ask AS ended JOIN ask_member AS had ON had.ask_id = ended.id WHERE ended.closed_at >= $3)
			AND ` + letGo
	updateHolds = `UPDATE ask_member SET holds = TRUE WHERE ask_id = $1 AND n = $2`
)

// claimed is one of the people of an ask whose number another ask had.
type claimed struct {
	AskID string
	N     int64
	Sum   []byte
}

// passOn gives the numbers that nobody holds any more to the asks that wait for them. Those
// of people who were served are given to nobody while that is remembered.
func (s *Store) passOn(ctx context.Context) error {
	ended, err := db.Get[int64](ctx, s.DB, countEnded, s.Today().Add(-1).String())
	if err != nil {
		return fmt.Errorf("count asks that ended: %w", err)
	}
	thing, looks, life := "all numbers", s.Today().String(), wholeDay
	all := !s.memory.fresh(thing, looks, s.now())
	if !all {
		thing, looks, life = "numbers that were let go", looks+" "+strconv.FormatInt(ended, 10), lookAgain
		if s.memory.fresh(thing, looks, s.now()) {
			return nil
		}
	}
	waiting, err := s.letGo(ctx, all)
	if err != nil {
		return fmt.Errorf("find numbers that were let go: %w", err)
	}
	given := map[string]bool{}
	for _, c := range waiting {
		if given[string(c.Sum)] {
			continue
		}
		given[string(c.Sum)] = true
		if err := s.passOnOne(ctx, c); err != nil {
			return err
		}
		point.Reach("planner.passed-on")
	}
	if len(waiting) < passOnBatch {
		s.memory.keep(thing, looks, s.now().Add(life))
	}
	return nil
}

// letGo returns who waits for a number that nobody holds any more: of all numbers, or of
// those that were held until a day ago.
func (s *Store) letGo(ctx context.Context, all bool) ([]claimed, error) {
	if all {
		return db.Select[claimed](ctx, s.DB, selectLetGo, s.now(), int64(passOnBatch))
	}
	return db.Select[claimed](ctx, s.DB, selectLetGoSince, s.now(), int64(passOnBatch), s.now().Add(-wholeDay-lookAgain))
}

func (s *Store) passOnOne(ctx context.Context, c claimed) error {
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		a, err := db.Get[askRow](ctx, tx, lockAsk, c.AskID)
		if fault.Is(err, fault.NotFound) || err == nil && a.ClosedAt != nil {
			return nil // it ended at this moment
		}
		if err != nil {
			return fmt.Errorf("lock ask: %w", err)
		}
		if _, err := db.Exec(ctx, tx, updateHolds, c.AskID, c.N); err != nil {
			return fmt.Errorf("pass a number on: %w", err)
		}
		before, err := db.Select[askRow](ctx, tx, selectEndedBefore, c.Sum, a.ID, a.AskedAt)
		if err != nil {
			return fmt.Errorf("find who had a number: %w", err)
		}
		if len(before) == 0 {
			return nil
		}
		return s.keepLine(ctx, tx, a, before[0])
	})
	if db.Unique(err) == "ask_member_sum" {
		return nil // somebody asked with it at this moment
	}
	return err
}

const (
	selectEndedBefore = `
		SELECT ` + askColumns + ` FROM ask
		WHERE id <> $2 AND closed_at IS NOT NULL AND line IS NOT NULL AND asked_at <= $3
			AND id IN (SELECT ask_id FROM ask_member WHERE sum = $1)
		ORDER BY line DESC LIMIT 1`
	clearLine = `UPDATE ask SET line = NULL WHERE id = $1`
	setLine   = `UPDATE ask SET line = $2 WHERE id = $1`
)

// keepLine lets an ask that gets a number stand no further ahead than the one that had it:
// the two change places if need be. Whoever asks with one number again and again, to keep
// the best of the places that they draw, gains nothing.
func (s *Store) keepLine(ctx context.Context, tx *db.Tx, to, from askRow) error {
	if to.Line == nil || from.Line == nil || *to.Line >= *from.Line {
		return nil
	}
	if _, err := db.Exec(ctx, tx, clearLine, from.ID); err != nil {
		return fmt.Errorf("change places in the line: %w", err)
	}
	if _, err := db.Exec(ctx, tx, setLine, to.ID, *from.Line); err != nil {
		return fmt.Errorf("change places in the line: %w", err)
	}
	if _, err := db.Exec(ctx, tx, setLine, from.ID, *to.Line); err != nil {
		return fmt.Errorf("change places in the line: %w", err)
	}
	return nil
}

// tellClaimed tells those whose number another ask has, and whose turn it was, although
// nobody behind them was there to be offered anything.
func (s *Store) tellClaimed(ctx context.Context, over []passed) error {
	mine := slices.DeleteFunc(slices.Clone(over), func(one passed) bool { return one.why != skipContested })
	for some := range slices.Chunk(mine, passesBatch) {
		if err := s.DB.Update(ctx, func(tx *db.Tx) error { return s.writePassed(ctx, tx, some) }); err != nil {
			return err
		}
		point.Reach("planner.claims-told")
	}
	return nil
}
