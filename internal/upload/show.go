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

// Show returns the picture as a JPEG to whoever decides. view is the transaction in which
// it is looked at: it calls find, checks the lease, spends the budget of views, writes the
// audit entry and commits (staff.Store.View). The bytes are opened after that and not
// otherwise. A role that decides nothing is a fault.Denied and leaves an entry too. A
// photo that is not kept, or of another case, is a fault.NotFound.
func (s *Store) Show(ctx context.Context, v Viewer, caseID, id string, view func(find func(*db.Tx) error) error) ([]byte, error) {
	if !slices.Contains(viewers, v.Role) {
		return nil, s.refuse(ctx, v, id)
	}
	var found *sealedPhoto
	err := view(func(tx *db.Tx) (err error) {
		found, err = find(ctx, tx, caseID, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, fmt.Errorf("photo %s: the view looked at nothing", id)
	}
	box, err := s.Photos.Open(id)
	if err != nil {
		return nil, gone(id) // destroyed between the entry and here
	}
	return box.Open(found.Sealed, arrival{id, caseID, Kind(found.Kind)}.context())
}

func find(ctx context.Context, tx *db.Tx, caseID, id string) (*sealedPhoto, error) {
	found, err := db.Get[sealedPhoto](ctx, tx, selectSealed, id, caseID)
	if fault.Is(err, fault.NotFound) || err == nil && found.State != Kept {
		return nil, gone(id)
	}
	if err != nil {
		return nil, fmt.Errorf("find photo: %w", err)
	}
	return &found, nil
}

func (s *Store) refuse(ctx context.Context, v Viewer, id string) error {
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		return s.Audit.Add(ctx, tx, audit.Entry{Actor: v.Actor, Role: v.Role, Act: actRefuse, Object: id, Lease: v.Lease, Result: "purpose"})
	})
	if err != nil {
		return fmt.Errorf("keep what was refused: %w", err)
	}
	return fault.New(fault.Denied, "upload.purpose", "role %s does not decide on photos", v.Role)
}
