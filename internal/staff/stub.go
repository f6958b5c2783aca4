package staff

import (
	"context"
	"errors"
	"time"

	"loket/internal/db"
	"loket/internal/rules"
)

var errStub = errors.New("staff: not built yet")

// Update runs fn as db.Update does, and besides keeps an audit entry of what fn was
// refused: the refusal itself undoes the transaction.
func (s *Store) Update(ctx context.Context, fn func(*db.Tx) error) error { return s.DB.Update(ctx, fn) }

// Invite makes an account and returns the token of its one-time link, which lives 48
// hours. by is a lead, or audit.System for the command line. A lead gives neither
// approver nor lead at once: another lead adds it with SetRoles.
func (s *Store) Invite(ctx context.Context, by string, n New) (token string, err error) {
	return "", errStub
}

// InviteAgain ends all passkeys of a member who lost them and returns a token for new
// ones. by and second are two different leads, and neither is the member.
func (s *Store) InviteAgain(ctx context.Context, by, second, memberID string) (token string, err error) {
	return "", errStub
}

// BeginEnrol begins the making of the first passkey with a one-time link.
func (s *Store) BeginEnrol(ctx context.Context, token string) (Ceremony, Member, error) {
	return Ceremony{}, Member{}, errStub
}

// FinishEnrol keeps the passkey and spends the link.
func (s *Store) FinishEnrol(ctx context.Context, token string, c Ceremony, response []byte, label string) (Member, error) {
	return Member{}, errStub
}

// BeginAddKey begins the making of one more passkey of a member who is signed in.
func (s *Store) BeginAddKey(ctx context.Context, m Member) (Ceremony, error) {
	return Ceremony{}, errStub
}

// FinishAddKey keeps it.
func (s *Store) FinishAddKey(ctx context.Context, m Member, c Ceremony, response []byte, label string) (Member, error) {
	return Member{}, errStub
}

// Key is a passkey in a list.
type Key struct {
	ID          []byte
	Label       string
	Added, Used rules.Day
}

// MemberKeys lists the passkeys of a member.
func (s *Store) MemberKeys(ctx context.Context, m Member) ([]Key, error) { return nil, errStub }

// RemoveKey ends a passkey of a member, but not the last one.
func (s *Store) RemoveKey(ctx context.Context, m Member, id []byte) error { return errStub }

// BeginSignIn begins a sign-in of whoever it will be.
func (s *Store) BeginSignIn(ctx context.Context) (Ceremony, error) { return Ceremony{}, errStub }

// FinishSignIn returns who signed in, with an audit entry.
func (s *Store) FinishSignIn(ctx context.Context, c Ceremony, response []byte) (Member, error) {
	return Member{}, errStub
}

// Member returns a member with the rights of now. It is a fault.Denied with the key
// staff.disabled, staff.training or staff.screening when they may do nothing now.
func (s *Store) Member(ctx context.Context, id string) (Member, error) { return Member{}, errStub }

// Members returns all members, whoever they are, by name.
func (s *Store) Members(ctx context.Context) ([]Member, error) { return nil, errStub }

// SetRoles gives a member other roles. by is another lead, or audit.System.
func (s *Store) SetRoles(ctx context.Context, by, memberID string, roles []Role) error {
	return errStub
}

// Disable ends an account with its sessions, leases and links; what it confirmed stays.
func (s *Store) Disable(ctx context.Context, by, memberID string) error { return errStub }

// Renew notes until when training and screening hold. A zero day leaves one as it is.
func (s *Store) Renew(ctx context.Context, by, memberID string, trained, screened rules.Day) error {
	return errStub
}

// Lease is one object that a member has in hand.
type Lease struct {
	ID, StaffID, Queue, Object string
	Taken, Until               time.Time
}

// Take gives the member the object for 30 minutes.
func (s *Store) Take(ctx context.Context, tx *db.Tx, m Member, queue, object string) (Lease, error) {
	return Lease{}, errStub
}

// Living returns what the member has in hand from a queue; a fault.NotFound is nothing.
func (s *Store) Living(ctx context.Context, q db.Queryer, m Member, queue string) (Lease, error) {
	return Lease{}, errStub
}

// Lease returns a lease that lives and is the member's; else a fault.Denied.
func (s *Store) Lease(ctx context.Context, q db.Queryer, m Member, leaseID string) (Lease, error) {
	return Lease{}, errStub
}

// Release ends a lease with one of the results.
func (s *Store) Release(ctx context.Context, tx *db.Tx, l Lease, result string) error { return errStub }

// View is one read of personal data.
type View struct {
	Lease  Lease
	Role   Role   // in which the member reads
	Act    string // what is shown, such as "desk" or "photo"; the entry says "view.desk"
	Object string // id of what is read: the case, or a part of it
}

// View writes the audit entry and counts against the budget.
func (s *Store) View(ctx context.Context, tx *db.Tx, v View) error { return errStub }

// Refused keeps an audit entry that a member was refused something, for one reason in
// a fixed word such as "code" for a wrong code at the counter.
func (s *Store) Refused(ctx context.Context, m Member, object, why string) error { return errStub }

// BeginConfirm begins a confirmation of exactly this content.
func (s *Store) BeginConfirm(ctx context.Context, m Member, object string, content []byte) (Ceremony, error) {
	return Ceremony{}, errStub
}

// Confirm keeps the confirmation, in the caller's transaction (of Update).
func (s *Store) Confirm(ctx context.Context, tx *db.Tx, m Member, role Role, object string, content []byte, c Ceremony, response []byte) error {
	return errStub
}

// Confirmation is who confirmed, in which role.
type Confirmation struct {
	StaffID string
	Role    Role
	At      time.Time
}

// Confirmed returns who confirmed exactly this content, after verifying each assertion again.
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
func (s *Store) Daily(ctx context.Context, day rules.Day) (Report, error) { return Report{}, errStub }
