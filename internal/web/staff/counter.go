package staff

import (
	"net/http"
	"slices"

	"loket/internal/fault"
	"loket/internal/ident"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

// At the counter somebody sits in front of a member of staff, and reaches every end that
// the digital way has: the whole form on one page, a look at a paper of which nothing is
// copied, a decision with the same four eyes, the proof or the refusal on paper. What
// they take home is a number and a code.

const pathCounter = "/counter"

// counterFields are what the pages of the counter show of whoever sits there.
var counterFields = []string{"name", "birth date", "number", "municipality", "document kind", "registry record"}

func (p *Pages) counterRoutes() []route {
	return slices.Concat(p.ticketRoutes(), p.boardRoutes(), p.counterStartRoutes(), p.counterCaseRoutes(), p.counterMoreRoutes(), p.placeRoutes())
}

// atCounter is who works at a counter.
var atCounter = []people.Role{people.Counter}

func (p *Pages) counterStartRoutes() []route {
	return []route{
		{pattern: "GET /counter", roles: atCounter, handle: p.counterStart},
		{pattern: "POST /counter/open", roles: atCounter, handle: p.counterOpen},
		{pattern: "GET /counter/new", roles: atCounter, handle: p.counterForm},
		{pattern: "POST /counter/new", roles: atCounter, fields: []string{"what they tell", "own code"}, handle: p.counterSend},
	}
}

// counterTasks are what waits here for m.
func (p *Pages) counterTasks(r *http.Request, m people.Member) ([]task, error) {
	var tasks []task
	if m.Has(people.Counter, people.Lead) {
		tasks = append(tasks, task{Title: "staff.ticket.tickets", Text: "staff.ticket.tickets-text", Action: pathTickets, Button: "staff.ticket.open"})
	}
	if m.Has(atCounter...) {
		tasks = append(tasks, task{Title: "staff.counter.title", Text: "staff.counter.task", Action: pathCounter, Button: "staff.counter.begin"})
	}
	if m.Has(people.Lead, people.Editor) {
		tasks = append(tasks, task{Title: "staff.location.title", Text: "staff.location.task", Action: pathLocations, Button: "staff.location.open-page"})
	}
	return tasks, nil
}

// counterStart is where a visit begins: somebody new, or somebody with a number.
type counterStart struct {
	web.Page
	Tongue       form.Choice
	Number, Code form.Text
	Place        string // path to the tickets
}

func (p *Pages) newCounterStart() *counterStart {
	return &counterStart{
		Page: web.Page{Title: "staff.counter.title", Back: pathHome}, Tongue: p.tongues("nl"),
		Number: form.Text{Name: "number", Label: "staff.counter.number", Hint: "staff.counter.number-hint", Width: 20, Latin: true, Autocomplete: "off"},
		Code:   form.Text{Name: "code", Label: "staff.counter.code", Width: 10, Latin: true, Autocomplete: "off", InputMode: "numeric"},
		Place:  pathTickets,
	}
}

// tongues asks in which language somebody reads.
func (p *Pages) tongues(value string) form.Choice {
	c := form.Choice{Name: "lang", Label: "staff.counter.tongue", Hint: "staff.counter.tongue-hint", Inline: true, Value: value}
	for _, l := range p.Papers.Languages() {
		c.Options = append(c.Options, form.Option{Value: string(l.Tag), Label: "common.language." + string(l.Tag)})
	}
	return c
}

func (p *Pages) counterStart(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	return p.render(w, r, "counter", p.newCounterStart())
}

// counterOpen opens a case with what its person wrote down.
func (p *Pages) counterOpen(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page := p.newCounterStart()
	if err := form.Read(r, &page.Number, &page.Code); err != nil {
		return err
	}
	page.Number.Require("staff.counter.number-missing")
	page.Code.Require("staff.counter.code-missing")
	number, code := form.Parse(&page.Number, ident.ParseCaseNumber), form.Parse(&page.Code, ident.ParseCode)
	if page.Problems = form.Problems(&page.Number, &page.Code); page.Problems != nil {
		return p.render(w, r, "counter", page)
	}
	lease, err := p.Requests.OpenAt(r.Context(), m, number, code)
	if fault.Is(err, fault.NotFound) {
		page.Number.Error = "staff.counter.wrong"
		page.Problems = form.Problems(&page.Number)
		return p.render(w, r, "counter", page)
	}
	if err != nil {
		return err
	}
	return p.site.Redirect(w, r, casePath(lease.ID))
}

func casePath(leaseID string) string { return pathCounter + "/case/" + leaseID }
