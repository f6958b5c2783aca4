package api

import (
	"errors"
	"io"
	"log/slog"
	"net/http"

	"loket/internal/fault"
	"loket/internal/outbox/sms"
	"loket/internal/texting"
)

// texts takes in the text messages that people send.
type texts struct {
	store   *texting.Store
	inbound sms.Inbound
	log     *slog.Logger
}

// NewTexts returns the handler of text messages that come in, to be mounted at
// /hooks/sms-in and /hooks/sms-in/. A gateway posts there and signs the body, or to
// /hooks/sms-in/SECRET; see [sms.Inbound].
//
// A text that was taken is a 204, whether it is answered or not, and so is one from a
// sender whom no answer reaches: a provider must not come back with it. Neither sender
// nor text is ever logged.
func NewTexts(store *texting.Store, inbound sms.Inbound, log *slog.Logger) http.Handler {
	h := &texts{store, inbound, log}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /hooks/sms-in", h.take)
	mux.HandleFunc("POST /hooks/sms-in/{secret}", h.take)
	return mux
}

func (h *texts) take(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	err := h.answer(w, r)
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	status, code := statusOf(err)
	h.log.LogAttrs(r.Context(), slog.LevelWarn, "text message refused", slog.String("route", r.Pattern),
		slog.Int("status", status), slog.String("error", err.Error()))
	name := http.StatusText(status)
	writeJSON(w, kindProblem, status, problem{Title: name, Status: status, Detail: name, Language: "en", Code: code})
}

// errUnreachable says that the sender of a text is no mobile phone.
var errUnreachable = errors.New("no answer reaches the sender")

func (h *texts) answer(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return refusal{http.StatusRequestEntityTooLarge, "form.too-large", nil}
	}
	text, err := h.inbound.Parse(r.PathValue("secret"), r.Header, body)
	if err != nil {
		return err
	}
	err = h.store.Take(r.Context(), texting.Text{ID: text.ID, From: text.From, Text: text.Text})
	if fault.Is(err, fault.Invalid) {
		h.log.LogAttrs(r.Context(), slog.LevelInfo, "text message without an answer", slog.String("error", errUnreachable.Error()))
		return nil
	}
	return err
}
