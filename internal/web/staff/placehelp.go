package staff

import (
	"net/http"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/planner"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

// At a counter, and on the phone, a member asks for a place with somebody, or does for
// whoever has a number and a code all that the pages do.

const (
	pathHelp = "/place/help"
	pathWish = "/place/new"
)

// counterDoors are those by which a member at a counter asks for somebody.
var counterDoors = []planner.Door{planner.AtCounter, planner.ByPhone, planner.OnPaper}

func (p *Pages) helpRoutes() []route {
	return []route{
		{pattern: "GET /place/help", roles: atCounter, handle: p.helpStart},
		{pattern: "POST /place/help", roles: atCounter, handle: p.helpOpen},
		{pattern: "GET /place/voucher", roles: atCounter, handle: p.voucher},
		{pattern: "POST /place/voucher", roles: atCounter, fields: []string{"own code"}, handle: p.giveVoucher},
		{pattern: "GET /place/form", roles: atCounter, handle: p.blank},
		{pattern: "GET /place/new", roles: atCounter, handle: p.wish},
		{pattern: "POST /place/new", roles: atCounter, fields: []string{"what they tell", "own code"}, handle: p.sendWish},
	}
}

// helpPage is where it begins: somebody new, or somebody with a number.
type helpPage struct {
	web.Page
	*placeAsk
	Number, Code form.Text
}

func (p *Pages) newHelpPage() *helpPage {
	start := p.newCounterStart()
	return &helpPage{Page: web.Page{Title: "staff.asking.title", Back: pathHome}, placeAsk: p.newPlaceAsk(counterDoors...),
		Number: start.Number, Code: start.Code}
}

func (p *Pages) helpStart(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	return p.render(w, r, "place-help", p.newHelpPage())
}

// helpOpen opens an ask with what its person says or shows.
func (p *Pages) helpOpen(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page := p.newHelpPage()
	if err := form.Read(r, &page.Number, &page.Code); err != nil {
		return err
	}
	page.Number.Require("staff.counter.number-missing")
	page.Code.Require("staff.counter.code-missing")
	number, code := form.Parse(&page.Number, ident.ParseCaseNumber), form.Parse(&page.Code, ident.ParseCode)
	if page.Problems = form.Problems(&page.Number, &page.Code); page.Problems != nil {
		return p.render(w, r, "place-help", page)
	}
	lease, err := p.Planner.OpenAt(r.Context(), m, number, code)
	if fault.Is(err, fault.NotFound) {
		page.Number.Error = "staff.counter.wrong"
		page.Problems = form.Problems(&page.Number)
		return p.render(w, r, "place-help", page)
	}
	if err != nil {
		return err
	}
	return p.site.Redirect(w, r, standPath(lease.ID))
}

func (p *Pages) wish(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	page, err := p.newWish(r, r.URL.Query().Get, counterDoors...)
	if err != nil {
		return err
	}
	return p.renderWish(w, r, page)
}

func (p *Pages) renderWish(w http.ResponseWriter, r *http.Request, page *wishPage) error {
	page.Title, page.Back, page.Action, page.Button = "staff.asking.form-title", pathHelp, pathWish, "staff.asking.send"
	page.Heading = "staff.asking.door-" + string(page.door)
	return p.render(w, r, "place-sheet", page)
}

// sendWish sends the form and prints the receipt. It is the answer to the form itself:
// number and code are nowhere but on the paper, or said aloud, and the form sent again
// gives the same.
func (p *Pages) sendWish(w http.ResponseWriter, r *http.Request, m people.Member) error {
	a, page, err := p.takeWish(r, counterDoors...)
	if err != nil {
		return err
	}
	if a == nil {
		return p.renderWish(w, r, page)
	}
	receipt, err := p.Planner.AskFor(r.Context(), m, *a)
	if err != nil {
		if err := p.refusedWish(r, page, err); err != nil {
			return err
		}
		return p.renderWish(w, r, page)
	}
	paper, err := p.newPlaceReceipt(r, m, page, *a, receipt)
	if err != nil {
		return err
	}
	paper.Page, paper.Next = web.Page{Title: "staff.paper.receipt", Back: pathHelp}, pathHelp
	return p.render(w, r, "paper", paper)
}
