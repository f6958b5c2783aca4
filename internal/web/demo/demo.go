// Package demo is the pages of the demonstration that stand in for a phone, a
// mailbox, a register and an office: what was sent, the invented people to be, and the
// invented staff with a link each to make an account. They are in no real installation.
// Each page has a twin that programs read, with .json behind it.
//
// For browsers without a passkey the staff site of the demonstration runs a script that
// plays one (see [Authenticator]).
package demo

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"time"

	"loket/internal/outbox/demo"
	"loket/internal/web"
)

//go:embed *.html
var files embed.FS

// Pages are the pages of the demonstration.
type Pages struct {
	Mail    *demo.MailServer
	Gateway *demo.Gateway
	People  []Person
	Staff   Staff
	Public  string // address of the pages for people
	Style   string // path of the stylesheet
	Texts   Texts  // nil where no texts are taken

	templates *template.Template
}

// Person is somebody to be in the demonstration.
type Person struct {
	Name      string `json:"name"`
	Latin     string `json:"latin,omitempty"`
	Number    string `json:"number,omitempty"`
	BirthDate string `json:"birth_date"`
	Email     string `json:"email,omitempty"`
	Phone     string `json:"phone,omitempty"`
	Known     string `json:"known"` // what the register knows, in words
}

// Sent is a mail, text message or call that has arrived.
type Sent struct {
	At      time.Time `json:"at"`
	Channel string    `json:"channel"`
	To      string    `json:"to"`
	Subject string    `json:"subject,omitempty"`
	Text    string    `json:"text"`
	Link    string    `json:"link,omitempty"`
}

// Register adds the pages to a site.
func (p *Pages) Register(site *web.Site) error {
	var err error
	if p.templates, err = template.ParseFS(files, "*.html"); err != nil {
		return fmt.Errorf("read the templates of the demo: %w", err)
	}
	p.add(site, "outbox", func(context.Context) (any, error) { return p.sent(), nil })
	p.add(site, "people", func(context.Context) (any, error) { return p.People, nil })
	p.add(site, "staff", func(ctx context.Context) (any, error) { return p.Staff.Colleagues(ctx) })
	p.registerPhone(site)
	site.Handle("POST /demo/staff/{colleague}/link", http.HandlerFunc(p.newLink))
	return nil
}

// add adds a page and its twin.
func (p *Pages) add(site *web.Site, name string, data func(context.Context) (any, error)) {
	site.Handle("GET /demo/"+name, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown, err := data(r.Context())
		if err != nil {
			http.Error(w, err.Error(), web.Status(err))
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = p.templates.ExecuteTemplate(w, name+".html", page{p.Public, p.Style, shown})
	}))
	site.Handle("GET /demo/"+name+".json", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown, err := data(r.Context())
		if err != nil {
			http.Error(w, err.Error(), web.Status(err))
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(shown)
	}))
}

type page struct {
	Public string
	Style  string
	Data   any
}

// sent returns what has arrived, newest first.
func (p *Pages) sent() []Sent {
	list := []Sent{}
	for _, m := range p.Mail.Messages() {
		for _, to := range m.To {
			list = append(list, Sent{m.At, "mail", to, m.Subject, m.Text, link(m.Text)})
		}
	}
	for _, c := range p.Gateway.Calls() {
		list = append(list, Sent{At: c.At, Channel: c.Channel, To: c.To, Text: c.Text})
	}
	slices.SortStableFunc(list, func(a, b Sent) int { return b.At.Compare(a.At) })
	return list
}
