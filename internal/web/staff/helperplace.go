package staff

import (
	"net/http"
	"slices"
	"strconv"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/planner"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

// A helper asks for a place with somebody, and answers for them, as they help with
// requests: one page a person, whose address and forms hold the mandate.

const pathHelperPlace = "/helper/place"

// helperDoors are those by which a helper asks for somebody.
var helperDoors = []planner.Door{planner.ByHelper}

// helperPlaceRoutes are those of places; none where nobody can ask for one.
func (p *Pages) helperPlaceRoutes() []route {
	if p.Planner == nil {
		return nil
	}
	const one = "/helper/place/for/{mandate}"
	return []route{
		{pattern: "GET /helper/place", roles: helpers, fields: []string{"case numbers", "steps"}, handle: p.placeHelped},
		{pattern: "GET /helper/place/new", roles: helpers, handle: p.askPlaceMandate},
		{pattern: "POST /helper/place/new", roles: helpers, handle: p.takePlaceMandate},
		{pattern: "POST /helper/place/form", roles: helpers, fields: []string{"what they tell", "own code"}, handle: p.sendPlaceFor},
		{pattern: "GET /helper/place/known", roles: helpers, handle: p.askPlaceKnown},
		{pattern: "POST /helper/place/known", roles: helpers, handle: p.takePlaceKnown},
		{pattern: "GET " + one, roles: helpers, fields: []string{"case number", "steps"}, handle: p.placePerson},
		{pattern: "POST " + one + "/end", roles: helpers, handle: p.endPlaceFor},
		{pattern: "POST " + one + "/leave", roles: helpers, handle: p.leavePlacePerson},
		{pattern: "POST " + one + "/{act}", roles: helpers, fields: []string{"case number", "steps"}, handle: p.placePersonAct},
	}
}

// placeHelpedPage is the people whom a helper helps with a place: numbers and days, and who
// has to answer.
type placeHelpedPage struct {
	web.Page
	People []placeHelpedLine
	Full   bool // there are no more places
}

type placeHelpedLine struct {
	Path, Number string
	State        string // message key; empty where the helper may not follow it
	Answer       *moment
	Until        string // the last day of the mandate
}

func (p *Pages) placeHelped(w http.ResponseWriter, r *http.Request, m people.Member) error {
	list, err := p.Planner.HelpedBy(r.Context(), m)
	if err != nil {
		return err
	}
	page := &placeHelpedPage{Page: web.Page{Title: "staff.asking.helper", Back: pathHelper}, Full: len(list) >= MaxRows}
	for _, h := range list {
		line := placeHelpedLine{Path: placeHelpedPath(h.ID), Number: h.Number.Spoken(), Until: h.Mandate.Until.String()}
		if h.State != "" {
			line.State = "staff.turns.ask-" + string(h.State)
		}
		if !h.Until.IsZero() {
			at := p.moment(h.Until)
			line.Answer = &at
		}
		page.People = append(page.People, line)
	}
	return p.render(w, r, "helper-place", page)
}

func placeHelpedPath(mandateID string) string { return pathHelperPlace + "/for/" + mandateID }

// placeActs are what a person can allow, as package-neutral words for the page.
func placeActs() (list []string) {
	for _, act := range planner.Acts() {
		list = append(list, string(act))
	}
	return list
}

// newPlaceMandate is what a person agrees to before anything else, read aloud in their
// language.
func (p *Pages) newPlaceMandate(get func(string) string) *placeMandatePage {
	page := p.mandatePage(p.tongueOf(get("lang")), placeActs(), string(planner.MayLeave))
	page.Action = pathHelperPlace + "/new"
	asks := p.newPlaceAsk(helperDoors...)
	for _, option := range asks.People.Options {
		if option.Value == get("people") {
			asks.People.Value = option.Value
		}
	}
	return &placeMandatePage{mandatePage: page, People: &asks.People}
}

// placeMandatePage is a mandatePage for so many people.
type placeMandatePage struct {
	*mandatePage
	People *form.Choice // nil for somebody who has a number
}

func (p *Pages) askPlaceMandate(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	return p.render(w, r, "helper-place-mandate", p.newPlaceMandate(r.URL.Query().Get))
}

// placeAgreed reads what a person agreed to; what is wrong stays in the fields.
func (page *placeMandatePage) placeAgreed(r *http.Request) (planner.Agreed, error) {
	scope, days, err := page.read(r, placeActs())
	agreed := planner.Agreed{Days: days}
	for _, act := range scope {
		agreed.Scope = append(agreed.Scope, planner.Act(act))
	}
	if err == nil && page.People != nil {
		err = form.Read(r, page.People)
	}
	return agreed, err
}

func (p *Pages) takePlaceMandate(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	page := p.newPlaceMandate(r.PostFormValue)
	agreed, err := page.placeAgreed(r)
	if err != nil {
		return err
	}
	if page.Problems != nil {
		return p.render(w, r, "helper-place-mandate", page)
	}
	wish, err := p.newWish(r, r.PostForm.Get, helperDoors...)
	if err != nil {
		return err
	}
	return p.renderPlaceForm(w, r, wish, agreed)
}

func (p *Pages) renderPlaceForm(w http.ResponseWriter, r *http.Request, page *wishPage, agreed planner.Agreed) error {
	page.Title, page.Back, page.Action, page.Button = "staff.asking.form-title", pathHelperPlace, pathHelperPlace+"/form", "staff.asking.send"
	page.Heading = "staff.asking.door-" + string(page.door)
	page.Hidden = append(page.Hidden, hidden{"days", strconv.Itoa(agreed.Days)}, hidden{"agreed", "yes"})
	for _, act := range agreed.Scope {
		page.Hidden = append(page.Hidden, hidden{"act-" + string(act), "yes"})
	}
	return p.render(w, r, "place-sheet", page)
}

// sendPlaceFor sends the form with what was agreed, and prints the receipt.
func (p *Pages) sendPlaceFor(w http.ResponseWriter, r *http.Request, m people.Member) error {
	a, page, err := p.takeWish(r, helperDoors...)
	if err != nil {
		return err
	}
	mandate := p.newPlaceMandate(r.PostForm.Get)
	agreed, err := mandate.placeAgreed(r)
	if err != nil {
		return err
	}
	if mandate.Problems != nil { // only who sends forms by hand comes here
		return p.render(w, r, "helper-place-mandate", mandate)
	}
	if a == nil {
		return p.renderPlaceForm(w, r, page, agreed)
	}
	receipt, given, err := p.Planner.AskWith(r.Context(), m, *a, agreed)
	if err != nil {
		if err := p.refusedWish(r, page, err); err != nil {
			return err
		}
		return p.renderPlaceForm(w, r, page, agreed)
	}
	paper, err := p.newPlaceReceipt(r, m, page, *a, receipt)
	if err != nil {
		return err
	}
	paper.Page, paper.Next = web.Page{Title: "staff.paper.receipt", Back: pathHelperPlace}, placeHelpedPath(given.ID)
	for i, tag := range both(page.Tongue.Tag) {
		paper.Leaves[i].Parts = slices.Insert(paper.Leaves[i].Parts, 1, mandatePart(p.Papers.In(tag), scopeOf(*given), given.Until))
	}
	return p.render(w, r, "paper", paper)
}

func scopeOf(m planner.Mandate) (list []string) {
	for _, act := range m.Scope {
		list = append(list, string(act))
	}
	return list
}

// newPlaceKnown asks for the number and code of somebody who has them, besides what they
// agree to.
func (p *Pages) newPlaceKnown(get func(string) string) *placeMandatePage {
	page, start := p.newPlaceMandate(get), p.newCounterStart()
	page.Title, page.Action, page.Button = "staff.helper.known", pathHelperPlace+"/known", "staff.helper.begin"
	page.Number, page.Code, page.People = &start.Number, &start.Code, nil
	return page
}

func (p *Pages) askPlaceKnown(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	return p.render(w, r, "helper-place-mandate", p.newPlaceKnown(r.URL.Query().Get))
}

func (p *Pages) takePlaceKnown(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page := p.newPlaceKnown(r.PostFormValue)
	agreed, err := page.placeAgreed(r)
	if err != nil {
		return err
	}
	page.Number.Require("staff.counter.number-missing")
	page.Code.Require("staff.counter.code-missing")
	number, code := form.Parse(page.Number, ident.ParseCaseNumber), form.Parse(page.Code, ident.ParseCode)
	page.Problems = append(form.Problems(page.Number, page.Code), page.Problems...)
	if page.Problems != nil {
		return p.render(w, r, "helper-place-mandate", page)
	}
	mandate, err := p.Planner.Grant(r.Context(), m, number, code, agreed)
	if fault.Is(err, fault.NotFound) {
		page.Number.Error = "staff.counter.wrong"
		page.Problems = form.Problems(page.Number)
		return p.render(w, r, "helper-place-mandate", page)
	}
	if err != nil {
		return err
	}
	return p.site.Redirect(w, r, placeHelpedPath(mandate.ID))
}
