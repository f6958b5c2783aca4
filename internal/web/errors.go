package web

import (
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"

	"loket/internal/fault"
	"loket/internal/web/throttle"
)

var errNoPage = fault.New(fault.NotFound, "", "no such page")

// statuses are the answers to the kinds of fault; so are those of the API.
var statuses = map[fault.Kind]int{
	fault.Internal:    http.StatusInternalServerError,
	fault.NotFound:    http.StatusNotFound,
	fault.Invalid:     http.StatusBadRequest,
	fault.Taken:       http.StatusConflict,
	fault.TooLate:     http.StatusGone,
	fault.Denied:      http.StatusForbidden,
	fault.Throttled:   http.StatusTooManyRequests,
	fault.Unavailable: http.StatusServiceUnavailable,
}

// Status returns the HTTP status for err.
func Status(err error) int { return statuses[fault.Of(err)] }

// titles are the headings of the error page.
var titles = map[fault.Kind]string{
	fault.Internal:    "web.error.internal",
	fault.NotFound:    "web.error.not-found",
	fault.Invalid:     "web.error.invalid",
	fault.Taken:       "web.error.taken",
	fault.TooLate:     "web.error.too-late",
	fault.Denied:      "web.error.denied",
	fault.Throttled:   "web.error.throttled",
	fault.Unavailable: "web.error.unavailable",
}

// ErrorPage is the data of the template "error".
type ErrorPage struct {
	Page
	Text    string // message key
	ID      string // to quote to the helpdesk; empty where the error is not ours
	Minutes int    // until the next try; 0 where none is limited
}

// Fail answers with the page for err. Handlers return their errors and need it
// only where r knows more than the request that the Site gave them.
func (s *Site) Fail(w http.ResponseWriter, r *http.Request, err error) { s.fail(w, r, err) }

// fail answers with the page for err. Only the message key of err and an id
// reach the page; the private text goes to the log under that id.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, err error) {
	kind := fault.Of(err)
	page := &ErrorPage{Page: Page{Title: titles[kind]}, Text: fault.Key(err)}
	if kind == fault.Internal || kind == fault.Unavailable {
		page.ID = s.NewID()
	}
	s.logFailure(r, kind, page.ID, err)
	if refused, ok := errors.AsType[*throttle.Refused](err); ok {
		w.Header().Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(refused.Wait.Seconds())))))
		page.Minutes = max(1, int(math.Ceil(refused.Wait.Minutes())))
	}
	// An answer half made must not give its caching or its scripts to the error.
	w.Header().Set("Cache-Control", "no-store")
	s.setPolicy(w.Header())
	body, renderErr := s.render(r, "error", page)
	if renderErr != nil {
		s.logFailure(r, fault.Internal, page.ID, renderErr)
		http.Error(w, "Loket: "+page.ID, Status(err))
		return
	}
	writePage(w, Status(err), body)
}

// logFailure writes one event without personal data: the pattern of the route
// instead of the path, which can hold a secret.
func (s *Site) logFailure(r *http.Request, kind fault.Kind, id string, err error) {
	level := slog.LevelInfo
	if id != "" {
		level = slog.LevelError
	}
	s.Log.LogAttrs(r.Context(), level, "request failed", slog.String("error_id", id), slog.String("kind", kind.String()),
		slog.String("method", method(r)), slog.String("route", r.Pattern), slog.String("error", err.Error()))
}

// method returns the method if it is a known one: the rest is a stranger's text.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "other"
}
