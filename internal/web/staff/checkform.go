package staff

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/request"
	"loket/internal/rules"
	"loket/internal/web/form"
)

// What is chosen of a case.
const (
	choiceApprove = "approve"
	choiceRefuse  = "refuse"
	choiceReturn  = "return"
	ownWords      = "own" // a reason or next step that no list has
	nobody        = "none"
)

// caseForm is what is typed and ticked about a case. It comes back on every page that
// follows, so that an error loses nothing.
type caseForm struct {
	Candidate string // id of a record, or nobody
	Choice    string // one of the above; empty before
	Reason    form.Choice
	Explain   form.Text
	Next      form.Choice
	NextStep  form.Text
	MRZ       form.Text
	Seen      []string // items of the checklist
	Class     string   // of the document, so that the checklist need not be looked up
	Reader    string   // language of the person: that of the reason

	CandidateError, ChecklistError, ChoiceError string // message keys
}

// Approve reports whether an approval is chosen.
func (f *caseForm) Approve() bool { return f.Choice == choiceApprove }

// Refuse reports whether the other choice is.
func (f *caseForm) Refuse() bool { return f.Choice == choiceRefuse || f.Choice == choiceReturn }

// NoneChecked reports whether none of the records is chosen.
func (f *caseForm) NoneChecked() bool { return f.Candidate == nobody }

// Format hides what was typed.
func (f *caseForm) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte("[case form]")) }

// listed are the options of the two lists.
type listed struct{ reasons, next []form.Option }

// reasons are the reasons for a refusal with their next steps; of an approver, those
// to give a proposal back.
func (p *Pages) reasons(tag lang.Tag, as deciding) listed {
	if as.queue == approving.queue {
		return listed{reasons: p.options(tag, listReturns)}
	}
	own := form.Option{Value: ownWords, Label: p.Catalogue.In(tag).Get("staff.check.own-words", nil).Text}
	return listed{append(p.options(tag, listReasons), own), append(p.options(tag, listNextSteps), own)}
}

// options are the items of a list of the pack. Their labels are words and no keys: the
// catalogue has none for these lists.
func (p *Pages) options(tag lang.Tag, list string) []form.Option {
	var options []form.Option
	for _, item := range p.Requests.Pack.List(list) {
		name, _ := p.Requests.Pack.In(string(tag), item.Name)
		options = append(options, form.Option{Value: item.ID, Label: name})
	}
	return options
}

// prepare names the fields; what was typed stays.
func (f *caseForm) prepare(l listed) {
	set := func(field *form.Text, name, label, hint string, lines int, latin bool) {
		field.Name, field.Label, field.Hint, field.Lines, field.Latin = name, "staff.check."+label, hint, lines, latin
	}
	f.Reason.Name, f.Reason.Label, f.Reason.Options = "reason", "staff.check.reason", l.reasons
	f.Next.Name, f.Next.Label, f.Next.Options = "next", "staff.check.next-step", l.next
	set(&f.Explain, "explain", "explain", "", 2, false)
	set(&f.NextStep, "next-step", "next-explain", "", 2, false)
	set(&f.MRZ, "mrz", "mrz", "", 3, true)
}

// readCase reads the form of a case.
func (p *Pages) readCase(r *http.Request, as deciding) (*caseForm, error) {
	f := &caseForm{}
	f.prepare(p.reasons(p.site.Language(r), as))
	if err := form.Read(r, &f.Reason, &f.Explain, &f.Next, &f.NextStep, &f.MRZ); err != nil {
		return nil, err
	}
	f.Candidate, f.Class, f.Reader = r.PostForm.Get("candidate"), r.PostForm.Get("class"), r.PostForm.Get("reader")
	if choice := r.PostForm.Get("choice"); slices.Contains([]string{choiceApprove, choiceRefuse, choiceReturn}, choice) {
		f.Choice = choice
	}
	f.Seen = r.PostForm["seen"]
	f.MRZ.Error = "" // whatever is wrong with a zone, it is told where it is compared
	return f, nil
}

// ruling is what was decided, if nothing is wrong with it.
func (f *caseForm) ruling(pack *rules.Pack) (request.Ruling, bool) {
	switch f.Choice {
	case choiceApprove:
		f.checkApproval(pack)
	case choiceRefuse:
		f.checkRefusal()
	default:
		f.ChoiceError = "staff.check.choice-missing"
	}
	if f.problems() != nil {
		return request.Ruling{}, false
	}
	if f.Choice == choiceApprove {
		return request.Ruling{Approve: true, RecordID: f.Candidate}, true
	}
	return request.Ruling{
		Reason:   written(pack, f.Reader, listReasons, f.Reason.Value, f.Explain.Value),
		NextStep: written(pack, f.Reader, listNextSteps, f.Next.Value, f.NextStep.Value),
	}, true
}

func (f *caseForm) checkApproval(pack *rules.Pack) {
	if f.Candidate == "" || f.Candidate == nobody {
		f.CandidateError = "staff.check.candidate-missing"
	}
	for _, item := range checkedFor(pack, f.Class) {
		if !slices.Contains(f.Seen, item.ID) {
			f.ChecklistError = "staff.check.checklist-missing"
		}
	}
}

// checkRefusal wants a reason and a next step, from the list or in own words.
func (f *caseForm) checkRefusal() {
	if f.Reason.Require("staff.check.reason-missing") && f.Reason.Value == ownWords {
		f.Explain.Require("staff.check.explain-missing")
	}
	if f.Next.Require("staff.check.next-missing") && f.Next.Value == ownWords {
		f.NextStep.Require("staff.check.next-explain-missing")
	}
}

// written is a reason or next step as its person reads it: the words of the list in
// their language, and what was typed besides.
func written(pack *rules.Pack, reader, list, item, typed string) ident.Private {
	var parts []string
	if found, ok := pack.Item(list, item); ok {
		words, _ := pack.In(reader, found.Words["text"])
		parts = append(parts, words)
	}
	if typed != "" {
		parts = append(parts, typed)
	}
	return ident.NewPrivate(strings.Join(parts, " "))
}

// problems are what is wrong, in the order of the page.
func (f *caseForm) problems() []form.Problem {
	var problems []form.Problem
	add := func(control, key string) {
		if key != "" {
			problems = append(problems, form.Problem{Control: control, Key: key})
		}
	}
	add("seen-1", f.ChecklistError)
	add("candidate-0", f.CandidateError)
	add("choice-approve", f.ChoiceError)
	return append(problems, form.Problems(&f.Reason, &f.Explain, &f.Next, &f.NextStep, &f.MRZ)...)
}
