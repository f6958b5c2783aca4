package demo

import (
	"context"
	_ "embed" // for authenticator.js
	"net/http"

	"loket/internal/web"
)

// Staff is the invented people who work here.
type Staff interface {
	// Colleagues returns them, each with a link that makes their account as long as
	// nobody used it.
	Colleagues(ctx context.Context) ([]Colleague, error)
	// NewLink ends a colleague's account, if there was one, and makes another link.
	NewLink(ctx context.Context, id string) error
}

// Colleague is somebody invented who works here.
type Colleague struct {
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
	Does  string   `json:"does"`           // in words
	Link  string   `json:"link,omitempty"` // to make the account; empty when it was used
}

//go:embed authenticator.js
var authenticator []byte

// Authenticator is the path of the script that plays a passkey, on the staff site of
// the demonstration: a script to run before those of each page.
const Authenticator = "/demo/authenticator.js"

// RegisterAuthenticator adds the script to the staff site of the demonstration. It
// keeps keys openly in the browser, and has no place in a real installation.
func RegisterAuthenticator(site *web.Site) {
	site.Handle("GET "+Authenticator, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = w.Write(authenticator)
	}))
}

// newLink makes another link for a colleague.
func (p *Pages) newLink(w http.ResponseWriter, r *http.Request) {
	if err := p.Staff.NewLink(r.Context(), r.PathValue("colleague")); err != nil {
		http.Error(w, err.Error(), web.Status(err))
		return
	}
	http.Redirect(w, r, "/demo/staff", http.StatusSeeOther)
}
