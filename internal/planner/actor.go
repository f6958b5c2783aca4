package planner

import (
	"context"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/staff"
)

// actor is who does something with an ask: its person, or somebody who does it for them,
// whom the audit log names.
type actor struct {
	id    string // pseudonym, or audit.Applicant
	role  string
	lease string // under which a counter has the ask open; or empty
}

// self is the person of an ask.
var self = actor{id: audit.Applicant, role: roleSelf}

// seated is a member at whose desk, or on whose line, the person of an ask is.
func seated(l staff.Lease) actor { return actor{l.StaffID, string(staff.Counter), l.ID} }

// noteBy writes an audit entry about an ask.
func (s *Store) noteBy(ctx context.Context, tx *db.Tx, by actor, askID, act, result string) error {
	return s.Audit.Add(ctx, tx, audit.Entry{Actor: by.id, Role: by.role, Act: act, Object: askID, Lease: by.lease, Result: result})
}
