package staff

import (
	"net/http"

	"loket/internal/planner"
	"loket/internal/rules"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

// placePersonPage is one person whom a helper helps with a place.
type placePersonPage struct {
	web.Page
	Path, Mandate string // the id stands in every form too
	Number        string
	Until         string
	Acts          []string   // message keys
	Stand         *standView // nil where the helper may not follow it
	Done          string     // message key of what was just done
}

// placeMandate returns the mandate of an address, if it is the member's and lives. One that
// its person took back is nothing any more.
func (p *Pages) placeMandate(r *http.Request, m people.Member) (planner.Mandate, error) {
	list, err := p.Planner.HelpedBy(r.Context(), m)
	if err != nil {
		return planner.Mandate{}, err
	}
	for _, h := range list {
		if h.ID == r.PathValue("mandate") {
			return h.Mandate, nil
		}
	}
	// Asking for an act that it may not have writes down that somebody tried.
	return p.Planner.Acting(r.Context(), m, r.PathValue("mandate"), planner.MayFollow)
}

// mayOf says which acts of a page a mandate allows.
func mayOf(m planner.Mandate) func(act string) bool {
	return func(act string) bool {
		switch act {
		case actAnswer, actCancel, actMove, actKeep:
			return m.May(planner.MayAnswer)
		case actWithdraw, actDecline:
			return m.May(planner.MayLeave)
		case actWake:
			return m.May(planner.MayApply)
		}
		return false
	}
}

func (p *Pages) newPlacePerson(r *http.Request, m people.Member) (*placePersonPage, error) {
	mandate, err := p.placeMandate(r, m)
	if err != nil {
		return nil, err
	}
	page := &placePersonPage{Page: web.Page{Title: "staff.helper.person", Back: pathHelperPlace}, Path: placeHelpedPath(mandate.ID), Mandate: mandate.ID,
		Number: mandate.Number.Spoken(), Until: mandate.Until.String()}
	for _, act := range mandate.Scope {
		page.Acts = append(page.Acts, "counter.act."+string(act))
	}
	if !mandate.May(planner.MayFollow) {
		return page, nil
	}
	status, err := p.Planner.StatusFor(r.Context(), m, mandate.ID)
	if err != nil {
		return nil, err
	}
	page.Stand = p.newStand(r, status, page.Path, mayOf(mandate))
	page.Stand.Hidden = []hidden{{mandateField, mandate.ID}}
	return page, nil
}

func (p *Pages) placePerson(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page, err := p.newPlacePerson(r, m)
	if err != nil {
		return err
	}
	page.Done = doneKey(r.URL.Query().Get("done"))
	return p.render(w, r, "helper-place-person", page)
}

// sameMandate refuses a form of another window, or one that was put together.
func sameMandate(r *http.Request) error {
	if err := form.Read(r); err != nil {
		return err
	}
	return same(r, r.PostForm.Get(mandateField))
}

// placePersonAct does what the person says, where they allowed it.
func (p *Pages) placePersonAct(w http.ResponseWriter, r *http.Request, m people.Member) error {
	if err := sameMandate(r); err != nil {
		return err
	}
	page, err := p.newPlacePerson(r, m)
	if err != nil {
		return err
	}
	act, id := r.PathValue("act"), page.Mandate
	if page.Stand == nil { // who may not follow it answers nothing that they could read
		page.Stand = &standView{from: planner.Status{}.MoveFrom}
	}
	if page.Problems, err = page.Stand.sured(r, act); err != nil {
		return err
	}
	if page.Problems != nil {
		return p.render(w, r, "helper-place-person", page)
	}
	done, err := page.Stand.doStand(r, act, doers{
		answer:   func(offer string, a planner.Answer) error { return p.Planner.AnswerFor(r.Context(), m, id, offer, a) },
		cancel:   func() error { return p.Planner.CancelFor(r.Context(), m, id) },
		withdraw: func() error { return p.Planner.WithdrawFor(r.Context(), m, id) },
		wake:     func() error { return p.Planner.WakeFor(r.Context(), m, id) },
		move:     func(from rules.Day) error { return p.Planner.MoveFor(r.Context(), m, id, from) },
		keep:     func() error { return p.Planner.KeepFor(r.Context(), m, id) },
	})
	if err != nil {
		return err
	}
	return p.site.Redirect(w, r, page.Path+"?done="+done)
}

// endPlaceFor ends what the helper may do for a person.
func (p *Pages) endPlaceFor(w http.ResponseWriter, r *http.Request, m people.Member) error {
	if err := sameMandate(r); err != nil {
		return err
	}
	if err := p.Planner.EndMandate(r.Context(), m, r.PathValue("mandate")); err != nil {
		return err
	}
	return p.gone(w, r, "staff.helper.ended", "staff.helper.ended-text")
}

// leavePlacePerson leaves nothing of a person in the browser.
func (p *Pages) leavePlacePerson(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	if err := sameMandate(r); err != nil {
		return err
	}
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return p.site.Redirect(w, r, pathHelperPlace)
}
