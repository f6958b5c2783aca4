package staff

import (
	"net/http"
	"strings"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/request"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
	"loket/internal/web/questions"
)

// seated is deciding on the case of whoever sits at the counter.
var seated = deciding{people.QueueCounter, people.Counter, pathCounter + "/case", "staff.counter.case"}

// How often a case that waits looks again by itself, in seconds.
const (
	waitRefresh = "5" // for a second pair of eyes
	makeRefresh = "2" // for the proof to be signed
)

func (p *Pages) counterCaseRoutes() []route {
	scripts := []string{passkeyScript}
	return []route{
		{pattern: "GET /counter/case/{lease}", roles: atCounter, fields: counterFields, handle: p.seat},
		{pattern: "POST /counter/case/{lease}", roles: atCounter, fields: counterFields, scripts: scripts, handle: p.askSeated},
		{pattern: "POST /counter/case/{lease}/decide", roles: atCounter, fields: counterFields, scripts: scripts, handle: p.decideSeated},
		{pattern: "POST /counter/case/{lease}/compare", roles: atCounter, fields: counterFields, handle: p.compareSeated},
		{pattern: "GET /counter/case/{lease}/print", roles: atCounter, fields: []string{"proof", "refusal"}, handle: p.printSeated},
		{pattern: "POST /counter/case/{lease}/alike", roles: atCounter, handle: p.judgeSeated},
		{pattern: "POST /counter/case/{lease}/leave", roles: atCounter, handle: p.leaveSeat},
	}
}

// seatPage is the case of whoever sits at the counter.
type seatPage struct {
	web.Page
	*seatForm
	Path       string
	Number     string
	Until      string // HH:MM, of the lease
	Tongue     lang.Language
	State      string // message key
	Told       []fact
	SeenBefore bool
	Candidates []candidateView
	Alike      []alikeView
	Zone       *zoneView

	// What the case is at; one of them. One that waits for somebody else is shown by
	// waitPage.
	Decide, Print, Elsewhere, Ended, waits bool

	Sign    *confirmation // what is to be confirmed now; nil before
	Lines   []fact        // the same in words
	Mandate []mandateView
	Keeps   bool // the number of a document is kept
	More    moreForms
}

// mandateView is a helper who may act for the person.
type mandateView struct {
	ID, Helper, Until string
	Acts              []string // message keys
}

// waitPage says what a case waits for, and nothing of its person.
type waitPage struct {
	web.Page
	Path  string
	Waits bool // for a second pair of eyes; else for the proof to be signed
}

// seat shows the case in hand, in whatever state it is by now. While it waits for somebody
// else nothing of it is read: a page that looks again by itself would use up the reads of
// its member.
func (p *Pages) seat(w http.ResponseWriter, r *http.Request, m people.Member) error {
	waits, making, err := p.Requests.Standing(r.Context(), m, r.PathValue("lease"))
	if err != nil {
		return err
	}
	if waits || making {
		page := &waitPage{web.Page{Title: seated.title, Back: pathCounter}, casePath(r.PathValue("lease")), waits}
		refresh := makeRefresh
		if waits {
			refresh = waitRefresh
		}
		w.Header().Set("Refresh", refresh+"; url="+web.Path(p.site.Language(r), page.Path))
		return p.render(w, r, "counter-wait", page)
	}
	page, err := p.newSeatPage(r, m, p.newSeatForm(r))
	if err != nil {
		return err
	}
	return p.renderSeat(w, r, page)
}

func (p *Pages) renderSeat(w http.ResponseWriter, r *http.Request, page *seatPage) error {
	if page.waits {
		return p.site.Redirect(w, r, page.Path)
	}
	return p.render(w, r, "counter-case", page)
}

// newSeatPage reads the case in hand, which writes it in the log, and joins it with what
// was typed.
func (p *Pages) newSeatPage(r *http.Request, m people.Member, typed *seatForm) (*seatPage, error) {
	d, err := p.Requests.Desk(r.Context(), m, r.PathValue("lease"))
	if err != nil {
		return nil, err
	}
	if d.Role != seated.role {
		return nil, fault.New(fault.Denied, "staff.check.other-desk", "the lease is for a %s", d.Role)
	}
	s, path := p.screen(r), casePath(d.Lease.ID)
	page := &seatPage{
		Page: web.Page{Title: seated.title, Back: pathCounter, Problems: typed.problems()}, seatForm: typed, Path: path,
		Number: d.Number.Spoken(), Until: d.Lease.Until.In(p.Requests.Zone).Format("15:04"), Tongue: p.tongueOf(d.Lang),
		Told: s.told(d.Answers), SeenBefore: d.SeenBefore, More: p.newMoreForms(d), Keeps: keepsNumber(d.Answers),
	}
	page.stand(d)
	typed.Reader = d.Lang
	for i, c := range d.Candidates {
		page.Candidates = append(page.Candidates, s.candidate(i, c, typed.Candidate))
	}
	for _, other := range d.Alike {
		page.Alike = append(page.Alike, newAlikeView(path, other))
	}
	if typed.MRZ.Value != "" && typed.MRZ.Error == "" {
		page.Zone = s.zone(p.Requests, typed.caseForm, d)
	}
	return page, p.addMandates(r, m, page)
}

// stand says what the case is at.
func (page *seatPage) stand(d request.Desk) {
	page.State = "staff.counter.state-" + string(d.State)
	switch {
	case d.Proposal != nil || d.State == request.Decided:
		page.waits = true
	case d.HasMessage && (d.State == request.Proved || d.State == request.Refused || d.State == request.Asked):
		page.Print = true
	case d.State == request.Counter:
		page.Decide = true
	case d.State == request.Received || d.State == request.Asked || d.State == request.Answered:
		page.Elsewhere = true
	default:
		page.Ended = true
	}
}

func keepsNumber(a request.Answers) bool { return a.KeepNumber != nil && *a.KeepNumber }

func (p *Pages) addMandates(r *http.Request, m people.Member, page *seatPage) error {
	list, err := p.Requests.MandatesAt(r.Context(), m, r.PathValue("lease"))
	if err != nil {
		return err
	}
	for _, mandate := range list {
		if mandate.Revoked || mandate.Until.Before(p.Requests.Today()) {
			continue
		}
		view := mandateView{ID: mandate.ID, Helper: (people.Member{ID: mandate.Helper}).Short(), Until: mandate.Until.String()}
		for _, act := range mandate.Scope {
			view.Acts = append(view.Acts, "counter.act."+string(act))
		}
		page.Mandate = append(page.Mandate, view)
	}
	return nil
}

// compareSeated compares the zone of a document on the table. It is not kept.
func (p *Pages) compareSeated(w http.ResponseWriter, r *http.Request, m people.Member) error {
	typed, err := p.readSeat(r)
	if err != nil {
		return err
	}
	page, err := p.newSeatPage(r, m, typed)
	if err != nil {
		return err
	}
	if page.Zone == nil {
		page.Zone = &zoneView{Problem: "ident.mrz.length"}
	}
	return p.renderSeat(w, r, page)
}

// askSeated takes a decision and asks the passkey for it. Nothing is kept yet.
func (p *Pages) askSeated(w http.ResponseWriter, r *http.Request, m people.Member) error {
	typed, err := p.readSeat(r)
	if err != nil {
		return err
	}
	ruling, ok := typed.ruling(p)
	if !ok {
		return p.seatAgain(w, r, m, typed, nil)
	}
	proposed, err := p.Requests.Content(r.Context(), m, r.PathValue("lease"), ruling)
	if err != nil {
		return p.seatAgain(w, r, m, typed, err)
	}
	page, err := p.newSeatPage(r, m, typed)
	if err != nil {
		return err
	}
	button, err := p.ask(r, m, proposed.ID, proposed.Bytes, page.Path+"/decide", "staff.counter.sign",
		append(typed.fields(), hidden{"proposed", proposed.ID})...)
	if err != nil {
		return err
	}
	page.Sign, page.Lines = &button, p.screen(r).lines(proposed.Lines)
	return p.renderSeat(w, r, page)
}

// decideSeated keeps a decision that was confirmed.
func (p *Pages) decideSeated(w http.ResponseWriter, r *http.Request, m people.Member) error {
	typed, err := p.readSeat(r)
	if err != nil {
		return err
	}
	ruling, ok := typed.ruling(p)
	if !ok {
		return p.seatAgain(w, r, m, typed, nil)
	}
	id := r.PostForm.Get("proposed")
	c, response, err := p.answered(r, id)
	if err == nil {
		err = p.Requests.Propose(r.Context(), m, r.PathValue("lease"), request.Proposed{ID: id, Ruling: ruling}, c, response)
	}
	if err != nil {
		return p.seatAgain(w, r, m, typed, err)
	}
	return p.site.Redirect(w, r, casePath(r.PathValue("lease")))
}

// seatAgain shows the case with what was typed and with what is wrong.
func (p *Pages) seatAgain(w http.ResponseWriter, r *http.Request, m people.Member, typed *seatForm, wrong error) error {
	switch {
	case fault.Is(wrong, fault.Invalid):
		typed.ChoiceError = fault.Key(wrong)
	case wrong != nil:
		return wrong
	}
	page, err := p.newSeatPage(r, m, typed)
	if err != nil {
		return err
	}
	return p.renderSeat(w, r, page)
}

// leaveSeat gives the case back when its person goes, and leaves nothing of it in the
// browser.
func (p *Pages) leaveSeat(w http.ResponseWriter, r *http.Request, m people.Member) error {
	err := p.Requests.EndVisit(r.Context(), m, r.PathValue("lease"))
	if err != nil && !fault.Is(err, fault.Denied) { // it ended by itself
		return err
	}
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return p.site.Redirect(w, r, pathCounter)
}

// judgeSeated keeps what was said about a case that is alike.
func (p *Pages) judgeSeated(w http.ResponseWriter, r *http.Request, m people.Member) error {
	if err := form.Read(r); err != nil {
		return err
	}
	if err := p.sayAlike(r, m); err != nil {
		return err
	}
	return p.site.Redirect(w, r, casePath(r.PathValue("lease")))
}

// seenOptions are the ways in which somebody can show who they are: a document of the
// pack's list, or, where there is none, what else was convincing.
func (s screen) seenOptions(chosen string) []pickOption {
	var options []pickOption
	for _, list := range []struct{ id, prefix string }{{questions.ListDocuments, seenDocument}, {listOtherwise, seenOther}} {
		for _, item := range s.pack.List(list.id) {
			if list.id == questions.ListDocuments && item.Fields["class"] == "0" {
				continue // that one says that there is none
			}
			value := list.prefix + item.ID
			options = append(options, pickOption{value, s.words(item.Name), value == chosen})
		}
	}
	return options
}

// What the value of an option begins with.
const (
	seenDocument  = "document "
	seenOther     = "other "
	listOtherwise = "known_otherwise"
)

// seenOf is what an option says was seen.
func seenOf(value string) (seen request.Seen) {
	if id, ok := strings.CutPrefix(value, seenDocument); ok {
		seen.Document = id
	}
	if id, ok := strings.CutPrefix(value, seenOther); ok {
		seen.Instead = id
	}
	return seen
}
