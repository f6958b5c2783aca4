package planner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
)

// Awaiting is a draw for which somebody has something to type in.
type Awaiting struct {
	N       int64
	Closes  time.Time
	State   string // open or closed
	Tickets int64  // zero while it is open
	Dice    bool   // it waits for dice
	Typed   bool   // one official has typed them in
	ByID    string // pseudonym of that one
	Differ  []Pair // throws that did not agree
	Hours   int    // after closing; then dice stand in
	Parties []Pledge
}

// Pair is two throws that did not agree.
type Pair struct{ First, Second string }

// Pledge is a party of a draw.
type Pledge struct {
	Name     string
	Hash     string // empty while it has said none
	Revealed bool
}

const selectAwaiting = `SELECT ` + drawColumns + ` FROM draw WHERE state <> 'drawn' ORDER BY n`

// Awaiting returns the draws for which somebody has something to type in, oldest first:
// open ones that take hashes of parties, and closed ones that wait for values or dice.
func (s *Store) Awaiting(ctx context.Context) ([]Awaiting, error) {
	rows, err := db.Select[drawRow](ctx, s.DB, selectAwaiting)
	if err != nil {
		return nil, fmt.Errorf("read the draws that wait: %w", err)
	}
	var list []Awaiting
	for _, row := range rows {
		a := Awaiting{N: row.N, Closes: row.ClosesAt.In(s.Zone), State: row.State, Tickets: row.Tickets}
		if row.State == drawClosed {
			err = s.awaitClosed(ctx, row, &a)
		} else if row.Source == draw.FromReveal {
			a.Parties, err = s.Pledges(ctx, row.N)
		}
		if err != nil {
			return nil, err
		}
		if a.Dice || len(a.Parties) > 0 {
			list = append(list, a)
		}
	}
	return list, nil
}

// awaitClosed adds what a closed list waits for.
func (s *Store) awaitClosed(ctx context.Context, row drawRow, a *Awaiting) error {
	list, err := row.list()
	if err != nil || list.Drawn() {
		return err
	}
	a.Hours = list.Source.Fallback
	if a.Dice = list.Source.Kind == draw.FromDice || s.standsIn(row, list); !a.Dice && list.Source.Kind == draw.FromReveal {
		a.Parties, err = s.Pledges(ctx, row.N)
		a.Parties = slices.DeleteFunc(a.Parties, func(p Pledge) bool { return p.Hash == "" })
		return err
	}
	throws, err := db.Select[throwRow](ctx, s.DB, selectThrow, row.ID)
	if err != nil {
		return fmt.Errorf("read the throws of a draw: %w", err)
	}
	for i, t := range throws {
		switch {
		case t.State == throwTyped:
			a.Typed, a.ByID = true, t.StaffID
		case t.State == throwAgreed:
			a.Dice = false
		case t.Place == 2:
			a.Differ = append(a.Differ, Pair{throws[i-1].Digits, t.Digits})
		}
	}
	return nil
}

const selectPledges = `
	SELECT draw_party.name, hash, coalesce(revealed_at IS NOT NULL, FALSE) AS revealed FROM draw_party JOIN draw ON draw.id = draw_id WHERE draw.n = $1`

// Pledges returns the parties of a draw that reveals, in their order, with the hashes that
// they have said. They are public at once.
func (s *Store) Pledges(ctx context.Context, n int64) ([]Pledge, error) {
	said, err := db.Select[Pledge](ctx, s.DB, selectPledges, n)
	if err != nil {
		return nil, fmt.Errorf("read the parties of draw %d: %w", n, err)
	}
	var list []Pledge
	for _, name := range s.Parties {
		p := Pledge{Name: name}
		if i := slices.IndexFunc(said, func(p Pledge) bool { return p.Name == name }); i >= 0 {
			p = said[i]
		}
		list = append(list, p)
	}
	return list, nil
}
