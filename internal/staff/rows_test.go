package staff_test

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
	"loket/internal/staff"
)

// What somebody writes who has only the database.
const (
	writeInvite = `INSERT INTO staff_invite (id, staff_id, made_by, seconded, sealed, expires_at) VALUES ($1, $2, 'system', '', $3, $4)`
	turnInvite  = `UPDATE staff_invite SET staff_id = $1`
	lastInvite  = `UPDATE staff_invite SET expires_at = expires_at + 864000`
	beInvited   = `UPDATE staff_member SET state = 'invited' WHERE id = $1`
	trainedOn   = `UPDATE staff_member SET trained_until = '2030-01-01' WHERE id = $1`
	beApprover  = `INSERT INTO staff_role (staff_id, role) VALUES ($1, 'approver')`
	hideKeys    = `UPDATE audit_entry SET result = 'ok' WHERE act = 'staff.enrol'`
)

// T16, T17: an invitation written into the database enrols no passkey on anybody's
// account, also when the account is made to look as if it waited for one.
func TestAnInvitationWrittenIntoTheDatabase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		vera := w.hire(staff.Checker)
		token := base64.RawURLEncoding.EncodeToString(make([]byte, 32))
		sum := sha256.Sum256([]byte("loket staff invite\x00" + token))
		_, err := db.Exec(t.Context(), d, writeInvite, sum[:], vera.ID, []byte("sealed"), w.clock.Now().Add(time.Hour))
		must(t, err)
		for range 2 {
			_, _, err = w.store.BeginEnrol(t.Context(), token)
			refused(t, err, fault.NotFound, "staff.invite.gone")
			_, err = db.Exec(t.Context(), d, beInvited, vera.ID)
			must(t, err)
		}
	})
}

// T16, T17: an invitation of one's own opens no other account, and not for longer.
func TestATurnedInvitation(t *testing.T) {
	for _, change := range []string{turnInvite, lastInvite} {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			w := newWorld(t, d)
			_, err := w.store.Invite(t.Context(), audit.System, w.anAccount(staff.Checker))
			must(t, err)
			members, err := w.store.Members(t.Context())
			must(t, err)
			victim := members[0].ID
			_, err = db.Exec(t.Context(), d, `DELETE FROM staff_invite`)
			must(t, err)
			token, err := w.store.Invite(t.Context(), audit.System, w.anAccount(staff.Counter))
			must(t, err)
			if change == turnInvite {
				_, err = db.Exec(t.Context(), d, turnInvite, victim)
			} else {
				_, err = db.Exec(t.Context(), d, lastInvite)
			}
			must(t, err)
			_, _, err = w.store.BeginEnrol(t.Context(), token)
			refused(t, err, fault.NotFound, "staff.invite.gone")
		})
	}
}

// T16: a right that was written into the database is none, takes the others with it, is
// found, and no lead keeps it unawares.
func TestARightWrittenIntoTheDatabase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for name, change := range map[string]string{"a role": beApprover, "a day": trainedOn} {
			vera := w.hire(staff.Checker)
			//sqlcheck:dynamic TestARightWrittenIntoTheDatabase
			_, err := db.Exec(t.Context(), d, change, vera.ID)
			must(t, err)
			_, err = w.store.Member(t.Context(), vera.ID)
			refused(t, err, fault.Denied, "staff.disabled")
			_, err = w.take(vera, staff.QueueCheck, object(0))
			refused(t, err, fault.Denied, "staff.disabled")
			lines, err := w.store.Check(t.Context())
			must(t, err)
			if !strings.Contains(strings.Join(lines, "\n"), vera.ID+" were changed") {
				t.Errorf("%s: not found, but %q", name, lines)
			}
			refused(t, w.store.Renew(t.Context(), audit.System, vera.ID, day(t, "2022-01-01"), day(t, "2022-01-01")), fault.Denied, "staff.altered")
			must(t, w.store.Disable(t.Context(), audit.System, vera.ID))
			w.checked()
		}
	})
}

// T16: a passkey without its entry in the log is found.
func TestAPasskeyThatNoEntryTellsOf(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.hire(staff.Checker)
		w.checked()
		_, err := db.Exec(t.Context(), d, hideKeys)
		must(t, err)
		lines, err := w.store.Check(t.Context())
		must(t, err)
		if !strings.Contains(strings.Join(lines, "\n"), "a passkey has an audit entry") {
			t.Errorf("not found: %q", lines)
		}
	})
}
