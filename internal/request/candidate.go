package request

import (
	"context"
	"fmt"
	"slices"

	"loket/internal/db"
	"loket/internal/fault"
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

func (a Answers) query() registry.Query {
	return registry.Query{Number: a.Number, Name: a.Name, Birth: a.Birth}
}

// found is a record, and whether an earlier case led to it.
type found struct {
	registry.Record
	earlier bool
}

// records asks the registry for the records that a case may be about, at most
// registry.MaxCandidates.
func (s *Store) records(ctx context.Context, body sealedBody) ([]found, error) {
	var list []found
	earlier, known, err := s.earlierRecord(ctx, body)
	if err != nil {
		return nil, err
	}
	if known {
		list = append(list, found{earlier, true})
	}
	records, err := s.Registry.Candidates(ctx, body.Answers.query())
	if err != nil {
		return nil, fmt.Errorf("ask registry: %w", err)
	}
	for _, r := range records {
		if len(list) < registry.MaxCandidates && !(known && r.ID == earlier.ID) {
			list = append(list, found{r, false})
		}
	}
	return list, nil
}

// earlierRecord returns the record that was chosen in the case that body.Earlier names,
// if that case and the record are still there.
func (s *Store) earlierRecord(ctx context.Context, body sealedBody) (registry.Record, bool, error) {
	if body.Earlier == "" {
		return registry.Record{}, false, nil
	}
	r, err := db.Get[row](ctx, s.DB, selectRequest, body.Earlier)
	if fault.Is(err, fault.NotFound) {
		return registry.Record{}, false, nil
	}
	if err != nil {
		return registry.Record{}, false, fmt.Errorf("find earlier case: %w", err)
	}
	_, before, err := s.open(ctx, s.DB, r)
	if err != nil {
		return registry.Record{}, false, err
	}
	records, err := s.Registry.Candidates(ctx, before.Answers.query())
	if err != nil {
		return registry.Record{}, false, fmt.Errorf("ask registry: %w", err)
	}
	i := slices.IndexFunc(records, func(r registry.Record) bool { return r.ID == before.Chosen })
	if i < 0 {
		return registry.Record{}, false, nil
	}
	return records[i], true, nil
}

// candidate returns the record that staff chose, if it is still one that the case may be
// about; a fault.Invalid if not.
func (s *Store) candidate(ctx context.Context, body sealedBody, recordID string) (registry.Record, error) {
	records, err := s.records(ctx, body)
	if err != nil {
		return registry.Record{}, err
	}
	i := slices.IndexFunc(records, func(f found) bool { return f.ID == recordID })
	if i < 0 {
		return registry.Record{}, fault.New(fault.Invalid, "request.ruling.record", "the chosen record is no candidate")
	}
	return records[i].Record, nil
}

// events puts the events of a record into words, with what follows from each today.
func (s *Store) events(r registry.Record) ([]Event, error) {
	plan, err := s.Certificates.Plan(r.Events)
	if err != nil {
		return nil, err
	}
	list := make([]Event, 0, len(r.Events))
	for i, e := range r.Events {
		event := Event{Kind: e.Kind, Day: e.Day, Dose: e.Dose, Doses: e.Doses, Country: hcert.CodeName("co", e.Country)}
		switch {
		case e.Kind == registry.Vaccination:
			event.What = hcert.CodeName("mp", e.Product)
		case e.TestDevice != "":
			event.What = hcert.CodeName("test-ma", e.TestDevice)
		default:
			event.What = hcert.CodeName("tt", e.TestType)
		}
		for _, in := range plan {
			if in.Event == i {
				event.Follows = in.Kind
			}
		}
		list = append(list, event)
	}
	return list, nil
}

// CompareMRZ compares a machine-readable zone, typed or pasted, with a case on the
// screen. Nothing of it is kept. Its errors are those of ident.ParseMRZ.
func (s *Store) CompareMRZ(text string, d Desk) (Zone, error) {
	today := s.Today().String()
	read, err := ident.ParseMRZ(text, today)
	if err != nil {
		return Zone{}, err
	}
	z := Zone{Read: read, Expired: read.Expiry != "" && read.Expiry < today}
	z.Answers = slices.Concat(nameMarks(read.Name, d.Answers.Name), birthMarks(read.Birth, d.Answers.Birth),
		mark(FieldDocument, read.Number.Private, d.Answers.DocumentNumber.Private))
	for _, c := range d.Candidates {
		z.Candidates = append(z.Candidates, slices.Concat(nameMarks(read.Name, c.Record.Name), birthMarks(read.Birth, c.Record.Birth)))
	}
	return z, nil
}
