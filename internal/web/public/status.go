package public

import (
	"net/http"
	"time"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/request"
	"loket/internal/web"
	"loket/internal/web/form"
	"loket/internal/web/throttle"
)

// statusPage takes number and code, and shows how far a request is: the same
// words for everybody until the message is opened. There is no session: each
// button sends number and code again.
type statusPage struct {
	web.Page
	Number, Code form.Text
	Status       *request.Status // nil before number and code are right
	Shown        string          // the number as spoken
	Done         string          // message key of what was just done; or empty
}

// Both limits are asked before anything is looked up.
var (
	statusBySource = throttle.Limit{Name: "status-by-source", By: throttle.Source, Burst: 60, Every: 10 * time.Second,
		Why: "A helper looks after many requests on one evening; a machine that guesses numbers cannot go on."}
	statusByNumber = throttle.Limit{Name: "status-by-number", By: throttle.Identifier, Burst: 20, Every: 5 * time.Minute,
		Why: "A person looks every few minutes at most; eight digits hold against a few hundred tries a day."}
)

func newStatusPage() *statusPage {
	return &statusPage{
		Page: web.Page{Title: "public.status.title", Back: "/"},
		Number: form.Text{Name: "number", Label: "public.status.number", Hint: "public.status.number-hint", Width: 20, Latin: true,
			Autocomplete: "off"},
		Code: form.Text{Name: "code", Label: "public.status.code", Hint: "public.status.code-hint", Width: 10, Latin: true,
			Autocomplete: "off", InputMode: "numeric"},
	}
}

func (p *Pages) askStatus(w http.ResponseWriter, r *http.Request) error {
	return p.site.Render(w, r, "status", newStatusPage())
}

func (p *Pages) showStatus(w http.ResponseWriter, r *http.Request) error {
	return p.withStatus(w, r, func(page *statusPage, _ ident.CaseNumber, _ ident.Code) error {
		return p.site.Render(w, r, "status", page)
	})
}

func (p *Pages) reopen(w http.ResponseWriter, r *http.Request) error {
	return p.withStatus(w, r, func(page *statusPage, number ident.CaseNumber, code ident.Code) error {
		switch err := p.Requests.Reopen(r.Context(), number, code); {
		case err == nil:
			page.Done = "public.status.reopened"
		case !fault.Is(err, fault.TooLate): // which is a second press of the button
			return err
		}
		status, err := p.Requests.Status(r.Context(), number, code)
		if err != nil {
			return err
		}
		page.Status = &status
		return p.site.Render(w, r, "status", page)
	})
}

func (p *Pages) askWithdraw(w http.ResponseWriter, r *http.Request) error {
	return p.withStatus(w, r, func(page *statusPage, _ ident.CaseNumber, _ ident.Code) error {
		page.Title = "public.withdraw.title"
		return p.site.Render(w, r, "withdraw", page)
	})
}

func (p *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	return p.withStatus(w, r, func(page *statusPage, number ident.CaseNumber, code ident.Code) error {
		if err := p.Requests.Withdraw(r.Context(), number, code); err != nil {
			return err
		}
		page.Status, page.Title, page.Done = nil, "public.withdraw.done", "public.withdraw.done-text"
		return p.site.Render(w, r, "withdraw", page)
	})
}

// withStatus reads number and code and calls then with the status they open, or
// shows what is wrong with them.
func (p *Pages) withStatus(w http.ResponseWriter, r *http.Request, then func(*statusPage, ident.CaseNumber, ident.Code) error) error {
	if err := p.site.Count(r, statusBySource, ""); err != nil {
		return err
	}
	page := newStatusPage()
	if err := form.Read(r, &page.Number, &page.Code); err != nil {
		return err
	}
	page.Number.Require("public.status.number-missing")
	page.Code.Require("public.status.code-missing")
	number, code := form.Parse(&page.Number, ident.ParseCaseNumber), form.Parse(&page.Code, ident.ParseCode)
	if page.Problems = form.Problems(&page.Number, &page.Code); page.Problems != nil {
		return p.site.Render(w, r, "status", page)
	}
	if err := p.site.Count(r, statusByNumber, string(number)); err != nil {
		return err
	}
	status, err := p.Requests.Status(r.Context(), number, code)
	if fault.Is(err, fault.NotFound) {
		page.Number.Error = "public.status.wrong"
		page.Problems = form.Problems(&page.Number)
		return p.site.Render(w, r, "status", page)
	}
	if fault.Is(err, fault.Throttled) {
		return fault.New(fault.Throttled, "public.status.shut", "open a request: %w", err)
	}
	if err != nil {
		return err
	}
	page.Status, page.Shown, page.Back = &status, number.Spoken(), "/status"
	return then(page, number, code)
}
