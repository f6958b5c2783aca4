// Package request is a request for a proof, from the form to the proof.
//
// A request is a case with its own id, key and number. It is received without
// anybody being looked up; a worker matches all that wait, in shuffled batches, and
// the pack decides: a proof, or a document is asked. Both answers leave in one
// batch as a message of the mailbox, and until that message is opened nothing that
// can be seen from outside tells which it is.
//
//	received → decided → proved            the automatic rule, or staff, said yes
//	                   → asked → answered  a document is asked; it came
//	                   → answered          nothing more is needed: photos came with the form
//	                           → expired   it did not; reopened with the same number
//	answered → decided | refused           by a named person, with reason and next step
//	counter                                no e-mail or phone, or no document: in person
//
// Staff see a request only under a lease, from a queue or, at the counter, with the
// number and the code of the person who stands there. What is decided is a content, of
// which two different passkeys confirm the same bytes where the pack wants two people:
//
//	lease, err := store.Next(ctx, vera, staff.QueueCheck)
//	desk, err := store.Desk(ctx, vera, lease.ID)                // its audit entry is committed first
//	made, err := store.Content(ctx, vera, lease.ID, ruling)     // to be confirmed by staff.Store.BeginConfirm
//	err = store.Propose(ctx, vera, lease.ID, made, ceremony, response)
//	err = store.Approve(ctx, anton, other.ID, ceremony, response)
//
// A helper acts for a person under a mandate, and sees neither registry nor messages.
//
// A request that has ended is kept for as long as the schema file says and can be
// opened again by its person; then its key is destroyed, and with it all of it.
package request

import (
	"context"
	"io"
	"time"

	"loket/internal/audit"
	"loket/internal/certificate"
	"loket/internal/db"
	"loket/internal/db/schema"
	"loket/internal/ident"
	"loket/internal/jobs"
	"loket/internal/location"
	"loket/internal/mailbox"
	"loket/internal/once"
	"loket/internal/person"
	"loket/internal/registry"
	"loket/internal/rules"
	"loket/internal/seal"
	"loket/internal/staff"
	"loket/internal/tally"
	"loket/internal/upload"
)

// Door is where a request came in.
type Door string

// The doors.
const (
	Web       Door = "web"
	API       Door = "api"
	AtCounter Door = "counter" // staff fill the form in with somebody beside them
	ByHelper  Door = "helper"  // a helper does, for somebody who asked them to
)

// What people say about DigiD.
const (
	NoBSN      = "no-bsn"
	BSNNoDigiD = "bsn-no-digid"
	DigiDWorks = "digid-works"
)

// Words that stand in rows and sealed bodies.
const (
	purposeBody  = "request"
	roleWorker   = "worker"
	roleSelf     = "self"
	routeSubmit  = "request.submit"
	questionAuto = "automatic"
)

// Answers is what a person tells. It is kept only sealed.
type Answers struct {
	// Case is the id that the request will have. StartDraft makes it, so that photos of a
	// draft can belong to it; nothing that a person sends changes it.
	Case string

	Municipality   string // item of the pack's territory or elsewhere
	DigiD          string // NoBSN, BSNNoDigiD or DigiDWorks
	VaccinatedBy   string // item of the pack's vaccinators
	TestedPositive *bool
	Document       string // item of the pack's documents
	Expired        *bool  // the date on it has passed
	Name           ident.Name
	Birth          ident.BirthDate // optional; without it a document is asked
	BirthAsked     bool            // the question was seen, answered or not
	Number         ident.Number    // optional
	NumberAsked    bool            // the question was seen, answered or not
	Email          ident.Email     // optional; without it the way is the counter
	EmailAsked     bool
	Phone          ident.Phone // optional; without it the way is the counter
	PhoneAsked     bool
	KeepNumber     *bool // permission to keep the document's number; default no
	DocumentNumber ident.DocumentNumber
}

// Store keeps requests and moves them on.
type Store struct {
	Parts
	index *seal.Index
	life  lifetimes
}

// Parts is what requests are made with. All are needed.
type Parts struct {
	DB           *db.DB
	Keys         *seal.Keys
	Vault        *seal.Vault
	Audit        *audit.Log
	Jobs         *jobs.Queue
	Once         *once.Guard
	Tally        *tally.Tally
	People       *person.Store
	Registry     registry.Registry
	Mailbox      *mailbox.Store
	Uploads      *upload.Store
	Certificates *certificate.Issuer
	Locations    *location.Store
	Staff        *staff.Store
	Schema       *schema.Schema
	Pack         *rules.Pack    // the route on offer
	Zone         *time.Location // in which days are counted
	Now          func() time.Time
	Random       io.Reader
	Report       func(ctx context.Context, work string, err error) // told of a single case that cannot be worked
}

type lifetimes struct{ draft, request, closed time.Duration }

// NewStore returns the store of requests and registers its jobs.
func NewStore(parts Parts) *Store {
	life := parts.Schema.Lifetimes
	s := &Store{Parts: parts, index: parts.Keys.Index("request"), life: lifetimes{
		draft: life["draft"].Duration(), request: life["request"].Duration(), closed: life["closed-case"].Duration()}}
	s.registerJobs()
	return s
}

// Today returns the day it is where requests are decided.
func (s *Store) Today() rules.Day { return rules.DayOf(s.Now().In(s.Zone)) }
