package upload

import (
	"context"
	"fmt"
	"slices"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
)

// Viewer is who wants to see a photo, in which role and under which lease.
type Viewer struct{ Actor, Role, Lease string }

// viewers are the roles that decide. There is one purpose for a photo: to see whether
// somebody is who they say (G-33).
var viewers = []string{"checker", "approver", "counter"}

const selectSealed = `SELECT kind, state, sealed FROM photo WHERE id = $1 AND case_id = $2`

type sealedPhoto struct {
	Kind, State string
	Sealed      []byte
}

// Show returns the picture as a JPEG to whoever decides. Before the bytes are opened its
// audit entry is committed, together with what view does in the same transaction: there
// the caller checks the lease and spends the budget of views (staff.Store.View); nil does
// nothing more. A role that decides nothing is a fault.Denied and leaves an entry too. A
// photo that is not kept, or of another case, is a fault.NotFound.
func (s *Store) Show(ctx context.Context, v Viewer, caseID, id string, view func(context.Context, *db.Tx) error) ([]byte, error) {
	var found sealedPhoto
	var refusal error
	err := s.DB.Update(ctx, func(tx *db.Tx) (err error) {
		entry := audit.Entry{Actor: v.Actor, Role: v.Role, Act: actShow, Object: id, Lease: v.Lease, Result: "ok"}
		refusal = nil
		if !slices.Contains(viewers, v.Role) {
			refusal = fault.New(fault.Denied, "upload.purpose", "role %s does not decide on photos", v.Role)
			entry.Act, entry.Result = actRefuse, "purpose"
			return s.Audit.Add(ctx, tx, entry)
		}
		found, err = db.Get[sealedPhoto](ctx, tx, selectSealed, id, caseID)
		if fault.Is(err, fault.NotFound) || err == nil && found.State != Kept {
			return gone(id)
		}
		if err != nil {
			return fmt.Errorf("find photo: %w", err)
		}
		if err := s.Audit.Add(ctx, tx, entry); err != nil || view == nil {
			return err
		}
		return view(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	if refusal != nil {
		return nil, refusal
	}
	box, err := s.Photos.Open(id)
	if err != nil {
		return nil, gone(id) // destroyed between the entry and here
	}
	return box.Open(found.Sealed, arrival{id, caseID, Kind(found.Kind)}.context())
}
