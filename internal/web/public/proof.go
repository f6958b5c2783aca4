package public

import (
	"loket/internal/lang"
	"loket/internal/rules"
	"loket/internal/web"
	"loket/internal/web/questions"
)

// proofPage is the route before anybody begins: for whom, where, what is needed, who
// stands behind it, and the ways for everybody else.
type proofPage struct {
	web.Page
	Intro     Passage
	Passages  []Passage
	Owner     string
	Authority []string
	Published rules.Published
	Territory []string // message keys
	Routes    []Route
}

func (p *Pages) proof(tag lang.Tag) (web.Document, error) {
	intro, err := p.passage(tag, "intro", nil)
	if err != nil {
		return nil, err
	}
	page := &proofPage{
		Page:  web.Page{Title: "public.proof.title", Back: "/"},
		Intro: intro, Owner: p.pack.Owner, Authority: p.pack.Authority, Published: p.pack.Published,
		Routes: p.routes(),
	}
	for _, place := range p.pack.List(questions.ListTerritory) {
		page.Territory = append(page.Territory, questions.Key(questions.ListTerritory, place.ID, "name"))
	}
	page.Passages, err = p.passages(tag, "who", "needed", "keep-card")
	return page, err
}
