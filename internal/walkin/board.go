package walkin

import (
	"context"
	"fmt"

	"loket/internal/db"
	"loket/internal/rules"
)

// Board is what hangs in the waiting room: numbers and desks, and nobody's name.
type Board struct {
	Called  []Ticket // at the desks, the one called last first; at most twelve
	Next    []Ticket // the lowest numbers that wait; at most twelve
	Waiting int64
}

const (
	selectCalled = `
		SELECT ` + columns + ` FROM ticket WHERE location_id = $1 AND day = $2 AND state IN ('called', 'served')
		ORDER BY called_at DESC, n DESC LIMIT 12`
	selectWaiting = `
		SELECT ` + columns + ` FROM ticket WHERE location_id = $1 AND day = $2 AND state = 'waiting' ORDER BY n LIMIT 12`
	selectLeft = `
		SELECT ` + columns + ` FROM ticket WHERE location_id = $1 AND day = $2 AND state = 'left' ORDER BY n DESC LIMIT 12`
	countStates = `
		SELECT day, state, count(*) AS n FROM ticket WHERE location_id = $1 AND day BETWEEN $2 AND $3
		GROUP BY day, state ORDER BY day, state`
)

// Board returns what the board of a counter shows now.
func (s *Store) Board(ctx context.Context, locationID string) (Board, error) {
	var b Board
	var err error
	if b.Called, err = db.Select[Ticket](ctx, s.DB, selectCalled, locationID, s.today()); err != nil {
		return Board{}, fmt.Errorf("read the board: %w", err)
	}
	if b.Next, err = db.Select[Ticket](ctx, s.DB, selectWaiting, locationID, s.today()); err != nil {
		return Board{}, fmt.Errorf("read the board: %w", err)
	}
	figures, err := s.Figures(ctx, locationID, s.Locations.Today(), s.Locations.Today())
	if err != nil {
		return Board{}, err
	}
	for _, f := range figures {
		b.Waiting = f.Waiting
	}
	return b, nil
}

// Absent returns the numbers of today that did not come, the newest first and at most
// twelve, so that a desk can call one again.
func (s *Store) Absent(ctx context.Context, locationID string) ([]Ticket, error) {
	list, err := db.Select[Ticket](ctx, s.DB, selectLeft, locationID, s.today())
	if err != nil {
		return nil, fmt.Errorf("read who did not come: %w", err)
	}
	return list, nil
}

// count is how many tickets of a day are in a state.
type count struct {
	Day   string
	State string
	N     int64
}

// Figures counts the tickets of a counter for each day from one to another on which there
// were any.
func (s *Store) Figures(ctx context.Context, locationID string, from, to rules.Day) ([]Figures, error) {
	counts, err := db.Select[count](ctx, s.DB, countStates, locationID, from.String(), to.String())
	if err != nil {
		return nil, fmt.Errorf("count tickets: %w", err)
	}
	var list []Figures
	for _, c := range counts {
		day, err := rules.ParseDay(c.Day)
		if err != nil {
			return nil, fmt.Errorf("day of a ticket: %w", err)
		}
		if len(list) == 0 || list[len(list)-1].Day != day {
			list = append(list, Figures{Day: day})
		}
		f := &list[len(list)-1]
		f.Taken += c.N
		switch State(c.State) {
		case Waiting:
			f.Waiting = c.N
		case Called:
			f.Called = c.N
		case Served:
			f.Open = c.N
		case Done:
			f.Done = c.N
		case Left:
			f.Left = c.N
		}
	}
	return list, nil
}

const endDays = `
	UPDATE ticket SET state = CASE WHEN state = 'served' THEN 'done' ELSE 'left' END, ended_at = $2
	WHERE day < $1 AND state IN ('waiting', 'called', 'served')`

// Sweep ends the days that are over: whoever was being served was helped, and whoever
// still waited has left.
func (s *Store) Sweep(ctx context.Context) error {
	if _, err := db.Exec(ctx, s.DB, endDays, s.today(), s.Now()); err != nil {
		return fmt.Errorf("end the day of tickets: %w", err)
	}
	return nil
}
