package staff

import (
	"context"
	"errors"
	"fmt"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
)

// Acts of this area in the audit log. A read is "view." and what was shown.
const (
	actRefused = "staff.refused"
	actTake    = "lease.take"
	actEnd     = "lease.end"
	actConfirm = "staff.confirm"
	actKey     = "staff.key"
	actUnkey   = "staff.unkey"
	viewPrefix = "view."
)

// ActSetting is the act of whoever puts a setting of the pack live, for the daily report.
const ActSetting = "editing.setting"

// WrongCode is what Refused is told of a code that does not open the case it was
// typed for: a typing mistake once, a guess when it comes often.
const WrongCode = "code"

// Words of this area for what was refused. They are the result of the entry.
const (
	whyLease   = "lease"   // a lease of somebody else, or none
	whyOver    = "over"    // the own lease, which is over
	whyRights  = "rights"  // a role, a passkey or a training is missing
	whyBudget  = "budget"  // too many reads
	whyPasskey = "passkey" // an assertion that does not verify
	whyCopy    = "copy"    // a passkey whose counter went back
)

// refusal is a fault that leaves an audit entry, and ends a passkey that was copied.
type refusal struct {
	cause error
	entry audit.Entry
	ended []byte // id of the passkey to be ended, if any
}

// Error returns the private text of the fault.
func (r *refusal) Error() string { return r.cause.Error() }

// Unwrap returns the fault.
func (r *refusal) Unwrap() error { return r.cause }

// refuse returns a refusal of a member. lease may be empty.
func refuse(staffID string, role Role, object, lease, why string, cause error) error {
	if role == "" {
		role = "staff"
	}
	return &refusal{cause: cause, entry: audit.Entry{
		Actor: staffID, Role: string(role), Act: actRefused, Object: object, Lease: lease, Result: why}}
}

// Update runs fn as db.Update does, and keeps an audit entry besides of what this
// package refused in it: the refusal undoes the transaction, so that the entry needs
// one of its own. When the entry cannot be kept, that is the error.
func (s *Store) Update(ctx context.Context, fn func(*db.Tx) error) error {
	return s.keepRefusal(ctx, s.DB.Update(ctx, fn))
}

const deletePasskey = `DELETE FROM staff_passkey WHERE id = $1`

// keepRefusal writes the entry of a refusal, if err is one, and returns err.
func (s *Store) keepRefusal(ctx context.Context, err error) error {
	r, ok := errors.AsType[*refusal](err)
	if !ok {
		return err
	}
	kept := s.DB.Update(ctx, func(tx *db.Tx) error {
		if r.ended != nil {
			if _, err := db.Exec(ctx, tx, deletePasskey, r.ended); err != nil {
				return err
			}
		}
		return s.Audit.Add(ctx, tx, r.entry)
	})
	if kept != nil {
		return fmt.Errorf("keep what was refused: %w", kept)
	}
	return err
}

// Refused keeps an audit entry that another area refused a member something, for a
// reason in a fixed word, such as WrongCode.
func (s *Store) Refused(ctx context.Context, m Member, role Role, object, why string) error {
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		return s.Audit.Add(ctx, tx, audit.Entry{Actor: m.ID, Role: string(role), Act: actRefused, Object: object, Result: why})
	})
	if err != nil {
		return fmt.Errorf("keep what was refused: %w", err)
	}
	return nil
}

// act writes an audit entry of an act on accounts.
func (s *Store) act(ctx context.Context, tx *db.Tx, actor, act, object, result string) error {
	role := "staff"
	if actor == audit.System {
		role = "worker"
	}
	return s.Audit.Add(ctx, tx, audit.Entry{Actor: actor, Role: role, Act: act, Object: object, Result: result})
}

func denied(key, private string, args ...any) error {
	return fault.New(fault.Denied, key, private, args...)
}
