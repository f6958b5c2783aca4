package public

import (
	"errors"
	"net/http"
	"strconv"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/planner"
	"loket/internal/web"
	"loket/internal/web/form"
)

// placeStatusPage takes number and code, and shows how an ask stands and what its person
// can do. Each thing that cannot be taken back is asked twice.
type placeStatusPage struct {
	web.Page
	Number, Code form.Text
	Status       *planner.Status // nil before number and code are right
	Pass         string          // number and code, sealed, for what is done next
	Shown        string          // the number as spoken
	Done         string          // message key of what was just done; or empty
	Asked        instant
	Closes       instant
	Closed       bool   // the list is, and the draw has not been
	Draw         string // its number
	Ahead        int
	Offer        *offerView
	Appointments []appointmentView
	Times        []timeView
	Change       *changeView // what somebody with an appointment can do with it; nil for others
	Documents    []documentView
	Ready        bool // one of them can be fetched
	Pauses       []pauseView
	Helpers      []helperView
	Deeds        []deedView
}

// offerView is one time that is held for somebody.
type offerView struct {
	ID     string
	Place  placeView
	Starts instant
	People int
	Until  instant
	Laters int
}

// appointmentView is a time that somebody has.
type appointmentView struct {
	Member  int
	Several bool
	Product lang.Text
	Place   placeView
	Starts  instant
	State   string
	Code    *codeView // of one that is to come
}

func newPlaceStatusPage() *placeStatusPage {
	page := newStatusPage()
	return &placeStatusPage{Page: web.Page{Title: "public.place.status.title", Back: "/place"}, Number: page.Number, Code: page.Code}
}

func (p *Pages) askPlaceStatus(w http.ResponseWriter, r *http.Request) error {
	return p.site.Render(w, r, "place-status", newPlaceStatusPage())
}

// takePlaceStatus checks number and code and shows the status. It is the answer to the
// form: the pages of places keep nothing in a browser.
func (p *Pages) takePlaceStatus(w http.ResponseWriter, r *http.Request) error {
	if err := p.site.Count(r, statusBySource, ""); err != nil {
		return err
	}
	page := newPlaceStatusPage()
	if err := form.Read(r, &page.Number, &page.Code); err != nil {
		return err
	}
	page.Number.Require("public.status.number-missing")
	page.Code.Require("public.status.code-missing")
	who := pass{form.Parse(&page.Number, ident.ParseCaseNumber), form.Parse(&page.Code, ident.ParseCode)}
	if page.Problems = form.Problems(&page.Number, &page.Code); page.Problems != nil {
		return p.site.Render(w, r, "place-status", page)
	}
	if err := p.site.Count(r, statusByNumber, string(who.Number)); err != nil {
		return err
	}
	err := p.showPlaceStatus(w, r, who, "")
	if fault.Is(err, fault.NotFound) {
		page.Number.Error = "public.status.wrong"
		page.Problems = form.Problems(&page.Number)
		return p.site.Render(w, r, "place-status", page)
	}
	return err
}

// showPlaceStatus shows an ask as it stands, and what was just done with it.
func (p *Pages) showPlaceStatus(w http.ResponseWriter, r *http.Request, who pass, done string) error {
	status, err := p.Planner.Status(r.Context(), who.Number, who.Code)
	if err != nil {
		return shut(err)
	}
	tag, page := p.site.Language(r), newPlaceStatusPage()
	page.Back, page.Status, page.Shown, page.Done = "/place/status", &status, status.Number.Spoken(), done
	page.Asked, page.Closes, page.Ahead = p.instant(status.Asked), p.instant(status.Closes), int(status.Ahead)
	page.Closed, page.Draw = !p.Planner.Now().Before(status.Closes), strconv.FormatInt(status.Draw, 10)
	if page.Pass, err = sealed(p.passEnvelope(), who); err != nil {
		return err
	}
	if err := p.addOthers(r.Context(), page, who); err != nil {
		return shut(err)
	}
	if o := status.Offer; o != nil {
		starts := p.instant(o.Starts)
		page.Offer = &offerView{ID: o.ID, Place: p.placeOn(tag, o.Location, p.dayOf(o.Starts)), Starts: starts, People: o.People,
			Until: p.instant(o.Until), Laters: o.Laters}
	}
	for _, a := range status.Appointments {
		view := p.appointmentOf(tag, a)
		view.Several = len(status.Appointments) > 1
		if view.Code, err = newCodeView(a, !view.Several); err != nil { // of a family each has its own page
			return err
		}
		page.Appointments = append(page.Appointments, view)
	}
	if err := p.addTimes(r, page, who); err != nil {
		return err
	}
	page.Change = p.change(tag, status)
	page.Documents, page.Ready = p.documentsOf(tag, status.Documents)
	for _, pause := range status.Pauses {
		page.Pauses = append(page.Pauses, p.pauseOf(tag, pause))
	}
	return p.site.Render(w, r, "place-status", page)
}

// appointmentOf is an appointment as its person reads it, without its code.
func (p *Pages) appointmentOf(tag lang.Tag, a planner.Appointment) appointmentView {
	item, _ := p.Planner.Pack.Item(listProducts, a.Product)
	return appointmentView{Member: a.Member, Product: p.placeWords(tag, item.Name), Place: p.placeOn(tag, a.Location, p.dayOf(a.Starts)),
		Starts: p.instant(a.Starts), State: a.State}
}

// placeSurePage asks once more before what cannot be taken back.
type placeSurePage struct {
	web.Page
	Act    string // the last part of the address that does it
	Pass   string
	Shown  string
	Offer  string // to decline; or empty
	Answer string
}

// takePlaceAct does what a person wants with their ask.
func (p *Pages) takePlaceAct(w http.ResponseWriter, r *http.Request) error {
	if err := form.Read(r); err != nil {
		return err
	}
	who, err := opened[pass](p.passEnvelope(), r.PostForm.Get("pass"))
	if err != nil {
		page := newPlaceStatusPage()
		page.Done = "public.place.status.over"
		return p.site.Render(w, r, "place-status", page)
	}
	act, answer := r.PathValue("act"), planner.Answer(r.PostForm.Get("answer"))
	sure := r.PostForm.Get("sure") == "yes"
	switch {
	case act == "cancel" && !sure, act == "withdraw" && !sure, act == "answer" && answer == planner.Decline && !sure:
		return p.askSure(w, r, act, who)
	}
	done, err := p.doPlaceAct(r, act, answer, who)
	if fault.Is(err, fault.TooLate) { // a second press, or it moved on: it is shown as it stands
		done, err = fault.Key(err), nil
	}
	if err == nil {
		err = p.showPlaceStatus(w, r, who, done)
	}
	if fault.Is(err, fault.NotFound) && !errors.Is(err, errNoQuestion) { // destroyed meanwhile
		return p.site.Redirect(w, r, "/place/status")
	}
	return err
}

// doPlaceAct returns the message key of what was done.
func (p *Pages) doPlaceAct(r *http.Request, act string, answer planner.Answer, who pass) (string, error) {
	ctx := r.Context()
	switch act {
	case "show":
		return "", nil
	case "answer":
		if err := p.Planner.Answer(ctx, who.Number, who.Code, r.PostForm.Get("offer"), answer); err != nil {
			return "", shut(err)
		}
		return doneAnswer(answer, r.PostForm.Get("change")), nil
	case "move", "keep":
		return p.doChange(r, act, who)
	case "take":
		return p.doTake(r, who)
	case "cancel":
		return "public.place.done.cancel", shut(p.Planner.Cancel(ctx, who.Number, who.Code))
	case "withdraw":
		return "public.place.done.withdraw", shut(p.Planner.Withdraw(ctx, who.Number, who.Code))
	case "revoke":
		return p.revokePlaceHelper(ctx, who, r.PostForm.Get("mandate"))
	case "wake":
		return "public.place.done.wake", shut(p.Planner.Wake(ctx, who.Number, who.Code))
	}
	return "", errNoQuestion
}

func (p *Pages) askSure(w http.ResponseWriter, r *http.Request, act string, who pass) error {
	page := &placeSurePage{Page: web.Page{Title: "public.place.sure." + act}, Act: act, Shown: who.Number.Spoken()}
	if act == "answer" {
		page.Offer, page.Answer = r.PostForm.Get("offer"), string(planner.Decline)
	}
	var err error
	if page.Pass, err = sealed(p.passEnvelope(), who); err != nil {
		return err
	}
	return p.site.Render(w, r, "place-sure", page)
}
