package public

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"loket/internal/fault"
	"loket/internal/web"
)

// registerPlain adds what programs read: plain text without a language.
func (p *Pages) registerPlain(site *web.Site) {
	site.Handle("GET /.well-known/security.txt", plain(p.securityTxt))
	site.Handle("GET /audit/checkpoint", plain(func(r *http.Request) (string, error) {
		text, err := p.Audit.Checkpoint(r.Context())
		if err == nil && text == "" {
			err = fault.New(fault.NotFound, "", "no checkpoint yet")
		}
		return text, err
	}))
	site.Handle("GET /audit/key", plain(func(*http.Request) (string, error) { return p.Audit.Key + "\n", nil }))
	site.Handle("GET /audit/proof", plain(p.consistency))
}

// plain serves a text. An error is told by its status alone.
func plain(text func(*http.Request) (string, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := text(r)
		if err != nil {
			http.Error(w, fault.Of(err).String(), web.Status(err))
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		// A write fails only when the reader has gone.
		_, _ = io.WriteString(w, body)
	})
}

// securityTxt is the file of RFC 9116.
func (p *Pages) securityTxt(*http.Request) (string, error) {
	if p.Security.Contact == "" {
		return "", fault.New(fault.NotFound, "", "no contact for reports")
	}
	return fmt.Sprintf("Contact: %s\nExpires: %s\nPreferred-Languages: nl, en\n",
		p.Security.Contact, p.Security.Expires.UTC().Format(time.RFC3339)), nil
}

// consistency proves that the log of size "from" is the beginning of that of size "to".
func (p *Pages) consistency(r *http.Request) (string, error) {
	var sizes [2]int64
	for i, name := range []string{"from", "to"} {
		n, err := strconv.ParseInt(r.URL.Query().Get(name), 10, 64)
		if err != nil {
			return "", fault.New(fault.Invalid, "", "%s is not a size", name)
		}
		sizes[i] = n
	}
	return p.Audit.Proof(r.Context(), sizes[0], sizes[1])
}
