package planner

import (
	"context"
	"fmt"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/rules"
	"loket/internal/staff"
)

// Helped is somebody whom a helper helps, as a list has them: a number, days, and whether
// there is something to answer.
type Helped struct {
	Mandate
	State State     // empty where the helper may not follow it
	Until time.Time // the open offer is to be answered by then; zero without one
}

const selectHelped = `
	SELECT mandate.id, mandate.case_id, ask.number, mandate.staff_id, mandate.scope, mandate.made_at, mandate.until, mandate.revoked_at,
		ask.state, coalesce((SELECT offer.until FROM offer WHERE offer.ask_id = ask.id AND offer.state = 'open'), 0) AS answer_by
	FROM mandate JOIN ask ON ask.id = mandate.case_id
	WHERE mandate.staff_id = $1 AND mandate.revoked_at IS NULL AND mandate.until > $2
	ORDER BY CASE WHEN ask.state = 'offered' THEN 0 ELSE 1 END, answer_by, mandate.until, mandate.id LIMIT 25`

type helpedRow struct {
	ID, CaseID, Number, StaffID, Scope string
	MadeAt, Until                      time.Time
	RevokedAt                          *time.Time
	State                              string
	AnswerBy                           time.Time
}

// HelpedBy returns whom a helper helps: at most 25, those with an open offer first, those
// among them whose answer is due first.
func (s *Store) HelpedBy(ctx context.Context, m staff.Member) ([]Helped, error) {
	rows, err := db.Select[helpedRow](ctx, s.DB, selectHelped, m.ID, s.Now())
	if err != nil {
		return nil, fmt.Errorf("find whom a helper helps: %w", err)
	}
	var list []Helped
	for _, r := range rows {
		h := Helped{Mandate: s.mandateOf(mandateRow{r.ID, r.CaseID, r.Number, r.StaffID, r.Scope, r.MadeAt, r.Until, r.RevokedAt})}
		if h.May(MayFollow) {
			h.State = State(r.State)
			if r.AnswerBy.Unix() > 0 {
				h.Until = r.AnswerBy.In(s.Zone)
			}
		}
		list = append(list, h)
	}
	return list, nil
}

// Acting returns a mandate that lives, is the helper's and has the act in its scope, with an
// audit entry; else it is a fault.Denied, which has one too. Every act of a helper begins
// with it.
func (s *Store) Acting(ctx context.Context, m staff.Member, mandateID string, act Act) (Mandate, error) {
	mandate, _, err := s.acting(ctx, m, mandateID, act)
	return mandate, err
}

func (s *Store) acting(ctx context.Context, m staff.Member, mandateID string, act Act) (Mandate, askRow, error) {
	kept, err := db.Get[mandateRow](ctx, s.DB, selectMandate, mandateID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Mandate{}, askRow{}, fmt.Errorf("find mandate: %w", err)
	}
	mandate := s.mandateOf(kept)
	if err != nil || !m.Has(staff.Helper) || kept.StaffID != m.ID || kept.RevokedAt != nil || !kept.Until.After(s.Now()) || !mandate.May(act) {
		object := kept.CaseID
		if object == "" {
			object = "mandate"
		}
		if kept := s.Staff.Refused(ctx, m, staff.Helper, object, "mandate"); kept != nil {
			return Mandate{}, askRow{}, kept
		}
		return Mandate{}, askRow{}, fault.New(fault.Denied, "request.mandate.none", "%s has no mandate for this", m.ID)
	}
	a, err := s.ask(ctx, s.DB, kept.CaseID)
	if err != nil {
		return Mandate{}, askRow{}, err
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error { return s.noteBy(ctx, tx, helps(m), a.ID, "mandate.use", string(act)) })
	return mandate, a, err
}

// helps is a helper who acts for somebody.
func helps(m staff.Member) actor { return actor{id: m.ID, role: string(staff.Helper)} }

// StatusFor is Status for a helper who may follow the ask.
func (s *Store) StatusFor(ctx context.Context, m staff.Member, mandateID string) (Status, error) {
	_, a, err := s.acting(ctx, m, mandateID, MayFollow)
	if err != nil {
		return Status{}, err
	}
	return s.statusOf(ctx, a)
}

// AnswerFor is Answer for a helper who may answer. To decline ends the ask: that needs
// MayLeave.
func (s *Store) AnswerFor(ctx context.Context, m staff.Member, mandateID, offerID string, answer Answer) error {
	act := MayAnswer
	if answer == Decline {
		act = MayLeave
	}
	_, a, err := s.acting(ctx, m, mandateID, act)
	if err != nil {
		return err
	}
	return s.answerBy(ctx, a.ID, offerID, answer, helps(m))
}

// CancelFor is Cancel for a helper who may answer.
func (s *Store) CancelFor(ctx context.Context, m staff.Member, mandateID string) error {
	_, a, err := s.acting(ctx, m, mandateID, MayAnswer)
	if err != nil {
		return err
	}
	return s.cancelBy(ctx, a.ID, helps(m))
}

// MoveFor is Move for a helper who may answer.
func (s *Store) MoveFor(ctx context.Context, m staff.Member, mandateID string, from rules.Day) error {
	_, a, err := s.acting(ctx, m, mandateID, MayAnswer)
	if err != nil {
		return err
	}
	return s.moveBy(ctx, a.ID, from, helps(m))
}

// KeepFor is Keep for a helper who may answer.
func (s *Store) KeepFor(ctx context.Context, m staff.Member, mandateID string) error {
	_, a, err := s.acting(ctx, m, mandateID, MayAnswer)
	if err != nil {
		return err
	}
	return s.keepBy(ctx, a.ID, helps(m))
}

// WithdrawFor is Withdraw for a helper who may.
func (s *Store) WithdrawFor(ctx context.Context, m staff.Member, mandateID string) error {
	_, a, err := s.acting(ctx, m, mandateID, MayLeave)
	if err != nil {
		return err
	}
	return s.withdrawBy(ctx, a.ID, helps(m))
}

// WakeFor is Wake for a helper who may ask.
func (s *Store) WakeFor(ctx context.Context, m staff.Member, mandateID string) error {
	_, a, err := s.acting(ctx, m, mandateID, MayApply)
	if err != nil {
		return err
	}
	return s.wakeBy(ctx, a, helps(m))
}

// AskWith is AskFor for a helper, who is given the mandate that was agreed with it; with an
// empty scope none is. Sent again it gives the same receipt.
func (s *Store) AskWith(ctx context.Context, m staff.Member, asking Asking, agreed Agreed) (Receipt, *Mandate, error) {
	asking.Door = ByHelper
	if len(agreed.Scope) > 0 {
		if err := agreed.check(); err != nil {
			return Receipt{}, nil, err
		}
	}
	receipt, err := s.AskFor(ctx, m, asking)
	if err != nil || len(agreed.Scope) == 0 {
		return receipt, nil, err
	}
	mandate, err := s.Grant(ctx, m, receipt.Number, receipt.Code, agreed)
	return receipt, &mandate, err
}
