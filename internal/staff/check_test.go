package staff_test

import (
	"strings"
	"testing"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/staff"
)

const (
	dropEntries = `DELETE FROM audit_entry WHERE act IN ('lease.take', 'staff.confirm')`
	giveRole    = `INSERT INTO staff_role (staff_id, role) VALUES ($1, 'operator')`
	dropRoles   = `DELETE FROM staff_role WHERE staff_id = $1`
	disableOnly = `UPDATE staff_member SET state = 'disabled' WHERE id = $1`
)

// Promise 7: what was changed behind our back is found.
func TestCheckFindsWhatIsBroken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		vera, anton, carla := w.hire(staff.Checker), w.hire(staff.Approver), w.hire(staff.Counter)
		_, err := w.take(vera, staff.QueueCheck, object(0))
		must(t, err)
		must(t, w.confirm(vera, staff.Checker, "prop_1", "approve A", "approve A"))
		w.checked()
		if lines, err := w.store.Notices(t.Context()); err != nil || len(lines) != 1 {
			t.Errorf("nobody is a lead, and %q, %v", lines, err)
		}
		for _, broken := range []struct {
			line string
			do   func(tx *db.Tx) error
		}{
			{"a lease has an audit entry", func(tx *db.Tx) error { return second(db.Exec(t.Context(), tx, dropEntries)) }},
			{"a confirmation has an audit entry", func(*db.Tx) error { return nil }}, // by the same
			{"a read happened under a lease of its reader", func(tx *db.Tx) error {
				return w.log.Add(t.Context(), tx, audit.Entry{Actor: vera.ID, Role: "checker", Act: "view.desk", Object: object(1)})
			}},
			{"an operator would see cases", func(tx *db.Tx) error { return second(db.Exec(t.Context(), tx, giveRole, anton.ID)) }},
			{"an active member has a role", func(tx *db.Tx) error { return second(db.Exec(t.Context(), tx, dropRoles, anton.ID)) }},
			{"who is not active has no passkey", func(tx *db.Tx) error { return second(db.Exec(t.Context(), tx, disableOnly, carla.ID)) }},
			{"confirmation conf_", func(tx *db.Tx) error { return second(db.Exec(t.Context(), tx, changeRole)) }},
		} {
			must(t, d.Update(t.Context(), broken.do))
			lines, err := w.store.Check(t.Context())
			must(t, err)
			if !strings.Contains(strings.Join(lines, "\n"), broken.line) {
				t.Errorf("not told: %s; told: %q", broken.line, lines)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }
