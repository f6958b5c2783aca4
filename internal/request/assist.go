package request

import (
	"context"

	"loket/internal/fault"
	"loket/internal/staff"
)

// Assisted is what a person takes home who was helped.
type Assisted struct {
	Receipt
	Mandate *Mandate // what they agreed with a helper; nil if nothing
}

// Assist sends a form that a member of staff filled in with somebody: at the counter
// (sub.Door is AtCounter) it goes on there at once; a helper (ByHelper) is given the
// mandate that was agreed, or none if agreed has no scope.
func (s *Store) Assist(ctx context.Context, m staff.Member, sub Submission, agreed Agreed) (Assisted, error) {
	role := staff.Counter
	if sub.Door == ByHelper {
		role = staff.Helper
	}
	if !m.Has(role) {
		return Assisted{}, s.refuseStaff(ctx, m, role, "form")
	}
	sub.by = actor{m.ID, string(role)}
	if role == staff.Counter {
		sub.Door = AtCounter
		receipt, err := s.Submit(ctx, sub)
		return Assisted{Receipt: receipt}, err
	}
	if len(agreed.Scope) > 0 {
		if err := agreed.check(); err != nil {
			return Assisted{}, err
		}
		sub.agreed = agreed
	}
	receipt, err := s.Submit(ctx, sub)
	if err != nil {
		return Assisted{}, err
	}
	done := Assisted{Receipt: receipt}
	if len(agreed.Scope) == 0 {
		return done, nil
	}
	list, err := s.Mandates(ctx, receipt.Number, receipt.Code)
	if err != nil {
		return done, err
	}
	for _, mandate := range list {
		if mandate.Helper == m.ID && !mandate.Revoked {
			done.Mandate = &mandate
		}
	}
	if done.Mandate == nil {
		return done, fault.New(fault.Internal, "", "the mandate of %s is not there", m.ID)
	}
	return done, nil
}
