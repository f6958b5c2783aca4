package api

import (
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/web/throttle"
)

// problem is a problem document (RFC 9457). Its type is about:blank, so its title is
// the name of the status; the code tells programs more, and the detail people.
type problem struct {
	Title    string  `json:"title"`
	Status   int     `json:"status"`
	Detail   string  `json:"detail"`
	Language string  `json:"language"` // of the detail
	Code     string  `json:"code"`     // stable: the key of the message
	Errors   []field `json:"errors,omitempty"`
	ErrorID  string  `json:"errorId,omitempty"` // to find it in the log, when it is our fault
}

// refusal is an error that HTTP has a status of its own for.
type refusal struct {
	status int
	key    string
	cause  error
}

// Error names the key.
func (r refusal) Error() string { return "refused: " + r.key }

// Unwrap returns the cause.
func (r refusal) Unwrap() error { return r.cause }

// statuses are the answers to the kinds of fault, as on pages.
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

// keyOtherBody is the message of a repeat with another body, which has a status of its
// own: the body alone is right, and wrong only after the first.
const keyOtherBody = "once.other-body"

// statusOf returns the status and the code of err.
func statusOf(err error) (status int, code string) {
	if r, ok := errors.AsType[refusal](err); ok {
		return r.status, r.key
	}
	code = fault.Key(err)
	if code == keyOtherBody {
		return http.StatusUnprocessableEntity, code
	}
	return statuses[fault.Of(err)], code
}

// later is an error that says when to try again.
type later struct {
	wait time.Duration
	error
}

// Unwrap returns the error itself.
func (l later) Unwrap() error { return l.error }

// shut is how long to wait where nothing says it: tries grow back with the day.
const shut = time.Hour

// waitFor returns how long to wait after err.
func waitFor(err error) time.Duration {
	if refused, ok := errors.AsType[*throttle.Refused](err); ok {
		return refused.Wait
	}
	if l, ok := errors.AsType[later](err); ok {
		return l.wait
	}
	return shut
}

// fail answers with the problem document for err. Its private text goes to the log.
func (a *api) fail(w http.ResponseWriter, r *http.Request, err error) {
	texts := a.Catalogue.In(a.Catalogue.Match(r.Header.Get("Accept-Language")))
	p := a.problem(texts, err)
	level := slog.LevelInfo
	if p.Status >= http.StatusInternalServerError {
		p.ErrorID, level = a.NewID(), slog.LevelError
	}
	a.Log.LogAttrs(r.Context(), level, "call failed", slog.String("error_id", p.ErrorID), slog.Int("status", p.Status),
		slog.String("code", p.Code), slog.String("route", r.Pattern), slog.String("error", err.Error()))
	h := w.Header()
	switch p.Status {
	case http.StatusTooManyRequests:
		h.Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(waitFor(err).Seconds())))))
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="message"`)
	}
	h.Set("Vary", "Accept-Language")
	writeJSON(w, kindProblem, p.Status, p)
}

func (a *api) problem(texts *lang.Texts, err error) problem {
	status, code := statusOf(err)
	p := problem{Title: http.StatusText(status), Status: status, Code: code}
	p.Detail, p.Language = detail(texts, code, fault.Of(err))
	if wrong, ok := errors.AsType[wrongFields](err); ok {
		for _, f := range wrong.fields {
			f.Detail, f.Language = detail(texts, f.Code, fault.Invalid)
			p.Errors = append(p.Errors, f)
		}
	}
	return p
}

// detail returns the text of a key, or that of the kind where no catalogue has it, and
// its language.
func detail(texts *lang.Texts, key string, kind fault.Kind) (text, language string) {
	found := texts.Get(key, nil)
	if found.Text == key {
		found = texts.Get(fault.Key(fault.New(kind, "", "")), nil)
	}
	return found.Text, string(found.Lang)
}
