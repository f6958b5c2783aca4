package cli

import (
	"fmt"
	"net/url"
	"strings"
	"text/tabwriter"

	"loket/internal/app"
	"loket/internal/audit"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/rules"
	"loket/internal/staff"
)

// staffInviteCommand makes accounts: the first leads come from here, and what is done
// here stands in the audit log as done by the system.
type staffInviteCommand struct {
	withConfig
	Name     string   `help:"Name, as colleagues know it." xor:"who" required:"" placeholder:"NAME"`
	Again    string   `help:"Pseudonym of a member who lost all passkeys, or was disabled: these end, and there is a new link." xor:"who" required:"" placeholder:"ID"`
	Role     []string `help:"Role, as often as needed: ${roles}." placeholder:"ROLE"`
	Lang     string   `help:"Language of the pages, nl or en." default:"nl" enum:"nl,en"`
	Place    string   `help:"Id of the location where they sit." placeholder:"ID"`
	Trained  string   `help:"Last day on which the training holds, YYYY-MM-DD." placeholder:"DAY"`
	Screened string   `help:"Last day on which the screening holds, YYYY-MM-DD." placeholder:"DAY"`
}

func (c staffInviteCommand) Run(at *world) error {
	return c.with(at, func(a *app.App) error {
		token, err := c.token(at, a)
		if err != nil {
			return err
		}
		fmt.Fprintf(at.stdout, "give this link to its person only; it works once, and for 48 hours:\n%s/%s/enrol/%s\n",
			a.Config.Staff.URL, c.Lang, url.PathEscape(token))
		return nil
	})
}

func (c staffInviteCommand) token(at *world, a *app.App) (string, error) {
	if c.Again != "" {
		return a.Staff.InviteAgain(at.ctx, audit.System, c.Again, staff.Answer{}, staff.Answer{})
	}
	trained, screened, err := days(c.Trained, c.Screened)
	if err != nil {
		return "", err
	}
	n := staff.New{Name: ident.NewPrivate(c.Name), Lang: lang.Tag(c.Lang), Place: c.Place, Trained: trained, Screened: screened}
	for _, r := range c.Role {
		n.Roles = append(n.Roles, staff.Role(r))
	}
	return a.Staff.Invite(at.ctx, audit.System, n)
}

// days reads two days; an empty text is no day.
func days(trained, screened string) (t, s rules.Day, err error) {
	if err := t.UnmarshalText([]byte(trained)); err != nil {
		return t, s, fmt.Errorf("--trained is %w", err)
	}
	if err := s.UnmarshalText([]byte(screened)); err != nil {
		return t, s, fmt.Errorf("--screened is %w", err)
	}
	return t, s, nil
}

// roleNames is for the help.
func roleNames() string {
	var names []string
	for _, r := range staff.Roles() {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}

type staffListCommand struct{ withConfig }

// Run prints pseudonyms and no names: whoever keeps the machines need not know who
// works here, and a lead sees names on the staff site.
func (c staffListCommand) Run(at *world) error {
	return c.with(at, func(a *app.App) error {
		members, err := a.Staff.Members(at.ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(at.stdout, 0, 8, 2, ' ', 0)
		fmt.Fprintln(table, "pseudonym\tstate\troles\tpasskeys\ttrained until\tscreened until")
		for _, m := range members {
			words := make([]string, len(m.Roles))
			for i, r := range m.Roles {
				words[i] = string(r)
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\t%s\n", m.ID, m.State, strings.Join(words, " "), m.Keys, m.Trained, m.Screened)
		}
		return table.Flush()
	})
}

type staffDisableCommand struct {
	withConfig
	ID string `arg:"" help:"Pseudonym of the member."`
}

func (c staffDisableCommand) Run(at *world) error {
	return c.with(at, func(a *app.App) error { return a.Staff.Disable(at.ctx, audit.System, c.ID) })
}

type staffRenewCommand struct {
	withConfig
	ID       string `arg:"" help:"Pseudonym of the member."`
	Trained  string `help:"Last day on which the training holds, YYYY-MM-DD." placeholder:"DAY"`
	Screened string `help:"Last day on which the screening holds, YYYY-MM-DD." placeholder:"DAY"`
}

func (c staffRenewCommand) Run(at *world) error {
	trained, screened, err := days(c.Trained, c.Screened)
	if err != nil {
		return err
	}
	return c.with(at, func(a *app.App) error { return a.Staff.Renew(at.ctx, audit.System, c.ID, trained, screened) })
}

// with opens the installation for fn, and closes it.
func (w withConfig) with(at *world, fn func(*app.App) error) error {
	a, err := w.open(at)
	if err != nil {
		return err
	}
	defer a.Close()
	return fn(a)
}
