package staff

import (
	"net/http"
	"strconv"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/planner"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

func (p *Pages) guestRoutes() []route {
	return []route{
		{pattern: "GET /place/desk/{lease}", roles: atCounter, fields: guestFields, handle: p.guest},
		{pattern: "POST /place/desk/{lease}/hand/{member}", roles: atCounter, handle: p.handOver},
		{pattern: "POST /place/desk/{lease}/away/{member}", roles: atCounter, fields: guestFields, handle: p.turnAway},
		{pattern: "POST /place/desk/{lease}/number/{member}", roles: atCounter, fields: guestFields, handle: p.giveNumber},
		{pattern: "POST /place/desk/{lease}/leave", roles: atCounter, handle: p.leaveGuest},
	}
}

// guestPage is the ask of whoever is at the desk.
type guestPage struct {
	web.Page
	Path     string
	Ask      string // path of what its person can do with it
	Number   string
	State    string // message key
	Until    string // HH:MM, of the lease
	Tongue   lang.Language
	Visitors []guestView
	Away     bool // somebody was turned away, just now
}

// guestView is one of the people of an ask.
type guestView struct {
	Member    int
	Facts     []fact
	Product   lang.Text
	Time      string // HH:MM of the appointment; empty without one today
	Where     lang.Text
	Address   string
	Served    string    // HH:MM; empty before
	Card      *cardView // that is made for them, or waits; nil without one
	Elsewhere bool      // the appointment is at another location than the member's
	Contested bool
	Had       bool
	Why       form.Choice
	Sight     form.Choice
	Give      string // path of the form that gives the number
	Sighted   string // message key of what was seen of the number
	Sure      bool   // what was seen is chosen, and is asked again
}

// ID is the anchor of the person on the page.
func (v guestView) ID() string { return "person-" + strconv.Itoa(v.Member) }

func (p *Pages) newGuestPage(r *http.Request, m people.Member) (*guestPage, error) {
	d, err := p.Planner.AtDesk(r.Context(), m, r.PathValue("lease"))
	if err != nil {
		return nil, err
	}
	s := p.placeScreen(r)
	page := &guestPage{Page: web.Page{Title: "staff.turns.guest", Back: pathPlace}, Path: guestPath(d.Lease.ID), Ask: standPath(d.Lease.ID), Number: d.Number.Spoken(),
		State: "staff.turns.ask-" + string(d.State), Until: d.Lease.Until.In(p.Planner.Zone).Format(wallClock), Tongue: p.tongueOf(d.Lang)}
	own, pinned := p.Planner.Sits(m)
	for _, v := range d.Visitors {
		view := newGuestView(s, v)
		view.Give = page.Path + "/number/" + strconv.Itoa(v.Member)
		view.Card = p.cardOf(s, m, v.Document)
		view.Elsewhere = pinned && view.Time != "" && v.Location.ID != own
		page.Visitors = append(page.Visitors, view)
	}
	return page, nil
}

func newGuestView(s screen, v planner.Visitor) guestView {
	n := strconv.Itoa(v.Member)
	view := guestView{Member: v.Member, Facts: guestFacts(s, v), Product: s.product(v.Product), Contested: v.Contested, Had: v.Had,
		Why:   form.Choice{Name: "why-" + n, Label: "staff.turns.why"},
		Sight: form.Choice{Name: "sight-" + n, Label: "staff.turns.sight", Hint: "staff.turns.sight-hint"},
	}
	if !v.Starts.IsZero() {
		view.Time, view.Where, view.Address = v.Starts.Format(wallClock), s.words(v.Location.Name), v.Location.Address
	}
	if !v.Served.IsZero() {
		view.Served = v.Served.Format(wallClock)
	}
	for _, why := range planner.TurnReasons() {
		view.Why.Options = append(view.Why.Options, form.Option{Value: why, Label: "staff.turns.why-" + why})
	}
	for _, sight := range planner.Sights() {
		view.Sight.Options = append(view.Sight.Options, form.Option{Value: sight, Label: "staff.turns.sight-" + sight})
	}
	return view
}

// guestFacts are what is compared with a document: the name and the birth date, and the
// number only where two asks have it.
func guestFacts(s screen, v planner.Visitor) []fact {
	facts := []fact{s.own("name", v.Name.Full.Reveal(), false)}
	if !v.Name.Latin.IsZero() && !v.Name.Latin.Equal(v.Name.Full) {
		facts = append(facts, s.own("latin", v.Name.Latin.Reveal(), false))
	}
	facts = append(facts, s.birth(v.Birth))
	if v.Contested {
		facts = append(facts, s.own("number", v.Number.Reveal(), true))
	}
	return facts
}

func (p *Pages) guest(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page, err := p.newGuestPage(r, m)
	if err != nil {
		return err
	}
	page.Away = r.URL.Query().Has("away")
	return p.render(w, r, "place-desk", page)
}

// memberOf is which person of an ask an address names.
func memberOf(r *http.Request) (int, error) {
	n, err := strconv.Atoi(r.PathValue("member"))
	if err != nil || n < 1 || n > planner.MostMembers {
		return 0, fault.New(fault.NotFound, "", "an ask has no such person")
	}
	return n, nil
}

// handOver says that a document was seen and that its person got what they came for.
func (p *Pages) handOver(w http.ResponseWriter, r *http.Request, m people.Member) error {
	n, err := memberOf(r)
	if err != nil {
		return err
	}
	if err := p.Planner.Hand(r.Context(), m, r.PathValue("lease"), n); err != nil {
		return err
	}
	return p.site.Redirect(w, r, guestPath(r.PathValue("lease")))
}

// chosen reads a choice that a form about one person of the page makes; nil if nothing
// was chosen, and the page says so.
func (page *guestPage) chosen(r *http.Request, n int, field func(*guestView) *form.Choice) (*guestView, error) {
	for i := range page.Visitors {
		v := &page.Visitors[i]
		if v.Member != n {
			continue
		}
		if err := form.Read(r, field(v)); err != nil {
			return nil, err
		}
		field(v).Require("staff.turns.choose")
		page.Problems = form.Problems(field(v))
		return v, nil
	}
	return nil, fault.New(fault.TooLate, "planner.state", "person %d of an ask is not at the desk", n)
}

// turnAway keeps that somebody was not helped, and why.
func (p *Pages) turnAway(w http.ResponseWriter, r *http.Request, m people.Member) error {
	n, err := memberOf(r)
	if err != nil {
		return err
	}
	page, err := p.newGuestPage(r, m)
	if err != nil {
		return err
	}
	v, err := page.chosen(r, n, func(v *guestView) *form.Choice { return &v.Why })
	if err != nil {
		return err
	}
	if page.Problems != nil {
		return p.render(w, r, "place-desk", page)
	}
	if err := p.Planner.TurnAway(r.Context(), m, r.PathValue("lease"), n, v.Why.Value); err != nil {
		return err
	}
	return p.site.Redirect(w, r, page.Path+"?away")
}

// giveNumber asks once more, and then gives a number to the ask at the desk.
func (p *Pages) giveNumber(w http.ResponseWriter, r *http.Request, m people.Member) error {
	n, err := memberOf(r)
	if err != nil {
		return err
	}
	page, err := p.newGuestPage(r, m)
	if err != nil {
		return err
	}
	v, err := page.chosen(r, n, func(v *guestView) *form.Choice { return &v.Sight })
	if err != nil {
		return err
	}
	v.Sighted = "staff.turns.sight-" + v.Sight.Value
	if v.Sure = page.Problems == nil; !v.Sure || r.PostForm.Get("sure") == "" {
		return p.render(w, r, "place-desk", page)
	}
	if err := p.Planner.GiveNumber(r.Context(), m, r.PathValue("lease"), n, v.Sight.Value); err != nil {
		return err
	}
	return p.site.Redirect(w, r, page.Path)
}

// leaveGuest leaves nothing of the person in the browser.
func (p *Pages) leaveGuest(w http.ResponseWriter, r *http.Request, m people.Member) error {
	if err := p.Planner.LeaveDesk(r.Context(), m, r.PathValue("lease")); err != nil {
		return err
	}
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return p.site.Redirect(w, r, pathPlace)
}
