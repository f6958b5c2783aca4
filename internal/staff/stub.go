package staff

import (
	"context"
	"encoding/json"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/rules"
)

// errStub is the answer of what needs go-webauthn, until go.sum has the modules that
// it needs (go get github.com/go-webauthn/webauthn@v0.18.2); the code is ready.
var errStub = fault.New(fault.Unavailable, "", "passkeys wait for modules in go.sum")

// Ceremony is one use of a passkey that was begun. Options go to the browser as they
// are (the member "publicKey" holds what navigator.credentials is given), State stays
// here, in the session. It can be finished once, within five minutes.
type Ceremony struct {
	Options json.RawMessage
	State   []byte
}

// Key is a passkey in the list of its owner.
type Key struct {
	ID    []byte
	Label string
	Added rules.Day
	Used  rules.Day // the day of its last use, or of its making
}

// BeginEnrol begins the first passkey of the member whom a one-time link invited.
func (s *Store) BeginEnrol(ctx context.Context, token string) (Ceremony, Member, error) {
	return Ceremony{}, Member{}, errStub
}

// FinishEnrol keeps the passkey, spends the link and makes the account active.
func (s *Store) FinishEnrol(ctx context.Context, token string, c Ceremony, response []byte, label string) (Member, error) {
	return Member{}, errStub
}

// BeginAddKey begins one more passkey of a member who is signed in.
func (s *Store) BeginAddKey(ctx context.Context, m Member) (Ceremony, error) {
	return Ceremony{}, errStub
}

// FinishAddKey keeps it, and returns the member with it.
func (s *Store) FinishAddKey(ctx context.Context, m Member, c Ceremony, response []byte, label string) (Member, error) {
	return Member{}, errStub
}

// MemberKeys lists the passkeys of a member, oldest first.
func (s *Store) MemberKeys(ctx context.Context, m Member) ([]Key, error) { return nil, errStub }

// RemoveKey ends a passkey of a member, but never the last.
func (s *Store) RemoveKey(ctx context.Context, m Member, id []byte) error { return errStub }

// BeginSignIn begins a sign-in of whoever it will be.
func (s *Store) BeginSignIn(ctx context.Context) (Ceremony, error) { return Ceremony{}, errStub }

// FinishSignIn returns who signed in, and writes an audit entry.
func (s *Store) FinishSignIn(ctx context.Context, c Ceremony, response []byte) (Member, error) {
	return Member{}, errStub
}

// Confirmation is who confirmed, and in which role.
type Confirmation struct {
	StaffID string
	Role    Role
	At      time.Time
}

// BeginConfirm begins a confirmation of exactly this content about this object.
func (s *Store) BeginConfirm(ctx context.Context, m Member, object string, content []byte) (Ceremony, error) {
	return Ceremony{}, errStub
}

// Confirm verifies the assertion over exactly this content and keeps it.
func (s *Store) Confirm(ctx context.Context, tx *db.Tx, m Member, role Role, object string, content []byte, c Ceremony, response []byte) error {
	return errStub
}

// Confirmed returns who confirmed exactly this content.
func (s *Store) Confirmed(ctx context.Context, q db.Queryer, object string, content []byte) ([]Confirmation, error) {
	return nil, errStub
}

// Check returns a line for each rule of this area that the database breaks.
func (s *Store) Check(ctx context.Context) ([]string, error) { return nil, nil }

// Report is what the privacy officer reads about a day. It holds no content.
type Report struct {
	Day      rules.Day
	Views    int // reads of personal data
	Cases    int // different cases that were read
	Members  int // who read them
	Findings []Finding
}

// Finding is something out of the ordinary. It is a reason to ask, never a verdict.
type Finding struct {
	Signal  string // its text has the key staff.signal. and this
	StaffID string
	Other   string // another member, where the signal is about two
	Object  string // the case, where it is about one
	Count   int64  // how often
	Of      int64  // of how many; 0 where that says nothing
}

// Daily returns the report of a day that is over, or of today until now.
func (s *Store) Daily(ctx context.Context, day rules.Day) (Report, error) { return Report{}, nil }
