// Package staff is about the people who work here: who they are, what they may
// do, what they have in hand, what they looked at and what they confirmed.
//
// A member signs in with a passkey, always with user verification, and types no
// name. The account begins with a one-time link that a lead gives out; of the link
// only a hash is kept. Whoever works on cases has two passkeys at least, a training
// and a screening that are not over, and rights that are read anew at every step:
// what a lead takes away is gone with the next request.
//
// There is no search. Work comes as a lease on one object, and a member reads only
// under a lease of their own:
//
//	err := store.Update(ctx, func(tx *db.Tx) error {
//		lease, err := store.Take(ctx, tx, member, staff.QueueCheck, requestID)
//		…
//	})
//	err = store.Update(ctx, func(tx *db.Tx) error {
//		return store.View(ctx, tx, staff.View{Lease: lease, Role: staff.Checker, Act: "desk", Object: requestID})
//	})
//	// committed: now the bytes may leave
//
// View writes the audit entry and counts against a budget in one transaction, so
// that what is shown was written down before. Update is db.Update that besides keeps
// what was refused: a refusal undoes the transaction, and its audit entry must not be
// undone with it.
//
// A decision is confirmed with a passkey over its exact content: the challenge is a
// SHA-256 over a nonce, the object and the content. The assertion is kept with the
// public key that it was made with, sealed, so that Confirmed can verify it for as
// long as the decision is to be explained, also when the passkey or its owner is gone.
//
// Daily reads audit entries and leases, never content, and tells the privacy officer
// what was out of the ordinary.
//
// Members have a pseudonym, which is all that the audit log, leases and confirmations
// hold. Their name is sealed under the staff key and shown to colleagues only. People
// who ask for something read that "a member of staff" decided, and on paper and in
// complaints the short form of the pseudonym (Short), from which a lead finds the member:
// a name that stands on a refusal can be looked up and waited for.
package staff

import (
	"context"
	"io"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/db/schema"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/rules"
	"loket/internal/seal"
)

// State is how far an account is.
type State string

// The states. A member who is invited has no passkey yet.
const (
	Invited  State = "invited"
	Active   State = "active"
	Disabled State = "disabled"

	// Altered is never kept: it is what a member is whose row, or whose roles, were
	// changed beside this program. They may do nothing, and a lead can only disable them.
	Altered State = "altered"
)

// Queues from which leases come. A lease of each is for members with its role.
const (
	QueueIntake  = "intake"
	QueueCheck   = "check"
	QueueApprove = "approve"
	QueueCounter = "counter"
	QueueHelper  = "helper"
)

// Member is somebody who works here, with the rights of now.
type Member struct {
	ID       string // pseudonym
	Name     ident.Private
	Roles    []Role
	Lang     lang.Tag
	Place    string    // id of the location where they sit; may be empty
	Trained  rules.Day // the last day on which the training holds
	Screened rules.Day // the last day on which the screening holds
	State    State
	Keys     int // passkeys
}

// Short is the pseudonym as it stands on paper: six letters and digits.
func (m Member) Short() string { return m.ID[len(m.ID)-6:] }

// New is an account to be made.
type New struct {
	Name     ident.Private
	Roles    []Role
	Lang     lang.Tag
	Place    string
	Trained  rules.Day
	Screened rules.Day
}

// Settings are limits that an operator sets.
type Settings struct {
	PerHour int64 // reads of a member in one hour of the clock; a case with two photos is three
	PerDay  int64 // the same on a day
}

// Span is when a place is open.
type Span struct{ From, Until time.Time }

// Parts is what the store is made with. All but Hours are needed.
type Parts struct {
	DB       *db.DB
	Keys     *seal.Keys
	Audit    *audit.Log
	Schema   *schema.Schema
	Settings Settings
	Name     string // what authenticators call the installation
	URL      string // of the staff site: its origin; its host is what passkeys are bound to
	Zone     *time.Location
	Now      func() time.Time
	Random   io.Reader

	// Hours tells Daily when a place is open on a day, in order: none is closed. known is
	// false where nobody knows. Without Hours, or for members without a place, no hour is
	// outside of any.
	Hours func(ctx context.Context, place string, day rules.Day) (spans []Span, known bool, err error)
}

// Store keeps members, leases, budgets and confirmations.
type Store struct {
	Parts
	index    *seal.Index
	box      seal.Box
	passkeys *webauthn.WebAuthn
	life     lifetimes
}

type lifetimes struct{ lease, invite, ceremony time.Duration }

// NewStore returns the store. It is a fault.Invalid when the URL is no origin.
func NewStore(parts Parts) (*Store, error) {
	site, err := url.Parse(parts.URL)
	if err != nil || site.Hostname() == "" || site.Path != "" {
		return nil, fault.New(fault.Invalid, "", "the url of the staff site is not an address without a path")
	}
	passkeys, err := newPasskeys(parts.Name, site.Hostname(), parts.URL)
	if err != nil {
		return nil, fault.New(fault.Invalid, "", "set up passkeys: %w", err)
	}
	life := parts.Schema.Lifetimes
	return &Store{Parts: parts, index: parts.Keys.Index("staff"), box: parts.Keys.Box("staff"), passkeys: passkeys,
		life: lifetimes{life["lease"].Duration(), life["invite"].Duration(), life["ceremony"].Duration()}}, nil
}

// now is the time as the database keeps it.
func (s *Store) now() time.Time { return s.Now().Truncate(time.Second) }

// today is the day where the counter is.
func (s *Store) today() rules.Day { return rules.DayOf(s.Now().In(s.Zone)) }
