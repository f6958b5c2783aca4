// Package planner gives people a place without a race.
//
// Somebody asks, whenever they like. Asks of a day are shuffled together by a public value
// (package draw) and put behind those of the days before: that is the line. Slots, which
// are a desk at a time, are handed to whoever is next and fits, as an offer of one
// concrete slot; nobody can pick a slot from a list, so that there is nothing to poll,
// to hoard or to sell.
//
//	waiting → offered → booked → served        (or → making → served, where a card is made)
//	   ↑  ↖ later ↙        ↓
//	   ↑         silence → resting (asked again: behind that day's asks)
//	   └── cancelled, keeps its place in the line; withdrawn ends it
//
// An ask is a case with its own id, key and number. What its people told lies sealed;
// their numbers stand besides only as sums. One number is in one ask at a time. Claiming
// somebody else's number blocks nobody: whoever comes second is in the draw as everybody,
// and is asked to a counter with their document when it is their turn (contested).
//
// A household of up to six is one ask: as many slots as people who get a document, at one
// time or one after the other, all or nothing.
//
//	receipt, err := store.Ask(ctx, asking)
//	status, err := store.Status(ctx, receipt.Number, receipt.Code)
//	err = store.Answer(ctx, receipt.Number, receipt.Code, status.Offer.ID, planner.Accept)
//	err = store.Cancel(ctx, receipt.Number, receipt.Code)
//
// The work behind it is one periodic job (Work), which may be killed anywhere and run
// again: it closes a draw, draws it, makes slots of the desks that locations have, ends
// offers that nobody answered, and hands out what is free.
package planner

import (
	"context"
	"io"
	"sync"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/db/schema"
	"loket/internal/draw"
	"loket/internal/ident"
	"loket/internal/jobs"
	"loket/internal/location"
	"loket/internal/mailbox"
	"loket/internal/once"
	"loket/internal/rules"
	"loket/internal/seal"
	"loket/internal/staff"
	"loket/internal/stock"
	"loket/internal/tally"
)

// State says how far an ask is.
type State string

// The states.
const (
	Waiting   State = "waiting" // for the draw, or for its turn
	Offered   State = "offered" // a slot is held for it
	Booked    State = "booked"
	Making    State = "making"  // everybody came, and a document is being made or waits to be fetched
	Resting   State = "resting" // offers had no answer; its person wakes it
	Served    State = "served"
	Withdrawn State = "withdrawn"
)

// Door is where an ask came in.
type Door string

// The doors.
const (
	Web       Door = "web"
	API       Door = "api"
	AtCounter Door = "counter"
	ByPhone   Door = "phone"
	OnPaper   Door = "paper"
	ByHelper  Door = "helper"
	ByText    Door = "sms"
)

// byStaff reports whether somebody who works here, or helps, fills the form in.
func (d Door) byStaff() bool { return d == ByPhone || d.meets() }

// meets reports whether that one has the person, or their paper, before them: then they
// need leave neither e-mail nor phone.
func (d Door) meets() bool { return d == AtCounter || d == OnPaper || d == ByHelper }

// MostMembers is how many people one ask may have.
const MostMembers = 6

// Member is one of the people of an ask. It is kept only sealed.
type Member struct {
	Name     ident.Name
	Birth    ident.BirthDate
	Number   ident.Number // BSN or V-number
	Document string       // item of the pack's list "papers": what they can show; decides the product, and is not kept
	Expires  rules.Day    // of that document; zero where it has no date; kept where it decides
}

// Asking is a finished form.
type Asking struct {
	Facts    rules.Facts // what they say of themselves, for Store.Eligible; not kept
	Members  []Member
	Region   string // item of the pack's list "regions"; see Store.Region for a postcode
	DeskLang string // language wanted at the desk; empty if any will do
	Soon     bool   // can come within a day
	Email    ident.Email
	Phone    ident.Phone
	Lang     string // to write in
	Door     Door
	Key      string    // idempotency key of the form or call
	Received time.Time // when a form of paper came in; zero for now, and at all other doors

	by actor // who sends it; AskFor says so
}

// Receipt is what the person keeps. The code is derived from the case and stored
// nowhere. Ticket stands in the published list of the draw.
type Receipt struct {
	Number ident.CaseNumber
	Code   ident.Code
	Ticket string
	Closes time.Time // when the list of its draw is closed
	State  State     // Waiting; of an ask that stood already, how it stands
	Asked  string    // signed (slip.Asked): that the ask was there, for whoever is missing from a list
}

// Answer is what a person says to an offer.
type Answer string

// The answers. Later keeps the place in the line twice; Other keeps it too, and the next
// offer is another day.
const (
	Accept  Answer = "accept"
	Other   Answer = "other"
	Later   Answer = "later"
	Decline Answer = "decline"
)

// Offer is one concrete slot, or several for a household, held for an ask.
type Offer struct {
	ID       string
	Location location.Location // as it stands on the day of the slot
	Starts   time.Time         // of the first slot, in the zone of the counters
	People   int               // how many slots
	Until    time.Time         // answered by then
	Laters   int               // how often "later" is left
}

// Appointment is a slot that was accepted, of one of the people of an ask.
type Appointment struct {
	ID       string
	Member   int // from one
	Product  string
	Location location.Location
	Starts   time.Time
	State    string
	Slip     string          // its signed code (package slip), while it is booked
	Short    ident.ShortCode // the same for phone and paper
	UID      string          // for calendars: it stays when the appointment is moved
	Issue    int             // for calendars: it rises when the appointment is moved
}

// Status is what a person sees with number and code.
type Status struct {
	Number       ident.CaseNumber
	Ticket       string
	State        State
	Asked        time.Time
	Receipt      string    // signed, as Receipt.Asked
	Draw         int64     // which draw
	Closes       time.Time // of that draw
	Drawn        bool
	Ahead        int64 // how many are before it in its region; only once drawn
	Urgent       bool  // two officials let it go before the line
	Contested    bool  // its turn waits until a counter has seen a document
	Offer        *Offer
	Appointments []Appointment
	Moving       *Moving       // of whoever has a place and looks for another; then Offer is that
	Disturbance  *Disturbance  // of the day of the place they have; nil if nothing does
	Moves        int           // how often they can still ask for another time
	Near         bool          // the first reminder of them is due
	PaperShort   bool          // a paper of somebody who comes will not be valid long enough
	Documents    []Document    // that are made, or wait to be fetched
	Pauses       []stock.Pause // of what it waits for
}

// Outlook is what the public sees of a region. Counts below five are not told.
type Outlook struct {
	Region  rules.Item
	Waiting int64 // people; -1: one to four
	Week    int64 // slots in the next seven days
	Days    int   // until somebody who asks today has a place, at that pace; -1 where nobody can say
	Places  []location.Location
	Next    time.Time // when the next release is; zero where none is known
	News    rules.Day // where the region has no place and no successor of one: when there is news; zero where nobody said
}

// Beacon gives public random values.
type Beacon interface {
	// Source names the first round that comes at t or later.
	Source(t time.Time) draw.Source
	// Value returns the signature of a round, hex; a fault.Unavailable until it is there.
	Value(ctx context.Context, round uint64) (string, error)
}

// Store keeps asks and moves them on.
type Store struct {
	Parts
	index     *seal.Index
	memory    memory
	postcodes map[string]location.Postcodes // by region
	slips     slipKeys
	revoked   revoked
	lists     lists
	turn      sync.Mutex // to close a list, within this process
	reminding reminding
}

// Parts is what the planner is made with. All are needed; Staff only at counters.
type Parts struct {
	DB        *db.DB
	Keys      *seal.Keys
	Vault     *seal.Vault
	Audit     *audit.Log
	Jobs      *jobs.Queue
	Once      *once.Guard
	Tally     *tally.Tally
	Mailbox   *mailbox.Store
	Locations *location.Store // those of Pack
	Staff     *staff.Store
	Stock     *stock.Store // made of the other parts if nil
	Schema    *schema.Schema
	Beacon    Beacon
	Source    string        // what lists are drawn by: draw.FromBeacon, which is the default, FromDice or FromReveal
	Parties   []string      // of FromReveal, in their order
	Every     time.Duration // a list closes each so long; zero: once a day, when the pack says
	Pack      *rules.Pack
	Zone      *time.Location
	Now       func() time.Time
	Random    io.Reader
	Report    func(ctx context.Context, work string, err error)
}
