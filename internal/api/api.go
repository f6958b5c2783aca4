// Package api is Loket for programs: whatever a person can do on a page, a program
// can do here, by the same rules, since both call the same methods of the same areas.
//
//	site.Handle("/api/", api.New(api.Parts{Requests: requests, Mailbox: mailbox, …}))
//	site.Handle("/hooks/", api.NewReports(outbox, gateways, log))
//
// openapi.yaml in this folder describes every call; it is served as
// /api/v1/openapi.json. It follows the design rules of the Dutch government for
// APIs, which a linter checks in the tests (spectral.yaml).
//
// A call that makes something must carry an Idempotency-Key, and its repeat gets the
// answer of the first. A call that fails gets a problem document (RFC 9457) with a
// code for programs, which is the key of the message, and a text for people in
// the language of Accept-Language. All that is wrong with a body is told at once,
// each with a JSON pointer. Members that nobody knows are an error.
//
// No secret and nothing of a person is ever part of an address: draft codes and
// session tokens are headers, numbers and codes are in bodies. Nothing may be cached.
// There are no accounts: who holds the number and code of a request, or opened its
// message with a code by SMS, may do what that person may.
//
// Nobody is found by asking here. The answer to a request is the same for those whom a
// registry knows and those whom it does not.
package api

import (
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/mailbox"
	"loket/internal/planner"
	"loket/internal/report"
	"loket/internal/request"
	"loket/internal/upload"
	"loket/internal/web/throttle"
)

// Version is the version of the interface, as in the API-Version header: semantic, and
// its first part is that of the path.
const Version = "1.0.0"

// Parts is what the API is made with. All but Planner, Throttle and Proxies are needed.
type Parts struct {
	Requests  *request.Store
	Mailbox   *mailbox.Store
	Uploads   *upload.Store
	Planner   *planner.Store // nil: the calls of places do not exist
	Reports   *report.Store  // nil as Planner is
	Catalogue *lang.Catalogue
	Region    string        // of phone numbers without a country, ISO 3166-1 alpha-2
	Log       *slog.Logger  // told of failures, never of people
	NewID     func() string // id of an error, to find it in the log
	Throttle  *throttle.Throttle
	Proxies   throttle.Proxies
}

// api answers the calls.
type api struct {
	Parts
	openapi []byte
	seen    seen
}

// New returns the API, to be mounted at /api/.
func New(parts Parts) http.Handler {
	a := &api{Parts: parts, openapi: described(parts.Planner != nil)}
	byPath := map[string]map[string]route{}
	routes := a.routes()
	if a.Planner != nil {
		routes = append(routes, a.placeRoutes()...)
	}
	for _, r := range routes {
		if byPath[r.path] == nil {
			byPath[r.path] = map[string]route{}
		}
		byPath[r.path][r.method] = r
	}
	mux := http.NewServeMux()
	for path, methods := range byPath {
		mux.Handle(prefix+path, a.resource(methods))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		setHeaders(w.Header())
		a.fail(w, r, refusal{status: http.StatusNotFound, key: "api.not-found"})
	})
	return mux
}

const prefix = "/api/v1"

// route is one call.
type route struct {
	method, path string
	handle       func(c *call) (answer, error)
	kind         string // media type of the answer
}

// byLink reports whether linkAndBrowser counts the call by the link in its body, and
// nothing counts it by source.
func (r route) byLink() bool {
	return r.path == "/message-codes" || r.path == "/paper-openings" || r.path == "/message-openings" || r.path == "/wrong-numbers"
}

// isPiece reports whether the body of the call is a piece of a photo, and not JSON.
func (r route) isPiece() bool { return strings.HasSuffix(r.path, "/pieces/{start}") }

const (
	kindJSON = "application/json"
	kindText = "text/plain"
	kindSVG  = "image/svg+xml"
	kindPNG  = "image/png"
	kindPDF  = "application/pdf"
	kindICS  = "text/calendar"

	kindProblem = "application/problem+json"
)

// routes are all calls.
func (a *api) routes() []route {
	return slices.Concat(a.photoRoutes("/message-photos", a.inMessage), a.photoRoutes("/draft-photos", a.inDraft), []route{
		{"GET", "/openapi.json", a.describe, kindJSON},
		{"GET", "/route", a.showRoute, kindJSON},
		{"POST", "/route-decisions", a.decideRoute, kindJSON},
		{"POST", "/drafts", a.startDraft, kindJSON},
		{"GET", "/draft", a.loadDraft, kindJSON},
		{"PUT", "/draft", a.saveDraft, kindJSON},
		{"DELETE", "/draft", a.dropDraft, kindJSON},
		{"POST", "/requests", a.submit, kindJSON},
		{"POST", "/request-status", a.showStatus, kindJSON},
		{"POST", "/request-reopenings", a.reopen, kindJSON},
		{"POST", "/request-withdrawals", a.withdraw, kindJSON},
		{"POST", "/message-codes", a.askCode, kindJSON},
		{"POST", "/message-openings", a.openMessage, kindJSON},
		{"GET", "/message", a.showMessage, kindJSON},
		{"DELETE", "/message", a.leaveMessage, kindJSON},
		{"GET", "/message/proofs/{number}/qr-text", a.proofText, kindText},
		{"GET", "/message/proofs/{number}/qr-svg", a.proofSVG, kindSVG},
		{"GET", "/message/proofs/{number}/qr-png", a.proofPNG, kindPNG},
		{"GET", "/message/proofs/{number}/sheet-pdf", a.proofSheet, kindPDF},
		{"POST", "/message-replies", a.reply, kindJSON},
		{"POST", "/wrong-numbers", a.wrongNumber, kindJSON},
		{"POST", "/paper-openings", a.openWithPaper, kindJSON},
		{"POST", "/mandate-revocations", a.revoke, kindJSON},
		{"POST", "/document-number-erasures", a.forget, kindJSON},
		{"GET", "/counters", a.showCounters, kindJSON},
	})
}

// call is a request that passed the gate.
type call struct {
	*http.Request
	texts *lang.Texts
	in    *body // of a POST or PUT
}

// answer is what a handler gives back.
type answer struct {
	status int
	body   any    // becomes JSON; nil for none
	raw    []byte // instead of body
	open   bool   // pages of other sites may read it
}

// resource is the gate of all calls of one path.
func (a *api) resource(methods map[string]route) http.Handler {
	allowed := slices.Sorted(maps.Keys(methods))
	if _, readable := methods["GET"]; readable {
		allowed = append(allowed, "HEAD")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setHeaders(w.Header())
		method := r.Method
		if method == "HEAD" {
			method = "GET"
		}
		route, ok := methods[method]
		if !ok {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			a.fail(w, r, refusal{status: http.StatusMethodNotAllowed, key: "api.method"})
			return
		}
		r.Pattern = method + " " + r.Pattern // for whoever counts requests outside
		got, err := a.pass(w, r, route)
		if err != nil {
			a.fail(w, r, err)
			return
		}
		got.write(w, route.kind)
	})
}

// pass counts a call, reads its body and has it answered.
func (a *api) pass(w http.ResponseWriter, r *http.Request, route route) (answer, error) {
	limit := Reading
	if route.method != "GET" {
		limit = Writing
	}
	if !route.byLink() {
		if err := a.count(r, limit, ""); err != nil {
			return answer{}, err
		}
	}
	if !accepts(r.Header.Values("Accept"), route.kind) {
		return answer{}, refusal{status: http.StatusNotAcceptable, key: "api.accept"}
	}
	c := &call{Request: r, texts: a.Catalogue.In(a.Catalogue.Match(r.Header.Get("Accept-Language")))}
	switch {
	case route.isPiece():
		c.Body = http.MaxBytesReader(w, r.Body, upload.MaxPart)
	case route.method == "POST" || route.method == "PUT":
		var err error
		if c.in, err = readBody(w, r); err != nil {
			return answer{}, err
		}
	}
	return route.handle(c)
}

// hold takes one of the places for photos, for the source of r.
func (a *api) hold(r *http.Request, places throttle.Places) (release func(), err error) {
	if a.Throttle == nil {
		return func() {}, nil
	}
	release, ok := a.Throttle.Hold(places, a.Proxies.SourceOf(r))
	if !ok {
		return nil, fault.New(fault.Unavailable, "photo.busy", "all places of %s are held", places.Name)
	}
	return release, nil
}

// count counts a try under limit, by the source of r or by who. It is asked before
// anything is looked up.
func (a *api) count(r *http.Request, limit throttle.Limit, who string) error {
	if a.Throttle == nil {
		return nil
	}
	if limit.By == throttle.Source {
		who = a.Proxies.SourceOf(r)
	}
	if wait, ok := a.Throttle.Try(limit, who); !ok {
		return throttle.Refuse(limit, wait)
	}
	return nil
}
