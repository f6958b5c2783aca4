package request

import (
	"bytes"
	"context"
	"fmt"

	"loket/internal/certificate"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/rules"
	"loket/internal/seal"
	"loket/internal/staff"
)

// Ruling is what a member of staff would decide. Who decides is not in it: that comes
// from the passkeys that confirm it.
type Ruling struct {
	Approve  bool          // else refuse
	RecordID string        // of the candidate it is about, when approved
	Reason   ident.Private // of a refusal, in plain words
	NextStep ident.Private // of a refusal: what the person can do now
	Seen     Seen          // at the counter: how the person showed who they are
}

// Seen is what somebody saw in person, of which nothing is copied. An approval at the
// counter has exactly one of the two.
type Seen struct {
	Document string // item of the pack's list "documents"
	Instead  string // item of the pack's list "known_otherwise": how, where there is no document
}

// IsZero reports whether nothing was seen.
func (s Seen) IsZero() bool { return s == Seen{} }

// Proposed is a ruling with the exact content that passkeys confirm.
type Proposed struct {
	ID     string // what the confirmation is about: staff.Store.BeginConfirm takes it as object
	Ruling Ruling
	Bytes  []byte // canonical CBOR of all that is decided
	Lines  []Line // the same for the screen
}

// Line is one part of a content on the screen.
type Line struct {
	Label string        // message key
	Word  string        // message key, where the value is one of a fixed set
	Item  *rules.Item   // where the value is an item of the pack
	Text  ident.Private // else
}

// States of a proposal.
const (
	proposalWaiting  = "waiting"
	proposalKept     = "kept"
	proposalReturned = "returned"
)

type proposal struct {
	ID, RequestID string
	Round         int64
	StaffID       string
	Choice, State string
	Sealed        []byte
}

const (
	proposalColumns    = `id, request_id, round, staff_id, choice, state, sealed`
	selectProposal     = `SELECT ` + proposalColumns + ` FROM proposal WHERE id = $1`
	selectOpenProposal = `SELECT ` + proposalColumns + ` FROM proposal WHERE request_id = $1 AND round = $2 AND state = 'waiting'`
	dropWaiting        = `DELETE FROM proposal WHERE request_id = $1 AND state = 'waiting'`
	dropOldProposals   = `DELETE FROM proposal WHERE request_id = $1 AND round < $2 AND state = 'waiting'`
	countReturned      = `SELECT count(*) AS n FROM proposal WHERE request_id = $1 AND round = $2 AND staff_id = $3 AND state = 'returned'`
	insertProposal     = `
		INSERT INTO proposal (id, request_id, round, staff_id, choice, state, sealed, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT DO NOTHING`
)

// sealedProposal is what lies sealed in a proposal.
type sealedProposal struct {
	Ruling  Ruling
	Content []byte
	Queue   string // from which it was proposed
}

func proposalPurpose(id string) string { return "proposal " + id }

func (s *Store) openProposal(c seal.Case, p proposal) (sealedProposal, error) {
	var kept sealedProposal
	return kept, c.Open(proposalPurpose(p.ID), p.Sealed, &kept)
}

// Content returns the exact content of a ruling about the case of a lease, to be
// confirmed with a passkey. Nothing is kept yet.
func (s *Store) Content(ctx context.Context, m staff.Member, leaseID string, r Ruling) (Proposed, error) {
	t, err := s.take(ctx, m, leaseID, "")
	if err != nil {
		return Proposed{}, err
	}
	if t.role == staff.Approver {
		return Proposed{}, fault.New(fault.Denied, "staff.role.missing", "an approver proposes nothing")
	}
	if _, _, err := s.mayPropose(t, r); err != nil {
		return Proposed{}, err
	}
	made, _, err := s.content(ctx, t, ident.NewID(s.Random, "pro"), r)
	return made, err
}

// mayPropose asks the pack whether a ruling is complete, and whether one person is
// enough for it.
func (s *Store) mayPropose(t task, r Ruling) (d rules.Decision, alone bool, err error) {
	from, to := Answered, Refused
	if t.role == staff.Counter {
		from = Counter
	}
	if r.Approve {
		to = Decided
	}
	if t.request.State != from || !t.request.State.May(to) || t.request.ClosedAt != nil {
		return d, false, fault.New(fault.TooLate, "request.state", "request %s is %s", t.request.ID, t.request.State)
	}
	if err := s.checkSeen(t, r); err != nil {
		return d, false, err
	}
	return s.mayRule(r, false)
}

// checkSeen says that an approval at the counter needs one thing that was seen there, and
// no other ruling has any.
func (s *Store) checkSeen(t task, r Ruling) error {
	if t.role != staff.Counter || !r.Approve {
		if !r.Seen.IsZero() {
			return fault.New(fault.Invalid, "request.ruling.seen", "something was seen where nobody looked")
		}
		return nil
	}
	document, known := s.Pack.Item(listDocuments, r.Seen.Document)
	_, otherwise := s.Pack.Item(listOtherwise, r.Seen.Instead)
	known = known && document.Fields["class"] != noClass
	if known == otherwise || known && r.Seen.Instead != "" || otherwise && r.Seen.Document != "" {
		return fault.New(fault.Invalid, "request.ruling.seen", "an approval at the counter needs what was seen")
	}
	return nil
}

// Lists of the pack that the counter reads.
const (
	listDocuments = "documents"
	listOtherwise = "known_otherwise"
	listReturns   = "return_reasons"
	noClass       = "0" // of the item that says that there is no document
)

// Propose keeps a ruling that its member confirmed. Of p it takes ID and Ruling, and makes
// the content anew: what changed since Content was not confirmed. Where the pack lets one
// person decide it is decided; else it waits for a second.
func (s *Store) Propose(ctx context.Context, m staff.Member, leaseID string, p Proposed, c staff.Ceremony, response []byte) error {
	t, err := s.take(ctx, m, leaseID, "")
	if err != nil {
		return err
	}
	if t.role == staff.Approver {
		return fault.New(fault.Denied, "staff.role.missing", "an approver proposes nothing")
	}
	d, alone, err := s.mayPropose(t, p.Ruling)
	if err != nil {
		return err
	}
	made, plan, err := s.content(ctx, t, p.ID, p.Ruling)
	if err != nil {
		return err
	}
	if p.Bytes != nil && !bytes.Equal(p.Bytes, made.Bytes) {
		return fault.New(fault.TooLate, "request.proposal.changed", "the content of %s changed", p.ID)
	}
	err = s.Staff.Update(ctx, func(tx *db.Tx) error {
		if err := s.again(ctx, tx, t); err != nil {
			return err
		}
		if err := s.keepProposal(ctx, tx, t, made, alone); err != nil {
			return err
		}
		if err := s.Staff.Confirm(ctx, tx, m, t.role, made.ID, made.Bytes, c, response); err != nil {
			return err
		}
		if !alone {
			return s.settle(ctx, tx, t, "proposed")
		}
		if err := s.decide(ctx, tx, t, made, d, plan); err != nil {
			return err
		}
		return s.settle(ctx, tx, t, "decided")
	})
	if err != nil || !alone {
		return err
	}
	s.answerAt(ctx, t)
	return nil
}

// settle ends a lease whose work is done. At the counter the person is still there.
func (s *Store) settle(ctx context.Context, tx *db.Tx, t task, result string) error {
	if t.role == staff.Counter {
		return nil
	}
	return s.Staff.Release(ctx, tx, t.lease, result)
}

func (s *Store) keepProposal(ctx context.Context, tx *db.Tx, t task, made Proposed, alone bool) error {
	r := t.request
	if _, err := db.Exec(ctx, tx, dropOldProposals, r.ID, r.Round); err != nil {
		return fmt.Errorf("drop proposals of rounds before: %w", err)
	}
	returned, err := db.Get[int64](ctx, tx, countReturned, r.ID, r.Round, t.member.ID)
	if err != nil {
		return fmt.Errorf("look for returned proposals: %w", err)
	}
	if returned > 0 {
		return fault.New(fault.Denied, "request.proposal.yours", "%s proposed on %s before, and it was returned", t.member.ID, r.ID)
	}
	sealed, err := t.box.Seal(proposalPurpose(made.ID), sealedProposal{Ruling: made.Ruling, Content: made.Bytes, Queue: t.lease.Queue})
	if err != nil {
		return err
	}
	state := proposalWaiting
	if alone {
		state = proposalKept
	}
	n, err := db.Exec(ctx, tx, insertProposal, made.ID, r.ID, r.Round, t.member.ID, choiceOf(made.Ruling), state, sealed, s.Now())
	if err != nil {
		return fmt.Errorf("keep proposal: %w", err)
	}
	if n == 0 {
		return fault.New(fault.TooLate, "request.proposal.there", "another proposal waits for %s", r.ID)
	}
	return s.noteTask(ctx, tx, t, "request.propose", choiceOf(made.Ruling))
}

func choiceOf(r Ruling) string {
	if r.Approve {
		return choiceApprove
	}
	return choiceRefuse
}

// planOf returns the certificates that follow from the record that staff chose, and the
// record.
func (s *Store) planOf(ctx context.Context, body sealedBody, r Ruling) ([]certificate.Intent, []byte, error) {
	if !r.Approve {
		return nil, nil, nil
	}
	chosen, err := s.candidate(ctx, body, r.RecordID)
	if err != nil {
		return nil, nil, err
	}
	plan, err := s.Certificates.Plan(chosen.Events)
	if err != nil {
		return nil, nil, err
	}
	if len(plan) == 0 {
		return nil, nil, fault.New(fault.Invalid, "request.ruling.nothing", "no certificate follows from the chosen record")
	}
	sum, err := s.recordSum(chosen)
	return plan, sum, err
}
