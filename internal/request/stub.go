package request

import (
	"context"
	"errors"

	"loket/internal/ident"
	"loket/internal/mailbox"
	"loket/internal/staff"
)

var errStub = errors.New("request: not built yet")

// Next gives a member the next piece of work of a queue: of staff.QueueCheck the request
// that has waited longest, of staff.QueueApprove a proposal of somebody else, drawn at
// random, those of people who stand at a counter first. What the member has in hand
// already comes again. A fault.NotFound says that nothing waits.
func (s *Store) Next(ctx context.Context, m staff.Member, queue string) (staff.Lease, error) {
	return staff.Lease{}, errStub
}

// OpenAt opens a case at the counter, with the number and the code of the person who
// stands there. Wrong codes count as they do at Status.
func (s *Store) OpenAt(ctx context.Context, m staff.Member, number ident.CaseNumber, code ident.Code) (staff.Lease, error) {
	return staff.Lease{}, errStub
}

// Steps is what an agent sees of a case without its code: steps and days.
func (s *Store) Steps(ctx context.Context, m staff.Member, number ident.CaseNumber) (Status, error) {
	return Status{}, errStub
}

// Desk returns the case of a lease, after its audit entry was committed.
func (s *Store) Desk(ctx context.Context, m staff.Member, leaseID string) (Desk, error) {
	return Desk{}, errStub
}

// CompareMRZ compares a machine-readable zone, typed or pasted, with a case on the
// screen. Nothing of it is kept.
func (s *Store) CompareMRZ(text string, d Desk) (Zone, error) { return Zone{}, errStub }

// Content returns the exact content of a ruling about the case of a lease, to be
// confirmed with a passkey. Nothing is kept yet.
func (s *Store) Content(ctx context.Context, m staff.Member, leaseID string, r Ruling) (Proposed, error) {
	return Proposed{}, errStub
}

// Propose keeps a ruling that its member confirmed. Of p it takes ID and Ruling, and makes
// the content anew: what changed since Content was not confirmed. Where the pack lets one
// person decide it is decided; else it waits for a second.
func (s *Store) Propose(ctx context.Context, m staff.Member, leaseID string, p Proposed, c staff.Ceremony, response []byte) error {
	return errStub
}

// Approve decides as proposed. The passkey of the approver confirms the same content
// (Desk.Proposal). It is a fault.TooLate when the record changed since: the case goes back
// to the queue.
func (s *Store) Approve(ctx context.Context, m staff.Member, leaseID string, c staff.Ceremony, response []byte) error {
	return errStub
}

// Return gives a proposal back for a reason of the pack's list "return-reasons"; another
// checker takes it up.
func (s *Store) Return(ctx context.Context, m staff.Member, leaseID, reason string) error {
	return errStub
}

// Assisted is what a person takes home who was helped.
type Assisted struct {
	Receipt
	Mandate *Mandate // what they agreed with a helper; nil if nothing
}

// Assist sends a form that a member of staff filled in with somebody: at the counter
// (sub.Door is AtCounter) it goes on there at once; a helper (ByHelper) is given the
// mandate that was agreed, or none if agreed has no scope.
func (s *Store) Assist(ctx context.Context, m staff.Member, sub Submission, agreed Agreed) (Assisted, error) {
	return Assisted{}, errStub
}

// ToCounter lets a case that came by another way go on at the counter, where its person is.
func (s *Store) ToCounter(ctx context.Context, m staff.Member, leaseID string) error { return errStub }

// AskDocument lets somebody come back with a document, or send photos of it.
func (s *Store) AskDocument(ctx context.Context, m staff.Member, leaseID string) error {
	return errStub
}

// WithdrawAt withdraws a case as its person asks at the counter.
func (s *Store) WithdrawAt(ctx context.Context, m staff.Member, leaseID string) error { return errStub }

// Print returns the message of a case to be printed at the counter: the proofs, or the
// refusal with its reason. It can be printed again under the same lease.
func (s *Store) Print(ctx context.Context, m staff.Member, leaseID string) (mailbox.Body, error) {
	return mailbox.Body{}, errStub
}

// NewCode makes another code of a case, for paper; the one before opens nothing any more.
func (s *Store) NewCode(ctx context.Context, m staff.Member, leaseID string) (ident.Code, error) {
	return ident.Code{}, errStub
}

// PaperCode makes a code on paper that opens the messages of a case without a phone.
func (s *Store) PaperCode(ctx context.Context, m staff.Member, leaseID string) (ident.Code, error) {
	return ident.Code{}, errStub
}

// KeepDocument keeps the number of a document that the person of a case showed at the
// counter, after they allowed it (G-38). It is a sum, and sealed in the case.
func (s *Store) KeepDocument(ctx context.Context, m staff.Member, leaseID string, number ident.DocumentNumber) error {
	return errStub
}

// Forget erases the document number that its person had allowed to keep (G-39).
func (s *Store) Forget(ctx context.Context, number ident.CaseNumber, code ident.Code) error {
	return errStub
}

// ForgetAt does the same at the counter.
func (s *Store) ForgetAt(ctx context.Context, m staff.Member, leaseID string) error { return errStub }

// Same notes that the case of a lease and another, of Desk.Alike, are of one person. It
// merges nothing, and Undo takes it back.
func (s *Store) Same(ctx context.Context, m staff.Member, leaseID, personID string) error {
	return errStub
}

// Different notes that they are of two people.
func (s *Store) Different(ctx context.Context, m staff.Member, leaseID, personID string) error {
	return errStub
}

// Undo takes back what Same or Different noted.
func (s *Store) Undo(ctx context.Context, m staff.Member, leaseID, linkID string) error {
	return errStub
}

// Grant gives a helper a mandate for a case that is there, with the number and code that
// its person told them. The person is told.
func (s *Store) Grant(ctx context.Context, m staff.Member, number ident.CaseNumber, code ident.Code, agreed Agreed) (Mandate, error) {
	return Mandate{}, errStub
}

// Mandates returns the mandates of a case, to its person.
func (s *Store) Mandates(ctx context.Context, number ident.CaseNumber, code ident.Code) ([]Mandate, error) {
	return nil, errStub
}

// Revoke ends a mandate, as the person of the case asks. With an empty id all end.
func (s *Store) Revoke(ctx context.Context, number ident.CaseNumber, code ident.Code, mandateID string) error {
	return errStub
}

// MandatesAt returns the mandates of the case of a lease.
func (s *Store) MandatesAt(ctx context.Context, m staff.Member, leaseID string) ([]Mandate, error) {
	return nil, errStub
}

// RevokeAt ends a mandate at the counter, as the person asks.
func (s *Store) RevokeAt(ctx context.Context, m staff.Member, leaseID, mandateID string) error {
	return errStub
}

// MandatesOf returns the living mandates of a helper: numbers and days, no names; at
// most 25, those that end first.
func (s *Store) MandatesOf(ctx context.Context, m staff.Member) ([]Mandate, error) {
	return nil, errStub
}

// Acting returns a mandate that lives, is the helper's and has the act in its scope, with
// an audit entry; else it is a fault.Denied. Every act of a helper begins with it.
func (s *Store) Acting(ctx context.Context, m staff.Member, mandateID string, act Act) (Mandate, error) {
	return Mandate{}, errStub
}

// FollowFor returns how far a case is, to a helper who may follow it.
func (s *Store) FollowFor(ctx context.Context, m staff.Member, mandateID string) (Status, error) {
	return Status{}, errStub
}

// ReopenFor opens a case again, for a helper who may apply.
func (s *Store) ReopenFor(ctx context.Context, m staff.Member, mandateID string) error {
	return errStub
}

// WithdrawFor withdraws a case, for a helper who may.
func (s *Store) WithdrawFor(ctx context.Context, m staff.Member, mandateID string) error {
	return errStub
}
