package web

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"

	"loket/internal/fault"
)

// recover answers a panic with the page for an internal error. If part of an
// answer has left already, the connection is cut instead.
func (s *Site) recover(w *response, r *http.Request) {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler {
		panic(cause)
	}
	err := fmt.Errorf("panic of type %T at %s", cause, panicSite())
	if runtimeErr, ok := cause.(runtime.Error); ok {
		err = fmt.Errorf("panic: %w at %s", runtimeErr, panicSite())
	}
	if w.started {
		s.logFailure(r, fault.Internal, s.NewID(), err)
		panic(http.ErrAbortHandler)
	}
	s.fail(w, r, err)
}

// panicSite names the functions that led to a panic, nearest first. The values
// they were called with, which a full stack shows, stay out of the log.
func panicSite() string {
	pcs := make([]uintptr, 16)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(4, pcs)])
	var names []string
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "runtime.") {
			names = append(names, fmt.Sprintf("%s:%d", f.Function, f.Line))
		}
		if !more || len(names) == 6 {
			return strings.Join(names, " < ")
		}
	}
}

// response notes whether an answer has started to leave.
type response struct {
	http.ResponseWriter
	started bool
}

func (w *response) WriteHeader(status int) {
	w.started = true
	w.ResponseWriter.WriteHeader(status)
}

func (w *response) Write(p []byte) (int, error) {
	w.started = true
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }
