package staff

import (
	"context"

	"loket/internal/rules"
)

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
func (s *Store) Daily(ctx context.Context, day rules.Day) (Report, error) { return Report{}, nil }
