package public

import (
	"net/http"

	"loket/internal/fault"
	"loket/internal/request"
	"loket/internal/web"
	"loket/internal/web/form"
	"loket/internal/web/questions"
)

// next returns the page to go to: the way out where the pack names another, else
// the first question without an answer, else the check.
func (p *Pages) next(a request.Answers) (string, error) {
	way, err := p.form.Way(a)
	if err != nil {
		return "", err
	}
	if !questions.Open(way) {
		return "/proof/way", nil
	}
	for _, q := range p.form.Asked(a) {
		if !q.Done(a) {
			return "/proof/" + q.Path, nil
		}
	}
	return "/proof/check", nil
}

// questionPage is any of the questions.
type questionPage struct {
	web.Page
	*questions.Fields
	Action        string // path that takes the answer
	Number, Total int
	Code          string // of the draft, as spoken
}

var errNoQuestion = fault.New(fault.NotFound, "", "no such question")

func (p *Pages) find(r *http.Request, a request.Answers) (q questions.Question, page *questionPage, err error) {
	list := p.form.Asked(a)
	back := "/proof"
	for i, q := range list {
		path := "/proof/" + q.Path
		if q.Path == r.PathValue("question") {
			return q, &questionPage{Page: web.Page{Back: back}, Action: path, Number: i + 1, Total: len(list)}, nil
		}
		back = path
	}
	return questions.Question{}, nil, errNoQuestion
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
	page.Fields = q.Show(d.answers)
	return p.renderQuestion(w, r, page, d)
}

func (p *Pages) renderQuestion(w http.ResponseWriter, r *http.Request, page *questionPage, d draft) error {
	page.Title, page.Code = page.Heading(), d.code.Spoken()
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
	before, err := p.form.Way(d.answers)
	if err != nil {
		return err
	}
	page.Fields = q.Show(request.Answers{})
	if err := form.Read(r, page.All()...); err != nil {
		return err
	}
	q.Take(page.Fields, &d.answers)
	page.Problems = form.Problems(page.All()...)
	if page.Problems != nil || page.WarnsAnew(r) {
		return p.renderQuestion(w, r, page, d)
	}
	if err := p.Requests.SaveDraft(r.Context(), d.code, d.answers); err != nil {
		return err
	}
	after, err := p.form.Way(d.answers)
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
