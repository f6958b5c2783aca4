package request

import (
	"loket/internal/ident"
	"loket/internal/rules"
	"loket/internal/staff"
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
	SeenBefore bool        // the document was seen in person before, in another case; the first candidate is that case's record
	Alike      []Alike     // other cases that may be of the same person
	FourEyes   bool        // a second person looks before a decision counts
	Proposal   *Proposed   // what waits for a second person
	Proposer   string      // pseudonym of who proposed it
	HasMessage bool        // a message is there to be printed at the counter
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
