package public

import (
	"context"
	"net/http"
	"time"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/request"
	"loket/internal/upload"
	"loket/internal/web"
	"loket/internal/web/form"
	"loket/internal/web/throttle"
)

// draftCookie holds the code of the form that this browser has begun. It goes
// when the browser closes, when the form is sent, and with "leave quickly".
const draftCookie = "draft"

// For a while after a form was sent the cookie holds sentMark in place of a code, and
// nothing else, so that who goes back reads that it arrived and not that it is gone.
const (
	sentMark  = "sent"
	sentShown = 24 * time.Hour // as long as a form that was not sent
)

// draft is a form that was begun.
type draft struct {
	code    ident.DraftCode
	answers request.Answers
}

// draft returns the form of this browser; a fault.NotFound when there is none, or
// none any more.
func (p *Pages) draft(r *http.Request) (draft, error) {
	code, err := ident.ParseDraftCode(p.site.Cookie(r, draftCookie))
	if err != nil {
		return draft{}, fault.New(fault.NotFound, "", "no draft in this browser")
	}
	answers, err := p.Requests.LoadDraft(r.Context(), code)
	return draft{code, answers}, err
}

func (p *Pages) keepDraft(w http.ResponseWriter, code ident.DraftCode) {
	p.site.SetCookie(w, draftCookie, code.Spoken(), 0)
}

// draftStarts is wide, for many begin from one shelter or library.
var draftStarts = throttle.Limit{Name: "forms-begun", By: throttle.Source, Burst: 100, Every: 5 * time.Second,
	Why: "Each form begun is a row that is kept for a day."}

// start begins a form. It is the first moment at which a cookie is set.
func (p *Pages) start(w http.ResponseWriter, r *http.Request) error {
	if err := p.site.Count(r, draftStarts, ""); err != nil {
		return err
	}
	// A form that was begun here is not lost by a button: its person chooses.
	if begun, err := p.draft(r); err == nil {
		if r.PostFormValue("anew") == "" {
			return p.site.Redirect(w, r, "/continue")
		}
		if err := p.dropDraft(r.Context(), begun); err != nil {
			return err
		}
	}
	code, err := p.Requests.StartDraft(r.Context())
	if err != nil {
		return err
	}
	p.keepDraft(w, code)
	path, err := p.next(request.Answers{})
	if err != nil {
		return err
	}
	return p.site.Redirect(w, r, path)
}

// dropDraft erases a form that was begun, with its photos. What was sent with a request
// belongs to that and stays.
func (p *Pages) dropDraft(ctx context.Context, d draft) error {
	list, err := p.Uploads.List(ctx, p.Uploads.DB, d.answers.Case)
	if err != nil {
		return err
	}
	for _, photo := range list {
		if photo.Sent || photo.State == upload.Ending || photo.State == upload.Destroyed {
			continue
		}
		if err := p.Uploads.Remove(ctx, d.answers.Case, photo.ID); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return p.Requests.DropDraft(ctx, d.code)
}

// continuePage takes a code to go on with a form.
type continuePage struct {
	web.Page
	Code form.Text
	Gone bool   // the form that was asked for is not there
	Live string // path to go on with the form of this browser; empty if it has none
}

func newContinuePage() *continuePage {
	return &continuePage{Page: web.Page{Title: "public.continue.title", Back: "/"}, Code: form.Text{
		Name: "code", Label: "public.continue.label", Hint: "public.continue.hint", Width: 30, Latin: true, Autocomplete: "off"}}
}

func (p *Pages) askDraftCode(w http.ResponseWriter, r *http.Request) error {
	page := newContinuePage()
	if begun, err := p.draft(r); err == nil {
		if page.Live, err = p.next(begun.answers); err != nil {
			return err
		}
	}
	return p.site.Render(w, r, "continue", page)
}

// sentPage says that the form of this browser was sent, and where its number is.
type sentPage struct {
	web.Page
	Receipt bool // it can still be shown here
}

// noDraft answers a page of the form that has no draft to show.
func (p *Pages) noDraft(w http.ResponseWriter, r *http.Request, err error) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	if p.site.Cookie(r, draftCookie) == sentMark {
		_, shown := p.sent(r)
		return p.site.Render(w, r, "sent", &sentPage{web.Page{Title: "public.sent.title"}, shown})
	}
	page := newContinuePage()
	page.Gone = true
	return p.site.Render(w, r, "continue", page)
}

// draftTries bounds guessing, which a code of 100 bits makes hopeless anyhow.
var draftTries = throttle.Limit{Name: "form-codes", By: throttle.Source, Burst: 30, Every: 20 * time.Second,
	Why: "People mistype the long code of a form; nobody needs hundreds of tries."}

func (p *Pages) takeDraftCode(w http.ResponseWriter, r *http.Request) error {
	if err := p.site.Count(r, draftTries, ""); err != nil {
		return err
	}
	page := newContinuePage()
	if err := form.Read(r, &page.Code); err != nil {
		return err
	}
	page.Code.Require("public.continue.missing")
	code := form.Parse(&page.Code, ident.ParseDraftCode)
	answers, err := p.loadTyped(r, &page.Code, code)
	if err != nil {
		return err
	}
	if page.Problems = form.Problems(&page.Code); page.Problems != nil {
		return p.site.Render(w, r, "continue", page)
	}
	p.keepDraft(w, code)
	path, err := p.next(answers)
	if err != nil {
		return err
	}
	return p.site.Redirect(w, r, path)
}

// loadTyped loads the draft of a code that was typed. A code that cannot be and one
// that has no draft are the same to who mistypes.
func (p *Pages) loadTyped(r *http.Request, field *form.Text, code ident.DraftCode) (request.Answers, error) {
	if field.Value == "" {
		return request.Answers{}, nil // said already
	}
	if field.Error != "" {
		field.Error = "public.continue.none"
		return request.Answers{}, nil
	}
	answers, err := p.Requests.LoadDraft(r.Context(), code)
	if fault.Is(err, fault.NotFound) {
		field.Error = "public.continue.none"
		return request.Answers{}, nil
	}
	return answers, err
}

// stopPage asks whether a form is to be deleted, and tells that it was.
type stopPage struct {
	web.Page
	Done bool
}

func (p *Pages) askStop(w http.ResponseWriter, r *http.Request) error {
	return p.site.Render(w, r, "stop", &stopPage{Page: web.Page{Title: "public.stop.title", Back: "/proof/check"}})
}

func (p *Pages) stop(w http.ResponseWriter, r *http.Request) error {
	if d, err := p.draft(r); err == nil {
		if err := p.dropDraft(r.Context(), d); err != nil {
			return err
		}
	}
	p.site.DropCookie(w, draftCookie)
	return p.site.Render(w, r, "stop", &stopPage{Page: web.Page{Title: "public.stop.done", Back: "/"}, Done: true})
}
