package staff

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"loket/internal/fault"
	"loket/internal/rules"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

const (
	pathKeys = "/keys"

	// keysNeeded is how many passkeys who works on cases has, so that one that is
	// lost locks nobody out.
	keysNeeded = 2
)

// keysPage is a member's own passkeys, and a button that adds one.
type keysPage struct {
	web.Page
	Few     bool // a second one must come first
	Keys    []keyView
	Confirm confirmation
}

// keyView is a passkey in the list.
type keyView struct {
	ID          string // base64url
	Label       string
	Added, Used rules.Day
	Last        bool // the only one, which stays
}

// enrolPage makes the first passkey of an account.
type enrolPage struct {
	web.Page
	Name    string
	Confirm confirmation
}

func (p *Pages) keyRoutes() []route {
	scripts := []string{passkeyScript}
	return []route{
		{pattern: "GET /enrol/{token}", roles: []people.Role{anyone}, fields: []string{"own name"}, scripts: scripts, handle: p.askEnrol},
		{pattern: "POST /enrol/{token}", roles: []people.Role{anyone}, handle: p.enrol},
		{pattern: "GET /keys", roles: []people.Role{members}, fields: []string{"own passkeys"}, scripts: scripts, handle: p.keys},
		{pattern: "POST /keys", roles: []people.Role{members}, handle: p.addKey},
		{pattern: "POST /keys/allow", roles: []people.Role{members}, scripts: scripts, handle: p.allowKey},
		{pattern: "GET /keys/{key}/remove", roles: []people.Role{members}, fields: []string{"own passkeys"}, scripts: scripts, handle: p.askRemoveKey},
		{pattern: "POST /keys/{key}/remove", roles: []people.Role{members}, handle: p.removeKey},
	}
}

// label asks what a passkey is called, so that the right one can be ended when it is lost.
func label() *form.Text {
	return &form.Text{Name: "label", Label: "staff.keys.label", Hint: "staff.keys.label-hint", Width: 20, Autocomplete: "off"}
}

// askEnrol shows what a one-time link is for. It spends nothing.
func (p *Pages) askEnrol(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	if err := p.site.Count(r, ceremonies, ""); err != nil {
		return err
	}
	c, m, err := p.Staff.BeginEnrol(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	page := &enrolPage{Page: web.Page{Title: "staff.enrol.title"}, Name: nameOf(m)}
	page.Confirm = p.pending(r, "enrol", c, confirmation{Action: r.URL.Path, Act: "create", Label: label(), Button: "staff.enrol.button"})
	return p.render(w, r, "enrol", page)
}

// enrol makes the first passkey, signs in and asks for the second.
func (p *Pages) enrol(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	c, response, err := p.taken(r, "enrol")
	if err != nil {
		return err
	}
	m, err := p.Staff.FinishEnrol(r.Context(), r.PathValue("token"), c, response, labelOf(r))
	if err != nil {
		return err
	}
	if err := p.Sessions.SignIn(r.Context(), m.ID); err != nil {
		return err
	}
	http.Redirect(w, r, web.Path(p.site.Language(r), pathKeys), http.StatusSeeOther)
	return nil
}

// labelOf returns what a form calls a passkey, in at most 40 characters.
func labelOf(r *http.Request) string {
	text := label()
	if err := form.Read(r, text); err != nil {
		return ""
	}
	runes := []rune(text.Value)
	return string(runes[:min(len(runes), 40)])
}

func (p *Pages) keys(w http.ResponseWriter, r *http.Request, m people.Member) error {
	keys, err := p.Staff.MemberKeys(r.Context(), m)
	if err != nil {
		return err
	}
	slices.SortFunc(keys, func(a, b people.Key) int {
		return cmp.Or(a.Added.Compare(b.Added), strings.Compare(a.Label, b.Label))
	})
	page := &keysPage{Page: web.Page{Title: "staff.keys.title"}, Few: len(keys) < keysNeeded}
	for _, k := range keys {
		page.Keys = append(page.Keys, keyView{base64.RawURLEncoding.EncodeToString(k.ID), k.Label, k.Added, k.Used, len(keys) == 1})
	}
	c, err := p.Staff.BeginAddKey(r.Context(), m)
	switch {
	case err == nil:
		page.Confirm = p.pending(r, "key", c, confirmation{Action: pathKeys, Act: "create", Label: label(), Button: "staff.keys.add"})
		return p.render(w, r, "keys", page)
	case fault.Key(err) != "staff.passkey.prove":
		return err
	}
	if c, err = p.Staff.BeginAllowKey(r.Context(), m); err != nil {
		return err
	}
	page.Confirm = p.pending(r, "allow", c, confirmation{Action: pathKeys + "/allow", Act: "get", Button: "staff.keys.add"})
	return p.render(w, r, "keys", page)
}

// signPage asks a passkey for one act: of a member's own, or of a lead's.
type signPage struct {
	web.Page
	Text    string   // message key
	About   string   // a name
	List    []string // message keys
	Warning string   // message key
	Value   string   // of a setting, as it is kept
	Confirm confirmation
}

// allowKey shows how another passkey is made, once one that the member has answered: a
// screen that was left open makes none.
func (p *Pages) allowKey(w http.ResponseWriter, r *http.Request, m people.Member) error {
	c, response, err := p.taken(r, "allow")
	if err != nil {
		return err
	}
	if c, err = p.Staff.AllowKey(r.Context(), m, people.Answer{Ceremony: c, Response: response}); err != nil {
		return err
	}
	page := &signPage{Page: web.Page{Title: "staff.keys.more", Back: pathKeys}, Text: "staff.keys.new"}
	page.Confirm = p.pending(r, "key", c, confirmation{Action: pathKeys, Act: "create", Label: label(), Button: "staff.keys.add"})
	return p.render(w, r, "sign", page)
}

// askRemoveKey asks a passkey whether another, or itself, may go.
func (p *Pages) askRemoveKey(w http.ResponseWriter, r *http.Request, m people.Member) error {
	keys, err := p.Staff.MemberKeys(r.Context(), m)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(keys, func(k people.Key) bool { return base64.RawURLEncoding.EncodeToString(k.ID) == r.PathValue("key") })
	if at < 0 {
		return fault.New(fault.NotFound, "", "no such passkey")
	}
	c, err := p.Staff.BeginRemoveKey(r.Context(), m, keys[at].ID)
	if err != nil {
		return err
	}
	page := &signPage{Page: web.Page{Title: "staff.keys.remove-title", Back: pathKeys}, Text: "staff.keys.remove-text", About: keys[at].Label}
	page.Confirm = p.pending(r, "remove "+r.PathValue("key"), c,
		confirmation{Action: pathKeys + "/" + r.PathValue("key") + "/remove", Act: "get", Button: "staff.keys.remove"})
	return p.render(w, r, "sign", page)
}

func (p *Pages) addKey(w http.ResponseWriter, r *http.Request, m people.Member) error {
	c, response, err := p.taken(r, "key")
	if err != nil {
		return err
	}
	if _, err := p.Staff.FinishAddKey(r.Context(), m, c, response, labelOf(r)); err != nil {
		return err
	}
	return p.site.Redirect(w, r, pathKeys)
}

func (p *Pages) removeKey(w http.ResponseWriter, r *http.Request, m people.Member) error {
	id, err := base64.RawURLEncoding.Strict().DecodeString(r.PathValue("key"))
	if err != nil {
		return fault.New(fault.NotFound, "", "the id of a passkey is not base64url")
	}
	c, response, err := p.taken(r, "remove "+r.PathValue("key"))
	if err != nil {
		return err
	}
	if err := p.Staff.RemoveKey(r.Context(), m, id, people.Answer{Ceremony: c, Response: response}); err != nil {
		return err
	}
	return p.site.Redirect(w, r, pathKeys)
}
