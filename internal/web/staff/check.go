package staff

import (
	"net/http"
	"slices"

	"loket/internal/fault"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

// checkScript is the keyboard of who compares. Without it everything works by Tab.
const checkScript = "check.js"

// caseFields are what a case on the screen shows of its person.
var caseFields = []string{"name", "birth date", "number", "municipality", "document kind", "what they wrote", "registry record", "photos"}

func (p *Pages) checkRoutes() []route {
	checker, deciders := []people.Role{people.Checker}, []people.Role{people.Checker, people.Approver}
	scripts := []string{passkeyScript, checkScript}
	return slices.Concat([]route{
		{pattern: "GET /check", roles: checker, scripts: []string{checkScript}, handle: p.showQueue(checking)},
		{pattern: "POST /check/next", roles: checker, handle: p.nextCase(checking)},
		{pattern: "GET /check/{lease}", roles: checker, fields: caseFields, scripts: scripts, handle: p.showCase(checking)},
		{pattern: "POST /check/{lease}", roles: checker, fields: caseFields, scripts: scripts, handle: p.askDecision},
		{pattern: "POST /check/{lease}/decide", roles: checker, fields: caseFields, scripts: scripts, handle: p.decide},
		{pattern: "POST /check/{lease}/compare", roles: checker, fields: caseFields, scripts: scripts, handle: p.compareZone(checking)},
		{pattern: "POST /check/{lease}/alike", roles: checker, fields: caseFields, scripts: scripts, handle: p.judgeAlike(checking)},
		{pattern: "POST /check/{lease}/known", roles: checker, handle: p.giveKnown(checking)},
		{pattern: "GET /check/{lease}/photo/{photo}", roles: deciders, fields: []string{"photos"}, handle: p.photo},
	}, p.approveRoutes())
}

// deciding is one of the two ways to look at a case: comparing, or confirming what a
// colleague proposes.
type deciding struct {
	queue string
	role  people.Role
	path  string // of the queue's page
	title string // message key of the same
}

var (
	checking  = deciding{people.QueueCheck, people.Checker, "/check", "staff.check.queue"}
	approving = deciding{people.QueueApprove, people.Approver, "/approve", "staff.approve.queue"}
)

// checkTasks are what waits here for m.
func (p *Pages) checkTasks(_ *http.Request, m people.Member) ([]task, error) {
	var tasks []task
	for _, as := range []deciding{checking, approving} {
		if m.Has(as.role) {
			tasks = append(tasks, task{Title: as.title, Text: as.title + "-text", Action: as.path + "/next", Post: true, Button: "staff.check.next"})
		}
	}
	return tasks, nil
}

// queuePage offers the next case, and tells what became of the last one.
type queuePage struct {
	web.Page
	Done string // message key, or empty
	Next string // path that gives the next case
}

// done are what a queue's page can tell, by the name in its address.
var done = []string{"proposed", "decided", "approved", "returned", "known", "nothing"}

func (p *Pages) showQueue(as deciding) handler {
	return func(w http.ResponseWriter, r *http.Request, _ people.Member) error {
		page := &queuePage{Page: web.Page{Title: as.title}, Next: as.path + "/next"}
		if what := r.URL.Query().Get("done"); slices.Contains(done, what) {
			page.Done = "staff.check.done-" + what
		}
		return p.render(w, r, "check-queue", page)
	}
}

type handler = func(w http.ResponseWriter, r *http.Request, m people.Member) error

// nextCase takes a case in hand and leads to it.
func (p *Pages) nextCase(as deciding) handler {
	return func(w http.ResponseWriter, r *http.Request, m people.Member) error {
		lease, err := p.Requests.Next(r.Context(), m, as.queue)
		if fault.Is(err, fault.NotFound) {
			return p.site.Redirect(w, r, as.path+"?done=nothing")
		}
		if err != nil {
			return err
		}
		return p.site.Redirect(w, r, as.path+"/"+lease.ID)
	}
}

// giveKnown puts a case back whose person the member knows.
func (p *Pages) giveKnown(as deciding) handler {
	return func(w http.ResponseWriter, r *http.Request, m people.Member) error {
		if err := form.Read(r); err != nil {
			return err
		}
		if err := p.Requests.GiveBack(r.Context(), m, r.PathValue("lease")); err != nil {
			return err
		}
		w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
		return p.site.Redirect(w, r, as.path+"?done=known")
	}
}

// photoPolicy is the policy of a photo: whatever its bytes were taken for, nothing in
// them could run or load.
const photoPolicy = "default-src 'none'; sandbox; frame-ancestors 'none'"

// photo sends a photo of the case in hand, after its entry in the log was committed. It
// has no name to be saved under, and no cache keeps it.
func (p *Pages) photo(w http.ResponseWriter, r *http.Request, m people.Member) error {
	picture, err := p.Requests.Photo(r.Context(), m, r.PathValue("lease"), r.PathValue("photo"))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "image/jpeg")
	h.Set("Content-Disposition", "inline")
	h.Set("Content-Security-Policy", photoPolicy)
	w.WriteHeader(http.StatusOK)
	// A write fails only when the reader has gone.
	_, _ = w.Write(picture)
	return nil
}
