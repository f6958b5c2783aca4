// Package public is the pages for people: the route explained, the form one
// question a page, the receipt, the status, and the message that holds the proof.
//
//	catalogue, err := lang.Load(public.Messages(locales.Files, pack))
//	renderer, err := web.NewRenderer(web.Rendering{Catalogue: catalogue, Assets: assets, Pages: public.Templates()})
//	site := &web.Site{Renderer: renderer, …}
//	public.New(public.Parts{Requests: requests, Mailbox: mailbox, Catalogue: catalogue, …}).Register(site)
//
// A page is a file with its template beside it in templates; all routes stand in
// Register. The pages decide nothing: which question comes next, and which way is
// a person's, the pack says through package request; who may open a message,
// package mailbox. What a field is called, what it is for and who sees it is the pack's
// too, and comes in as messages (see [Messages]).
//
// Five cookies exist, each from the moment it is needed and none before: "draft"
// holds the code of a form that was begun, and for a day after it was sent nothing
// but that it was; "receipt" and "status" hold number and code for ten minutes,
// sealed, see kept; "browser" binds a code sent by SMS to the browser that asked
// for it; "session" opens the message that is on the screen. No page that shows
// something of a person is the answer to a form: without its cookie, which leaving
// takes away, neither "back" nor "load again" shows it a second time.
//
// Photos of documents come from an open message that asks for them, or from the form
// where its answers show that they will be asked; see place. What was sent is not shown
// back. One page of all has a script, which sends a photo in pieces and remembers in
// its tab where to, and nothing of the photo.
//
// The pages of places keep nothing in a browser, nor here before a form is sent: what was
// filled in goes sealed from page to page (see envelope), so that each page is the answer
// to the one before. Sent again by "back", it opens for a day, and what holds number and
// code for ten minutes.
//
// No page needs JavaScript, and no address holds anything of a person, but the link
// of a message, which leaves the address bar when the message opens.
package public

import (
	"context"
	"crypto/cipher"
	"embed"
	"io"
	"io/fs"
	"sync/atomic"
	"time"

	"loket/internal/lang"
	"loket/internal/mailbox"
	"loket/internal/planner"
	"loket/internal/report"
	"loket/internal/request"
	"loket/internal/rules"
	"loket/internal/seal"
	"loket/internal/upload"
	"loket/internal/web"
	"loket/internal/web/questions"
)

// Parts is what the pages are made with. All are needed.
type Parts struct {
	Requests  *request.Store
	Mailbox   *mailbox.Store
	Uploads   *upload.Store
	Planner   *planner.Store  // nil where nobody can ask for a place
	Reports   *report.Store   // nil as Planner is
	Forms     seal.Box        // seals what a form carries from page to page
	Catalogue *lang.Catalogue // made of Messages
	Audit     Audit
	Security  Security
	Texts     bool      // that people can answer by text message
	TextTo    string    // the number to which they text, as shown; may be empty
	Region    string    // of phone numbers without a country, ISO 3166-1 alpha-2
	Random    io.Reader // cryptographically strong
}

// Audit is what the pages tell of the audit log.
type Audit struct {
	Key string // with which anybody verifies a checkpoint
	// Checkpoint returns the newest one as signed, and "" before the first.
	Checkpoint func(ctx context.Context) (string, error)
	// Proof returns the proof that the log of size newer begins with the log of
	// size older, a hash in base64 on each line.
	Proof func(ctx context.Context, older, newer int64) (string, error)
}

// Security is how to report a weakness, as security.txt says it (RFC 9116).
type Security struct {
	Contact string    // an address beginning with https:, mailto: or tel:
	Expires time.Time // until when that can be relied on
}

// Pages are the pages for people.
type Pages struct {
	Parts
	pack    *rules.Pack
	form    questions.Form
	site    *web.Site
	cookies cipher.AEAD // seals what kept cookies hold

	placesChanged func()      // has the page of places made anew
	placesAging   atomic.Bool // and that will happen by itself
}

// New returns the pages.
func New(parts Parts) *Pages {
	return &Pages{Parts: parts, pack: parts.Requests.Pack, form: questions.Form{Requests: parts.Requests, Region: parts.Region},
		cookies: newCookieSeal(parts.Requests.Keys.Secret("pepper"))}
}

//go:embed templates/*.html
var templates embed.FS

// Templates returns the templates of the pages, for [web.Rendering].
func Templates() fs.FS {
	sub, err := fs.Sub(templates, "templates")
	if err != nil {
		panic(err) // the name is a constant
	}
	return sub
}

// Register adds all pages to a site, and what has no language.
func (p *Pages) Register(site *web.Site) {
	p.site = site
	site.Still("/{$}", "home", p.home)
	site.Still("/proof", "proof", p.proof)
	site.Still("/privacy", "privacy", p.privacy)
	site.Still("/who-sees", "who-sees", p.whoSees)
	site.Still("/accessibility", "accessibility", p.accessibility)
	site.Still("/security", "security", p.security)
	site.Page("GET /leave", p.leave)

	site.Page("POST /proof/start", p.start)
	site.Page("GET /proof/{question}", p.showQuestion)
	site.Page("POST /proof/{question}", p.takeQuestion)
	site.Page("GET /proof/way", p.showWay)
	site.Page("GET /proof/check", p.showCheck)
	site.Page("POST /proof/send", p.send)
	site.Page("GET /proof/receipt", p.receipt)
	site.Page("GET /proof/stop", p.askStop)
	site.Page("POST /proof/stop", p.stop)
	site.Page("GET /continue", p.askDraftCode)
	site.Page("POST /continue", p.takeDraftCode)

	site.Page("GET /status", p.askStatus)
	site.Page("POST /status", p.takeStatus)
	site.Page("GET /status/request", p.showStatus)
	site.Page("POST /status/reopen", p.reopen)
	site.Page("POST /status/helpers", p.revoke)
	site.Page("POST /status/document", p.forget)
	site.Page("GET /status/withdraw", p.askWithdraw)
	site.Page("POST /status/withdraw", p.withdraw)
	site.Page("GET /status/withdrawn", p.withdrawn)

	site.UncountedPage("GET /m/{token}", p.link)
	site.UncountedPage("POST /m/{token}", p.askCode)
	site.UncountedPage("GET /m/{token}/code", p.showCode)
	site.UncountedPage("POST /m/{token}/open", p.open)
	site.UncountedPage("POST /m/{token}/paper", p.openWithPaper)
	site.UncountedPage("GET /m/{token}/not-mine", p.askNotMine)
	site.UncountedPage("POST /m/{token}/not-mine", p.notMine)
	site.Page("GET /message", p.message)
	site.Page("POST /message/reply", p.reply)
	site.Page("POST /message/close", p.closeMessage)
	site.Page("GET /message/proof/{picture}", p.picture)
	site.Page("GET /message/proof/{number}/print", p.print)

	site.Page("GET /counters", p.showCounters)
	site.Page("GET /audit", p.audit)
	p.registerPhotos(site)
	p.registerPlaces(site)
	p.registerPlain(site)
}
