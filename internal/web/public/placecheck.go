package public

import (
	"net/http"
	"slices"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/planner"
	"loket/internal/web"
	"loket/internal/web/form"
)

// placeCheckPage shows all answers before they are sent, each with a way to change it, and
// what everybody gets.
type placeCheckPage struct {
	web.Page
	Draft  string
	Before string
	Groups []placeGroup
	None   bool // nobody gets anything of their own: there is nothing to ask for
}

// placeGroup are the answers of one page.
type placeGroup struct {
	Step    string // to change them
	Person  int    // whose they begin to be; zero where it is nobody's or the same one's
	Answers []placeAnswer
	Gets    []lang.Text // what the person gets, after the last of their answers
}

func (p placeForm) renderCheck(w http.ResponseWriter, r *http.Request, a asked, problems ...form.Problem) error {
	page := &placeCheckPage{Page: web.Page{Title: "public.place.check.title", Problems: problems}, None: true}
	person := 0
	for _, step := range p.steps(a) {
		page.Before = step.path
		if step.lines == nil {
			continue
		}
		group := placeGroup{Step: step.path, Answers: step.lines(a, step.show(a))}
		if step.n != person {
			person, group.Person = step.n, step.n
		}
		page.Groups = append(page.Groups, group)
	}
	if err := p.tellProducts(a, page); err != nil {
		return err
	}
	var err error
	if page.Draft, err = sealed(p.askEnvelope(), a); err != nil {
		return err
	}
	return p.site.Render(w, r, "place-check", page)
}

// check shows the answers, or asks for a number first where somebody gets something and
// has told none: who gets nothing of their own needs none.
func (p placeForm) check(w http.ResponseWriter, r *http.Request, a asked) error {
	for i, m := range a.Members {
		decision, err := p.Planner.Product(m.member(), p.Planner.Today())
		if err != nil {
			return err
		}
		if decision.Outcome != noProduct && m.Number.IsZero() {
			step := p.whoStep(i)
			fields := step.show(a)
			fields.After[0].Require("planner.member.number")
			return p.render(w, r, a, step, fields, form.Problems(fields.all()...)...)
		}
	}
	return p.renderCheck(w, r, a)
}

// tellProducts says of each of the people what they get, and why.
func (p placeForm) tellProducts(a asked, page *placeCheckPage) error {
	person := 0
	for i := range page.Groups {
		group := &page.Groups[i]
		if group.Person != 0 {
			person = group.Person
		}
		last := i+1 == len(page.Groups) || page.Groups[i+1].Person != 0 || page.Groups[i+1].Step == deskPath
		if person == 0 || person > len(a.Members) || !last {
			continue
		}
		decision, err := p.Planner.Product(a.Members[person-1].member(), p.Planner.Today())
		if err != nil {
			return err
		}
		page.None = page.None && decision.Outcome == noProduct
		group.Gets, person = p.ruleTexts(p.tag, decision), 0
	}
	return nil
}

// placeReceiptPage is what a person keeps, on one sheet of paper.
type placeReceiptPage struct {
	web.Page
	Number, Code string // as spoken
	Ticket       string
	Closes       instant
	Pass         string // of somebody who has an appointment already: to change it
}

// send sends the form. Its key makes that the same form, sent again, gives the same
// receipt.
func (p placeForm) send(w http.ResponseWriter, r *http.Request, a asked) error {
	if slices.ContainsFunc(p.steps(a), func(step placeStep) bool { return !step.done(a) }) {
		return p.next(w, r, a)
	}
	asking := planner.Asking{Facts: a.facts(), Region: a.Region, DeskLang: a.DeskLang, Soon: a.Soon, Email: a.Email, Phone: a.Phone,
		Lang: string(p.tag), Door: planner.Web, Key: a.Key}
	for _, m := range a.Members {
		asking.Members = append(asking.Members, m.member())
	}
	receipt, err := p.Planner.Ask(r.Context(), asking)
	if fault.Key(err) == "planner.way" { // their first answers were changed at the end
		return p.next(w, r, a)
	}
	if fault.Is(err, fault.Invalid) {
		return p.renderCheck(w, r, a, form.Problem{Control: "main", Key: fault.Key(err)})
	}
	if err != nil {
		return err
	}
	page := &placeReceiptPage{Page: web.Page{Title: "public.receipt.title"},
		Number: receipt.Number.Spoken(), Code: spokenCode(receipt.Code), Ticket: receipt.Ticket, Closes: p.instant(receipt.Closes)}
	if receipt.State == planner.Booked {
		if page.Pass, err = sealed(p.passEnvelope(), pass{receipt.Number, receipt.Code}); err != nil {
			return err
		}
	}
	return p.site.Render(w, r, "place-receipt", page)
}
