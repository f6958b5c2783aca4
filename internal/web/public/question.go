package public

import (
	"net/http"

	"loket/internal/fault"
	"loket/internal/request"
	"loket/internal/web"
	"loket/internal/web/form"
)

// question is one page of the form: one thing that is asked.
type question struct {
	path string // of its page, under /proof/
	// done reports whether the answers hold its own.
	done func(a request.Answers) bool
	// skip reports whether it is not asked because of other answers; nil never.
	skip func(a request.Answers) bool
	// show returns the fields with what was answered before.
	show func(a request.Answers) *fields
	// take reads the fields into the answers; what is wrong stays in the fields.
	take func(f *fields, a *request.Answers)
}

// questions are all, in the order in which they are asked.
func (p *Pages) questions() []question {
	return []question{
		p.municipality(), p.digid(), p.vaccinatedBy(), p.testedPositive(), p.document(),
		p.name(), p.birthDate(), p.number(), p.email(), p.phone(), p.documentNumber(),
	}
}

// asked are those that a person with these answers is asked.
func (p *Pages) asked(a request.Answers) []question {
	var list []question
	for _, q := range p.questions() {
		if q.skip == nil || !q.skip(a) {
			list = append(list, q)
		}
	}
	return list
}

// next returns the page to go to: the way out where the pack names another, else
// the first question without an answer, else the check.
func (p *Pages) next(a request.Answers) (string, error) {
	d, err := p.way(a)
	if err != nil {
		return "", err
	}
	if d.Outcome != request.WayDigital && d.Outcome != request.WayCounter && d.Outcome != request.WayNotKnown {
		return "/proof/way", nil
	}
	for _, q := range p.asked(a) {
		if !q.done(a) {
			return "/proof/" + q.path, nil
		}
	}
	return "/proof/check", nil
}

// questionPage is any of the questions.
type questionPage struct {
	web.Page
	*fields
	Action        string // path that takes the answer
	Number, Total int
	Code          string // of the draft, as spoken
}

var errNoQuestion = fault.New(fault.NotFound, "", "no such question")

func (p *Pages) find(r *http.Request, a request.Answers) (q question, page *questionPage, err error) {
	list := p.asked(a)
	back := "/proof"
	for i, q := range list {
		path := "/proof/" + q.path
		if q.path == r.PathValue("question") {
			return q, &questionPage{Page: web.Page{Back: back}, Action: path, Number: i + 1, Total: len(list)}, nil
		}
		back = path
	}
	return question{}, nil, errNoQuestion
}

func (p *Pages) showQuestion(w http.ResponseWriter, r *http.Request) error {
	d, err := p.draft(r)
	if err != nil {
		return p.noDraft(w, r, err)
	}
	q, page, err := p.find(r, d.answers)
	if err != nil {
		return err
	}
	page.fields = q.show(d.answers)
	return p.renderQuestion(w, r, page, d)
}

func (p *Pages) renderQuestion(w http.ResponseWriter, r *http.Request, page *questionPage, d draft) error {
	page.Title, page.Code = page.title(), d.code.Spoken()
	return p.site.Render(w, r, "question", page)
}

func (p *Pages) takeQuestion(w http.ResponseWriter, r *http.Request) error {
	d, err := p.draft(r)
	if err != nil {
		return p.noDraft(w, r, err)
	}
	q, page, err := p.find(r, d.answers)
	if err != nil {
		return err
	}
	before, err := p.way(d.answers)
	if err != nil {
		return err
	}
	page.fields = q.show(request.Answers{})
	if err := form.Read(r, page.all()...); err != nil {
		return err
	}
	q.take(page.fields, &d.answers)
	page.Problems = form.Problems(page.all()...)
	if page.Problems != nil || page.warnsAnew(r) {
		return p.renderQuestion(w, r, page, d)
	}
	if err := p.Requests.SaveDraft(r.Context(), d.code, d.answers); err != nil {
		return err
	}
	after, err := p.way(d.answers)
	if err != nil {
		return err
	}
	if after.Outcome == request.WayCounter && before.Outcome != request.WayCounter {
		return p.site.Redirect(w, r, "/proof/way") // explained once, then it goes on
	}
	path, err := p.next(d.answers)
	if err != nil {
		return err
	}
	return p.site.Redirect(w, r, path)
}
