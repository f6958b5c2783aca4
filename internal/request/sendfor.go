package request

import (
	"context"
	"fmt"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/staff"
)

// SendPhotosFor sends the photos that a helper added for a person of whom a document is
// asked: the case waits for staff, and the question for the document ends. It is a
// fault.Invalid when there are no photos, and a fault.TooLate when none are asked.
func (s *Store) SendPhotosFor(ctx context.Context, m staff.Member, mandateID string) error {
	_, r, err := s.acting(ctx, m, mandateID, Send)
	if err != nil {
		return err
	}
	if r.State != Asked || r.ClosedAt != nil {
		return fault.New(fault.TooLate, "request.state", "request %s is %s", r.ID, r.State)
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		photos, err := s.Uploads.List(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		living := false
		for _, p := range photos {
			living = living || p.Living()
		}
		if !living {
			return fault.New(fault.Invalid, "mailbox.reply.empty", "there are no photos of %s", r.ID)
		}
		if err := s.moveOrFail(ctx, tx, r, Answered); err != nil {
			return err
		}
		if _, err := db.Exec(ctx, tx, dropWaiting, r.ID); err != nil {
			return fmt.Errorf("drop proposal: %w", err)
		}
		if err := s.Uploads.Keep(ctx, tx, r.ID); err != nil {
			return err
		}
		if err := s.Mailbox.RecallCase(ctx, tx, r.ID); err != nil {
			return err
		}
		return s.note(ctx, tx, r.ID, m.ID, string(staff.Helper), "request.reply", "photos")
	})
}
