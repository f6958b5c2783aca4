// Package registry says where vaccinations and tests are known, and how a
// request is compared with what stands there.
//
// A registry is somebody else's book: the health service wrote it, with its own
// slips. It answers one question, "who could this be?", with at most five
// records. There is no way to list people, to search by a part of a name or to
// count them, and an implementation must not offer one.
//
//	records, err := reg.Candidates(ctx, registry.Query{Number: n, Name: name, Birth: b})
//	for _, r := range records {
//		facts := registry.Compare(asked, r) // booleans; a pack decides what they lead to
//	}
//
// Compare tells which of the fields agree and nothing else. Whether that is
// enough for a proof without a person looking is a rule of the pack, and which
// field differed must never reach the person who asked.
//
// Records are personal data of people who may have asked for nothing. They hide
// themselves when printed with fmt or logged with slog. Codes are those of the value
// sets of the EU certificate, so that a record can become one without
// translation.
//
// Implementations: loket/internal/registry/local, which holds an imported
// copy. Each passes loket/internal/registry/registrytest.
package registry

import (
	"context"
	"fmt"
	"log/slog"

	"loket/internal/ident"
)

// MaxCandidates is how many records a registry returns for one query at most.
const MaxCandidates = 5

// Registry finds the records that a request may be about.
//
// Candidates returns at most MaxCandidates records, best first: first those
// that have the number asked for, then those with the same birth date and the
// most words of the name in common, words as ident.Fold makes them. (Where a
// name has two words of more than three letters, shorter ones may be left out
// of account.) A record with neither the number, nor both the birth date and a
// word of the name, is not a candidate. Fields of the query may be zero; nobody
// found is an empty list and no error. A record comes whole, with all its
// events, in the order of their days.
//
// Two equal queries get the same answer in the same order as long as the registry
// does not change. An error of kind fault.Unavailable says that the registry cannot be
// asked now, which must not be taken for "not known".
type Registry interface {
	Candidates(ctx context.Context, q Query) ([]Record, error)
}

// Query is what a registry is asked with. Each field may be zero.
type Query struct {
	Number ident.Number
	Name   ident.Name
	Birth  ident.BirthDate
}

// Record is one person as the registry knows them.
type Record struct {
	// ID names the record within its registry. It is not a number of the person
	// and says nothing about them.
	ID string `cbor:"-"`

	Numbers []ident.Number  `cbor:"1,keyasint,omitempty"`
	Name    ident.Name      `cbor:"2,keyasint,omitzero"`
	Birth   ident.BirthDate `cbor:"3,keyasint,omitzero"` // zero if not known
	Phone   ident.Phone     `cbor:"4,keyasint,omitzero"` // zero if none is on file
	Email   ident.Email     `cbor:"5,keyasint,omitzero"` // zero if none is on file
	Events  []Event         `cbor:"6,keyasint,omitempty"`
}

// EventKind says what happened.
type EventKind string

// The kinds of event.
const (
	Vaccination  EventKind = "vaccination"
	PositiveTest EventKind = "positive-test"
	NegativeTest EventKind = "negative-test"
)

// Event is one dose or one test, with what an EU certificate about it needs. In
// brackets stands the field of the certificate, whose value set the codes are
// from.
type Event struct {
	Kind    EventKind `cbor:"1,keyasint"`
	Day     string    `cbor:"2,keyasint"` // YYYY-MM-DD, where it took place
	Disease string    `cbor:"3,keyasint"` // (tg)
	Country string    `cbor:"4,keyasint"` // (co) ISO 3166-1 alpha-2, where it took place
	Centre  string    `cbor:"5,keyasint,omitempty"`

	// Of a vaccination.
	Prophylaxis  string `cbor:"6,keyasint,omitempty"`  // (vp)
	Product      string `cbor:"7,keyasint,omitempty"`  // (mp)
	Manufacturer string `cbor:"8,keyasint,omitempty"`  // (ma)
	Dose         int    `cbor:"9,keyasint,omitempty"`  // (dn) from 1
	Doses        int    `cbor:"10,keyasint,omitempty"` // (sd) of the whole series, from 1

	// Of a test.
	TestType   string `cbor:"11,keyasint,omitempty"` // (tt)
	TestName   string `cbor:"12,keyasint,omitempty"` // (nm) of a NAAT
	TestDevice string `cbor:"13,keyasint,omitempty"` // (ma) of a rapid test
	// Sampled is the instant of the sample (sc), RFC 3339 with the offset of the
	// place. It may be empty for a positive test of which only the day is known.
	Sampled string `cbor:"14,keyasint,omitempty"`
}

// Format hides the record from every fmt verb.
func (r Record) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[record]")) }

// LogValue hides the record from logs.
func (r Record) LogValue() slog.Value { return slog.StringValue("[record]") }

// Format hides the event from every fmt verb.
func (e Event) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[event]")) }

// LogValue hides the event from logs.
func (e Event) LogValue() slog.Value { return slog.StringValue("[event]") }
