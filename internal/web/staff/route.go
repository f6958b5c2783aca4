package staff

import (
	"context"
	"net/http"
	"slices"

	"loket/internal/fault"
	people "loket/internal/staff"
	"loket/internal/web"
)

// A route is one thing that a member can ask for.
type route struct {
	pattern string // of http.ServeMux, without language: "GET /check/{lease}"
	// roles may call it, any of them; or one of anyone and members. None is nobody.
	roles []people.Role
	// fields are what its page shows of people, in plain words: "name" of somebody who
	// asks for a proof, "colleague: name", "own passkeys", "case: id". A page that shows
	// nothing has none. Roles that see no content have no page with the first kind.
	fields []string
	// scripts are the scripts its page runs, by their names in internal/web/assets.
	scripts []string
	handle  func(w http.ResponseWriter, r *http.Request, m people.Member) error
}

// What stands in place of a role in a route.
const (
	anyone  people.Role = "anyone"  // nobody need be signed in; m is the zero Member
	members people.Role = "members" // whoever is signed in, with one passkey too
)

// The scripts of staff pages.
const passkeyScript = "staff.js"

// routes are all routes.
func (p *Pages) routes() []route {
	return slices.Concat(p.signInRoutes(), p.homeRoutes(), p.keyRoutes(), p.accountRoutes(), p.privacyRoutes(),
		p.checkRoutes(), p.counterRoutes(), p.turnRoutes(), p.assistRoutes(), p.editingRoutes(), p.fraudRoutes())
}

// visit is what is known of the request in hand.
type visit struct {
	member  people.Member
	scripts []string
}

type visitKey struct{}

// visitOf returns the visit of r; a request outside of all routes has an empty one.
func visitOf(r *http.Request) *visit {
	if v, ok := r.Context().Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{}
}

// serve answers a route for those who may call it, inside of their session.
func (p *Pages) serve(rt route) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v := &visit{}
		p.Sessions.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := p.answer(w, r, rt, v); err != nil {
				v.scripts = nil
				p.site.Fail(w, r, err)
			}
		})).ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
		return nil
	}
}

func (p *Pages) answer(w http.ResponseWriter, r *http.Request, rt route, v *visit) error {
	to, err := p.admit(r, rt, v)
	switch {
	case err != nil:
		return err
	case to != "":
		return p.site.Redirect(w, r, to)
	}
	if v.scripts = rt.scripts; len(rt.scripts) > 0 {
		web.AllowScript(w)
	}
	return rt.handle(w, r, v.member)
}

// admit finds out who asks and whether they may. It returns a path where they must
// go elsewhere first: to sign in, or to add a second passkey.
func (p *Pages) admit(r *http.Request, rt route, v *visit) (to string, err error) {
	if slices.Contains(rt.roles, anyone) {
		return "", nil
	}
	id := p.Sessions.Staff(r.Context())
	if id == "" {
		return pathSignIn, nil
	}
	if v.member, err = p.Staff.Member(r.Context(), id); err != nil {
		return "", err
	}
	if slices.Contains(rt.roles, members) {
		return "", nil
	}
	if !v.member.Has(rt.roles...) {
		if err := p.Staff.Refused(r.Context(), v.member, "staff", rt.pattern, "role"); err != nil {
			return "", err
		}
		return "", fault.New(fault.Denied, "staff.page.role", "the page %s is for other roles", rt.pattern)
	}
	if v.member.Keys < keysNeeded {
		return pathKeys, nil
	}
	return "", nil
}
