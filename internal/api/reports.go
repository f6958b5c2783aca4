package api

import (
	"io"
	"log/slog"
	"net/http"

	"loket/internal/fault"
	"loket/internal/outbox"
	"loket/internal/outbox/sms"
)

// reports takes in what providers report of deliveries.
type reports struct {
	box      *outbox.Box
	gateways map[outbox.Channel]sms.Reports
	log      *slog.Logger
}

// NewReports returns the handler of delivery reports, to be mounted at /hooks/. A
// gateway posts to /hooks/sms or /hooks/voice and signs the body, or to
// /hooks/sms/SECRET; see [sms.Reports]. A channel without a gateway does not exist.
//
// A report on something we do not know yet is a 404, so that the provider comes back
// with it: it may be faster than our record of the sending.
func NewReports(box *outbox.Box, gateways map[outbox.Channel]sms.Reports, log *slog.Logger) http.Handler {
	h := &reports{box, gateways, log}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /hooks/{channel}", h.take)
	mux.HandleFunc("POST /hooks/{channel}/{secret}", h.take)
	return mux
}

func (h *reports) take(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	err := h.deliver(w, r)
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	status, code := statusOf(err)
	h.log.LogAttrs(r.Context(), slog.LevelWarn, "delivery report refused", slog.String("route", r.Pattern),
		slog.Int("status", status), slog.String("error", err.Error()))
	name := http.StatusText(status)
	writeJSON(w, kindProblem, status, problem{Title: name, Status: status, Detail: name, Language: "en", Code: code})
}

func (h *reports) deliver(w http.ResponseWriter, r *http.Request) error {
	channel := outbox.Channel(r.PathValue("channel"))
	gateway, ok := h.gateways[channel]
	if !ok {
		return fault.New(fault.NotFound, "api.not-found", "delivery report on a channel that is off")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return refusal{http.StatusRequestEntityTooLarge, "form.too-large", nil}
	}
	report, err := gateway.Parse(r.PathValue("secret"), r.Header, body)
	if err != nil || report.Status == "" {
		return err // a word that is no news is taken and forgotten
	}
	return h.box.Deliver(r.Context(), channel, report.Reference, report.Status)
}
