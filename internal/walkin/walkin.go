// Package walkin is turns at a counter: a number on paper, called by a desk, served,
// done.
//
//	waiting → called → served → done
//	        ↘ left  ↙ (did not come when called; may be called again the same day)
//
// A number is taken at the door, from staff or from a screen, and names nobody: it
// counts from one for each counter and day. Several desks call; the database decides
// which desk has which number, so that two never call the same, and a desk has one at a
// time. A day ends by itself: what still waits when it is over has left, and yesterday's
// number is not called today.
package walkin

import (
	"fmt"
	"io"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/rules"
)

// State says how far a ticket is.
type State string

// The states.
const (
	Waiting State = "waiting"
	Called  State = "called" // a desk calls it
	Served  State = "served" // its person is at the desk
	Done    State = "done"
	Left    State = "left" // nobody came
)

// Ticket is a number on paper.
type Ticket struct {
	ID         string
	LocationID string
	Day        string // YYYY-MM-DD
	N          int64  // counts from one for each counter and day
	State      State
	Desk       string // which desk has it; empty while it waits
	StaffID    string // pseudonym of who called it; empty while it waits
	TakenAt    time.Time
}

// Label returns the number as it stands on the paper and on the board: A-7. The letter
// keeps it apart from other numbers on a desk.
func (t Ticket) Label() string { return fmt.Sprintf("A-%d", t.N) }

// InHand reports whether a desk has the ticket.
func (t Ticket) InHand() bool { return t.State == Called || t.State == Served }

// Store keeps tickets.
type Store struct{ Parts }

// Parts is what the store is made with. All are needed.
type Parts struct {
	DB        *db.DB
	Locations *location.Store
	Now       func() time.Time
	Random    io.Reader
}

// NewStore returns the store.
func NewStore(parts Parts) *Store { return &Store{parts} }

// today returns the day it is at the counters.
func (s *Store) today() string { return s.Locations.Today().String() }

// Figures counts the tickets of one counter and day.
type Figures struct {
	Day                   rules.Day
	Taken, Done, Left     int64
	Waiting, Called, Open int64 // Open is being served
}

func tooLate(key, private string, args ...any) error {
	return fault.New(fault.TooLate, key, private, args...)
}
