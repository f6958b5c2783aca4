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
// words for everybody until the message is opened.
type statusPage struct {
	web.Page
	Number, Code form.Text
	Status       *request.Status // nil before number and code are right
	Shown        string          // the number as spoken
	Done         string          // message key of what was just done; or empty
	Receipts     []receiptView   // of photos that were destroyed
	Living       int             // photos that are there
	Helpers      []helperView    // who may act for this person
	Kept         bool            // the number of a document is kept
	Counters     []Counter       // where it goes on at one
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

// takeStatus checks number and code, and leads to the page that shows the status.
func (p *Pages) takeStatus(w http.ResponseWriter, r *http.Request) error {
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
	_, err := p.Requests.Status(r.Context(), number, code)
	if fault.Is(err, fault.NotFound) {
		page.Number.Error = "public.status.wrong"
		page.Problems = form.Problems(&page.Number)
		return p.site.Render(w, r, "status", page)
	}
	if err != nil {
		return shut(err)
	}
	p.keep(w, statusCookie, string(number), code.Reveal())
	return p.site.Redirect(w, r, "/status/request")
}

// shut says in words for this page that too many codes were tried.
func shut(err error) error {
	if fault.Is(err, fault.Throttled) {
		return fault.New(fault.Throttled, "public.status.shut", "open a request: %w", err)
	}
	return err
}

func (p *Pages) showStatus(w http.ResponseWriter, r *http.Request) error {
	return p.withStatus(w, r, func(page *statusPage, number ident.CaseNumber, code ident.Code) error {
		for _, done := range []string{"reopened", "revoked", "forgotten"} {
			if r.URL.Query().Has(done) {
				page.Done = "public.status." + done
			}
		}
		if err := p.fillStatus(r.Context(), page, number, code); err != nil {
			return err
		}
		return p.site.Render(w, r, "status", page)
	})
}

func (p *Pages) reopen(w http.ResponseWriter, r *http.Request) error {
	return p.withStatus(w, r, func(_ *statusPage, number ident.CaseNumber, code ident.Code) error {
		switch err := p.Requests.Reopen(r.Context(), number, code); {
		case err == nil:
			return p.site.Redirect(w, r, "/status/request?reopened")
		case fault.Is(err, fault.TooLate): // a second press of the button
			return p.site.Redirect(w, r, "/status/request")
		default:
			return err
		}
	})
}

func (p *Pages) askWithdraw(w http.ResponseWriter, r *http.Request) error {
	return p.withStatus(w, r, func(page *statusPage, _ ident.CaseNumber, _ ident.Code) error {
		page.Title, page.Back = "public.withdraw.title", "/status/request"
		return p.site.Render(w, r, "withdraw", page)
	})
}

func (p *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	return p.withStatus(w, r, func(page *statusPage, number ident.CaseNumber, code ident.Code) error {
		if page.Status.Step != request.StepWithdrawn { // a second press of the button
			if err := p.Requests.Withdraw(r.Context(), number, code); err != nil {
				return err
			}
		}
		p.site.DropCookie(w, statusCookie)
		return p.site.Redirect(w, r, "/status/withdrawn")
	})
}

// withdrawn tells that it was done, and nothing of what.
func (p *Pages) withdrawn(w http.ResponseWriter, r *http.Request) error {
	return p.site.Render(w, r, "withdraw", &statusPage{
		Page: web.Page{Title: "public.withdraw.done", Back: "/"}, Done: "public.withdraw.done-text"})
}

// withStatus calls then with number and code that the browser keeps and with the
// status they open, or asks for them again where it keeps none any more.
func (p *Pages) withStatus(w http.ResponseWriter, r *http.Request, then func(*statusPage, ident.CaseNumber, ident.Code) error) error {
	words := p.kept(r, statusCookie)
	if len(words) != 2 {
		return p.site.Redirect(w, r, "/status")
	}
	number, err := ident.ParseCaseNumber(words[0])
	if err != nil {
		return err
	}
	code, err := ident.ParseCode(words[1])
	if err != nil {
		return err
	}
	status, err := p.Requests.Status(r.Context(), number, code)
	if fault.Is(err, fault.NotFound) { // destroyed meanwhile
		p.site.DropCookie(w, statusCookie)
		return p.site.Redirect(w, r, "/status")
	}
	if err != nil {
		return shut(err)
	}
	page := newStatusPage()
	page.Status, page.Shown, page.Back = &status, number.Spoken(), "/status"
	return then(page, number, code)
}
