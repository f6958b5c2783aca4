// Package report takes in what people say of fraud with places: that somebody sells them,
// copied a code, or asks for money to help. Nobody signs in, and no name is asked.
//
//	number, err := store.Send(ctx, report.Sending{Kind: "sold", Text: text, Key: key})
//	lines, err := store.Queue(ctx, member)      // kinds and days, no content
//	full, err := store.Read(ctx, member, id)    // one, with an entry in the audit log
//	err = store.Link(ctx, member, id, askNumber)
//	err = store.Close(ctx, member, id, "no-ground")
//
// A report is a case of its own, with a key of its own. What its sender wrote, and how
// they can be reached if they said so, lies sealed, and ends with the case: some days after
// it was closed, and at the latest when the lifetime of a report is over, read or not. How
// many there were stays, as counts by month.
//
// Linking keeps the number of an ask beside the report. It opens nothing, and whether such
// an ask exists is not told: who may look at an ask is decided where asks are.
//
// Kinds and outcomes are lists of the pack.
package report

import (
	"io"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/db/schema"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/once"
	"loket/internal/rules"
	"loket/internal/seal"
	"loket/internal/staff"
)

// The lists of a pack that takes reports.
const (
	ListKinds    = "report_kinds"
	ListOutcomes = "report_outcomes"
)

// Sending is a report as it comes in.
type Sending struct {
	Kind    string        // item of ListKinds
	Text    ident.Private // what happened; needed
	Contact ident.Private // how its sender can be reached, in their own words; may be empty
	Key     string        // idempotency key of the form or call
}

// Line is a report in the queue: nothing of what it says.
type Line struct {
	ID     string
	Number ident.CaseNumber
	Kind   string
	CameAt time.Time
}

// Full is a report as its reader sees it.
type Full struct {
	Line
	Text    ident.Private
	Contact ident.Private
	Ask     ident.CaseNumber // that it was linked to; empty where it was not
	Outcome string           // empty while it is open
}

// Month is how many reports of a kind came and were closed in a month.
type Month struct {
	Month  string // YYYY-MM
	Kind   string
	Came   int64
	Closed int64
}

// Store keeps reports.
type Store struct{ Parts }

// Parts is what the store is made with. All are needed.
type Parts struct {
	DB     *db.DB
	Vault  *seal.Vault
	Audit  *audit.Log
	Once   *once.Guard
	Schema *schema.Schema
	Pack   *rules.Pack
	Zone   *time.Location
	Now    func() time.Time
	Random io.Reader
}

// NewStore returns the store. It fails where the pack lacks a list.
func NewStore(parts Parts) (*Store, error) {
	for _, list := range []string{ListKinds, ListOutcomes} {
		if len(parts.Pack.List(list)) == 0 {
			return nil, fault.New(fault.Invalid, "", "pack %s has no list %s", parts.Pack.ID, list)
		}
	}
	return &Store{parts}, nil
}

func (s *Store) now() time.Time { return s.Now().Truncate(time.Second) }

// month is the present one at the counters.
func (s *Store) month() string { return s.Now().In(s.Zone).Format("2006-01") }

// may refuses whoever does not lead: reports can be about colleagues.
func may(m staff.Member) error {
	if !m.Has(staff.Lead) {
		return fault.New(fault.Denied, "", "%s may not see reports", m.ID)
	}
	return nil
}
