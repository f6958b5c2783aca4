package planner

import (
	"context"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/staff"
)

// AskFor is Ask for a form that a member of staff fills in with somebody: at the counter,
// on the phone, from paper (a member who works at a counter), or as a helper. The audit
// entry names the member. Who rings leaves a phone number; who is met in person need
// leave no contact, and comes back with number and code.
//
// A member without the role is a fault.Denied, which is kept in the audit log.
func (s *Store) AskFor(ctx context.Context, m staff.Member, asking Asking) (Receipt, error) {
	role := staff.Counter
	if asking.Door == ByHelper {
		role = staff.Helper
	}
	if !asking.Door.byStaff() {
		return Receipt{}, fault.New(fault.Invalid, "planner.door", "the door %q is none of staff", asking.Door)
	}
	if !m.Has(role) {
		return Receipt{}, s.refuseRole(ctx, m, role, "ask")
	}
	if err := s.mayBeReceived(asking); err != nil {
		return Receipt{}, err
	}
	asking.by = actor{id: m.ID, role: string(role)}
	receipt, err := s.Ask(ctx, asking)
	if fault.Key(err) == "planner.helper.many" {
		if err := s.Staff.Refused(ctx, m, role, "ask", "cap"); err != nil {
			return Receipt{}, err
		}
	}
	return receipt, err
}

// countHelped refuses more asks by one helper on one day than the pack allows: whoever sells
// help would ask for hundreds.
func (s *Store) countHelped(ctx context.Context, tx *db.Tx, f form) error {
	if f.Door != ByHelper {
		return nil
	}
	most, err := s.setting(setHelperAsks)
	if err != nil {
		return err
	}
	today, err := s.Tally.Add(ctx, tx, tallyHelps, f.by.id)
	if err == nil && today > int64(most) {
		return fault.New(fault.Throttled, "planner.helper.many", "%s asked for more than %d people today", f.by.id, most)
	}
	return err
}

// refuseRole keeps that somebody without a role wanted what it may.
func (s *Store) refuseRole(ctx context.Context, m staff.Member, role staff.Role, object string) error {
	if err := s.Staff.Refused(ctx, m, role, object, "role"); err != nil {
		return err
	}
	return fault.New(fault.Denied, "staff.role.missing", "%s is no %s", m.ID, role)
}

// origin is what tells two forms apart in which nobody left a contact: who knows somebody's
// number and birth date shall not get their receipt by another door, or from another
// helper (decision 020).
func (f form) origin() string {
	switch {
	case !f.Email.IsZero() || !f.Phone.IsZero():
		return ""
	case f.Door == ByHelper:
		return string(f.Door) + " " + f.by.id
	case f.Door == OnPaper:
		return string(f.Door) + " " + f.Key
	}
	return string(f.Door)
}

// claimOf is the sum of what one of the people told of themselves, with where they can be
// reached.
func (s *Store) claimOf(f form, m Member) []byte {
	parts := []string{m.Number.Reveal(), m.Birth.Reveal(), f.Email.Reveal(), f.Phone.Reveal()}
	if origin := f.origin(); origin != "" {
		parts = append(parts, origin)
	}
	return s.index.Sum("claim", parts...)
}
