package request

import (
	"context"
	"fmt"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/person"
	"loket/internal/staff"
)

// Forget erases the document number that its person had allowed to keep (G-39), whatever
// the state of the request. Nothing else changes.
func (s *Store) Forget(ctx context.Context, number ident.CaseNumber, code ident.Code) error {
	r, err := s.enter(ctx, number, code)
	if err != nil {
		return err
	}
	return s.forget(ctx, r, actor{audit.Applicant, roleSelf})
}

// ForgetAt does the same at the counter.
func (s *Store) ForgetAt(ctx context.Context, m staff.Member, leaseID string) error {
	t, err := s.takeAtCounter(ctx, m, leaseID, "")
	if err != nil {
		return err
	}
	return s.forget(ctx, t.request, actor{m.ID, string(staff.Counter)})
}

// KeepsDocument reports whether the number of a document is kept for a case.
func (s *Store) KeepsDocument(ctx context.Context, number ident.CaseNumber, code ident.Code) (bool, error) {
	r, err := s.enter(ctx, number, code)
	if err != nil {
		return false, err
	}
	_, body, err := s.open(ctx, s.DB, r)
	return body.Answers.keepsDocument(), err
}

func (s *Store) forget(ctx context.Context, r row, by actor) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		r, err := db.Get[row](ctx, tx, selectRequest, r.ID)
		if err != nil {
			return fmt.Errorf("find request again: %w", err)
		}
		c, body, err := s.open(ctx, tx, r)
		if err != nil {
			return err
		}
		no := false
		body.Answers.KeepNumber, body.Answers.DocumentNumber, body.Earlier = &no, ident.DocumentNumber{}, ""
		if err := s.reseal(ctx, tx, task{request: r, box: c}, body); err != nil {
			return err
		}
		if err := s.People.Forget(ctx, tx, r.PersonID, person.DocumentKind); err != nil {
			return err
		}
		return s.note(ctx, tx, r.ID, by.id, by.role, "request.forget-document", "ok")
	})
}
