package request

import (
	"context"

	"loket/internal/db"
	"loket/internal/staff"
	"loket/internal/upload"
)

// Photo returns a photo of the case of a lease as a JPEG, after its audit entry was
// committed and the view was counted. A photo that has ended, or is of another case, is
// a fault.NotFound.
func (s *Store) Photo(ctx context.Context, m staff.Member, leaseID, photoID string) ([]byte, error) {
	t, err := s.take(ctx, m, leaseID, "")
	if err != nil {
		return nil, err
	}
	viewer := upload.Viewer{Actor: m.ID, Role: string(t.role), Lease: leaseID}
	return s.Uploads.Show(ctx, viewer, t.request.ID, photoID, func(find func(*db.Tx) error) error {
		return s.Staff.Update(ctx, func(tx *db.Tx) error {
			if err := s.again(ctx, tx, t); err != nil {
				return err
			}
			if err := find(tx); err != nil {
				return err
			}
			return s.Staff.View(ctx, tx, staff.View{Lease: t.lease, Role: t.role, Act: "photo", Object: photoID})
		})
	})
}
