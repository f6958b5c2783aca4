package staff

import (
	"encoding/json"
	"net/http"
	"slices"

	"loket/internal/fault"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

// accountChangePage is a form that changes one thing of an account.
type accountChangePage struct {
	web.Page
	Action            string
	Name              string
	Text              string     // message key
	Roles             roleFields // or nil
	Trained, Screened *form.Date // or nil
	Button            string     // message key
}

// roleFields are a box for each role.
type roleFields []*form.Tick

func newRoleFields(on ...people.Role) roleFields {
	var fields roleFields
	for _, role := range people.Roles() {
		fields = append(fields, &form.Tick{Name: "role-" + string(role), Label: "staff.role." + string(role),
			Hint: "staff.role-hint." + string(role), On: slices.Contains(on, role)})
	}
	return fields
}

func (f roleFields) all() []form.Field {
	var list []form.Field
	for _, tick := range f {
		list = append(list, tick)
	}
	return list
}

// take returns the roles that were ticked. Roles that nobody may have together are an
// error of the first box.
func (f roleFields) take() []people.Role {
	var roles []people.Role
	for i, role := range people.Roles() {
		if f[i].On {
			roles = append(roles, role)
		}
	}
	if err := people.CheckRoles(roles); err != nil {
		f[0].Error = fault.Key(err)
	}
	return roles
}

// change finds the colleague of r and begins the page of a change.
func (p *Pages) change(r *http.Request, what string) (people.Member, *accountChangePage, error) {
	m, err := p.find(r)
	return m, &accountChangePage{
		Page:   web.Page{Title: "staff." + what + ".title", Back: accountPath(m.ID)},
		Action: accountPath(m.ID, what), Name: nameOf(m), Text: "staff." + what + ".text", Button: "staff." + what + ".button",
	}, err
}

func (p *Pages) askRoles(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	m, page, err := p.change(r, "roles")
	if err != nil {
		return err
	}
	page.Roles = newRoleFields(m.Roles...)
	return p.render(w, r, "account-change", page)
}

func (p *Pages) setRoles(w http.ResponseWriter, r *http.Request, by people.Member) error {
	m, page, err := p.change(r, "roles")
	if err != nil {
		return err
	}
	page.Roles = newRoleFields()
	if err := form.Read(r, page.Roles.all()...); err != nil {
		return err
	}
	roles := page.Roles.take()
	if page.Problems = form.Problems(page.Roles.all()...); page.Problems != nil {
		return p.render(w, r, "account-change", page)
	}
	c, err := p.Staff.BeginSetRoles(r.Context(), by, m.ID, roles)
	if err != nil {
		return err
	}
	var boxes []hidden
	for _, role := range roles {
		boxes = append(boxes, hidden{"role-" + string(role), "yes"})
	}
	sign := &signPage{Page: page.Page, Text: "staff.roles.sign", About: nameOf(m), List: roleKeys(roles)}
	sign.Confirm = p.pending(r, "roles "+m.ID, c, confirmation{Action: page.Action + "/sign", Act: "get", Button: page.Button, Hidden: boxes})
	return p.render(w, r, "sign", sign)
}

// signRoles gives the roles that a lead confirmed with a passkey.
func (p *Pages) signRoles(w http.ResponseWriter, r *http.Request, by people.Member) error {
	m, err := p.find(r)
	if err != nil {
		return err
	}
	boxes := newRoleFields()
	if err := form.Read(r, boxes.all()...); err != nil {
		return err
	}
	c, response, err := p.taken(r, "roles "+m.ID)
	if err != nil {
		return err
	}
	if err := p.Staff.SetRoles(r.Context(), by.ID, m.ID, boxes.take(), people.Answer{Ceremony: c, Response: response}); err != nil {
		return err
	}
	return p.site.Redirect(w, r, accountPath(m.ID))
}

func (p *Pages) askRenew(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	_, page, err := p.change(r, "renew")
	if err != nil {
		return err
	}
	page.Trained, page.Screened = renewFields()
	return p.render(w, r, "account-change", page)
}

// renewFields ask until when training and screening hold; what is left empty stays.
func renewFields() (trained, screened *form.Date) {
	return &form.Date{Name: "trained", Label: "staff.account.trained"}, &form.Date{Name: "screened", Label: "staff.account.screened"}
}

func (p *Pages) renew(w http.ResponseWriter, r *http.Request, by people.Member) error {
	m, page, err := p.change(r, "renew")
	if err != nil {
		return err
	}
	page.Trained, page.Screened = renewFields()
	if err := form.Read(r, page.Trained, page.Screened); err != nil {
		return err
	}
	trained, screened := form.ParseDate(page.Trained, parseDay), form.ParseDate(page.Screened, parseDay)
	if trained.IsZero() && screened.IsZero() {
		page.Trained.Require("staff.days")
	}
	if page.Problems = form.Problems(page.Trained, page.Screened); page.Problems != nil {
		return p.render(w, r, "account-change", page)
	}
	if err := p.Staff.Renew(r.Context(), by.ID, m.ID, trained, screened); err != nil {
		return err
	}
	return p.site.Redirect(w, r, accountPath(m.ID))
}

func (p *Pages) askDisable(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	_, page, err := p.change(r, "disable")
	if err != nil {
		return err
	}
	return p.render(w, r, "account-change", page)
}

func (p *Pages) disable(w http.ResponseWriter, r *http.Request, by people.Member) error {
	m, err := p.find(r)
	if err != nil {
		return err
	}
	if err := p.Staff.Disable(r.Context(), by.ID, m.ID); err != nil {
		return err
	}
	return p.site.Redirect(w, r, accountPath(m.ID))
}

// askAgain asks the lead who is here for a passkey over whom they invite again.
func (p *Pages) askAgain(w http.ResponseWriter, r *http.Request, by people.Member) error {
	m, err := p.find(r)
	if err != nil {
		return err
	}
	c, err := p.Staff.BeginInviteAgain(r.Context(), by, m.ID)
	if err != nil {
		return err
	}
	page := newLostPage(m)
	page.Confirm = p.pending(r, "lost "+m.ID, c, confirmation{Action: accountPath(m.ID, "lost"), Act: "get", Button: "staff.lost.first"})
	return p.render(w, r, "sign", page)
}

func newLostPage(m people.Member) *signPage {
	return &signPage{Page: web.Page{Title: "staff.lost.title", Back: accountPath(m.ID)}, Text: "staff.lost.text", About: nameOf(m), Warning: "staff.lost.second"}
}

// askSecond asks another lead, who stands beside the first, for their passkey: only two
// together give somebody new passkeys. What the first one's answered is looked at with
// the second one's.
func (p *Pages) askSecond(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	m, err := p.find(r)
	if err != nil {
		return err
	}
	c, response, err := p.taken(r, "lost "+m.ID)
	if err != nil {
		return err
	}
	first, err := json.Marshal(people.Answer{Ceremony: c, Response: response})
	if err != nil {
		return err
	}
	p.Sessions.Keep(r.Context(), "first "+m.ID, first)
	if c, err = p.Staff.BeginSecond(m.ID); err != nil {
		return err
	}
	page := newLostPage(m)
	page.Confirm = p.pending(r, "second "+m.ID, c, confirmation{Action: accountPath(m.ID, "lost", "second"), Act: "get", Button: "staff.lost.button"})
	return p.render(w, r, "sign", page)
}

func (p *Pages) inviteAgain(w http.ResponseWriter, r *http.Request, by people.Member) error {
	m, err := p.find(r)
	if err != nil {
		return err
	}
	c, response, err := p.taken(r, "second "+m.ID)
	if err != nil {
		return err
	}
	var first people.Answer
	if err := json.Unmarshal(p.Sessions.Spend(r.Context(), "first "+m.ID), &first); err != nil {
		return fault.New(fault.TooLate, "staff.passkey.again", "the first lead has not answered: %w", err)
	}
	token, err := p.Staff.InviteAgain(r.Context(), by.ID, m.ID, first, people.Answer{Ceremony: c, Response: response})
	if err != nil {
		return err
	}
	return p.showLink(w, r, token)
}
