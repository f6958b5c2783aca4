package staff

import (
	"net/http"
	"net/url"
	"strconv"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/planner"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

// Cards that were made: they arrive at a location in a box, wait there, and are fetched by
// their holders at the desk. The pages show numbers, and no names.

const pathCards = pathPlace + "/cards"

// atCards are those who see which cards nobody fetched, and send them back.
var atCards = []people.Role{people.Counter, people.Lead}

func (p *Pages) cardRoutes() []route {
	return []route{
		{pattern: "GET /place/cards", roles: atCards, handle: p.whichCards},
		{pattern: "GET /place/cards/{place}", roles: atCards, fields: []string{"case: number"}, handle: p.cards},
		{pattern: "POST /place/cards/{place}", roles: atCounter, fields: []string{"case: number"}, handle: p.takeCards},
		{pattern: "POST /place/cards/{place}/return", roles: atCards, fields: []string{"case: number"}, handle: p.returnCard},
		{pattern: "POST /place/desk/{lease}/collect/{member}", roles: atCounter, handle: p.collect},
	}
}

func cardsPath(id string) string { return pathCards + "/" + url.PathEscape(id) }

// cardView is the card of one of the people at the desk.
type cardView struct {
	Text    string // message key of how it stands
	Day     string // YYYY-MM-DD that belongs to it; or empty
	Time    string // HH:MM
	Where   lang.Text
	Address string
	Ready   bool // it can be handed over here
}

// cardOf is how a card stands, for a member who sits at a location or at any.
func (p *Pages) cardOf(s screen, m people.Member, d *planner.Document) *cardView {
	if d == nil {
		return nil
	}
	own, pinned := p.Planner.Sits(m)
	view := &cardView{Where: s.words(d.Location.Name), Address: d.Location.Address, Day: d.From.String()}
	switch {
	case !d.Collected.IsZero():
		at := d.Collected.In(p.Planner.Zone)
		view.Text, view.Day, view.Time = "staff.cards.fetched", at.Format("2006-01-02"), at.Format(wallClock)
	case !d.Returned.IsZero():
		view.Text, view.Day = "staff.cards.returned", d.Returned.In(p.Planner.Zone).Format("2006-01-02")
	case d.Arrived.IsZero():
		view.Text = "staff.cards.made"
	case pinned && own != d.Location.ID:
		view.Text = "staff.cards.elsewhere"
	case d.Ready(p.Planner.Today()):
		view.Text, view.Ready = "staff.cards.ready", true
	default:
		view.Text = "staff.cards.early"
	}
	return view
}

// collect says that the holder was seen and has got their card.
func (p *Pages) collect(w http.ResponseWriter, r *http.Request, m people.Member) error {
	n, err := memberOf(r)
	if err != nil {
		return err
	}
	if err := p.Planner.Collect(r.Context(), m, r.PathValue("lease"), n); err != nil {
		return err
	}
	return p.site.Redirect(w, r, guestPath(r.PathValue("lease")))
}

func (p *Pages) whichCards(w http.ResponseWriter, r *http.Request, m people.Member) error {
	if own, ok := p.Planner.Sits(m); ok {
		return p.site.Redirect(w, r, cardsPath(own))
	}
	page := &wherePage{Page: web.Page{Title: "staff.cards.choose", Back: pathHome}}
	var err error
	if page.Places, err = p.wheres(r, cardsPath); err != nil {
		return err
	}
	return p.render(w, r, "place-where", page)
}

// cardsPage takes the numbers of a box that came, and lists what nobody fetched.
type cardsPage struct {
	web.Page
	Path    string
	Name    lang.Text
	Numbers form.Text
	Count   form.Text
	Found   []arrivalLine // of what was typed; nil before
	Sure    bool          // each of them can arrive, and they are as many as were counted
	Came    bool          // they were written, just now
	Takes   bool          // m works at a counter, and can write what came
	Return  *returnLine   // a card that is to go back, to be confirmed; nil if none is
	Gone    bool          // it went back, just now
	Waiting []waitingLine
	More    int // that are not on the page
}

// arrivalLine is a card that is said to have come.
type arrivalLine struct {
	Number  string
	Member  int
	Product lang.Text
	Problem string // message key; empty if there is none
}

// waitingLine is a card that nobody fetched.
type waitingLine struct {
	Number    string
	Member    int
	Product   lang.Text
	Ready     string // YYYY-MM-DD
	Days      int
	Reminders int
	Case      string // the number as it is sent; empty while it cannot go back
}

// returnLine is a card that goes back to its maker.
type returnLine struct {
	Case, Number string
	Member       int
	Product      lang.Text
}

func (p *Pages) newCardsPage(r *http.Request, m people.Member) (*cardsPage, error) {
	l, err := p.Planner.Locations.One(r.Context(), r.PathValue("place"))
	if err != nil {
		return nil, err
	}
	list, err := p.Planner.Uncollected(r.Context(), m, l.ID)
	if err != nil {
		return nil, err
	}
	s := p.placeScreen(r)
	page := &cardsPage{Page: web.Page{Title: "staff.cards.title", Back: pathHome}, Path: cardsPath(l.ID), Name: s.words(l.Name),
		Numbers: form.Text{Name: "numbers", Label: "staff.cards.numbers", Hint: "staff.cards.numbers-hint", Latin: true, Autocomplete: "off", Lines: 6},
		Count:   form.Text{Name: "count", Label: "staff.cards.count", Hint: "staff.cards.count-hint", Width: 4, Latin: true, Autocomplete: "off", InputMode: "numeric"},
		More:    max(0, len(list)-MaxRows), Takes: m.Has(atCounter...),
	}
	for _, c := range list[:min(len(list), MaxRows)] {
		line := waitingLine{c.Number.Spoken(), c.Member, s.product(c.Product), c.ReadyOn.String(), c.Days, c.Reminders, ""}
		if c.Returns {
			line.Case = string(c.Number)
		}
		page.Waiting = append(page.Waiting, line)
	}
	return page, nil
}

func (p *Pages) cards(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page, err := p.newCardsPage(r, m)
	if err != nil {
		return err
	}
	page.Came, page.Gone = r.URL.Query().Has("came"), r.URL.Query().Has("gone")
	return p.render(w, r, "place-cards", page)
}

// takeCards shows whose cards they are before it says that they came.
func (p *Pages) takeCards(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page, err := p.newCardsPage(r, m)
	if err != nil {
		return err
	}
	if err := form.Read(r, &page.Numbers, &page.Count); err != nil {
		return err
	}
	page.Numbers.Require("staff.cards.numbers-missing")
	page.Count.Require("staff.cards.count-missing")
	count, wrong := strconv.Atoi(page.Count.Value)
	if page.Count.Error == "" && wrong != nil {
		page.Count.Error = "staff.cards.count-missing"
	}
	if page.Problems = form.Problems(&page.Numbers, &page.Count); page.Problems != nil {
		return p.render(w, r, "place-cards", page)
	}
	place := r.PathValue("place")
	if r.PostForm.Get("sure") != "" {
		err := p.Planner.Arrive(r.Context(), m, place, page.Numbers.Value, count)
		if err == nil {
			return p.site.Redirect(w, r, cardsPath(place)+"?came")
		}
		if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLate) {
			return err
		}
	}
	found, err := p.Planner.Arriving(r.Context(), m, place, page.Numbers.Value)
	if err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	page.check(p.placeScreen(r), found, count, err)
	return p.render(w, r, "place-cards", page)
}

// check shows what was found of what was typed, and what is wrong with it.
func (page *cardsPage) check(s screen, found []planner.Arrival, count int, err error) {
	if err != nil {
		page.Numbers.Error = fault.Key(err)
	}
	for _, a := range found {
		page.Found = append(page.Found, arrivalLine{a.Number.Spoken(), a.Member, s.product(a.Product), a.Problem})
		if a.Problem != "" {
			page.Numbers.Error = "staff.cards.problem"
		}
	}
	if page.Numbers.Error == "" && len(found) != count {
		page.Count.Error = "planner.arrive.count"
	}
	page.Problems = form.Problems(&page.Numbers, &page.Count)
	page.Sure = page.Problems == nil
}
