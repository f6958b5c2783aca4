package public

import (
	"net/http"
	"time"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/mailbox"
	"loket/internal/outbox"
	"loket/internal/web"
	"loket/internal/web/form"
	"loket/internal/web/throttle"
)

// browserCookie binds a code to the browser that asked for it. It goes when the
// browser closes.
const browserCookie = "browser"

// linkPage is what a link in a mail leads to. It looks nothing up and says the
// same of every link, for programs follow links too; only the button does something.
type linkPage struct {
	web.Page
	Token string
}

func (p *Pages) link(w http.ResponseWriter, r *http.Request) error {
	return p.site.Render(w, r, "link", &linkPage{web.Page{Title: "public.link.title"}, r.PathValue("token")})
}

// Of a source only the tries on links that open nothing are counted: whoever holds
// a good link is never shut out by who else is on their network.
var (
	deadLinks = throttle.Limit{Name: "links-dead", By: throttle.Source, Burst: 60, Every: 30 * time.Second,
		Why: "People open old mails; a machine that guesses links cannot go on."}
	linkUses = throttle.Limit{Name: "link-uses", By: throttle.Identifier, Burst: 60, Every: 10 * time.Second,
		Why: "A person asks for a code, looks again and mistypes it; the mailbox counts codes and wrong ones apart."}
)

// linked returns the link in the path of r and how it stands with its codes, and
// counts the try.
func (p *Pages) linked(r *http.Request) (link mailbox.Link, state mailbox.Asked, err error) {
	if link, err = mailbox.ParseLink(r.PathValue("token")); err == nil {
		state, err = p.Mailbox.Asked(r.Context(), link, p.site.Cookie(r, browserCookie))
	}
	if fault.Is(err, fault.NotFound) {
		if shut := p.site.Count(r, deadLinks, ""); shut != nil {
			return link, state, shut
		}
	}
	if err != nil {
		return link, state, err
	}
	return link, state, p.site.Count(r, linkUses, r.PathValue("token"))
}

// askCode has a code sent and leads to the page that takes it.
func (p *Pages) askCode(w http.ResponseWriter, r *http.Request) error {
	if err := form.Read(r); err != nil {
		return err
	}
	link, state, err := p.linked(r)
	if err != nil {
		return err
	}
	if !state.ByPhone { // the link came to the phone, or there is none: paper opens it
		return p.site.Redirect(w, r, "/m/"+r.PathValue("token")+"/code")
	}
	browser := p.site.Cookie(r, browserCookie)
	if browser == "" {
		browser = ident.NewID(p.Random, "brw")
		p.site.SetCookie(w, browserCookie, browser, 0)
	}
	channel := outbox.SMS
	if r.PostForm.Get("channel") == string(outbox.Voice) {
		channel = outbox.Voice
	}
	asked, err := p.Mailbox.Ask(r.Context(), link, browser, channel)
	if fault.Is(err, fault.Throttled) {
		asked.ByPhone, asked.ByPaper = state.ByPhone, state.ByPaper
		page := p.newCodePage(r, asked)
		page.Notice = fault.Key(err)
		return p.site.Render(w, r, "code", page)
	}
	if err != nil {
		return err
	}
	return p.site.Redirect(w, r, "/m/"+r.PathValue("token")+"/code")
}

// codePage takes the code, and says what to do where it does not come.
type codePage struct {
	web.Page
	Token   string
	Code    form.Text
	Paper   form.Text // the code on paper
	ByPhone bool      // a code by phone opens it
	ByPaper bool      // there is a code on paper
	Notice  string    // message key; or empty
	Channel string    // by which the code that counts here was sent; empty if none counts
	More    bool      // another code may be asked today
	Voice   bool      // it may be asked by voice now
	VoiceAt string    // or from then on, as 15:04; empty before the first SMS
}

func (p *Pages) newCodePage(r *http.Request, state mailbox.Asked) *codePage {
	page := &codePage{
		Page: web.Page{Title: "public.code.title"}, Token: r.PathValue("token"), Channel: string(state.Channel), More: state.Left > 0,
		Code: form.Text{Name: "code", Label: "public.code.label", Hint: "public.code.hint", Width: 10, Latin: true,
			Autocomplete: "one-time-code", InputMode: "numeric"},
		ByPhone: state.ByPhone, ByPaper: state.ByPaper,
		Paper: form.Text{Name: "paper", Label: "public.code.paper", Hint: "public.code.paper-hint", Width: 10, Latin: true,
			Autocomplete: "off", InputMode: "numeric"},
	}
	if !state.ByPhone {
		page.Title = "public.code.paper-title"
	}
	if !state.Voice.IsZero() {
		page.Voice = !p.Requests.Now().Before(state.Voice)
		page.VoiceAt = state.Voice.In(p.Requests.Zone).Format("15:04")
	}
	return page
}

func (p *Pages) showCode(w http.ResponseWriter, r *http.Request) error {
	_, state, err := p.linked(r)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, "code", p.newCodePage(r, state))
}

// open opens the message and leads away from the address with the token in it.
func (p *Pages) open(w http.ResponseWriter, r *http.Request) error {
	link, _, err := p.linked(r)
	if err != nil {
		return err
	}
	var typed form.Text
	typed.Name = "code"
	if err := form.Read(r, &typed); err != nil {
		return err
	}
	browser := p.site.Cookie(r, browserCookie)
	var session mailbox.Session
	if typed.Require("public.code.missing") && typed.Error == "" {
		session, err = p.Mailbox.Open(r.Context(), link, browser, typed.Value)
		if err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLate) {
			return err
		}
		if err != nil {
			typed.Error = fault.Key(err)
		}
	}
	if typed.Error != "" {
		state, err := p.Mailbox.Asked(r.Context(), link, browser)
		if err != nil {
			return err
		}
		page := p.newCodePage(r, state)
		page.Code.Error = typed.Error // a wrong code is typed anew
		page.Problems = form.Problems(&page.Code)
		if page.Channel == "" { // no code counts any more: there is nothing to type
			page.Code.Error, page.Problems[0].Control = "", "again"
		}
		return p.site.Render(w, r, "code", page)
	}
	p.site.SetCookie(w, sessionCookie, session.Cookie(), 0)
	return p.site.Redirect(w, r, "/message")
}

// openWithPaper opens the message with the code that was printed at a counter.
func (p *Pages) openWithPaper(w http.ResponseWriter, r *http.Request) error {
	link, state, err := p.linked(r)
	if err != nil {
		return err
	}
	page := p.newCodePage(r, state)
	if err := form.Read(r, &page.Paper); err != nil {
		return err
	}
	if page.Paper.Require("public.code.paper-missing") && page.Paper.Error == "" {
		session, err := p.Mailbox.OpenWithPaper(r.Context(), link, page.Paper.Value)
		if err == nil {
			p.site.SetCookie(w, sessionCookie, session.Cookie(), 0)
			return p.site.Redirect(w, r, "/message")
		}
		if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLate) && !fault.Is(err, fault.Throttled) {
			return err
		}
		page.Paper.Error = fault.Key(err)
	}
	page.Paper.Value = "" // a wrong code is typed anew
	page.Problems = form.Problems(&page.Paper)
	return p.site.Render(w, r, "code", page)
}

// notMinePage asks whether a message is to be closed for good because it reached
// somebody else, and tells that it was.
type notMinePage struct {
	web.Page
	Token string
	Done  bool
}

func (p *Pages) askNotMine(w http.ResponseWriter, r *http.Request) error {
	token := r.PathValue("token")
	return p.site.Render(w, r, "not-mine", &notMinePage{
		Page: web.Page{Title: "public.not-mine.title", Back: "/m/" + token + "/code"}, Token: token})
}

func (p *Pages) notMine(w http.ResponseWriter, r *http.Request) error {
	link, _, err := p.linked(r)
	if err != nil {
		return err
	}
	if err := p.Mailbox.WrongNumber(r.Context(), link, p.site.Cookie(r, browserCookie)); err != nil {
		return err
	}
	p.site.DropCookie(w, browserCookie)
	return p.site.Render(w, r, "not-mine", &notMinePage{Page: web.Page{Title: "public.not-mine.done"}, Done: true})
}
