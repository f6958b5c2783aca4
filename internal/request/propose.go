package request

import (
	"loket/internal/ident"
)

// Ruling is what a member of staff would decide. Who decides is not in it: that comes
// from the passkeys that confirm it.
type Ruling struct {
	RequestID, Actor, Second string // until Rule is gone

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
	Instead  string // item of the pack's list "known-otherwise": how, where there is no document
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
	Word  string        // message key or item of the pack, where the value is one of a fixed set
	Text  ident.Private // else
}
