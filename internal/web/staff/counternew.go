package staff

import (
	"net/http"

	"loket/internal/request"
	people "loket/internal/staff"
	"loket/internal/web"
)

// keepNumber is the question whether the number of a document may be kept. At the counter
// it is asked apart, when the document is on the table.
const keepNumber = "keep"

func (p *Pages) counterForm(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	tongue := p.tongueOf(r.URL.Query().Get("lang"))
	return p.renderCounterForm(w, r, p.newSheet(r, tongue, p.asks().Sheet(request.Answers{}), keepNumber))
}

func (p *Pages) renderCounterForm(w http.ResponseWriter, r *http.Request, page *sheetPage) error {
	page.Title, page.Back, page.Action, page.Button = "staff.counter.form", pathCounter, pathCounter+"/new", "staff.counter.send"
	return p.render(w, r, "sheet", page)
}

// counterSend sends the form, takes the case in hand, and prints the receipt. It is the
// answer to the form itself: number and code are nowhere but on the paper, and the form
// sent again gives the same paper.
func (p *Pages) counterSend(w http.ResponseWriter, r *http.Request, m people.Member) error {
	a, page, err := p.takeSheet(r, keepNumber)
	if err != nil {
		return err
	}
	if a == nil {
		return p.renderCounterForm(w, r, page)
	}
	done, err := p.Requests.Assist(r.Context(), m, submission(*a, page, request.AtCounter), request.Agreed{})
	if err != nil {
		return unreadable(err)
	}
	lease, err := p.Requests.OpenAt(r.Context(), m, done.Number, done.Code)
	if err != nil {
		return err
	}
	receipt := p.newReceipt(r, m, page.Tongue.Tag, done)
	receipt.Next, receipt.Page = casePath(lease.ID), web.Page{Title: "staff.paper.receipt", Back: pathCounter}
	return p.render(w, r, "paper", receipt)
}
