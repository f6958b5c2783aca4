package staff_test

import (
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"
	"github.com/google/go-cmp/cmp"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
	"loket/internal/staff"
)

// confirm begins over one content and confirms another.
func (w *world) confirm(p *person, role staff.Role, object, begun, content string) error {
	w.t.Helper()
	c, err := w.store.BeginConfirm(w.t.Context(), p.Member, object, []byte(begun))
	must(w.t, err)
	return w.finish(p, role, object, content, c, p.use(w, 0, c))
}

func (w *world) finish(p *person, role staff.Role, object, content string, c staff.Ceremony, response []byte) error {
	w.t.Helper()
	return w.update(func(tx *db.Tx) error {
		return w.store.Confirm(w.t.Context(), tx, p.Member, role, object, []byte(content), c, response)
	})
}

func (w *world) confirmed(object, content string) []string {
	w.t.Helper()
	list, err := w.store.Confirmed(w.t.Context(), w.db, object, []byte(content))
	must(w.t, err)
	var who []string
	for _, c := range list {
		who = append(who, c.StaffID+" "+string(c.Role))
	}
	return who
}

// V2.3.5: what is confirmed is exactly this content, by exactly this member.
func TestConfirm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		vera, anton := w.hire(staff.Checker), w.hire(staff.Approver)
		must(t, w.confirm(vera, staff.Checker, "prop_1", "approve Niemand", "approve Niemand"))
		w.clock.Advance(time.Minute)
		must(t, w.confirm(anton, staff.Approver, "prop_1", "approve Niemand", "approve Niemand"))
		if diff := cmp.Diff([]string{vera.ID + " checker", anton.ID + " approver"}, w.confirmed("prop_1", "approve Niemand")); diff != "" {
			t.Error(diff)
		}
		if got := w.confirmed("prop_1", "approve Somebody"); got != nil {
			t.Errorf("another content is confirmed by %v", got)
		}
		if got := w.confirmed("prop_2", "approve Niemand"); got != nil {
			t.Errorf("another object is confirmed by %v", got)
		}
		refused(t, w.confirm(vera, staff.Checker, "prop_1", "refuse Niemand", "refuse Niemand"), fault.Taken, "staff.confirm.twice")
		if got := w.entries("staff.confirm"); len(got) != 2 || got[1].Actor != anton.ID || got[1].Object != "prop_1" {
			t.Errorf("the log says %v", got)
		}
		w.checked()
	})
}

// T17: a confirmation is of a content, an object and a member; nothing else passes.
func TestConfirmRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		vera, other := w.hire(staff.Checker), w.hire(staff.Checker)
		refused(t, w.confirm(vera, staff.Checker, "prop_1", "approve A", "approve B"), fault.Denied, "staff.passkey.wrong")
		refused(t, w.confirm(vera, staff.Approver, "prop_1", "approve A", "approve A"), fault.Denied, "staff.role.missing")

		c, err := w.store.BeginConfirm(t.Context(), vera.Member, "prop_1", []byte("approve A"))
		must(t, err)
		refused(t, w.finish(vera, staff.Checker, "prop_2", "approve A", c, vera.use(w, 0, c)), fault.Denied, "staff.passkey.wrong")
		// The passkey of somebody else, with the own handle and with theirs.
		mixed := *other
		mixed.device.Options.UserHandle = []byte(vera.ID)
		refused(t, w.finish(vera, staff.Checker, "prop_1", "approve A", c, mixed.use(w, 0, c)), fault.Denied, "staff.passkey.wrong")
		refused(t, w.finish(vera, staff.Checker, "prop_1", "approve A", c, other.use(w, 0, c)), fault.Denied, "staff.passkey.wrong")
		// Begun by one, finished by another.
		refused(t, w.finish(other, staff.Checker, "prop_1", "approve A", c, other.use(w, 0, c)), fault.Denied, "staff.passkey.wrong")
		copied := virtualwebauthn.RelyingParty{ID: w.site.ID, Name: "Loket", Origin: "https://staff-loket.example"}
		refused(t, w.finish(vera, staff.Checker, "prop_1", "approve A", c, vera.sign(w, copied, 0, c)), fault.Denied, "staff.passkey.wrong")
		vera.device.Options.UserNotVerified = true
		refused(t, w.finish(vera, staff.Checker, "prop_1", "approve A", c, vera.use(w, 0, c)), fault.Denied, "staff.passkey.wrong")
		vera.device.Options.UserNotVerified = false

		signIn, err := w.store.BeginSignIn(t.Context())
		must(t, err)
		refused(t, w.finish(vera, staff.Checker, "prop_1", "approve A", signIn, vera.use(w, 0, signIn)), fault.Invalid, "staff.ceremony")

		response := vera.use(w, 0, c)
		must(t, w.finish(vera, staff.Checker, "prop_1", "approve A", c, response))
		refused(t, w.finish(vera, staff.Checker, "prop_1", "approve A", c, response), fault.Denied, "staff.passkey.copy") // replay
		if got := w.confirmed("prop_1", "approve A"); len(got) != 1 {
			t.Errorf("confirmed by %v", got)
		}
		if n := len(w.entries("staff.refused")); n != 9 {
			t.Errorf("%d entries of what was refused, want 9", n)
		}
	})
}

// T16: an old confirmation holds without its passkey, its account and its site; a new
// one of a member who may do nothing does not.
func TestAConfirmationOutlivesItsPasskey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		vera, lead := w.hire(staff.Checker), w.hire(staff.Lead)
		must(t, w.confirm(vera, staff.Checker, "prop_1", "approve A", "approve A"))
		c, err := w.store.BeginConfirm(t.Context(), vera.Member, "prop_2", []byte("approve B"))
		must(t, err)
		must(t, w.store.Disable(t.Context(), lead.ID, vera.ID))
		refused(t, w.finish(vera, staff.Checker, "prop_2", "approve B", c, vera.use(w, 0, c)), fault.Denied, "staff.disabled")
		_, err = w.store.BeginConfirm(t.Context(), vera.Member, "prop_2", []byte("approve B"))
		refused(t, err, fault.Denied, "staff.disabled")
		w.parts.URL = "https://staff.elsewhere.example"
		w.restart()
		if got := w.confirmed("prop_1", "approve A"); len(got) != 1 {
			t.Errorf("confirmed by %v", got)
		}
		w.checked()
	})
}

const (
	changeRole = `UPDATE confirmation SET role = 'approver'`
	moveRow    = `UPDATE confirmation SET object = 'prop_2'`
	flipByte   = `UPDATE confirmation SET digest = nonce`
)

// V16.4.2: whoever changes a row in the database is found out.
func TestAChangedConfirmationShows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		vera := w.hire(staff.Checker)
		must(t, w.confirm(vera, staff.Checker, "prop_1", "approve A", "approve A"))
		for _, change := range []func(*db.Tx) (int64, error){
			func(tx *db.Tx) (int64, error) { return db.Exec(t.Context(), tx, changeRole) },
			func(tx *db.Tx) (int64, error) { return db.Exec(t.Context(), tx, moveRow) },
			func(tx *db.Tx) (int64, error) { return db.Exec(t.Context(), tx, flipByte) },
		} {
			undo := fault.New(fault.Internal, "", "undo")
			err := d.Update(t.Context(), func(tx *db.Tx) error {
				if _, err := change(tx); err != nil {
					return err
				}
				for _, object := range []string{"prop_1", "prop_2"} {
					if list, err := w.store.Confirmed(t.Context(), tx, object, []byte("approve A")); err == nil && list != nil {
						t.Errorf("%s is confirmed by %v", object, list)
					}
				}
				return undo
			})
			if err != undo {
				t.Error(err)
			}
		}
	})
}

// G-55: only trained, named members with two passkeys confirm.
func TestWhoMayConfirm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		token, err := w.store.Invite(t.Context(), audit.System, w.anAccount(staff.Checker))
		must(t, err)
		p := w.enrol(token)
		_, err = w.store.BeginConfirm(t.Context(), p.Member, "prop_1", []byte("approve A"))
		refused(t, err, fault.Denied, "staff.keys.two")
		w.addKey(p)
		c, err := w.store.BeginConfirm(t.Context(), p.Member, "prop_1", []byte("approve A"))
		must(t, err)
		must(t, w.store.Renew(t.Context(), audit.System, p.ID, day(t, "2021-11-02"), day(t, "2022-11-02")))
		refused(t, w.finish(p, staff.Checker, "prop_1", "approve A", c, p.use(w, 0, c)), fault.Denied, "staff.training")
		must(t, w.store.Renew(t.Context(), audit.System, p.ID, day(t, "2022-11-02"), day(t, "2021-11-02")))
		refused(t, w.finish(p, staff.Checker, "prop_1", "approve A", c, p.use(w, 0, c)), fault.Denied, "staff.screening")
	})
}
