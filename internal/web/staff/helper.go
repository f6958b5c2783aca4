package staff

import (
	"net/http"
	"slices"
	"strconv"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/request"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

// A helper acts for many people on one laptop. Each person is a page of its own, whose
// address holds the id of what that person agreed; every form on it holds the id too, and
// is refused where the two differ. Nothing about a person is in the session or in a
// cookie, so that two windows cannot mix, and nothing stays in the browser.

const pathHelper = "/helper"

var helpers = []people.Role{people.Helper}

func (p *Pages) helperRoutes() []route {
	return slices.Concat([]route{
		{pattern: "GET /helper", roles: helpers, fields: []string{"case numbers"}, handle: p.helped},
		{pattern: "GET /helper/new", roles: helpers, handle: p.askMandate},
		{pattern: "POST /helper/new", roles: helpers, handle: p.takeMandate},
		{pattern: "POST /helper/form", roles: helpers, fields: []string{"what they tell", "own code"}, handle: p.sendFor},
		{pattern: "GET /helper/known", roles: helpers, handle: p.askKnown},
		{pattern: "POST /helper/known", roles: helpers, handle: p.takeKnown},
	}, p.helperPersonRoutes(), p.helperPlaceRoutes())
}

// helpedPage is the people that a helper helps: numbers and days.
type helpedPage struct {
	web.Page
	People []helpedLine
	Full   bool // there are no more places
}

type helpedLine struct {
	Path, Number string
	Since, Until string
}

func (p *Pages) helped(w http.ResponseWriter, r *http.Request, m people.Member) error {
	list, err := p.Requests.MandatesOf(r.Context(), m)
	if err != nil {
		return err
	}
	page := &helpedPage{Page: web.Page{Title: "staff.helper.title", Back: pathHome}, Full: len(list) >= MaxRows}
	for _, mandate := range list {
		page.People = append(page.People, helpedLine{helpedPath(mandate.ID), mandate.Number.Spoken(), mandate.Since.String(), mandate.Until.String()})
	}
	return p.render(w, r, "helper", page)
}

func helpedPath(mandateID string) string { return pathHelper + "/for/" + mandateID }

// mandatePage is what a person agrees to before anything else, read aloud in their
// language.
type mandatePage struct {
	web.Page
	Tongue   lang.Language
	Tongues  form.Choice
	Acts     []*form.Tick
	Days     form.Choice
	Agreed   form.Tick
	Number   *form.Text // of somebody who has a number already; nil for somebody new
	Code     *form.Text
	Action   string
	Button   string
	Aloud    []lang.Text // the sentences, in order
	AloudMay []lang.Text // what is allowed, one line each
	After    []lang.Text
}

// mandateDays are how long a mandate may last.
var mandateDays = []string{"1", "7", "30"}

func (p *Pages) newMandatePage(tongue lang.Language) *mandatePage {
	return p.mandatePage(tongue, requestActs(), string(request.Leave))
}

// requestActs are what a person can allow with a request.
func requestActs() (list []string) {
	for _, act := range request.Acts() {
		list = append(list, string(act))
	}
	return list
}

// mandatePage asks for any of the acts, all ticked but the last resort.
func (p *Pages) mandatePage(tongue lang.Language, acts []string, resort string) *mandatePage {
	page := &mandatePage{
		Page: web.Page{Title: "staff.helper.mandate", Back: pathHelper}, Tongue: tongue, Tongues: p.tongues(string(tongue.Tag)),
		Days:   form.Choice{Name: "days", Label: "staff.helper.days", Inline: true, Value: "7"},
		Agreed: form.Tick{Name: "agreed", Label: "staff.helper.agreed", Hint: "staff.helper.agreed-hint"},
		Action: pathHelper + "/new", Button: "staff.helper.to-form",
	}
	for _, d := range mandateDays {
		page.Days.Options = append(page.Days.Options, form.Option{Value: d, Label: "staff.helper.days-" + d})
	}
	texts := p.Papers.In(tongue.Tag)
	page.Aloud = []lang.Text{texts.Get("counter.aloud.who", nil), texts.Get("counter.aloud.may", nil)}
	for _, act := range acts {
		page.Acts = append(page.Acts, &form.Tick{Name: "act-" + act, Label: "counter.act." + act, On: act != resort})
		page.AloudMay = append(page.AloudMay, texts.Get("counter.act."+act, nil))
	}
	page.After = []lang.Text{texts.Get("counter.aloud.not", nil), texts.Get("counter.aloud.stop", nil)}
	return page
}

func (p *Pages) askMandate(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	return p.render(w, r, "helper-mandate", p.newMandatePage(p.tongueOf(r.URL.Query().Get("lang"))))
}

// agreed reads what a person agreed to; what is wrong stays in the fields.
func (page *mandatePage) agreed(r *http.Request) (request.Agreed, error) {
	scope, days, err := page.read(r, requestActs())
	a := request.Agreed{Days: days}
	for _, act := range scope {
		a.Scope = append(a.Scope, request.Act(act))
	}
	return a, err
}

// read is agreed for any acts.
func (page *mandatePage) read(r *http.Request, acts []string) (scope []string, days int, err error) {
	fields := []form.Field{}
	if page.Number != nil {
		fields = append(fields, page.Number, page.Code)
	}
	for _, act := range page.Acts {
		fields = append(fields, act)
	}
	fields = append(fields, &page.Days, &page.Agreed)
	if err := form.Read(r, fields...); err != nil {
		return nil, 0, err
	}
	for i, act := range acts {
		if page.Acts[i].On {
			scope = append(scope, act)
		}
	}
	if len(scope) == 0 {
		page.Acts[0].Error = "staff.helper.scope-missing"
	}
	page.Days.Require("staff.helper.days-missing")
	page.Agreed.Require("staff.helper.agreed-missing")
	days, _ = strconv.Atoi(page.Days.Value) // one of mandateDays, or empty and said
	page.Problems = form.Problems(fields...)
	return scope, days, nil
}

// takeMandate goes on to the form. What was agreed travels in the form itself: there is
// no case yet that it could be kept with.
func (p *Pages) takeMandate(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	page := p.newMandatePage(p.tongueOf(r.PostFormValue("lang")))
	a, err := page.agreed(r)
	if err != nil {
		return err
	}
	if page.Problems != nil {
		return p.render(w, r, "helper-mandate", page)
	}
	sheet := p.newSheet(r, page.Tongue, p.asks().Sheet(request.Answers{}), "")
	return p.renderHelperForm(w, r, sheet, a)
}

func (p *Pages) renderHelperForm(w http.ResponseWriter, r *http.Request, sheet *sheetPage, a request.Agreed) error {
	sheet.Title, sheet.Back, sheet.Action, sheet.Button = "staff.helper.form", pathHelper, pathHelper+"/form", "staff.helper.send"
	sheet.Hidden = append(sheet.Hidden, hidden{"days", strconv.Itoa(a.Days)}, hidden{"agreed", "yes"})
	for _, act := range a.Scope {
		sheet.Hidden = append(sheet.Hidden, hidden{"act-" + string(act), "yes"})
	}
	return p.render(w, r, "sheet", sheet)
}

// sendFor sends the form with what was agreed, and prints the receipt.
func (p *Pages) sendFor(w http.ResponseWriter, r *http.Request, m people.Member) error {
	answers, sheet, err := p.takeSheet(r, "")
	if err != nil {
		return err
	}
	mandate := p.newMandatePage(sheet.Tongue)
	a, err := mandate.agreed(r)
	if err != nil {
		return err
	}
	if mandate.Problems != nil { // only who sends forms by hand comes here
		return p.render(w, r, "helper-mandate", mandate)
	}
	if answers == nil {
		return p.renderHelperForm(w, r, sheet, a)
	}
	done, err := p.Requests.Assist(r.Context(), m, submission(*answers, sheet, request.ByHelper), a)
	if err != nil {
		return unreadable(err)
	}
	receipt := p.newReceipt(r, m, sheet.Tongue.Tag, done)
	receipt.Page, receipt.Next = web.Page{Title: "staff.paper.receipt", Back: pathHelper}, pathHelper
	if done.Mandate != nil {
		receipt.Next = helpedPath(done.Mandate.ID)
	}
	return p.render(w, r, "paper", receipt)
}

// newKnownPage asks for the number and code of somebody who has them, besides what they
// agree to.
func (p *Pages) newKnownPage(tongue lang.Language) *mandatePage {
	page, start := p.newMandatePage(tongue), p.newCounterStart()
	page.Title, page.Action, page.Button = "staff.helper.known", pathHelper+"/known", "staff.helper.begin"
	page.Number, page.Code = &start.Number, &start.Code
	return page
}

func (p *Pages) askKnown(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	return p.render(w, r, "helper-mandate", p.newKnownPage(p.tongueOf(r.URL.Query().Get("lang"))))
}

func (p *Pages) takeKnown(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page := p.newKnownPage(p.tongueOf(r.PostFormValue("lang")))
	a, err := page.agreed(r)
	if err != nil {
		return err
	}
	page.Number.Require("staff.counter.number-missing")
	page.Code.Require("staff.counter.code-missing")
	number, code := form.Parse(page.Number, ident.ParseCaseNumber), form.Parse(page.Code, ident.ParseCode)
	page.Problems = append(form.Problems(page.Number, page.Code), page.Problems...)
	if page.Problems != nil {
		return p.render(w, r, "helper-mandate", page)
	}
	mandate, err := p.Requests.Grant(r.Context(), m, number, code, a)
	if fault.Is(err, fault.NotFound) {
		page.Number.Error = "staff.counter.wrong"
		page.Problems = form.Problems(page.Number)
		return p.render(w, r, "helper-mandate", page)
	}
	if err != nil {
		return err
	}
	return p.site.Redirect(w, r, helpedPath(mandate.ID))
}
