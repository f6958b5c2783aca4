package staff

import (
	"net/http"
	"time"

	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/throttle"
)

const pathSignIn = "/sign-in"

// signInPage asks a passkey.
type signInPage struct {
	web.Page
	Confirm confirmation
}

// ceremonies limits what strangers can begin: each one is kept for a while.
var ceremonies = throttle.Limit{Name: "staff-ceremonies", By: throttle.Source, Burst: 120, Every: 2 * time.Second,
	Why: "An office signs in at nine o'clock, all at once; a machine that fills the table of sessions cannot go on."}

func (p *Pages) signInRoutes() []route {
	scripts := []string{passkeyScript}
	return []route{
		{pattern: "GET /sign-in", roles: []people.Role{anyone}, scripts: scripts, handle: p.askSignIn},
		{pattern: "POST /sign-in", roles: []people.Role{anyone}, handle: p.signIn},
		{pattern: "POST /sign-out", roles: []people.Role{anyone}, handle: p.signOut},
		{pattern: "GET /signed-out", roles: []people.Role{anyone}, handle: p.signedOut},
	}
}

func (p *Pages) askSignIn(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	if err := p.site.Count(r, ceremonies, ""); err != nil {
		return err
	}
	c, err := p.Staff.BeginSignIn(r.Context())
	if err != nil {
		return err
	}
	page := &signInPage{Page: web.Page{Title: "staff.sign-in.title"}}
	page.Confirm = p.pending(r, "sign-in", c, confirmation{Action: pathSignIn, Act: "get", Button: "staff.sign-in.button"})
	return p.render(w, r, "sign-in", page)
}

func (p *Pages) signIn(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	c, response, err := p.taken(r, "sign-in")
	if err != nil {
		return err
	}
	m, err := p.Staff.FinishSignIn(r.Context(), c, response)
	if err != nil {
		return err
	}
	if err := p.Sessions.SignIn(r.Context(), m.ID); err != nil {
		return err
	}
	http.Redirect(w, r, web.Path(m.Lang, pathHome), http.StatusSeeOther)
	return nil
}

// signOut ends the session, here and in the browser.
func (p *Pages) signOut(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	if err := p.Sessions.SignOut(r.Context()); err != nil {
		return err
	}
	clears := `"cache", "cookies", "storage"`
	if len(p.Before) > 0 { // the passkeys of the demonstration are in the storage
		clears = `"cache", "cookies"`
	}
	w.Header().Set("Clear-Site-Data", clears)
	return p.site.Redirect(w, r, "/signed-out")
}

func (p *Pages) signedOut(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	return p.render(w, r, "signed-out", &signInPage{Page: web.Page{Title: "staff.signed-out.title"}})
}
