package planner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/point"
)

// The states of a draw.
const (
	drawOpen   = "open"   // whoever asks is in it
	drawClosed = "closed" // its list is fixed and public, its value is not known yet
	drawDrawn  = "drawn"
)

// Drawing is a draw as it stands in the list of draws.
type Drawing struct {
	N       int64
	Closes  time.Time
	Source  string // as it was named: "beacon", "dice" or "reveal"
	Round   int64  // of the beacon, as it was named when the list was opened
	State   string
	DrawnBy string     // what its value came from in the end; empty until it is drawn
	Tickets int64      // zero while it is open: nobody sees how many ask
	DrawnAt *time.Time // nil until it is drawn
}

const (
	countOpen  = `SELECT count(*) AS n FROM draw WHERE state = 'open' AND closes_at > $1`
	insertDraw = `
		INSERT INTO draw (id, n, closes_at, source, round, state, tickets, published, short, drawn_by, drawn_at)
		SELECT $1, coalesce(max(n), 0) + 1, $2, $3, $4, 'open', 0, $5, $6, '', NULL FROM draw WHERE TRUE
		ON CONFLICT DO NOTHING`
	selectTickets = `SELECT ticket FROM ask WHERE draw_id = $1 ORDER BY ticket`
	updateClosed  = `
		UPDATE draw SET state = 'closed', closes_at = $2, source = $3, round = $4, tickets = $5, published = $6
		WHERE id = $1 AND state = 'open'`
)

// closeDue closes the list whose time has come and opens the next: also the very first.
// Ask calls it when no list is open for now; so does Work.
func (s *Store) closeDue(ctx context.Context) error {
	if is, err := s.isOpen(ctx); err != nil || is {
		return err
	}
	s.turn.Lock() // who comes at the same moment need not reckon the same
	defer s.turn.Unlock()
	if is, err := s.isOpen(ctx); err != nil || is {
		return err
	}
	next, err := s.nextList(ctx)
	if err != nil {
		return err
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		row, err := db.Get[drawRow](ctx, tx, lockDueDraw, s.now())
		switch {
		case err == nil:
			if err := s.closeList(ctx, tx, row); err != nil {
				return err
			}
		case !fault.Is(err, fault.NotFound):
			return fmt.Errorf("find the draw that closes: %w", err)
		}
		return s.openNext(ctx, tx, next)
	})
}

func (s *Store) isOpen(ctx context.Context) (bool, error) {
	n, err := db.Get[int64](ctx, s.DB, countOpen, s.now())
	if err != nil {
		return false, fmt.Errorf("look for the open draw: %w", err)
	}
	return n > 0, nil
}

// closeWithin is how long before its value a list is public at least.
const closeWithin = time.Minute

// closeList fixes and publishes a list. One that is closed so late that its value could be
// known closes now, with the round that belongs to that: nobody may see a value and still
// add to a list.
func (s *Store) closeList(ctx context.Context, tx *db.Tx, row drawRow) error {
	var source draw.Source
	if err := json.Unmarshal([]byte(row.Published), &source); err != nil {
		return fmt.Errorf("read the source of draw %d: %w", row.N, err)
	}
	if now := s.now(); !now.Before(row.ClosesAt.Add(draw.Delay - closeWithin)) {
		row.ClosesAt = now
		if source.Kind == draw.FromBeacon {
			source.Round = s.Beacon.Source(now.Add(draw.Delay)).Round
		}
	}
	if err := s.addParties(ctx, tx, row.ID, &source); err != nil {
		return err
	}
	tickets, err := db.Select[string](ctx, tx, selectTickets, row.ID)
	if err != nil {
		return fmt.Errorf("read the tickets of draw %d: %w", row.N, err)
	}
	short, err := row.short()
	if err != nil {
		return err
	}
	list, err := draw.NewShort(row.N, row.ClosesAt.In(s.Zone), short, source, tickets)
	if err != nil {
		return fmt.Errorf("close draw %d: %w", row.N, err)
	}
	published, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("publish draw %d: %w", row.N, err)
	}
	_, err = db.Exec(ctx, tx, updateClosed, row.ID, row.ClosesAt, source.Kind, int64(source.Round), int64(len(tickets)), string(published))
	return err
}

// list returns the list of a draw that is closed.
func (row drawRow) list() (list draw.Draw, err error) {
	if err := json.Unmarshal([]byte(row.Published), &list); err != nil {
		return list, fmt.Errorf("read the list of draw %d: %w", row.N, err)
	}
	return list, nil
}

// openNext opens the list after the last, unless another process did. Until a list is
// closed its published text is its source alone.
func (s *Store) openNext(ctx context.Context, tx *db.Tx, next nextList) error {
	source, err := s.source(next.closes)
	if err != nil {
		return err
	}
	text, err := json.Marshal(source)
	if err != nil {
		return fmt.Errorf("write the source of a draw: %w", err)
	}
	id := ident.NewID(s.Random, "drw")
	if _, err := db.Exec(ctx, tx, insertDraw, id, next.closes, source.Kind, int64(source.Round), string(text), next.short); err != nil {
		return fmt.Errorf("open the next draw: %w", err)
	}
	return nil
}

// nextClosing returns when the first list closes after t: by the clock on the wall once a
// day, or every so often where fewer ask than there are places.
func (s *Store) nextClosing(t time.Time) (time.Time, error) {
	if s.Every > 0 {
		return t.Truncate(s.Every).Add(s.Every), nil
	}
	clock, err := s.closing()
	if err != nil {
		return time.Time{}, err
	}
	day := t.In(s.Zone)
	for {
		at := time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, s.Zone)
		if at.After(t) {
			return at, nil
		}
		day = time.Date(day.Year(), day.Month(), day.Day()+1, 12, 0, 0, 0, s.Zone)
	}
}

const selectClosed = `SELECT ` + drawColumns + ` FROM draw WHERE state = 'closed' ORDER BY n LIMIT 20`

// late is how long after its time a value may stay away before somebody is told.
const late = time.Hour

// drawDue draws the closed lists whose value is known. One without a value waits, and
// nothing else waits for it but the lists after it.
func (s *Store) drawDue(ctx context.Context) error {
	rows, err := db.Select[drawRow](ctx, s.DB, selectClosed)
	if err != nil {
		return fmt.Errorf("find draws that wait for their value: %w", err)
	}
	var failed error
	for _, row := range rows {
		if err := s.drawOne(ctx, row); fault.Is(err, fault.Unavailable) {
			s.stillWaits(ctx, row, err)
		} else if err != nil {
			failed = errors.Join(failed, fmt.Errorf("draw %d: %w", row.N, err))
		}
	}
	return failed
}

// stillWaits tells, once an hour, of a draw whose value is long overdue.
func (s *Store) stillWaits(ctx context.Context, row drawRow, cause error) {
	now, thing := s.now(), "value of draw "+strconv.FormatInt(row.N, 10)
	if now.Before(row.ClosesAt.Add(draw.Delay+late)) || s.memory.fresh(thing, "", now) {
		return
	}
	s.memory.keep(thing, "", now.Add(late))
	s.Report(ctx, "planner.draw", fmt.Errorf("draw %d waits for its value: %w", row.N, cause))
}

const keepOrder = `UPDATE draw SET published = $2, drawn_by = $3 WHERE id = $1 AND state = 'closed'`

// drawOne gets the value of a list and gives its asks their places. The order is kept
// before the first place is given, so that whoever goes on after a crash has the same.
func (s *Store) drawOne(ctx context.Context, row drawRow) error {
	list, err := row.list()
	if err != nil {
		return err
	}
	if !list.Drawn() {
		if list, err = s.draw(ctx, row, list); err != nil {
			return err
		}
		published, err := json.Marshal(list)
		if err != nil {
			return fmt.Errorf("publish the order: %w", err)
		}
		if _, err := db.Exec(ctx, s.DB, keepOrder, row.ID, string(published), drawnBy(list.Source)); err != nil {
			return fmt.Errorf("keep the order: %w", err)
		}
		point.Reach("planner.ordered")
	}
	return s.giveLines(ctx, row, list.Order)
}

const (
	selectDraws = `
		SELECT n, closes_at AS closes, source, round, state, drawn_by, tickets, drawn_at FROM draw ORDER BY n DESC LIMIT $1`
	selectPublished = `SELECT published FROM draw WHERE n = $1 AND state <> 'open'`
)

// Draws returns the last draws, newest first: the first is the open one.
func (s *Store) Draws(ctx context.Context, limit int) ([]Drawing, error) {
	draws, err := db.Select[Drawing](ctx, s.DB, selectDraws, int64(limit))
	if err != nil {
		return nil, fmt.Errorf("read draws: %w", err)
	}
	return draws, nil
}

// Published returns a draw as draw.Verify reads it. It is a fault.NotFound while its list
// is open.
func (s *Store) Published(ctx context.Context, n int64) ([]byte, error) {
	text, err := db.Get[string](ctx, s.DB, selectPublished, n)
	if err != nil {
		return nil, fmt.Errorf("read draw %d: %w", n, err)
	}
	return []byte(text), nil
}
