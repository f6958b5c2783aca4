package cli

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"time"

	"loket/internal/audit"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/rules"
	"loket/internal/staff"
	pages "loket/internal/web/demo"
)

// invented are the people who work here in the demonstration.
var invented = []struct {
	name, does string
	counter    bool // sits at the first counter of the pack
	roles      []staff.Role
}{
	{"Vera Voorbeeld", "Compares what people sent with the registry, and proposes a decision.", false, []staff.Role{staff.Checker}},
	{"Anton Voorbeeld", "Sees the same again, and confirms it or gives it back.", false, []staff.Role{staff.Approver}},
	{"Carla Voorbeeld", "Serves people at the counter; somebody else confirms.", true, []staff.Role{staff.Counter, staff.Checker}},
	{"Cor Voorbeeld", "Sits beside Carla, and confirms from another screen.", true, []staff.Role{staff.Counter, staff.Approver}},
	{"Hana Voorbeeld", "Works for a charity, and acts for people who let her.", false, []staff.Role{staff.Helper}},
	{"Ina Voorbeeld", "Takes a form on the telephone.", false, []staff.Role{staff.Intake}},
	{"Leo Voorbeeld", "Leads: accounts, roles, places, the second person for a text.", true, []staff.Role{staff.Lead}},
	{"Lina Voorbeeld", "Leads too: two are needed when passkeys are lost.", true, []staff.Role{staff.Lead}},
	{"Edo Voorbeeld", "Edits texts and settings; somebody else approves them.", false, []staff.Role{staff.Editor}},
	{"Petra Voorbeeld", "Privacy officer: reads who did what, and no content.", false, []staff.Role{staff.Privacy}},
}

// demoStaff gives out the links of the invented people.
type demoStaff struct {
	store   *staff.Store
	url     string // of the staff site
	counter string // id of the first counter, or empty
	now     func() time.Time

	mu     sync.Mutex
	tokens map[string]string // by member
}

// invite makes the accounts that are missing, trained and screened for a year to come.
func (d *demoStaff) invite(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	holds := rules.DayOf(d.now().AddDate(1, 0, 0))
	for _, p := range invented {
		n := staff.New{Name: ident.NewPrivate(p.name), Roles: p.roles, Lang: lang.English, Trained: holds, Screened: holds}
		if p.counter {
			n.Place = d.counter
		}
		_, err := d.store.Invite(ctx, audit.System, n)
		if fault.Is(err, fault.Taken) {
			continue // from an earlier run on the same data
		}
		if err != nil {
			return fmt.Errorf("invite the invented staff: %w", err)
		}
	}
	return d.renew(ctx)
}

// renew gives each account that nobody has taken a link that this process knows.
func (d *demoStaff) renew(ctx context.Context) error {
	members, err := d.store.Members(ctx)
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.State == staff.Invited {
			if d.tokens[m.ID], err = d.store.InviteAgain(ctx, audit.System, m.ID, staff.Answer{}, staff.Answer{}); err != nil {
				return fmt.Errorf("make a link of the invented staff: %w", err)
			}
		}
	}
	return nil
}

// Colleagues returns the invented people with the links that still work.
func (d *demoStaff) Colleagues(ctx context.Context) ([]pages.Colleague, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	members, err := d.store.Members(ctx)
	if err != nil {
		return nil, err
	}
	list := []pages.Colleague{}
	for _, p := range invented {
		for _, m := range members {
			if m.Name.Reveal() != p.name {
				continue
			}
			c := pages.Colleague{ID: m.ID, Name: p.name, Does: p.does}
			for _, role := range m.Roles {
				c.Roles = append(c.Roles, string(role))
			}
			if token := d.tokens[m.ID]; token != "" && m.State == staff.Invited {
				c.Link = d.url + "/en/enrol/" + url.PathEscape(token)
			}
			list = append(list, c)
		}
	}
	return list, nil
}

// NewLink ends the passkeys of an account and makes another link.
func (d *demoStaff) NewLink(ctx context.Context, id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	token, err := d.store.InviteAgain(ctx, audit.System, id, staff.Answer{}, staff.Answer{})
	if err != nil {
		return err
	}
	d.tokens[id] = token
	return nil
}
