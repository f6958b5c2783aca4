package staff

import (
	"net/http"

	"loket/internal/request"
	people "loket/internal/staff"
)

// alikeView is another case that may be of the same person. Staff say whether it is;
// nothing is merged, and it can be taken back (G-57).
type alikeView struct {
	Number  string
	Day     string
	Step    string   // message key
	By      []string // message keys of what is the same
	Verdict string   // message key of what was found, or empty
	Buttons []alikeButton
}

// alikeButton is one thing to say about it.
type alikeButton struct{ Action, Name, Value, Label string }

// The verdicts.
const (
	alikeSame      = "same"
	alikeDifferent = "different"
)

func newAlikeView(path string, a request.Alike) alikeView {
	view := alikeView{Number: a.Number.Spoken(), Day: a.Received.String(), Step: "staff.check.step-" + string(a.Step)}
	for _, by := range a.By {
		view.By = append(view.By, "staff.check.by-"+by)
	}
	button := func(name, value, label string) {
		view.Buttons = append(view.Buttons, alikeButton{path + "/alike", name, value, "staff.check.alike-" + label})
	}
	if a.Verdict != "" {
		view.Verdict = "staff.check.alike-is-" + a.Verdict
		button("undo", a.LinkID, "undo")
		return view
	}
	button(alikeSame, a.PersonID, alikeSame)
	button(alikeDifferent, a.PersonID, alikeDifferent)
	button("unsure", a.PersonID, "unsure")
	return view
}

// judgeAlike keeps what was said about a case that is alike. "Cannot tell" keeps
// nothing: the next one is asked again.
func (p *Pages) judgeAlike(as deciding) handler {
	return func(w http.ResponseWriter, r *http.Request, m people.Member) error {
		typed, err := p.readCase(r, as)
		if err != nil {
			return err
		}
		if err := p.sayAlike(r, m); err != nil {
			return p.again(w, r, m, as, typed, err)
		}
		page, err := p.newCasePage(r, m, as, typed)
		if err != nil {
			return err
		}
		return p.render(w, r, "check", page)
	}
}

// sayAlike keeps what a form says about a case that is alike to that of the lease.
func (p *Pages) sayAlike(r *http.Request, m people.Member) error {
	lease, said := r.PathValue("lease"), r.PostForm.Get
	switch {
	case said("undo") != "":
		return p.Requests.Undo(r.Context(), m, lease, said("undo"))
	case said(alikeSame) != "":
		return p.Requests.Same(r.Context(), m, lease, said(alikeSame))
	case said(alikeDifferent) != "":
		return p.Requests.Different(r.Context(), m, lease, said(alikeDifferent))
	}
	return nil
}
