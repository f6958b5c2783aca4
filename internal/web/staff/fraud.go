package staff

import (
	"net/http"
	"net/url"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/report"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

// Reports of fraud with places: a queue of kinds and days, and one report at a time, each
// look at which has its entry in the audit log.

const pathFraud = "/fraud"

// leaders read reports, which can be about colleagues.
var leaders = []people.Role{people.Lead}

func (p *Pages) fraudRoutes() []route {
	if p.Reports == nil {
		return nil
	}
	return []route{
		{pattern: "GET /fraud", roles: leaders, fields: []string{"report: number"}, handle: p.fraudQueue},
		{pattern: "GET /fraud/{id}", roles: leaders, fields: []string{"report: number", "report: text", "report: contact", "case: number"}, handle: p.fraud},
		{pattern: "POST /fraud/{id}", roles: leaders, handle: p.takeFraud},
	}
}

// fraudTasks are the reports that wait for m.
func (p *Pages) fraudTasks(r *http.Request, m people.Member) ([]task, error) {
	if p.Reports == nil || !m.Has(leaders...) {
		return nil, nil
	}
	lines, err := p.Reports.Queue(r.Context(), m)
	if err != nil {
		return nil, err
	}
	return []task{{Title: "staff.fraud.title", Text: "staff.fraud.task", Count: len(lines), Action: pathFraud, Button: "staff.fraud.begin"}}, nil
}

func fraudPath(id string) string { return pathFraud + "/" + url.PathEscape(id) }

// fraudQueuePage lists reports without what they say.
type fraudQueuePage struct {
	web.Page
	Lines []fraudLine
}

type fraudLine struct {
	Path, Number, Day string
	Kind              lang.Text
}

func (p *Pages) fraudLine(s screen, l report.Line) fraudLine {
	item, _ := s.pack.Item(report.ListKinds, l.Kind)
	return fraudLine{fraudPath(l.ID), l.Number.Spoken(), l.CameAt.In(p.Planner.Zone).Format("2006-01-02"), s.words(item.Name)}
}

func (p *Pages) fraudQueue(w http.ResponseWriter, r *http.Request, m people.Member) error {
	lines, err := p.Reports.Queue(r.Context(), m)
	if err != nil {
		return err
	}
	page, s := &fraudQueuePage{Page: web.Page{Title: "staff.fraud.title", Back: pathHome}}, p.placeScreen(r)
	for _, l := range lines {
		page.Lines = append(page.Lines, p.fraudLine(s, l))
	}
	return p.render(w, r, "fraud-queue", page)
}

// fraudPage is one report. Outcomes are words of the pack.
type fraudPage struct {
	web.Page
	fraudLine
	Text, Contact string
	Ask           form.Text
	Outcomes      []fraudOutcome
	Outcome       lang.Text // of one that is closed
}

type fraudOutcome struct {
	ID   string
	Name lang.Text
}

func (p *Pages) fraud(w http.ResponseWriter, r *http.Request, m people.Member) error {
	return p.showFraud(w, r, m, "")
}

// showFraud shows a report; wrong is what is wrong with the number of an ask.
func (p *Pages) showFraud(w http.ResponseWriter, r *http.Request, m people.Member, wrong string) error {
	full, err := p.Reports.Read(r.Context(), m, r.PathValue("id"))
	if err != nil {
		return err
	}
	s := p.placeScreen(r)
	page := &fraudPage{Page: web.Page{Title: "staff.fraud.one", Back: pathFraud}, fraudLine: p.fraudLine(s, full.Line),
		Text: full.Text.Reveal(), Contact: full.Contact.Reveal(),
		Ask: form.Text{Name: "ask", Label: "staff.fraud.ask", Hint: "staff.fraud.ask-hint", Width: 20, Latin: true, Autocomplete: "off", Value: full.Ask.Spoken(), Error: wrong}}
	page.Problems = form.Problems(&page.Ask)
	for _, item := range s.pack.List(report.ListOutcomes) {
		if item.ID == full.Outcome {
			page.Outcome = s.words(item.Name)
		}
		page.Outcomes = append(page.Outcomes, fraudOutcome{item.ID, s.words(item.Name)})
	}
	return p.render(w, r, "fraud", page)
}

// takeFraud links a report to an ask by its number, which opens nothing, or closes it.
func (p *Pages) takeFraud(w http.ResponseWriter, r *http.Request, m people.Member) error {
	field := form.Text{Name: "ask"}
	if err := form.Read(r, &field); err != nil {
		return err
	}
	id := r.PathValue("id")
	if outcome := r.PostForm.Get("outcome"); outcome != "" {
		if err := p.Reports.Close(r.Context(), m, id, outcome); err != nil {
			return err
		}
		return p.site.Redirect(w, r, pathFraud)
	}
	number := form.Parse(&field, ident.ParseCaseNumber)
	if field.Error != "" {
		return p.showFraud(w, r, m, field.Error)
	}
	if err := p.Reports.Link(r.Context(), m, id, number); err != nil && !fault.Is(err, fault.TooLate) {
		return err
	}
	return p.site.Redirect(w, r, fraudPath(id))
}
