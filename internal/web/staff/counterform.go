package staff

import (
	"net/http"

	"loket/internal/lang"
	"loket/internal/request"
	"loket/internal/web/form"
)

// seatForm is what is typed and chosen about whoever sits at the counter. It is the form
// of a case with, in place of a checklist for photos, how the person showed who they are.
type seatForm struct {
	*caseForm
	Ways      pick // how they showed who they are
	Reasons   pick // of a refusal
	NextSteps pick
}

// pick is a question with answers in the words of the pack, which no catalogue has.
type pick struct {
	Name    string
	Label   string // message key
	Hint    string // message key, or empty
	Options []pickOption
	Error   string // message key, or empty
}

type pickOption struct {
	Value   string
	Text    lang.Text
	Checked bool
}

// ID is the id of the control of an option; the first has the bare name.
func (k pick) ID(i int) string {
	if i == 0 {
		return k.Name
	}
	return k.Name + "-" + string(rune('a'+i))
}

// newSeatForm returns the form with nothing filled in.
func (p *Pages) newSeatForm(r *http.Request) *seatForm {
	f := &seatForm{caseForm: &caseForm{}}
	f.prepare(p.reasons(p.site.Language(r), seated))
	p.name(r, f, "")
	return f
}

// name fills in the words of the pack.
func (p *Pages) name(r *http.Request, f *seatForm, way string) {
	s := p.screen(r)
	f.Ways = pick{Name: "way", Label: "staff.counter.way", Hint: "staff.counter.way-hint", Options: s.seenOptions(way)}
	f.Reasons = s.pick("reason", "staff.check.reason", listReasons, f.Reason.Value)
	f.NextSteps = s.pick("next", "staff.check.next-step", listNextSteps, f.Next.Value)
	f.MRZ.Label, f.MRZ.Hint = "staff.counter.mrz", "staff.counter.mrz-hint"
}

// pick is a question with the items of a list, and with words of one's own.
func (s screen) pick(name, label, list, chosen string) pick {
	k := pick{Name: name, Label: label}
	for _, item := range s.pack.List(list) {
		k.Options = append(k.Options, pickOption{item.ID, s.words(item.Name), item.ID == chosen})
	}
	k.Options = append(k.Options, pickOption{ownWords, s.say("staff.check.own-words"), chosen == ownWords})
	return k
}

// readSeat reads the form.
func (p *Pages) readSeat(r *http.Request) (*seatForm, error) {
	typed, err := p.readCase(r, seated)
	if err != nil {
		return nil, err
	}
	f := &seatForm{caseForm: typed}
	p.name(r, f, r.PostForm.Get("way"))
	return f, nil
}

// way is the option that is chosen of how the person showed who they are.
func (f *seatForm) way() string {
	for _, option := range f.Ways.Options {
		if option.Checked {
			return option.Value
		}
	}
	return ""
}

// ruling is what was decided, if nothing is wrong with it.
func (f *seatForm) ruling(p *Pages) (request.Ruling, bool) {
	switch f.Choice {
	case choiceApprove:
		if f.Candidate == "" || f.Candidate == nobody {
			f.CandidateError = "staff.check.candidate-missing"
		}
		if f.way() == "" {
			f.Ways.Error = "staff.counter.way-missing"
		}
	case choiceRefuse:
		f.checkRefusal()
		f.Reasons.Error, f.NextSteps.Error = f.Reason.Error, f.Next.Error
	default:
		f.ChoiceError = "staff.check.choice-missing"
	}
	if f.problems() != nil {
		return request.Ruling{}, false
	}
	if f.Choice == choiceApprove {
		return request.Ruling{Approve: true, RecordID: f.Candidate, Seen: seenOf(f.way())}, true
	}
	pack := p.Requests.Pack
	return request.Ruling{
		Reason:   written(pack, f.Reader, listReasons, f.Reason.Value, f.Explain.Value),
		NextStep: written(pack, f.Reader, listNextSteps, f.Next.Value, f.NextStep.Value),
	}, true
}

// problems are what is wrong, in the order of the page.
func (f *seatForm) problems() []form.Problem {
	var list []form.Problem
	if f.Ways.Error != "" {
		list = append(list, form.Problem{Control: f.Ways.Name, Key: f.Ways.Error})
	}
	return append(list, f.caseForm.problems()...)
}

// fields is the form as it comes back with the passkey. The zone does not: it was compared.
func (f *seatForm) fields() []hidden {
	return []hidden{{"candidate", f.Candidate}, {"choice", f.Choice}, {"way", f.way()}, {"reason", f.Reason.Value}, {"explain", f.Explain.Value},
		{"next", f.Next.Value}, {"next-step", f.NextStep.Value}, {"reader", f.Reader}}
}
