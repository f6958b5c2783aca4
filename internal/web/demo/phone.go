package demo

import (
	"context"
	"net/http"

	"loket/internal/ident"
	"loket/internal/web"
	"loket/internal/web/form"
)

// Texts sends a text message as a phone would: to the gateway of a provider, which posts it
// to us.
type Texts func(ctx context.Context, from, text string) error

// phonePage is a phone that can only text.
type phonePage struct {
	Number string
	Failed bool
	Sent   []Sent // text messages to it, newest first
}

// firstPhone is the number that the page begins with: invented, as are all of the demo.
const firstPhone = "+31612345670"

// most bytes of a text and of a number, as they are typed into the page.
const mostTyped = 1000

func (p *Pages) registerPhone(site *web.Site) {
	if p.Texts == nil {
		return
	}
	site.Handle("GET /demo/phone", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		number := r.FormValue("number")
		if number == "" || len(number) > mostTyped {
			number = firstPhone
		}
		p.showPhone(w, phonePage{Number: number})
	}))
	site.Handle("POST /demo/phone", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := form.Read(r); err != nil {
			http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
			return
		}
		number, text := r.PostForm.Get("number"), r.PostForm.Get("text")
		phone, err := ident.ParsePhone(number, "NL")
		if err == nil && len(text) <= mostTyped {
			number = phone.Reveal()
			err = p.Texts(r.Context(), number, text)
		}
		p.showPhone(w, phonePage{Number: number, Failed: err != nil})
	}))
}

func (p *Pages) showPhone(w http.ResponseWriter, shown phonePage) {
	for _, one := range p.sent() {
		if one.To == shown.Number && one.Channel == "sms" {
			shown.Sent = append(shown.Sent, one)
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = p.templates.ExecuteTemplate(w, "phone.html", page{p.Public, p.Style, shown})
}
