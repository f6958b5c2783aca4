package public

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/mailbox"
	"loket/internal/request"
	"loket/internal/rules"
	"loket/internal/web"
	"loket/internal/web/form"
	"loket/internal/web/questions"
)

// sessionCookie opens the message that is on the screen. The mailbox ends it
// after ten minutes without use.
const sessionCookie = "session"

// messagePage is an opened message with its thread.
type messagePage struct {
	web.Page
	Kind      string
	Day       string
	Leading   Passage     // what the message says; empty where a document is asked
	KeepCard  Passage     // where a document is asked
	Proofs    []proofView // newest first
	LastDose  bool        // there are several doses, and the first proof is of the last
	Documents []string    // message keys of what is accepted, where a document is asked
	Yours     string      // message key of what the person said to have; or empty
	Replies   []replyView
	Others    []otherView
	Reply     form.Text
	Key       string // so that a reply is sent once
	Sent      string // message key of what has just been sent; or empty
	Photos    bool   // photos can be sent here
	Arrived   int    // photos that are here; those not sent among them
	Unsent    bool
}

// proofView is a proof as a message shows it.
type proofView struct {
	Number int       // in the message, from 1
	Title  lang.Text // which proof it is
	Side   int       // of the symbol, in CSS pixels
	day    string    // YYYY-MM-DD of what it proves
	dose   bool      // it proves a vaccination
}

// replyView is what the person wrote before.
type replyView struct{ Day, Text string }

// otherView is a message of the thread that opens with its own link.
type otherView struct {
	Day   string
	State string // message key
}

// thread reads what the session of r shows.
func (p *Pages) thread(r *http.Request) (mailbox.Session, mailbox.Thread, error) {
	session, err := mailbox.ParseSession(p.site.Cookie(r, sessionCookie))
	if err != nil {
		return session, mailbox.Thread{}, err
	}
	thread, err := p.Mailbox.Read(r.Context(), session)
	return session, thread, err
}

// closedPage says that no message is open, and how to open it again.
type closedPage struct {
	web.Page
	Text string // message key
}

// over answers an error of a page that needs an open message.
func (p *Pages) over(w http.ResponseWriter, r *http.Request, err error) error {
	if errors.Is(err, errDecided) {
		return p.site.Render(w, r, "closed", &closedPage{web.Page{Title: "public.message.title"}, fault.Key(err)})
	}
	if !fault.Is(err, fault.TooLate) {
		return err
	}
	p.site.DropCookie(w, sessionCookie)
	return p.site.Render(w, r, "closed", &closedPage{web.Page{Title: "public.message.over"}, "public.message.over-text"})
}

func (p *Pages) message(w http.ResponseWriter, r *http.Request) error {
	_, thread, err := p.thread(r)
	if err != nil {
		return p.over(w, r, err)
	}
	page, err := p.newMessagePage(r, thread)
	if err != nil {
		return err
	}
	switch asked := r.URL.Query(); {
	case asked.Has("sent"):
		page.Sent = "public.reply.sent"
	case asked.Has("photos"):
		page.Sent = "public.photos.done"
	}
	return p.site.Render(w, r, "message", page)
}

func (p *Pages) newMessagePage(r *http.Request, thread mailbox.Thread) (*messagePage, error) {
	tag := p.site.Language(r)
	page := &messagePage{Page: web.Page{Title: "public.message.title"}, Kind: thread.Body.Kind, Day: thread.Day,
		Reply: replyField(), Key: ident.NewID(p.Random, "key")}
	if err := p.addProofs(page, tag, thread.Body.Proofs); err != nil {
		return nil, err
	}
	for _, reply := range thread.Replies {
		if reply.Text.Reveal() == "" {
			continue // it was photos
		}
		page.Replies = append(page.Replies, replyView{reply.Day, reply.Text.Reveal()})
	}
	for _, other := range thread.Others {
		page.Others = append(page.Others, otherView{other.Day, "public.message.state." + other.State})
	}
	var err error
	switch thread.Body.Kind {
	case request.MessageProof:
		page.Leading, err = p.leading(tag, "message-proof", nil)
	case request.MessageRefused:
		page.Leading, err = p.leading(tag, "message-refused", isolated(thread.Body.Fields))
	case request.MessageComparing:
		page.Leading, err = p.leading(tag, "message-comparing", nil)
	case request.MessageAsked:
		page.Documents = p.acceptedDocuments()
		if item, ok := p.pack.Item(questions.ListDocuments, thread.Body.Fields["document"]); ok {
			page.Yours = questions.Key(questions.ListDocuments, item.ID, "name")
		}
		if err := p.countPhotos(r.Context(), page, thread.CaseID); err != nil {
			return nil, err
		}
		page.KeepCard, err = p.passage(tag, "keep-card", nil)
	default:
		err = fault.New(fault.Internal, "", "message of kind %q", thread.Body.Kind)
	}
	return page, err
}

// countPhotos tells a page how many photos there are, where the host takes any.
func (p *Pages) countPhotos(ctx context.Context, page *messagePage, caseID string) error {
	takes, err := p.Requests.TakesPhotos(ctx, caseID)
	if err != nil {
		return err
	}
	page.Photos = takes && p.Uploads.Ready(ctx) == nil
	list, err := p.Uploads.List(ctx, p.Uploads.DB, caseID)
	for _, photo := range list {
		if photo.Living() {
			page.Arrived++
			page.Unsent = page.Unsent || !photo.Sent
		}
	}
	return err
}

// isolated returns values in the language of whoever wrote them, so that a Dutch sentence
// on an Arabic page keeps its full stop at its end (Unicode, UAX #9).
func isolated(values map[string]string) map[string]string {
	const firstStrong, pop = "\u2068", "\u2069"
	marked := make(map[string]string, len(values))
	for name, value := range values {
		marked[name] = firstStrong + value + pop
	}
	return marked
}

// acceptedDocuments are the message keys of the documents that the pack accepts
// today.
func (p *Pages) acceptedDocuments() []string {
	var keys []string
	today := p.Requests.Today()
	for _, item := range p.pack.List(questions.ListDocuments) {
		d, err := rules.Decide(p.pack, "document", rules.Facts{"document": item.ID, "document_expired": false}, today, today)
		if err == nil && d.Outcome != request.WayCounter && d.Outcome != rules.NoRule {
			keys = append(keys, questions.Key(questions.ListDocuments, item.ID, "name"))
		}
	}
	return keys
}

func replyField() form.Text {
	return form.Text{Name: "reply", Label: "public.reply.label", Hint: "public.reply.hint", Who: "public.reply.who", Lines: 6, Autocomplete: "off"}
}

// reply takes what the person writes back.
func (p *Pages) reply(w http.ResponseWriter, r *http.Request) error {
	session, thread, err := p.thread(r)
	if err != nil {
		return p.over(w, r, err)
	}
	field := replyField()
	if err := form.Read(r, &field); err != nil {
		return err
	}
	if field.Require("public.reply.missing") && field.Error == "" {
		err := p.Mailbox.Reply(r.Context(), session, ident.NewPrivate(field.Value), r.PostForm.Get("key"))
		switch {
		case err == nil:
			return p.site.Redirect(w, r, "/message?sent")
		case fault.Is(err, fault.Invalid):
			field.Error = fault.Key(err)
		default:
			return p.over(w, r, err)
		}
	}
	page, err := p.newMessagePage(r, thread)
	if err != nil {
		return err
	}
	page.Reply, page.Problems = field, form.Problems(&field)
	return p.site.Render(w, r, "message", page)
}

// closeMessage ends the session and leaves nothing of the message in the browser.
func (p *Pages) closeMessage(w http.ResponseWriter, r *http.Request) error {
	if err := p.endSession(r.Context(), r); err != nil {
		return err
	}
	w.Header().Set("Clear-Site-Data", `"cache", "cookies", "storage"`)
	for _, cookie := range []string{sessionCookie, browserCookie, draftCookie, receiptCookie, statusCookie} {
		p.site.DropCookie(w, cookie) // for browsers that do not know the header
	}
	return p.site.Render(w, r, "closed", &closedPage{web.Page{Title: "public.message.closed"}, "public.message.closed-text"})
}

// endSession ends the session of r, if it has one.
func (p *Pages) endSession(ctx context.Context, r *http.Request) error {
	session, err := mailbox.ParseSession(p.site.Cookie(r, sessionCookie))
	if err != nil {
		return nil // none is open
	}
	return p.Mailbox.Leave(ctx, session)
}

// leave is "leave quickly". It closes the message that is open, on the server too: who
// takes the phone over cannot open it with what the browser may have kept. The way
// out does not wait for it: where it fails, the session ends by itself.
func (p *Pages) leave(w http.ResponseWriter, r *http.Request) error {
	if !web.Elsewhere(r) {
		ctx, cancel := context.WithTimeout(r.Context(), time.Second)
		defer cancel()
		if err := p.endSession(ctx, r); err != nil {
			p.site.Log.ErrorContext(ctx, "end a session on leaving", slog.Any("error", err))
		}
	}
	return p.site.Leave(w, r)
}
