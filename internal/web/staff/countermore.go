package staff

import (
	"context"
	"net/http"

	"loket/internal/ident"
	"loket/internal/request"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

// What else somebody can ask for at the counter: another phone number or address, which
// is changed nowhere else (who holds the old phone must not point the messages to
// another); that the number of their document is kept, or not any more; another code;
// a code on paper; to stop; to end what a helper may do.

func (p *Pages) counterMoreRoutes() []route {
	rt := func(act string, handle handler, fields ...string) route {
		return route{pattern: "POST /counter/case/{lease}/" + act, roles: atCounter, fields: fields, handle: handle}
	}
	return []route{
		rt("contact", p.changeContact, counterFields...),
		rt("keep-number", p.keepNumber, counterFields...),
		rt("forget-number", p.act(p.Requests.ForgetAt)),
		rt("to-counter", p.act(p.Requests.ToCounter)),
		rt("ask-document", p.act(p.Requests.AskDocument)),
		rt("withdraw", p.withdrawSeated),
		rt("code", p.newCode, "own code"),
		rt("paper-code", p.paperCode, "own code"),
		rt("end-mandate", p.endMandate),
	}
}

// moreForms are the small forms below a case.
type moreForms struct {
	Email, Phone form.Text
	Allowed      form.Tick // that the number may be kept
	Number       form.Text
	Stop         form.Tick
	Open         string // which one is open, because something is wrong with it
}

func (p *Pages) newMoreForms(request.Desk) moreForms {
	return moreForms{
		Email:   form.Text{Name: "email", Label: "staff.counter.email", Type: "email", Latin: true, Autocomplete: "off"},
		Phone:   form.Text{Name: "phone", Label: "staff.counter.phone", Type: "tel", Width: 20, Latin: true, Autocomplete: "off"},
		Allowed: form.Tick{Name: "allowed", Label: "staff.counter.allowed", Hint: "staff.counter.allowed-hint"},
		Number:  form.Text{Name: "document-number", Label: "staff.counter.document-number", Width: 20, Latin: true, Autocomplete: "off"},
		Stop:    form.Tick{Name: "stop", Label: "staff.counter.stop-sure"},
	}
}

// act runs an act on the case in hand and shows the case again.
func (p *Pages) act(do func(context.Context, people.Member, string) error) handler {
	return func(w http.ResponseWriter, r *http.Request, m people.Member) error {
		lease := r.PathValue("lease")
		if err := do(r.Context(), m, lease); err != nil {
			return err
		}
		return p.site.Redirect(w, r, casePath(lease))
	}
}

// wrongMore shows the case with one of the small forms open.
func (p *Pages) wrongMore(w http.ResponseWriter, r *http.Request, m people.Member, more moreForms, problems []form.Problem) error {
	page, err := p.newSeatPage(r, m, p.newSeatForm(r))
	if err != nil {
		return err
	}
	page.More, page.Problems = more, problems
	return p.renderSeat(w, r, page)
}

// changeContact changes where the person is reached. An empty field takes away what was
// there.
func (p *Pages) changeContact(w http.ResponseWriter, r *http.Request, m people.Member) error {
	more := p.newMoreForms(request.Desk{})
	if err := form.Read(r, &more.Email, &more.Phone); err != nil {
		return err
	}
	email := form.Parse(&more.Email, ident.ParseEmail)
	phone := form.Parse(&more.Phone, func(text string) (ident.Phone, error) { return ident.ParsePhone(text, p.Region) })
	if problems := form.Problems(&more.Email, &more.Phone); problems != nil {
		more.Open = "contact"
		return p.wrongMore(w, r, m, more, problems)
	}
	if err := p.Requests.SetContact(r.Context(), m, r.PathValue("lease"), email, phone); err != nil {
		return err
	}
	return p.site.Redirect(w, r, casePath(r.PathValue("lease")))
}

// keepNumber keeps the number of the document on the table, if its person allows it.
func (p *Pages) keepNumber(w http.ResponseWriter, r *http.Request, m people.Member) error {
	more := p.newMoreForms(request.Desk{})
	if err := form.Read(r, &more.Allowed, &more.Number); err != nil {
		return err
	}
	more.Allowed.Require("staff.counter.allowed-missing")
	more.Number.Require("public.document-number.missing")
	number := form.Parse(&more.Number, ident.ParseDocumentNumber)
	if problems := form.Problems(&more.Allowed, &more.Number); problems != nil {
		more.Open = "number"
		return p.wrongMore(w, r, m, more, problems)
	}
	if err := p.Requests.KeepDocument(r.Context(), m, r.PathValue("lease"), number); err != nil {
		return err
	}
	return p.site.Redirect(w, r, casePath(r.PathValue("lease")))
}

// withdrawSeated stops the request of who sits there, once they are sure.
func (p *Pages) withdrawSeated(w http.ResponseWriter, r *http.Request, m people.Member) error {
	more := p.newMoreForms(request.Desk{})
	if err := form.Read(r, &more.Stop); err != nil {
		return err
	}
	if !more.Stop.Require("staff.counter.stop-missing") {
		more.Open = "stop"
		return p.wrongMore(w, r, m, more, form.Problems(&more.Stop))
	}
	if err := p.Requests.WithdrawAt(r.Context(), m, r.PathValue("lease")); err != nil {
		return err
	}
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return p.render(w, r, "counter-done", &donePage{web.Page{Title: "staff.counter.stopped", Back: pathCounter}, "staff.counter.stopped-text"})
}

// donePage says that something has ended.
type donePage struct {
	web.Page
	Text string // message key
}

func (p *Pages) endMandate(w http.ResponseWriter, r *http.Request, m people.Member) error {
	id, err := formField(r, "mandate")
	if err != nil {
		return err
	}
	if err := p.Requests.RevokeAt(r.Context(), m, r.PathValue("lease"), id); err != nil {
		return err
	}
	return p.site.Redirect(w, r, casePath(r.PathValue("lease")))
}

// newCode prints another code; the one before opens nothing any more.
func (p *Pages) newCode(w http.ResponseWriter, r *http.Request, m people.Member) error {
	d, err := p.Requests.Desk(r.Context(), m, r.PathValue("lease"))
	if err != nil {
		return err
	}
	code, err := p.Requests.NewCode(r.Context(), m, d.Lease.ID)
	if err != nil {
		return err
	}
	page := p.newReceipt(r, m, p.tongueOf(d.Lang).Tag, request.Assisted{Receipt: request.Receipt{Number: d.Number, Code: code}})
	page.Page, page.Next = web.Page{Title: "staff.paper.receipt", Back: pathCounter}, casePath(d.Lease.ID)
	return p.render(w, r, "paper", page)
}

// paperCode prints a code that opens the messages of who has no phone.
func (p *Pages) paperCode(w http.ResponseWriter, r *http.Request, m people.Member) error {
	d, err := p.Requests.Desk(r.Context(), m, r.PathValue("lease"))
	if err != nil {
		return err
	}
	code, err := p.Requests.PaperCode(r.Context(), m, d.Lease.ID)
	if err != nil {
		return err
	}
	page := p.newPaperCode(m, p.tongueOf(d.Lang).Tag, code)
	page.Page, page.Next = web.Page{Title: "staff.paper.code", Back: pathCounter}, casePath(d.Lease.ID)
	return p.render(w, r, "paper", page)
}
