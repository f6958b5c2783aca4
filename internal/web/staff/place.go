package staff

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/location"
	"loket/internal/planner"
	"loket/internal/rules"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

// At a counter where places are handed out a member sees times, and of people nothing
// until they are there with the number and the code of their own ask.

const (
	pathPlace    = "/place"
	listProducts = "products" // of the pack of places
	wallClock    = "15:04"
)

// guestFields are what the page of somebody at the desk shows of them.
var guestFields = []string{"name", "birth date", "number"}

// turnRoutes are those of places; none where nobody can ask for one.
func (p *Pages) turnRoutes() []route {
	if p.Planner == nil {
		return nil
	}
	return slices.Concat([]route{
		{pattern: "GET /place", roles: atCounter, handle: p.whichTurns},
		{pattern: "GET /place/at/{place}", roles: atCounter, fields: []string{"case: number"}, handle: p.turns},
		{pattern: "POST /place/at/{place}", roles: atCounter, handle: p.openGuest},
	}, p.guestRoutes(), p.helpRoutes(), p.standRoutes(), p.codeRoutes(), p.planRoutes(), p.strikeRoutes(), p.cardRoutes(), p.drawRoutes(), p.stockRoutes(), p.urgentRoutes())
}

// turnTasks are what waits of places for m.
func (p *Pages) turnTasks(_ *http.Request, m people.Member) ([]task, error) {
	var tasks []task
	if p.Planner == nil {
		return nil, nil
	}
	if m.Has(atCounter...) {
		tasks = append(tasks, task{Title: "staff.turns.title", Text: "staff.turns.task", Action: pathPlace, Button: "staff.turns.begin"},
			task{Title: "staff.asking.title", Text: "staff.asking.task", Action: pathHelp, Button: "staff.asking.begin"})
	}
	if m.Has(atCards...) {
		tasks = append(tasks, task{Title: "staff.cards.title", Text: "staff.cards.task", Action: pathCards, Button: "staff.cards.begin"})
	}
	if m.Has(editors...) {
		tasks = append(tasks, task{Title: "staff.turns.plans", Text: "staff.turns.plans-task", Action: pathPlans, Button: "staff.turns.plans-begin"}, stockTask())
	}
	if m.Has(people.Lead) {
		tasks = append(tasks, task{Title: "staff.strike.title", Text: "staff.strike.task", Action: pathStrikes, Button: "staff.strike.begin"})
	}
	return tasks, nil
}

// placeScreen makes lines with words of the pack of places.
func (p *Pages) placeScreen(r *http.Request) screen {
	s := p.screen(r)
	s.pack = p.Planner.Pack
	return s
}

// product is the name of what is handed out.
func (s screen) product(id string) lang.Text {
	list := s.pack.List(listProducts)
	if i := slices.IndexFunc(list, func(item rules.Item) bool { return item.ID == id }); i >= 0 {
		return s.words(list[i].Name)
	}
	return lang.Text{Text: id, Lang: s.tag}
}

// where is a location to choose.
type where struct {
	Path    string
	Name    lang.Text
	State   string // message key
	Address string
}

// wherePage lists the locations.
type wherePage struct {
	web.Page
	Text   string // message key
	Places []where
	Also   *actLink // to what goes with them; nil if nothing does
}

// wheres lists the locations, with the page of each.
func (p *Pages) wheres(r *http.Request, path func(id string) string) ([]where, error) {
	list, err := p.Planner.Locations.Of(r.Context())
	if err != nil {
		return nil, err
	}
	s := p.placeScreen(r)
	var places []where
	for _, l := range list {
		places = append(places, where{path(l.ID), s.words(l.Name), standing(l, p.Planner.Today()), l.Address})
	}
	return places, nil
}

// standing is the message key of how a location stands on a day.
func standing(l location.Location, day rules.Day) string {
	return "staff.turns.state-" + string(l.On(day))
}

// whichTurns leads to the appointments of the member's own location, or asks where they
// sit.
func (p *Pages) whichTurns(w http.ResponseWriter, r *http.Request, m people.Member) error {
	if own, ok := p.Planner.Sits(m); ok {
		return p.site.Redirect(w, r, turnsPath(own))
	}
	page := &wherePage{Page: web.Page{Title: "staff.ticket.choose", Back: pathHome}}
	var err error
	if page.Places, err = p.wheres(r, turnsPath); err != nil {
		return err
	}
	return p.render(w, r, "place-where", page)
}

func turnsPath(id string) string { return pathPlace + "/at/" + url.PathEscape(id) }

// turnsPage is a location today: times, and a form to open the ask of who is there.
type turnsPage struct {
	web.Page
	Path            string
	Name            lang.Text
	Day             string
	State           string // message key
	Number, Code    form.Text
	Appointment     form.Text // its code
	UsedDay         string    // YYYY-MM-DD, of a code that was used on another day
	UsedTime        string    // HH:MM
	Turns           []turnLine
	Booked, Served  int
	Previous, Other string // queries, for the template "turn"
}

type turnLine struct {
	Time, Number string
	Product      lang.Text
	Served       string // HH:MM; empty before
}

func (p *Pages) newTurnsPage(r *http.Request, m people.Member) (*turnsPage, error) {
	l, err := p.Planner.Locations.One(r.Context(), r.PathValue("place"))
	if err != nil {
		return nil, err
	}
	turns, err := p.Planner.Turns(r.Context(), m, l.ID)
	if err != nil {
		return nil, err
	}
	s := p.placeScreen(r)
	page := &turnsPage{Page: web.Page{Title: "staff.turns.title", Back: pathHome}, Path: turnsPath(l.ID), Name: s.words(l.Name),
		Day: p.Planner.Today().String(), State: standing(l, p.Planner.Today()),
		Number:      form.Text{Name: "number", Label: "staff.counter.number", Hint: "staff.counter.number-hint", Width: 20, Latin: true, Autocomplete: "off"},
		Code:        form.Text{Name: "code", Label: "staff.counter.code", Width: 10, Latin: true, Autocomplete: "off", InputMode: "numeric"},
		Appointment: codeField(),
	}
	for _, t := range turns {
		if t.State == planner.Served {
			page.Served++
		} else {
			page.Booked++
		}
	}
	for _, t := range page.cut(turns, r.URL.Query().Get("from"), p.Planner.Now()) {
		line := turnLine{Time: t.Starts.Format(wallClock), Number: t.Number.Spoken(), Product: s.product(t.Product)}
		if t.State == planner.Served {
			line.Served = t.Changed.Format(wallClock)
		}
		page.Turns = append(page.Turns, line)
	}
	return page, nil
}

// lateness is how long after its time an appointment is still at the top of the list.
const lateness = 30 * time.Minute

// cut returns as many turns as a page has: from the one that was asked for, or from those
// of about now.
func (page *turnsPage) cut(turns []planner.Turn, from string, now time.Time) []planner.Turn {
	skip, err := strconv.Atoi(from)
	if err != nil || skip < 0 || skip > len(turns) {
		skip = slices.IndexFunc(turns, func(t planner.Turn) bool { return now.Sub(t.Starts) < lateness })
		if skip < 0 {
			skip = max(0, len(turns)-MaxRows)
		}
	}
	if skip > 0 {
		page.Previous = "?from=" + strconv.Itoa(max(0, skip-MaxRows))
	}
	turns = turns[skip:]
	if len(turns) > MaxRows {
		page.Other, turns = "?from="+strconv.Itoa(skip+MaxRows), turns[:MaxRows]
	}
	return turns
}

func (p *Pages) turns(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page, err := p.newTurnsPage(r, m)
	if err != nil {
		return err
	}
	return p.render(w, r, "place-turns", page)
}

// openGuest opens an ask with what its person wrote down. Nobody else's can be opened, and
// nobody can fetch for somebody who is not here: there is no field for them.
func (p *Pages) openGuest(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page, err := p.newTurnsPage(r, m)
	if err != nil {
		return err
	}
	if err := form.Read(r, &page.Number, &page.Code); err != nil {
		return err
	}
	page.Number.Require("staff.counter.number-missing")
	page.Code.Require("staff.counter.code-missing")
	number, code := form.Parse(&page.Number, ident.ParseCaseNumber), form.Parse(&page.Code, ident.ParseCode)
	if page.Problems = form.Problems(&page.Number, &page.Code); page.Problems != nil {
		return p.render(w, r, "place-turns", page)
	}
	lease, err := p.Planner.OpenAt(r.Context(), m, number, code)
	if fault.Is(err, fault.NotFound) {
		page.Number.Error = "staff.counter.wrong"
		page.Problems = form.Problems(&page.Number)
		return p.render(w, r, "place-turns", page)
	}
	if err != nil {
		return err
	}
	return p.site.Redirect(w, r, guestPath(lease.ID))
}

func guestPath(leaseID string) string { return pathPlace + "/desk/" + leaseID }
