package staff_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/rules"
	"loket/internal/staff"
)

func TestCheckRoles(t *testing.T) {
	for _, test := range []struct{ roles, key string }{
		{"checker approver counter", ""},
		{"lead checker editor", ""},
		{"privacy", ""},
		{"operator editor", ""},
		{"", "staff.roles.none"},
		{"boss", "staff.roles.unknown"},
		{"checker checker", "staff.roles.unknown"},
		{"privacy checker", "staff.roles.privacy"},
		{"privacy lead", "staff.roles.privacy"},
		{"operator approver", "staff.roles.operator"},
		{"operator helper", "staff.roles.operator"},
		{"operator lead", "staff.roles.operator"},
		{"lead approver", "staff.roles.lead"},
	} {
		var roles []staff.Role
		for _, word := range strings.Fields(test.roles) {
			roles = append(roles, staff.Role(word))
		}
		err := staff.CheckRoles(roles)
		if test.key == "" && err != nil || test.key != "" && (err == nil || fault.Key(err) != test.key) {
			t.Errorf("%s: %v, want %q", test.roles, err, test.key)
		}
	}
}

// T17: nobody makes the second person of a decision alone.
func TestALeadAloneMakesNoApprover(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		lead, second := w.hire(staff.Lead), w.hire(staff.Lead)
		for _, role := range []staff.Role{staff.Approver, staff.Lead} {
			_, err := w.store.Invite(t.Context(), lead.ID, w.anAccount(role))
			refused(t, err, fault.Denied, "staff.roles.second")
		}
		token, err := w.store.Invite(t.Context(), lead.ID, w.anAccount(staff.Checker))
		must(t, err)
		p := w.enrol(token)
		both := []staff.Role{staff.Checker, staff.Approver}
		refused(t, w.store.SetRoles(t.Context(), lead.ID, p.ID, both, staff.Answer{}), fault.Denied, "staff.roles.second")
		must(t, w.setRoles(second, p.ID, both, both))
		must(t, w.setRoles(lead, p.ID, both[1:], both[1:])) // they are it by now
		m, err := w.store.Member(t.Context(), p.ID)
		must(t, err)
		if !slices.Equal(m.Roles, both[1:]) {
			t.Errorf("the roles are %v", m.Roles)
		}
		// The same person under a second account: the name is known, however it is spelt.
		twice := w.anAccount(staff.Checker)
		twice.Name = ident.NewPrivate(strings.ToUpper(lead.Name.Reveal()))
		_, err = w.store.Invite(t.Context(), second.ID, twice)
		refused(t, err, fault.Taken, "staff.name.taken")
		w.checked()
	})
}

// V8.2.1: accounts are made and changed by another lead only.
func TestWhoChangesAccounts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		lead, p := w.hire(staff.Lead), w.hire(staff.Checker)
		for _, by := range []string{p.ID, "staff_nobody", audit.Applicant} {
			_, err := w.store.Invite(t.Context(), by, w.anAccount(staff.Counter))
			refused(t, err, fault.Denied, "staff.role.missing")
			refused(t, w.store.SetRoles(t.Context(), by, lead.ID, []staff.Role{staff.Counter}, staff.Answer{}), fault.Denied, "staff.role.missing")
			refused(t, w.store.Disable(t.Context(), by, lead.ID), fault.Denied, "staff.role.missing")
		}
		refused(t, w.store.SetRoles(t.Context(), lead.ID, lead.ID, []staff.Role{staff.Lead, staff.Checker}, staff.Answer{}), fault.Denied, "staff.self")
		refused(t, w.store.Renew(t.Context(), lead.ID, lead.ID, day(t, "2030-01-01"), rules.Day{}), fault.Denied, "staff.self")
		refused(t, w.store.Disable(t.Context(), lead.ID, lead.ID), fault.Denied, "staff.self")
		must(t, w.store.Renew(t.Context(), lead.ID, p.ID, day(t, "2023-01-31"), rules.Day{}))
		m, err := w.store.Member(t.Context(), p.ID)
		must(t, err)
		if m.Trained != day(t, "2023-01-31") || m.Screened != day(t, "2022-12-31") {
			t.Errorf("trained until %v, screened until %v", m.Trained, m.Screened)
		}
		for _, broken := range []func(*staff.New){
			func(n *staff.New) { n.Name = ident.NewPrivate(" - ") },
			func(n *staff.New) { n.Name = ident.NewPrivate(strings.Repeat("long ", 21)) },
			func(n *staff.New) { n.Lang = "" },
			func(n *staff.New) { n.Trained = rules.Day{} },
			func(n *staff.New) { n.Roles = nil },
		} {
			n := w.anAccount(staff.Checker)
			broken(&n)
			if _, err := w.store.Invite(t.Context(), lead.ID, n); !fault.Is(err, fault.Invalid) {
				t.Errorf("invited %+v: %v", n, err)
			}
		}
	})
}

// V7.4.2: a disabled account is out at once; what it had in hand is free.
func TestDisable(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		lead, p, other := w.hire(staff.Lead), w.hire(staff.Checker), w.hire(staff.Checker)
		l, err := w.take(p, staff.QueueCheck, object(0))
		must(t, err)
		c, err := w.store.BeginSignIn(t.Context())
		must(t, err)
		must(t, w.store.Disable(t.Context(), lead.ID, p.ID))
		refused(t, w.store.Disable(t.Context(), lead.ID, p.ID), fault.TooLate, "staff.disabled")
		_, err = w.store.Member(t.Context(), p.ID)
		refused(t, err, fault.Denied, "staff.disabled")
		_, err = w.store.FinishSignIn(t.Context(), c, p.use(w, 0, c))
		refused(t, err, fault.Denied, "staff.passkey.wrong")
		if err := w.view(l, staff.Checker, staff.ActDesk, l.Object); !fault.Is(err, fault.Denied) {
			t.Errorf("a disabled member reads: %v", err)
		}
		_, err = w.take(other, staff.QueueCheck, object(0))
		must(t, err)
		list, err := w.store.Members(t.Context())
		must(t, err)
		if len(list) != 3 || !slices.ContainsFunc(list, func(m staff.Member) bool {
			return m.ID == p.ID && m.State == staff.Disabled && m.Keys == 0 && m.Has(staff.Checker)
		}) {
			t.Errorf("listed %v", list)
		}
		w.checked()
	})
}

// V6.4.4: passkeys that were lost take two leads.
func TestInviteAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		lead, second, p := w.hire(staff.Lead), w.hire(staff.Lead), w.hire(staff.Checker)
		checker := w.hire(staff.Checker)
		again := func(by, second *person, asked, id string) (string, error) {
			one, err := w.store.BeginInviteAgain(t.Context(), by.Member, asked)
			must(t, err)
			two, err := w.store.BeginSecond(asked)
			must(t, err)
			first := staff.Answer{Ceremony: one, Response: by.use(w, 0, one)}
			return w.store.InviteAgain(t.Context(), by.ID, id, first, staff.Answer{Ceremony: two, Response: second.use(w, 0, two)})
		}
		for _, wrong := range []struct {
			second    *person
			asked, id string
			key       string
		}{
			{lead, p.ID, p.ID, "staff.invite.second"},
			{p, p.ID, p.ID, "staff.self"},
			{checker, p.ID, p.ID, "staff.role.missing"},
			{second, p.ID, lead.ID, "staff.self"},
			{second, checker.ID, p.ID, "staff.passkey.wrong"}, // they were asked about somebody else
		} {
			_, err := again(lead, wrong.second, wrong.asked, wrong.id)
			refused(t, err, fault.Denied, wrong.key)
		}
		// T17: the open screen of a lead is not that lead, nor is a sign-in of the second one.
		in, err := w.store.BeginSignIn(t.Context())
		must(t, err)
		signed := staff.Answer{Ceremony: in, Response: second.use(w, 0, in)}
		_, err = w.store.InviteAgain(t.Context(), lead.ID, p.ID, staff.Answer{}, signed)
		refused(t, err, fault.Invalid, "staff.ceremony")
		one, err := w.store.BeginInviteAgain(t.Context(), lead.Member, p.ID)
		must(t, err)
		_, err = w.store.InviteAgain(t.Context(), lead.ID, p.ID, staff.Answer{Ceremony: one, Response: lead.use(w, 0, one)}, signed)
		refused(t, err, fault.Invalid, "staff.ceremony")

		token, err := again(lead, second, p.ID, p.ID)
		must(t, err)
		c, err := w.store.BeginSignIn(t.Context())
		must(t, err)
		_, err = w.store.FinishSignIn(t.Context(), c, p.use(w, 0, c)) // what was lost opens nothing
		refused(t, err, fault.Denied, "staff.passkey.wrong")
		found := w.enrol(token)
		if found.ID != p.ID || found.Keys != 1 || found.State != staff.Active {
			t.Errorf("invited again: %+v", found.Member)
		}
		w.checked()
	})
}

// Two leads who disable each other at one moment: one of them stays.
func TestTheLastLeadStays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		a, b := w.hire(staff.Lead), w.hire(staff.Lead)
		var running sync.WaitGroup
		for _, pair := range [][2]*person{{a, b}, {b, a}} {
			running.Go(func() {
				if err := w.store.Disable(t.Context(), pair[0].ID, pair[1].ID); err != nil && !fault.Is(err, fault.Denied) {
					t.Errorf("disable: %v", err)
				}
			})
		}
		running.Wait()
		list, err := w.store.Members(t.Context())
		must(t, err)
		if n := len(slices.DeleteFunc(list, func(m staff.Member) bool { return m.State != staff.Active })); n != 1 {
			t.Errorf("%d leads are left", n)
		}
	})
}

// T20: the database holds no name.
func TestNamesAreSealed(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	p := w.hire(staff.Checker)
	rows, err := db.Select[[]byte](t.Context(), w.db, `SELECT sealed FROM staff_member`)
	must(t, err)
	if len(rows) != 1 || strings.Contains(string(rows[0]), "Invented") {
		t.Errorf("kept %q", rows)
	}
	if s := p.Short(); len(s) != 6 || !strings.HasSuffix(p.ID, s) {
		t.Errorf("on paper stands %q", s)
	}
}
