package request

import (
	"context"
	"fmt"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/person"
	"loket/internal/registry"
	"loket/internal/rules"
	"loket/internal/staff"
	"loket/internal/upload"
)

// Desk is one case on the screen of a member of staff who has it in hand.
type Desk struct {
	Lease      staff.Lease
	Role       staff.Role // in which they look
	CaseID     string
	Number     ident.CaseNumber
	State      State
	Round      int64
	Lang       string // in which the person reads
	Received   rules.Day
	Answers    Answers
	Written    []Written   // what the person wrote, oldest first
	Candidates []Candidate // at most registry.MaxCandidates, best first
	Photos     []upload.Photo
	SeenBefore bool      // the document was seen in person before, in another case; the first candidate is that case's record
	Alike      []Alike   // other cases that may be of the same person
	FourEyes   bool      // a second person looks before a decision counts
	Proposal   *Proposed // what waits for a second person
	Proposer   string    // pseudonym of who proposed it
	HasMessage bool      // a message is there to be printed at the counter
}

// Written is what a person wrote in a message.
type Written struct {
	Day  string // YYYY-MM-DD
	Text ident.Private
}

// Alike is another case that may be of the same person. Nothing is merged.
type Alike struct {
	PersonID string
	Number   ident.CaseNumber
	Received rules.Day
	Step     Step
	By       []string // what they share: kinds of person.Identifier
	LinkID   string   // of what a member of staff found before; or empty
	Verdict  string   // "same" or "different"; or empty
}

// Desk returns the case of a lease, after its audit entry was committed.
func (s *Store) Desk(ctx context.Context, m staff.Member, leaseID string) (Desk, error) {
	t, err := s.take(ctx, m, leaseID, "desk")
	if err != nil {
		return Desk{}, err
	}
	r := t.request
	d := Desk{Lease: t.lease, Role: t.role, CaseID: r.ID, Number: ident.CaseNumber(r.Number), State: r.State, Round: r.Round, Lang: r.Lang,
		Received: s.day(r.ReceivedAt), Answers: t.body.Answers, SeenBefore: t.body.Earlier != "", FourEyes: s.fourEyes()}
	if d.Candidates, err = s.candidates(ctx, t.body); err != nil {
		return Desk{}, err
	}
	if d.Photos, err = s.Uploads.List(ctx, s.DB, r.ID); err != nil {
		return Desk{}, err
	}
	replies, err := s.Mailbox.Told(ctx, s.DB, t.box)
	if err != nil {
		return Desk{}, err
	}
	for _, reply := range replies {
		d.Written = append(d.Written, Written(reply))
	}
	if d.Alike, err = s.alike(ctx, r); err != nil {
		return Desk{}, err
	}
	if d.HasMessage, err = s.hasMessage(ctx, r); err != nil {
		return Desk{}, err
	}
	return d, s.addProposal(ctx, t, &d)
}

// addProposal shows what waits for a second person: to them, and at the counter to
// whoever proposed it.
func (s *Store) addProposal(ctx context.Context, t task, d *Desk) error {
	waits := t.proposal
	if waits == nil {
		found, err := db.Get[proposal](ctx, s.DB, selectOpenProposal, t.request.ID, t.request.Round)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("find proposal: %w", err)
		}
		waits = &found
	}
	kept, err := s.openProposal(t.box, *waits)
	if err != nil {
		return err
	}
	lines, err := s.lines(kept.Content)
	if err != nil {
		return err
	}
	d.Proposal = &Proposed{ID: waits.ID, Ruling: kept.Ruling, Bytes: kept.Content, Lines: lines}
	d.Proposer = waits.StaffID
	return nil
}

const countMessages = `
	SELECT count(*) AS n FROM message
	WHERE case_id = $1 AND direction = 'out' AND state IN ('waiting', 'sent') AND queue_wrap IS NOT NULL`

// hasMessage reports whether something is there to be printed.
func (s *Store) hasMessage(ctx context.Context, r row) (bool, error) {
	n, err := db.Get[int64](ctx, s.DB, countMessages, r.ID)
	if err != nil {
		return false, fmt.Errorf("look for a message: %w", err)
	}
	return n > 0, nil
}

// alike returns the other cases that share something with this one.
func (s *Store) alike(ctx context.Context, r row) ([]Alike, error) {
	found, err := s.People.Alike(ctx, s.DB, r.PersonID)
	if err != nil {
		return nil, err
	}
	links, err := s.People.Links(ctx, s.DB, r.PersonID)
	if err != nil {
		return nil, err
	}
	var list []Alike
	for _, other := range found {
		row, err := db.Get[row](ctx, s.DB, selectRequest, other.CaseID)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("find a case alike: %w", err)
		}
		status, err := s.statusOf(ctx, row)
		if err != nil {
			return nil, err
		}
		a := Alike{PersonID: other.PersonID, Number: status.Number, Received: status.Received, Step: status.Step}
		for _, kind := range other.By {
			a.By = append(a.By, string(kind))
		}
		for _, link := range links {
			if link.Other(r.PersonID) == other.PersonID {
				a.LinkID, a.Verdict = link.ID, string(link.Verdict)
			}
		}
		list = append(list, a)
	}
	return list, nil
}

// fourEyes reports whether the pack wants a second person today.
func (s *Store) fourEyes() bool {
	_, alone, err := s.mayRule(Ruling{Approve: true}, false)
	return err != nil || !alone
}

// link keeps what a member found of two anchors.
func (s *Store) link(ctx context.Context, m staff.Member, leaseID, personID string, verdict person.Verdict) error {
	t, err := s.take(ctx, m, leaseID, "")
	if err != nil {
		return err
	}
	alike, err := s.People.Alike(ctx, s.DB, t.request.PersonID)
	if err != nil {
		return err
	}
	for _, other := range alike {
		if other.PersonID != personID {
			continue
		}
		return s.Staff.Update(ctx, func(tx *db.Tx) error {
			if err := s.again(ctx, tx, t); err != nil {
				return err
			}
			err := s.People.Link(ctx, tx, person.Link{PersonID: t.request.PersonID, OtherID: personID, CaseID: t.request.ID, Verdict: verdict, StaffID: m.ID})
			if err != nil {
				return err
			}
			return s.noteTask(ctx, tx, t, "person.link", string(verdict))
		})
	}
	return fault.New(fault.NotFound, "request.alike", "that anchor is not alike")
}

// Same notes that the case of a lease and another, of Desk.Alike, are of one person. It
// merges nothing, and Undo takes it back.
func (s *Store) Same(ctx context.Context, m staff.Member, leaseID, personID string) error {
	return s.link(ctx, m, leaseID, personID, person.Same)
}

// Different notes that they are of two people.
func (s *Store) Different(ctx context.Context, m staff.Member, leaseID, personID string) error {
	return s.link(ctx, m, leaseID, personID, person.Different)
}

// Undo takes back what Same or Different noted.
func (s *Store) Undo(ctx context.Context, m staff.Member, leaseID, linkID string) error {
	t, err := s.take(ctx, m, leaseID, "")
	if err != nil {
		return err
	}
	return s.Staff.Update(ctx, func(tx *db.Tx) error {
		if err := s.again(ctx, tx, t); err != nil {
			return err
		}
		if err := s.People.Undo(ctx, tx, t.request.PersonID, linkID); err != nil {
			return err
		}
		return s.noteTask(ctx, tx, t, "person.link", "undone")
	})
}

// candidates returns the records that a case may be about, with what agrees. The record
// of an earlier case comes first, where the same document was seen in person.
func (s *Store) candidates(ctx context.Context, body sealedBody) ([]Candidate, error) {
	records, err := s.records(ctx, body)
	if err != nil {
		return nil, err
	}
	a := body.Answers
	asked := registry.Asked{Query: a.query(), Phone: a.Phone, Email: a.Email}
	list := make([]Candidate, 0, len(records))
	for _, r := range records {
		events, err := s.events(r.Record)
		if err != nil {
			return nil, err
		}
		list = append(list, Candidate{Record: r.Record, Agreement: registry.Compare(asked, r.Record), Marks: marksOf(a, r.Record),
			Events: events, Earlier: r.earlier})
	}
	return list, nil
}
