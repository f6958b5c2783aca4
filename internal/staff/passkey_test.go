package staff_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
	"loket/internal/staff"
)

// V6.3.3: there is no way in but a passkey, and it needs no name.
func TestSignIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p := w.hire(staff.Checker)
		c, err := w.store.BeginSignIn(t.Context())
		must(t, err)
		options := decode[struct {
			PublicKey struct {
				AllowCredentials []any
				UserVerification string
			}
		}](t, c.Options)
		if len(options.PublicKey.AllowCredentials) != 0 || options.PublicKey.UserVerification != "required" {
			t.Errorf("the browser is asked %s", c.Options)
		}
		got, err := w.store.FinishSignIn(t.Context(), c, p.use(w, 0, c))
		must(t, err)
		if got.ID != p.ID || got.Keys != 2 || !got.Has(staff.Checker) || !got.Name.Equal(p.Name) {
			t.Errorf("signed in as %s with %d passkeys", got.ID, got.Keys)
		}
		if n := len(w.entries("staff.sign-in")); n != 1 {
			t.Errorf("%d entries of a sign-in", n)
		}
		w.checked()
	})
}

// T14: what is signed elsewhere, before, or by nobody who was asked, opens nothing.
func TestSignInRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p, other := w.hire(staff.Checker), w.hire(staff.Checker)
		begin := func() staff.Ceremony {
			c, err := w.store.BeginSignIn(t.Context())
			must(t, err)
			return c
		}
		finish := func(c staff.Ceremony, response []byte) error {
			_, err := w.store.FinishSignIn(t.Context(), c, response)
			return err
		}
		c := begin()
		copied := virtualwebauthn.RelyingParty{ID: w.site.ID, Name: "Loket", Origin: "https://staff-loket.example"}
		refused(t, finish(c, p.sign(w, copied, 0, c)), fault.Denied, "staff.passkey.wrong")
		host := virtualwebauthn.RelyingParty{ID: "staff-loket.example", Name: "Loket", Origin: w.site.Origin}
		refused(t, finish(c, p.sign(w, host, 0, c)), fault.Denied, "staff.passkey.wrong")

		p.device.Options.UserNotVerified = true // V6.3.3
		refused(t, finish(c, p.use(w, 0, c)), fault.Denied, "staff.passkey.wrong")
		p.device.Options.UserNotVerified = false

		stolen := *other
		stolen.device.Options.UserHandle = []byte(p.ID) // the passkey of one, the name of another
		refused(t, finish(c, stolen.use(w, 0, c)), fault.Denied, "staff.passkey.wrong")
		stolen.device.Options.UserHandle = []byte("staff_nobody")
		refused(t, finish(c, stolen.use(w, 0, c)), fault.Denied, "staff.passkey.wrong")
		if n := len(w.entries("staff.refused")); n != 4 {
			t.Errorf("%d entries of what was refused to somebody known, want 4", n)
		}

		response := p.use(w, 0, c)
		must(t, finish(c, response))
		refused(t, finish(c, response), fault.Denied, "staff.passkey.copy") // the counter stands still
		later := begin()
		refused(t, finish(later, p.sign(w, w.site, 1, c)), fault.Denied, "staff.passkey.wrong") // another challenge

		old := begin()
		w.clock.Advance(5 * time.Minute)
		refused(t, finish(old, p.use(w, 1, old)), fault.TooLate, "staff.ceremony")
		refused(t, finish(begin(), []byte("{}")), fault.Invalid, "staff.passkey.wrong")
	})
}

// T14: a response counts once, also of a passkey that does not count its uses.
func TestACeremonyCountsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p := w.hire(staff.Checker)
		c, err := w.store.BeginSignIn(t.Context())
		must(t, err)
		response := p.sign(w, w.site, 0, c) // counter 0, as of passkeys that are synchronised
		_, err = w.store.FinishSignIn(t.Context(), c, response)
		must(t, err)
		_, err = w.store.FinishSignIn(t.Context(), c, response)
		refused(t, err, fault.TooLate, "staff.ceremony")
		enrolling, err := w.store.BeginAllowKey(t.Context(), p.Member)
		must(t, err)
		_, err = w.store.FinishSignIn(t.Context(), enrolling, response)
		refused(t, err, fault.Invalid, "staff.ceremony")
	})
}

// A passkey of which there are two copies ends, and the log says so.
func TestACopiedPasskeyEnds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p := w.hire(staff.Checker)
		thief := *p
		thief.keys = append([]virtualwebauthn.Credential(nil), p.keys...)
		for _, who := range []*person{p, p, &thief} {
			c, err := w.store.BeginSignIn(t.Context())
			must(t, err)
			_, err = w.store.FinishSignIn(t.Context(), c, who.use(w, 0, c))
			if who == p {
				must(t, err)
				continue
			}
			refused(t, err, fault.Denied, "staff.passkey.copy")
		}
		keys, err := w.store.MemberKeys(t.Context(), p.Member)
		must(t, err)
		if len(keys) != 1 || !bytes.Equal(keys[0].ID, p.keys[1].ID) {
			t.Errorf("%d passkeys are left", len(keys))
		}
		if got := w.entries("staff.refused"); len(got) != 1 || got[0].Result != "copy" || got[0].Actor != p.ID {
			t.Errorf("the log says %v", got)
		}
		_, err = w.take(p, staff.QueueCheck, object(0))
		refused(t, err, fault.Denied, "staff.keys.two") // one passkey is not enough for work on cases
	})
}

// V6.4.4: a link is one of 2^256, is kept as a hash, lives 48 hours and works once.
func TestInvitation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		token, err := w.store.Invite(t.Context(), audit.System, w.anAccount(staff.Lead))
		must(t, err)
		if len(token) != 43 {
			t.Errorf("a token of %d letters", len(token))
		}
		kept, err := db.Get[[]byte](t.Context(), d, `SELECT id FROM staff_invite`)
		must(t, err)
		if len(kept) != 32 || strings.Contains(token, string(kept)) {
			t.Errorf("kept %x", kept)
		}
		p := &person{device: virtualwebauthn.NewAuthenticator()}
		c, m, err := w.store.BeginEnrol(t.Context(), token)
		must(t, err)
		if m.State != staff.Invited {
			t.Errorf("the account is %s", m.State)
		}
		p.device.Options.UserNotVerified = true
		_, err = w.store.FinishEnrol(t.Context(), token, c, p.make(w, w.site, c), "")
		refused(t, err, fault.Denied, "staff.passkey.wrong")
		p = w.enrol(token)
		if p.State != staff.Active || p.Keys != 1 {
			t.Errorf("after enrolment %s with %d passkeys", p.State, p.Keys)
		}
		_, _, err = w.store.BeginEnrol(t.Context(), token)
		refused(t, err, fault.NotFound, "staff.invite.gone")
		_, err = w.store.FinishEnrol(t.Context(), token, c, p.make(w, w.site, c), "")
		refused(t, err, fault.NotFound, "staff.invite.gone")

		token, err = w.store.Invite(t.Context(), audit.System, w.anAccount(staff.Lead))
		must(t, err)
		w.clock.Advance(48*time.Hour - time.Second)
		_, _, err = w.store.BeginEnrol(t.Context(), token)
		must(t, err)
		w.clock.Advance(time.Second)
		_, _, err = w.store.BeginEnrol(t.Context(), token)
		refused(t, err, fault.NotFound, "staff.invite.gone")
	})
}

func TestPasskeysOfAMember(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p, other := w.hire(staff.Counter), w.hire(staff.Counter)
		keys, err := w.store.MemberKeys(t.Context(), p.Member)
		must(t, err)
		if len(keys) != 2 || keys[0].Added != day(t, "2021-11-03") || keys[0].Label+keys[1].Label != "first keysecond" &&
			keys[0].Label+keys[1].Label != "secondfirst key" {
			t.Errorf("listed %+v", keys)
		}
		remove := func(of *person, key []byte) error {
			c, err := w.store.BeginRemoveKey(t.Context(), of.Member, key)
			return w.store.RemoveKey(t.Context(), of.Member, key, w.proved(of, c, err))
		}
		refused(t, remove(other, p.keys[0].ID), fault.Invalid, "staff.passkey.last")
		must(t, remove(p, p.keys[0].ID))
		p.keys = p.keys[1:]
		refused(t, remove(p, p.keys[0].ID), fault.Invalid, "staff.passkey.last")

		// T17: one passkey on two accounts would be one person.
		c, err := w.store.BeginAllowKey(t.Context(), other.Member)
		c, err = w.store.AllowKey(t.Context(), other.Member, w.proved(other, c, err))
		must(t, err)
		options, err := virtualwebauthn.ParseAttestationOptions(string(c.Options))
		must(t, err)
		response := virtualwebauthn.CreateAttestationResponse(w.site, other.device, p.keys[0], *options)
		_, err = w.store.FinishAddKey(t.Context(), other.Member, c, []byte(response), "")
		refused(t, err, fault.Taken, "staff.passkey.taken")
	})
}

// V7.5.3: an unlocked screen is no passkey: whoever sits down at it makes none and ends
// none without one that its member has, and the day's report tells of each change.
func TestAnUnlockedScreenIsNoPasskey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		vera := w.hire(staff.Checker)
		thief := &person{Member: vera.Member, device: virtualwebauthn.NewAuthenticator()}
		_, err := w.store.BeginAddKey(t.Context(), vera.Member)
		refused(t, err, fault.Denied, "staff.passkey.prove")
		c, err := w.store.BeginAllowKey(t.Context(), vera.Member)
		must(t, err)
		if _, err = w.store.FinishAddKey(t.Context(), vera.Member, c, thief.make(w, w.site, creation(t, w)), ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("a passkey without a ceremony of its own: %v", err)
		}
		_, err = w.store.AllowKey(t.Context(), vera.Member, staff.Answer{Ceremony: c, Response: thief.sign(w, w.site, 0, c)})
		refused(t, err, fault.Denied, "staff.passkey.wrong")
		removing, err := w.store.BeginRemoveKey(t.Context(), vera.Member, vera.keys[0].ID)
		proof := w.proved(vera, removing, err)
		_, err = w.store.AllowKey(t.Context(), vera.Member, proof) // she was asked about something else
		refused(t, err, fault.Denied, "staff.passkey.wrong")
		refused(t, w.store.RemoveKey(t.Context(), vera.Member, vera.keys[1].ID, proof), fault.Denied, "staff.passkey.wrong")

		c, err = w.store.BeginAllowKey(t.Context(), vera.Member)
		c, err = w.store.AllowKey(t.Context(), vera.Member, w.proved(vera, c, err))
		must(t, err)
		_, err = w.store.FinishAddKey(t.Context(), vera.Member, c, vera.make(w, w.site, c), "third")
		must(t, err)
		removing, err = w.store.BeginRemoveKey(t.Context(), vera.Member, vera.keys[0].ID)
		must(t, w.store.RemoveKey(t.Context(), vera.Member, vera.keys[0].ID, w.proved(vera, removing, err)))
		report, err := w.store.Daily(t.Context(), day(t, "2021-11-03"))
		must(t, err)
		if len(report.Findings) != 2 || report.Findings[0].Signal != "refused" || report.Findings[1] != (staff.Finding{Signal: "keys", StaffID: vera.ID, Count: 2}) {
			t.Errorf("the report says %+v", report.Findings)
		}
		w.checked()
	})
}

// creation is a registration that somebody else began.
func creation(t *testing.T, w *world) staff.Ceremony {
	t.Helper()
	token, err := w.store.Invite(t.Context(), audit.System, w.anAccount(staff.Counter))
	must(t, err)
	c, _, err := w.store.BeginEnrol(t.Context(), token)
	must(t, err)
	return c
}
