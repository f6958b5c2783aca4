package request

import (
	"context"
	"fmt"
	"slices"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/staff"
	"loket/internal/upload"
)

// PhotosFor sends the photos that a helper made with the person of a mandate. A request
// that waits for them is answered; where none were asked yet they wait with it. Photos
// that nobody needs any more are destroyed at once, and the helper is told the same. Until
// its person opens the message it is a fault.TooLate, whoever they are, unless the form
// itself shows that photos are asked: nobody learns which message it is.
func (s *Store) PhotosFor(ctx context.Context, m staff.Member, mandateID string) error {
	_, r, err := s.acting(ctx, m, mandateID, Send)
	if err != nil {
		return err
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		now, err := db.Get[row](ctx, tx, selectRequest, r.ID)
		if err != nil {
			return fmt.Errorf("find request again: %w", err)
		}
		wanted, err := s.wantsPhotos(ctx, tx, now)
		if err != nil {
			return err
		}
		if !wanted {
			return fault.New(fault.TooLate, "request.photos.not-yet", "nobody opened the message of %s", r.ID)
		}
		photos, err := s.Uploads.List(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(photos, upload.Photo.Living) {
			return fault.New(fault.Invalid, "mailbox.reply.empty", "there are no photos of %s", r.ID)
		}
		switch {
		case now.ClosedAt != nil:
			return s.Uploads.End(ctx, tx, r.ID, upload.Deadline)
		case now.State == Proved || now.State == Refused:
			return s.Uploads.End(ctx, tx, r.ID, upload.Decision)
		}
		if err := s.Uploads.Keep(ctx, tx, r.ID); err != nil {
			return err
		}
		if now.State != Asked {
			return nil
		}
		if err := s.moveOrFail(ctx, tx, now, Answered); err != nil {
			return err
		}
		if _, err := db.Exec(ctx, tx, dropWaiting, r.ID); err != nil {
			return fmt.Errorf("drop proposal: %w", err)
		}
		// The message that asked has its answer: no reminder of it leaves.
		if err := s.Mailbox.RecallCase(ctx, tx, r.ID); err != nil {
			return err
		}
		return s.note(ctx, tx, r.ID, m.ID, string(staff.Helper), "request.photos", "ok")
	})
}

// EndMandate ends a mandate as its helper wishes: who helps no more keeps nothing.
func (s *Store) EndMandate(ctx context.Context, m staff.Member, mandateID string) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		kept, err := db.Get[mandateRow](ctx, tx, selectMandate, mandateID)
		if fault.Is(err, fault.NotFound) || err == nil && kept.StaffID != m.ID {
			return fault.New(fault.Denied, "request.mandate.none", "%s has no such mandate", m.ID)
		}
		if err != nil {
			return fmt.Errorf("find mandate: %w", err)
		}
		return s.revoke(ctx, tx, kept.CaseID, mandateID, actor{m.ID, string(staff.Helper)})
	})
}
