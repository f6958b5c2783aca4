package staff

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	people "loket/internal/staff"
	"loket/internal/web"
)

const pathAccounts = "/accounts"

// leads may make and change accounts.
var leads = []people.Role{people.Lead}

// colleague is what leads see of a colleague.
var colleague = []string{"colleague: name", "colleague: roles", "colleague: state", "colleague: place", "colleague: training", "colleague: screening"}

func (p *Pages) accountRoutes() []route {
	name, scripts := []string{"colleague: name"}, []string{passkeyScript}
	return []route{
		{pattern: "GET /accounts", roles: leads, fields: colleague, handle: p.accounts},
		{pattern: "GET /accounts/new", roles: leads, handle: p.askInvite},
		{pattern: "POST /accounts/new", roles: leads, handle: p.invite},
		{pattern: "GET /accounts/{id}", roles: leads, fields: colleague, handle: p.account},
		{pattern: "GET /accounts/{id}/roles", roles: leads, fields: name, handle: p.askRoles},
		{pattern: "POST /accounts/{id}/roles", roles: leads, fields: name, scripts: scripts, handle: p.setRoles},
		{pattern: "POST /accounts/{id}/roles/sign", roles: leads, handle: p.signRoles},
		{pattern: "GET /accounts/{id}/renew", roles: leads, fields: name, handle: p.askRenew},
		{pattern: "POST /accounts/{id}/renew", roles: leads, handle: p.renew},
		{pattern: "GET /accounts/{id}/disable", roles: leads, fields: name, handle: p.askDisable},
		{pattern: "POST /accounts/{id}/disable", roles: leads, handle: p.disable},
		{pattern: "GET /accounts/{id}/lost", roles: leads, fields: name, scripts: scripts, handle: p.askAgain},
		{pattern: "POST /accounts/{id}/lost", roles: leads, fields: name, scripts: scripts, handle: p.askSecond},
		{pattern: "POST /accounts/{id}/lost/second", roles: leads, handle: p.inviteAgain},
	}
}

// accountTasks are what a lead can begin: accounts whose training ends soon.
func (p *Pages) accountTasks(r *http.Request, m people.Member) ([]task, error) {
	if !m.Has(leads...) {
		return nil, nil
	}
	all, err := p.Staff.Members(r.Context())
	if err != nil {
		return nil, err
	}
	soon := p.Requests.Today().Add(30)
	ends := 0
	for _, other := range all {
		if other.State == people.Active && (soon.After(other.Trained) || soon.After(other.Screened)) {
			ends++
		}
	}
	return []task{{Title: "staff.accounts.title", Text: "staff.accounts.ending", Count: ends, Action: pathAccounts, Button: "staff.accounts.open"}}, nil
}

// accountsPage lists colleagues, MaxRows on a page.
type accountsPage struct {
	web.Page
	Rows        []accountRow
	Before, Now int // pages, from 1
	After       int // 0 for none
}

// accountRow is one colleague in the list.
type accountRow struct {
	ID, Name          string
	Roles             []string // message keys
	State             web.Tag
	Trained, Screened string // days
}

func (p *Pages) accounts(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	all, err := p.Staff.Members(r.Context())
	if err != nil {
		return err
	}
	page := &accountsPage{Page: web.Page{Title: "staff.accounts.title"}, Now: 1}
	if n, err := strconv.Atoi(r.URL.Query().Get("page")); err == nil && n > 1 {
		page.Now = min(n, (len(all)-1)/MaxRows+1)
	}
	page.Before = page.Now - 1
	if page.Now*MaxRows < len(all) {
		page.After = page.Now + 1
	}
	for _, m := range all[(page.Now-1)*MaxRows : min(page.Now*MaxRows, len(all))] {
		page.Rows = append(page.Rows, accountRow{m.ID, nameOf(m), roleKeys(m.Roles), p.stateTag(m), m.Trained.String(), m.Screened.String()})
	}
	return p.render(w, r, "accounts", page)
}

// roleKeys are the message keys of roles, in the order in which they are listed everywhere.
func roleKeys(roles []people.Role) []string {
	var keys []string
	for _, role := range people.Roles() {
		if slices.Contains(roles, role) {
			keys = append(keys, "staff.role."+string(role))
		}
	}
	return keys
}

// stateTag says how an account is, and whether its rights are over.
func (p *Pages) stateTag(m people.Member) web.Tag {
	today := p.Requests.Today()
	switch {
	case m.State == people.Disabled:
		return web.Tag{Text: "staff.account.disabled", Colour: "grey"}
	case m.State == people.Altered:
		return web.Tag{Text: "staff.account.altered", Colour: "red"}
	case m.State == people.Invited:
		return web.Tag{Text: "staff.account.invited", Colour: "yellow"}
	case today.After(m.Trained), today.After(m.Screened):
		return web.Tag{Text: "staff.account.over", Colour: "red"}
	}
	return web.Tag{Text: "staff.account.active", Colour: "green"}
}

// find returns a colleague, whatever they may do.
func (p *Pages) find(r *http.Request) (people.Member, error) {
	all, err := p.Staff.Members(r.Context())
	if err != nil {
		return people.Member{}, err
	}
	at := slices.IndexFunc(all, func(m people.Member) bool { return m.ID == r.PathValue("id") })
	if at < 0 {
		return people.Member{}, errNobody
	}
	return all[at], nil
}

// accountPath is the path of a colleague's page, or of one below it.
func accountPath(id string, below ...string) string {
	return pathAccounts + "/" + strings.Join(append([]string{id}, below...), "/")
}
