package public

import (
	"net/http"
	"slices"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/planner"
	"loket/internal/web"
	"loket/internal/web/asking"
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
	Answers []asking.Line
	Gets    []lang.Text // what the person gets, after the last of their answers
}

func (p placeForm) renderCheck(w http.ResponseWriter, r *http.Request, a asking.Filled, problems ...form.Problem) error {
	page := &placeCheckPage{Page: web.Page{Title: "public.place.check.title", Problems: problems}, None: true}
	person := 0
	for _, step := range p.Questions(a) {
		page.Before = step.Path
		if step.Lines == nil {
			continue
		}
		group := placeGroup{Step: step.Path, Answers: step.Lines(a, step.Show(a))}
		if step.N != person {
			person, group.Person = step.N, step.N
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
func (p placeForm) check(w http.ResponseWriter, r *http.Request, a asking.Filled) error {
	i, err := p.LacksNumber(a)
	if err != nil {
		return err
	}
	if i >= 0 {
		step, fields := p.NumberOf(a, i, "planner.member.number")
		return p.render(w, r, a, step, fields, form.Problems(fields.All()...)...)
	}
	return p.renderCheck(w, r, a)
}

// tellProducts says of each of the people what they get, and why.
func (p placeForm) tellProducts(a asking.Filled, page *placeCheckPage) error {
	person := 0
	for i := range page.Groups {
		group := &page.Groups[i]
		if group.Person != 0 {
			person = group.Person
		}
		last := i+1 == len(page.Groups) || page.Groups[i+1].Person != 0 || page.Groups[i+1].Step == asking.DeskPath
		if person == 0 || person > len(a.Members) || !last {
			continue
		}
		decision, err := p.Gets(a.Members[person-1])
		if err != nil {
			return err
		}
		page.None = page.None && decision.Outcome == noProduct
		group.Gets, person = p.Reasons(decision), 0
	}
	return nil
}

// placeReceiptPage is what a person keeps, on one sheet of paper.
type placeReceiptPage struct {
	web.Page
	Number, Code string // as spoken
	Ticket       string
	Closes       instant
	Asked        *receiptText
	Pass         string // of somebody who has an appointment already: to change it
}

// send sends the form. Its key makes that the same form, sent again, gives the same
// receipt.
func (p placeForm) send(w http.ResponseWriter, r *http.Request, a asking.Filled) error {
	if slices.ContainsFunc(p.Questions(a), func(step asking.Question) bool { return !step.Done(a) }) {
		return p.next(w, r, a)
	}
	receipt, err := p.Planner.Ask(r.Context(), p.Asking(a, planner.Web))
	if fault.Key(err) == "planner.way" { // their first answers were changed at the end
		return p.next(w, r, a)
	}
	if fault.Is(err, fault.Invalid) {
		if i, key := p.Refused(r.Context(), a); i >= 0 { // somebody used it meanwhile
			step, fields := p.NumberOf(a, i, key)
			return p.render(w, r, a, step, fields, form.Problems(fields.All()...)...)
		}
		return p.renderCheck(w, r, a, form.Problem{Control: "main", Key: fault.Key(err)})
	}
	if err != nil {
		return err
	}
	page := &placeReceiptPage{Page: web.Page{Title: "public.receipt.title"},
		Number: receipt.Number.Spoken(), Code: spokenCode(receipt.Code), Ticket: receipt.Ticket, Closes: p.instant(receipt.Closes)}
	if page.Asked, err = newReceiptText(receipt.Asked); err != nil {
		return err
	}
	if receipt.State == planner.Booked {
		if page.Pass, err = sealed(p.passEnvelope(), pass{receipt.Number, receipt.Code}); err != nil {
			return err
		}
	}
	return p.site.Render(w, r, "place-receipt", page)
}
