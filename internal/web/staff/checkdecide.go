package staff

import (
	"encoding/json"
	"net/http"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/request"
	people "loket/internal/staff"
	"loket/internal/web"
)

// wantsData reports whether a script of the page asks, for what it puts into the page
// that is there. Whatever is wrong it is told by a page, which the browser then asks for.
func wantsData(r *http.Request) bool { return r.Header.Get("Accept") == "application/json" }

// askDecision takes a decision and asks for the passkey of who decides. Nothing is kept
// yet.
func (p *Pages) askDecision(w http.ResponseWriter, r *http.Request, m people.Member) error {
	typed, err := p.readCase(r, checking)
	if err != nil {
		return err
	}
	ruling, ok := typed.ruling(p.Requests.Pack)
	if !ok {
		return p.again(w, r, m, checking, typed, nil)
	}
	proposed, err := p.Requests.Content(r.Context(), m, r.PathValue("lease"), ruling)
	if err != nil {
		return p.again(w, r, m, checking, typed, err)
	}
	return p.askToSign(w, r, m, checking, typed, proposed)
}

// askToSign shows the lines of a content and asks a passkey over exactly it.
func (p *Pages) askToSign(w http.ResponseWriter, r *http.Request, m people.Member, as deciding, typed *caseForm, proposed request.Proposed) error {
	button, err := p.ask(r, m, proposed.ID, proposed.Bytes, as.path, "")
	if err != nil {
		return err
	}
	lines := p.screen(r).lines(proposed.Lines)
	if wantsData(r) {
		return writeData(w, struct {
			Options  string     `json:"options"`
			Proposed string     `json:"proposed"`
			Lines    []dataFact `json:"lines"`
		}{button.Options, proposed.ID, dataFacts(lines)})
	}
	page, err := p.newCasePage(r, m, as, typed)
	if err != nil {
		return err
	}
	page.Sign.Options, page.Sign.Lines = button.Options, lines
	page.Sign.Hidden = append(typed.hidden(), hidden{"proposed", proposed.ID})
	return p.render(w, r, "check", page)
}

// decide keeps a decision that was confirmed.
func (p *Pages) decide(w http.ResponseWriter, r *http.Request, m people.Member) error {
	typed, err := p.readCase(r, checking)
	if err != nil {
		return err
	}
	ruling, ok := typed.ruling(p.Requests.Pack)
	if !ok {
		return p.again(w, r, m, checking, typed, nil)
	}
	id := r.PostForm.Get("proposed")
	c, response, err := p.answered(r, id)
	if err == nil {
		err = p.Requests.Propose(r.Context(), m, r.PathValue("lease"), request.Proposed{ID: id, Ruling: ruling}, c, response)
	}
	if err != nil {
		return p.again(w, r, m, checking, typed, err)
	}
	return p.site.Redirect(w, r, "/check?done=proposed")
}

// again shows the case with what was typed and with what is wrong. Where the case is no
// longer in hand, what was typed is shown without the case.
func (p *Pages) again(w http.ResponseWriter, r *http.Request, m people.Member, as deciding, typed *caseForm, wrong error) error {
	switch fault.Of(wrong) {
	case fault.Invalid, fault.Denied, fault.TooLate, fault.NotFound:
		typed.ChoiceError = fault.Key(wrong)
	default:
		if wrong != nil {
			return wrong
		}
	}
	if wantsData(r) { // the browser asks for the page
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	page, err := p.newCasePage(r, m, as, typed)
	if err != nil && fault.Is(wrong, fault.TooLate) {
		err = wrong // why it is no longer in hand
	}
	if fault.Is(err, fault.Denied) || fault.Is(err, fault.TooLate) {
		return p.over(w, r, as, typed, err)
	}
	if err != nil {
		return err
	}
	return p.render(w, r, "check", page)
}

// overPage tells that a case is no longer in hand, and gives back what was typed.
type overPage struct {
	web.Page
	Why   string // message key
	Next  string // path that gives the next case
	Typed []fact
}

// over answers with the status of what is wrong: somebody who guesses a lease learns
// nothing but that.
func (p *Pages) over(w http.ResponseWriter, r *http.Request, as deciding, typed *caseForm, wrong error) error {
	page := &overPage{Page: web.Page{Title: "staff.check.over-title"}, Why: fault.Key(wrong), Next: as.path + "/next"}
	s := p.screen(r)
	for _, field := range []struct{ label, value string }{
		{typed.Explain.Label, typed.Explain.Value}, {typed.NextStep.Label, typed.NextStep.Value}, {typed.MRZ.Label, typed.MRZ.Value},
	} {
		if field.value != "" {
			page.Typed = append(page.Typed, fact{Label: s.say(field.label), Own: field.value})
		}
	}
	if page.Typed == nil {
		return wrong
	}
	return p.site.RenderStatus(w, r, web.Status(wrong), "check-over", page)
}

// hidden is the form as fields that come back with the passkey.
func (f *caseForm) hidden() []hidden {
	list := []hidden{
		{"candidate", f.Candidate}, {"choice", f.Choice}, {"reason", f.Reason.Value}, {"explain", f.Explain.Value}, {"next", f.Next.Value},
		{"next-step", f.NextStep.Value}, {"mrz", f.MRZ.Value}, {"class", f.Class}, {"reader", f.Reader},
	}
	for _, item := range f.Seen {
		list = append(list, hidden{"seen", item})
	}
	return list
}

// dataFact is a line for a script.
type dataFact struct {
	Label string     `json:"label"`
	Value string     `json:"value"`
	Marks []dataMark `json:"marks,omitempty"`
}

type dataMark struct {
	Stand string `json:"stand"`
	Sign  string `json:"sign"`
	Word  string `json:"word"`
	About string `json:"about,omitempty"`
}

func dataFacts(facts []fact) []dataFact {
	list := make([]dataFact, 0, len(facts))
	for _, f := range facts {
		data := dataFact{Label: f.Label.Text, Value: f.Own}
		if f.Text != (lang.Text{}) {
			data.Value = f.Text.Text
		}
		for _, m := range f.Marks {
			data.Marks = append(data.Marks, dataMark{string(m.Stand), m.Sign(), m.Text.Text, m.About})
		}
		list = append(list, data)
	}
	return list
}

func writeData(w http.ResponseWriter, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	// A write fails only when the reader has gone.
	_, _ = w.Write(body)
	return nil
}
