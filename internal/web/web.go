// Package web is the ground that all pages of Loket stand on: the frame and
// the parts of a page, the handlers' contract, the answers to errors, and what
// every answer carries for safety.
//
// A page is a struct that embeds [Page], a template of the same name that
// defines "main", and a [Handler]; the three stand in one file and the
// template beside it:
//
//	type namePage struct {
//		web.Page
//		Name form.Text
//	}
//
//	func (p *pages) name(w http.ResponseWriter, r *http.Request) error {
//		return p.site.Render(w, r, "name", &namePage{Page: web.Page{Title: "request.name.title"}, Name: nameField()})
//	}
//
// All routes of a listener are added to its [Site] in one list. Paths there
// have no language: a person asks for /nl/name, and a path without a language
// is sent to the one the browser prefers. Templates speak with {{t "key"}} and
// link with {{link "/name"}}.
//
// A handler returns its error and writes nothing then. The Site turns the kind
// of the fault into a status and a page in the person's language; what went
// wrong inside goes to the log with an id, and only the id is on the page.
//
// No page needs a script, loads anything from another host, or sets a cookie
// that its handler did not ask for. Every answer says that it must not be
// stored, but those of [Site.Still] and of the [Assets].
package web

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"loket/internal/lang"
	"loket/internal/web/throttle"
)

// Handler answers a request for a page, or returns an error and writes nothing.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Site is what one listener serves. Set the fields, add the routes, then use
// it as a handler; nothing may change after that.
type Site struct {
	Renderer *Renderer
	Assets   *Assets
	Log      *slog.Logger
	NewID    func() string // id of an error, to be read out on the phone

	// Secure says that people reach the site over https. Only a demo on
	// loopback may leave it out.
	Secure bool
	// Policy is the Content-Security-Policy; empty is [PublicPolicy].
	Policy string

	// Throttle counts requests by source; nil counts nothing. Zero limits are
	// [Reading] and [Writing].
	Throttle         *throttle.Throttle
	Proxies          throttle.Proxies
	Reading, Writing throttle.Limit

	// Dress gives a page what the frame of this site shows besides, such as who is
	// signed in; errors are dressed too. It may be nil.
	Dress func(r *http.Request, p *Page)

	// LeaveTo is where "leave quickly" leads: an everyday page elsewhere, as an
	// absolute URL.
	LeaveTo string

	pages, rest http.ServeMux
	protection  http.CrossOriginProtection
}

// Page adds a page. The pattern is one of [http.ServeMux] without language or
// host, such as "GET /request/name".
func (s *Site) Page(pattern string, h Handler) {
	s.UncountedPage(pattern, func(w http.ResponseWriter, r *http.Request) error {
		if err := s.countRequest(r); err != nil {
			return err
		}
		return h(w, r)
	})
}

// UncountedPage adds a page that the limits by source leave alone. Its handler
// counts tries itself, by what only the right person has, so that nobody can use
// up the limit of those who share a source with them.
func (s *Site) UncountedPage(pattern string, h Handler) {
	s.pages.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

// Handle adds what is not a page and has no language. A pattern that begins with
// GET is counted as the reading of pages is. Any other, such as an API that is
// mounted whole, carries the safety headers and nothing else: limits and errors
// are its own.
func (s *Site) Handle(pattern string, h http.Handler) {
	if !strings.HasPrefix(pattern, http.MethodGet+" ") {
		s.rest.Handle(pattern, h)
		return
	}
	s.rest.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		if err := s.countRequest(r); err != nil {
			s.fail(w, r, err)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// ServeHTTP answers r.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.setHeaders(w.Header())
	first, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	tag, localised := s.Renderer.catalogue.Tag(first)
	if localised {
		asked := r
		r = inLanguage(r, tag, "/"+rest)
		// Whoever counts requests outside finds the pattern where ServeMux
		// would have left it, and never needs the path.
		defer func() { asked.Pattern = r.Pattern }()
	}
	out := &response{ResponseWriter: w}
	defer s.recover(out, r)
	if err := s.sameOrigin(r); err != nil {
		s.fail(out, r, err)
		return
	}
	name, isAsset := strings.CutPrefix(r.URL.Path, assetPath)
	switch {
	case localised:
		s.servePage(out, r)
	case isAsset && s.Assets != nil:
		s.Assets.serve(out, r, name)
	default:
		s.serveRest(out, r)
	}
}

// servePage answers a request whose path has lost its language.
func (s *Site) servePage(w http.ResponseWriter, r *http.Request) {
	if _, pattern := s.pages.Handler(r); pattern == "" && isRead(r) {
		s.fail(w, r, errNoPage)
		return
	}
	s.pages.ServeHTTP(w, r)
}

// serveRest answers a path without a language: something that has none, or a
// page whose address somebody typed.
func (s *Site) serveRest(w http.ResponseWriter, r *http.Request) {
	if _, pattern := s.rest.Handler(r); pattern != "" {
		s.rest.ServeHTTP(w, r)
		return
	}
	if _, pattern := s.pages.Handler(r); pattern == "" || !isRead(r) {
		s.fail(w, r, errNoPage)
		return
	}
	w.Header().Set("Vary", "Accept-Language")
	http.Redirect(w, r, Path(s.Renderer.languageOf(r), r.URL.EscapedPath()), http.StatusSeeOther)
}

// Render writes the page name with data. A page that has problems in it is
// answered with 422, any other with 200.
func (s *Site) Render(w http.ResponseWriter, r *http.Request, name string, data Document) error {
	status := http.StatusOK
	if data.page().Problems != nil {
		status = http.StatusUnprocessableEntity
	}
	return s.RenderStatus(w, r, status, name, data)
}

// RenderStatus writes the page name with data under a status: for an error that
// has a page of its own.
func (s *Site) RenderStatus(w http.ResponseWriter, r *http.Request, status int, name string, data Document) error {
	body, err := s.render(r, name, data)
	if err != nil {
		return err
	}
	writePage(w, status, body)
	return nil
}

func (s *Site) render(r *http.Request, name string, data Document) ([]byte, error) {
	if s.Dress != nil {
		s.Dress(r, data.page())
	}
	return s.Renderer.render(s.Renderer.languageOf(r), r.URL.Path, name, data)
}

// writePage writes a page that is ready. It is not compressed: a page that
// holds a person's secrets beside what somebody else chose must not tell their
// likeness by its length (BREACH), and it is small.
func writePage(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(body)
}

func isRead(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

type languageKey struct{}

// inLanguage returns r with its path changed and its language noted.
func inLanguage(r *http.Request, tag lang.Tag, path string) *http.Request {
	r2 := r.WithContext(context.WithValue(r.Context(), languageKey{}, tag))
	u := *r.URL
	u.Path, u.RawPath = path, ""
	r2.URL = &u
	return r2
}

// Path returns the address of a page, given without language, in a language.
func Path(tag lang.Tag, path string) string { return "/" + string(tag) + path }

// Language returns the language that the person asked the page in.
func (s *Site) Language(r *http.Request) lang.Tag { return s.Renderer.languageOf(r) }

// Redirect sends the person on to a page, given without language, with 303.
func (s *Site) Redirect(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, Path(s.Language(r), path), http.StatusSeeOther)
	return nil
}
