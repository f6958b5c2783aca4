package request

import (
	"loket/internal/hcert"
	"loket/internal/ident"
	"loket/internal/registry"
)

// Candidate is a record that a case may be about, with what of it agrees.
type Candidate struct {
	Record    registry.Record
	Agreement registry.Agreement
	Marks     []Mark
	Events    []Event
	Earlier   bool // the record that was chosen when the document was seen before
}

// Event is a vaccination or test of a record, in words.
type Event struct {
	Kind    registry.EventKind
	Day     string     // YYYY-MM-DD
	What    string     // product or method, in the words of the EU value sets
	Dose    int        // of a vaccination
	Doses   int        // of its series
	Country string     // where
	Follows hcert.Kind // the certificate that follows from it today; or empty
}

// Zone is a machine-readable zone compared with a case. It is shown and not kept.
type Zone struct {
	Read       ident.MRZ
	Expired    bool
	Answers    []Mark   // against what the person told
	Candidates [][]Mark // against each candidate, in their order
}
