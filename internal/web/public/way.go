package public

import (
	"net/http"

	"loket/internal/lang"
	"loket/internal/request"
	"loket/internal/rules"
	"loket/internal/web"
	"loket/internal/web/questions"
)

// wayPage tells which way is a person's where it is not this form, or only as
// far as the counter; why; and who helps there. Nobody is turned away.
type wayPage struct {
	web.Page
	Outcome  string
	Passage  *Passage    // nil where the pack has no words for the outcome
	Reasons  []lang.Text // in plain words
	Routes   []Route
	Counters []Counter
	Answers  []web.Answer // that can be changed
	Next     string       // where the form goes on; empty where it does not
}

func (p *Pages) showWay(w http.ResponseWriter, r *http.Request) error {
	d, err := p.draft(r)
	if err != nil {
		return p.noDraft(w, r, err)
	}
	decision, err := p.form.Way(d.answers)
	if err != nil {
		return err
	}
	next, err := p.next(d.answers)
	if err != nil {
		return err
	}
	if decision.Outcome == request.WayDigital || decision.Outcome == request.WayNotKnown {
		return p.site.Redirect(w, r, next)
	}
	tag := p.site.Language(r)
	page := &wayPage{Page: web.Page{Title: "public.way.title"}, Outcome: decision.Outcome,
		Reasons: p.reasons(tag, decision), Routes: p.routesFor(d.answers)}
	if p.pack.Text(string(tag), decision.Outcome) != nil {
		passage, err := p.leading(tag, decision.Outcome, nil)
		if err != nil {
			return err
		}
		page.Passage = &passage
	}
	if decision.Outcome == request.WayCounter {
		if page.Counters, err = p.counters(r.Context()); err != nil {
			return err
		}
		page.Next = next
	}
	for _, q := range p.form.Asked(d.answers) {
		if f := q.Show(d.answers); q.Done(d.answers) && len(f.Texts) == 0 && f.Date == nil {
			page.Answers = append(page.Answers, f.Answers("/proof/"+q.Path)...)
		}
	}
	return p.site.Render(w, r, "way", page)
}

// reasons are the grounds of a decision in the words of the pack, the deciding
// one last.
func (p *Pages) reasons(tag lang.Tag, d rules.Decision) []lang.Text {
	var list []lang.Text
	for _, reason := range d.Reasons {
		if reason.Kind == rules.SettingReason || reason.Kind == rules.ReplacedReason {
			continue // for those who keep the pack
		}
		words, in := p.pack.In(string(tag), reason.Text)
		list = append(list, lang.Text{Text: words, Lang: lang.Tag(in), Dir: p.Catalogue.In(lang.Tag(in)).Dir})
	}
	return list
}

// routesFor are the routes that the pack names beside what was chosen.
func (p *Pages) routesFor(a request.Answers) []Route {
	var list []Route
	for _, chosen := range [][2]string{{questions.ListElsewhere, a.Municipality}, {questions.ListVaccinators, a.VaccinatedBy}} {
		item, ok := p.pack.Item(chosen[0], chosen[1])
		if !ok || item.Fields["route"] == "" {
			continue
		}
		if route, ok := p.pack.Item(questions.ListRoutes, item.Fields["route"]); ok {
			list = append(list, routeOf(route))
		}
	}
	return list
}
