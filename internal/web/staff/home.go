package staff

import (
	"net/http"

	people "loket/internal/staff"
	"loket/internal/web"
)

const pathHome = "/"

// homePage is what waits for a member: counts, and a button each.
type homePage struct {
	web.Page
	Tasks []task
}

// task is one thing that a member can begin.
type task struct {
	Title  string // message key
	Text   string // message key, with {{.Count}}; or empty
	Count  int
	Action string // path without language
	Post   bool   // beginning changes something: a lease is taken
	Button string // message key
}

func (p *Pages) homeRoutes() []route {
	return []route{{pattern: "GET /{$}", roles: []people.Role{members}, handle: p.home}}
}

func (p *Pages) home(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page := &homePage{Page: web.Page{Title: "staff.home.title"}}
	for _, area := range []func(*http.Request, people.Member) ([]task, error){
		p.checkTasks, p.counterTasks, p.turnTasks, p.drawTasks, p.urgentTasks, p.assistTasks, p.editingTasks, p.accountTasks, p.privacyTasks, p.fraudTasks,
	} {
		tasks, err := area(r, m)
		if err != nil {
			return err
		}
		page.Tasks = append(page.Tasks, tasks...)
	}
	return p.render(w, r, "home", page)
}
