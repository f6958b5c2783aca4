package staff

import (
	"net/http"

	people "loket/internal/staff"
	"loket/internal/web"
)

// frame is what stands around the pages besides their own: who is signed in, where
// they may go, and the scripts of the page.
type frame struct {
	Name    string // of who is signed in; empty where nobody is
	Nav     []navItem
	Scripts []string // paths
}

// navItem leads to a page.
type navItem struct {
	Text    string // message key
	Path    string // without language
	Current bool
}

// navigation is the whole of it; each member sees what their roles open.
var navigation = []struct {
	text, path string
	roles      []people.Role
}{
	{"staff.nav.home", pathHome, nil},
	{"staff.nav.place", pathPlace, atCounter},
	{"staff.nav.accounts", pathAccounts, []people.Role{people.Lead}},
	{"staff.nav.report", pathReport, []people.Role{people.Privacy}},
	{"staff.nav.log", pathLog, []people.Role{people.Privacy}},
	{"staff.nav.keys", pathKeys, nil},
}

// nameOf is the name of somebody who works here, for themselves, for leads, and for those who
// open a location.
func nameOf(m people.Member) string { return m.Name.Reveal() }

// dress gives a page its frame; an error page too.
func (p *Pages) dress(r *http.Request, page *web.Page) {
	v := visitOf(r)
	f := &frame{Name: nameOf(v.member)}
	if v.member.ID != "" {
		for _, item := range navigation {
			if item.path == pathPlace && p.Planner == nil {
				continue
			}
			if len(item.roles) == 0 || v.member.Has(item.roles...) {
				f.Nav = append(f.Nav, navItem{item.text, item.path, item.path == r.URL.Path})
			}
		}
	}
	if len(v.scripts) > 0 {
		f.Scripts = append(f.Scripts, p.Before...)
		for _, name := range v.scripts {
			f.Scripts = append(f.Scripts, p.site.Assets.Script(name))
		}
	}
	page.Frame = f
}
