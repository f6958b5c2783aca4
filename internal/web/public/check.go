package public

import (
	"net/http"

	"loket/internal/request"
	"loket/internal/web"
)

// checkPage shows all answers before they are sent, each with a way to change it.
type checkPage struct {
	web.Page
	Answers  []web.Answer
	Photos   bool // a document will be asked, and a photo of it can be sent now
	Arrived  int  // photos that are here
	Counter  bool // it goes on at a counter
	Counters []Counter
	KeepCard Passage
	Key      string // so that it is sent once, and nothing else is sent in its place
}

func (p *Pages) showCheck(w http.ResponseWriter, r *http.Request) error {
	d, err := p.draft(r)
	if err != nil {
		return p.noDraft(w, r, err)
	}
	next, err := p.next(d.answers)
	if err != nil {
		return err
	}
	if next != "/proof/check" {
		return p.site.Redirect(w, r, next)
	}
	way, err := p.form.Way(d.answers)
	if err != nil {
		return err
	}
	page := &checkPage{Page: web.Page{Title: "public.check.title"}, Key: sendKey(d.code)}
	if way.Outcome == request.WayCounter {
		page.Counter = true
		if page.Counters, err = p.counters(r.Context()); err != nil {
			return err
		}
	}
	if page.Photos = p.photosWanted(d.answers) && p.Uploads.Ready(r.Context()) == nil; page.Photos {
		list, err := p.Uploads.List(r.Context(), p.Uploads.DB, d.answers.Case)
		if err != nil {
			return err
		}
		for _, photo := range list {
			if photo.Living() {
				page.Arrived++
			}
		}
	}
	if page.KeepCard, err = p.passage(p.site.Language(r), "keep-card", nil); err != nil {
		return err
	}
	for _, q := range p.form.Asked(d.answers) {
		page.Back = "/proof/" + q.Path
		page.Answers = append(page.Answers, q.Show(d.answers).Answers(page.Back)...)
	}
	return p.site.Render(w, r, "check", page)
}
