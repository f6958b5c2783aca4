package staff

import (
	"encoding/json"
	"net/http"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/planner"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

// One lead proposes that an ask goes in the urgent lane, and another decides, each with a
// passkey over the same words. The page has no field for a story: a ground of the pack says
// enough, and neither of them sees who it is.

const (
	pathUrgent = pathPlace + "/urgent"
	listUrgent = "urgent_grounds" // of the pack of places
)

func (p *Pages) urgentRoutes() []route {
	leads, fields, scripts := []people.Role{people.Lead}, []string{"case: number"}, []string{passkeyScript}
	return []route{
		{pattern: "GET /place/urgent", roles: leads, fields: fields, handle: p.urgents},
		{pattern: "POST /place/urgent", roles: leads, fields: fields, scripts: scripts, handle: p.takeUrgent},
		{pattern: "POST /place/urgent/sign", roles: leads, fields: fields, handle: p.signUrgent},
		{pattern: "POST /place/urgent/{id}/grant", roles: leads, fields: fields, scripts: scripts, handle: p.takeGrant},
		{pattern: "POST /place/urgent/{id}/sign", roles: leads, fields: fields, handle: p.signGrant},
		{pattern: "POST /place/urgent/{id}/refuse", roles: leads, fields: fields, handle: p.refuseUrgent},
	}
}

// urgentTasks are the proposals that wait for m.
func (p *Pages) urgentTasks(r *http.Request, m people.Member) ([]task, error) {
	if p.Planner == nil || !m.Has(people.Lead) {
		return nil, nil
	}
	list, err := p.Planner.Urgents(r.Context())
	if err != nil {
		return nil, err
	}
	waiting := 0
	for _, u := range list {
		if u.ByID != m.ID {
			waiting++
		}
	}
	return []task{{Title: "staff.urgent.title", Text: "staff.urgent.task", Count: waiting, Action: pathUrgent, Button: "staff.urgent.open"}}, nil
}

// urgentPage lists what waits for a second lead, and takes a proposal.
type urgentPage struct {
	web.Page
	Percent int // of the slots of a week at a location
	Number  form.Text
	Ground  form.Choice
	Grounds []urgentGround
	Lines   []urgentLine
}

// urgentGround is an option of Ground, in words of the pack.
type urgentGround struct {
	ID, Value string
	Said      lang.Text
	Checked   bool
}

// urgentLine is a proposal.
type urgentLine struct {
	Path, Number string
	Ground       lang.Text
	Day, Time    string
	Own          bool
}

func (p *Pages) newUrgentPage(r *http.Request, m people.Member) (*urgentPage, error) {
	s := p.placeScreen(r)
	page := &urgentPage{Page: web.Page{Title: "staff.urgent.title", Back: pathHome},
		Number: form.Text{Name: "number", Label: "staff.urgent.number", Hint: "staff.urgent.number-hint", Width: 20, Latin: true, Autocomplete: "off"},
		Ground: form.Choice{Name: "ground", Label: "staff.urgent.ground"}}
	lane, err := p.Planner.Lane(r.Context())
	if err != nil {
		return nil, err
	}
	page.Percent = lane.Percent
	grounds := map[string]lang.Text{}
	for _, item := range s.pack.List(listUrgent) {
		grounds[item.ID] = s.words(item.Name)
		page.Ground.Options = append(page.Ground.Options, form.Option{Value: item.ID})
	}
	page.words(grounds)
	list, err := p.Planner.Urgents(r.Context())
	if err != nil {
		return nil, err
	}
	for _, u := range list {
		page.Lines = append(page.Lines, urgentLine{pathUrgent + "/" + u.ID, u.Number.Spoken(), grounds[u.Ground],
			u.At.Format("2006-01-02"), u.At.Format(wallClock), u.ByID == m.ID})
	}
	return page, nil
}

// words puts the words of the pack beside the options.
func (page *urgentPage) words(grounds map[string]lang.Text) {
	page.Grounds = nil
	for _, c := range page.Ground.Controls() {
		page.Grounds = append(page.Grounds, urgentGround{c.ID, c.Value, grounds[c.Value], c.Checked})
	}
}

func (p *Pages) urgents(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page, err := p.newUrgentPage(r, m)
	if err != nil {
		return err
	}
	return p.render(w, r, "place-urgent", page)
}

// takeUrgent shows what a lead proposes, and asks the passkey over exactly that.
func (p *Pages) takeUrgent(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page, err := p.newUrgentPage(r, m)
	if err != nil {
		return err
	}
	grounds := map[string]lang.Text{}
	for _, g := range page.Grounds {
		grounds[g.Value] = g.Said
	}
	if err := form.Read(r, &page.Number, &page.Ground); err != nil {
		return err
	}
	page.words(grounds)
	number := form.Parse(&page.Number, ident.ParseCaseNumber)
	page.Ground.Require("planner.urgent.ground")
	if page.Problems = form.Problems(&page.Number, &page.Ground); page.Problems != nil {
		return p.render(w, r, "place-urgent", page)
	}
	u, err := p.Planner.NewUrgency(r.Context(), number, page.Ground.Value)
	if fault.Is(err, fault.Invalid) {
		page.Number.Error = fault.Key(err)
		page.Problems = form.Problems(&page.Number)
		return p.render(w, r, "place-urgent", page)
	}
	if err != nil {
		return err
	}
	kept, err := json.Marshal(u)
	if err != nil {
		return err
	}
	p.Sessions.Keep(r.Context(), "urgent", kept)
	return p.askUrgent(w, r, m, u, "staff.urgent.sign", pathUrgent+"/sign", "staff.urgent.propose")
}

// askUrgent asks a passkey over a proposal.
func (p *Pages) askUrgent(w http.ResponseWriter, r *http.Request, m people.Member, u planner.Urgency, text, action, button string) (err error) {
	s := p.placeScreen(r)
	item, _ := s.pack.Item(listUrgent, u.Ground)
	sign := &urgentSignPage{Page: web.Page{Title: "staff.urgent.title", Back: pathUrgent}, Text: text, Number: u.Number.Spoken(), Ground: s.words(item.Name)}
	if sign.Confirm, err = p.ask(r, m, u.ID, u.Content(), action, button); err != nil {
		return err
	}
	return p.render(w, r, "place-urgent-sign", sign)
}

// urgentSignPage shows what a passkey confirms.
type urgentSignPage struct {
	web.Page
	Text    string // message key
	Number  string
	Ground  lang.Text
	Confirm confirmation
}

// signUrgent keeps a proposal that its lead confirmed with a passkey.
func (p *Pages) signUrgent(w http.ResponseWriter, r *http.Request, m people.Member) error {
	var u planner.Urgency
	if err := json.Unmarshal(p.Sessions.Spend(r.Context(), "urgent"), &u); err != nil {
		return fault.New(fault.TooLate, "staff.passkey.again", "nothing is proposed: %w", err)
	}
	c, response, err := p.answered(r, u.ID)
	if err != nil {
		return err
	}
	sign := p.Staff.Signing(r.Context(), m, people.Lead, u.ID, u.Content(), c, response)
	if err := p.Planner.ProposeUrgent(r.Context(), m, u, sign); err != nil {
		return err
	}
	return p.site.Redirect(w, r, pathUrgent)
}

// proposal returns the proposal in the address.
func (p *Pages) proposal(r *http.Request) (planner.Urgent, error) {
	list, err := p.Planner.Urgents(r.Context())
	if err != nil {
		return planner.Urgent{}, err
	}
	for _, u := range list {
		if u.ID == r.PathValue("id") {
			return u, nil
		}
	}
	return planner.Urgent{}, fault.New(fault.TooLate, "planner.urgent.decided", "no such proposal waits")
}

func (p *Pages) takeGrant(w http.ResponseWriter, r *http.Request, m people.Member) error {
	u, err := p.proposal(r)
	if err != nil {
		return err
	}
	if u.ByID == m.ID {
		return fault.New(fault.Denied, "planner.urgent.same", "%s proposed it", m.ID)
	}
	return p.askUrgent(w, r, m, u.Urgency, "staff.urgent.sign-second", pathUrgent+"/"+u.ID+"/sign", "staff.urgent.grant")
}

// signGrant lets an ask go in the lane, as the second lead confirmed with a passkey.
func (p *Pages) signGrant(w http.ResponseWriter, r *http.Request, m people.Member) error {
	u, err := p.proposal(r)
	if err != nil {
		return err
	}
	c, response, err := p.answered(r, u.ID)
	if err != nil {
		return err
	}
	sign := p.Staff.Signing(r.Context(), m, people.Lead, u.ID, u.Content(), c, response)
	if err := p.Planner.GrantUrgent(r.Context(), m, u, sign); err != nil {
		return err
	}
	return p.site.Redirect(w, r, pathUrgent)
}

func (p *Pages) refuseUrgent(w http.ResponseWriter, r *http.Request, m people.Member) error {
	u, err := p.proposal(r)
	if err != nil {
		return err
	}
	if err := p.Planner.RefuseUrgent(r.Context(), m, u); err != nil {
		return err
	}
	return p.site.Redirect(w, r, pathUrgent)
}
