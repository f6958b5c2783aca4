package staff

import (
	"net/http"
	"net/url"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/location"
	people "loket/internal/staff"
	"loket/internal/walkin"
	"loket/internal/web"
	"loket/internal/web/form"
)

const pathTickets = "/tickets"

// deskRefresh is how often a desk without anybody, and the board, look again by
// themselves, in seconds. A header does it: no script, and nothing in the page.
const (
	deskRefresh  = "20"
	boardRefresh = "5"
)

func (p *Pages) ticketRoutes() []route {
	desks := []people.Role{people.Counter, people.Lead}
	return []route{
		{pattern: "GET /tickets", roles: desks, handle: p.chooseDesk},
		{pattern: "POST /tickets", roles: desks, handle: p.takeDesk},
		{pattern: "GET /tickets/{place}/{desk}", roles: desks, handle: p.showDesk},
		{pattern: "POST /tickets/{place}/{desk}/{act}", roles: desks, handle: p.moveTicket},
		{pattern: "POST /tickets/{place}/{desk}/call/{ticket}", roles: desks, handle: p.callAgain},
		{pattern: "POST /tickets/{place}/kiosk", roles: desks, handle: p.makeKiosk},
		{pattern: "POST /tickets/{place}/take", roles: desks, handle: p.giveTicket},
	}
}

// deskChoice asks at which counter and desk somebody sits.
type deskChoice struct {
	web.Page
	Place form.Choice
	Desk  form.Text
	Named bool // the message keys of Place are the pack's
}

func (p *Pages) newDeskChoice(r *http.Request, m people.Member) (*deskChoice, error) {
	list, err := p.Locations.Of(r.Context())
	if err != nil {
		return nil, err
	}
	page := &deskChoice{Page: web.Page{Title: "staff.ticket.choose", Back: pathHome},
		Place: form.Choice{Name: "place", Label: "staff.ticket.place", Value: m.Place},
		Desk: form.Text{Name: "desk", Label: "staff.ticket.desk", Hint: "staff.ticket.desk-hint", Width: 5, Autocomplete: "off",
			Latin: true},
	}
	for _, l := range list {
		page.Place.Options = append(page.Place.Options, form.Option{Value: l.ID, Label: placeKey(l.ID), Hint: "staff.location." + string(l.On(p.Locations.Today()))})
	}
	if len(list) == 1 {
		page.Place.Value = list[0].ID
	}
	return page, nil
}

// placeKey is the message key of a counter's name.
func placeKey(id string) string { return "pack.counters." + id + ".name" }

func (p *Pages) chooseDesk(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page, err := p.newDeskChoice(r, m)
	if err != nil {
		return err
	}
	return p.render(w, r, "ticket-choose", page)
}

func (p *Pages) takeDesk(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page, err := p.newDeskChoice(r, m)
	if err != nil {
		return err
	}
	if err := form.Read(r, &page.Place, &page.Desk); err != nil {
		return err
	}
	page.Place.Require("staff.ticket.place-missing")
	page.Desk.Require("walkin.desk")
	desk := form.Parse(&page.Desk, walkin.ParseDesk)
	if page.Problems = form.Problems(&page.Place, &page.Desk); page.Problems != nil {
		return p.render(w, r, "ticket-choose", page)
	}
	return p.site.Redirect(w, r, deskPath(page.Place.Value, desk))
}

func deskPath(place, desk string) string {
	return pathTickets + "/" + url.PathEscape(place) + "/" + url.PathEscape(desk)
}

// deskPage is one desk: what it has in hand, and who waits.
type deskPage struct {
	web.Page
	Place   string // id
	Name    string // message key of the counter's name
	Desk    string
	Path    string // of the page, without language
	State   string // message key
	Board   walkin.Board
	Waiting int
	Ticket  *walkin.Ticket // in hand; or nil
	Absent  []walkin.Ticket
	Figures walkin.Figures // of today
	Nobody  bool           // nobody waited when the next was called
}

func (p *Pages) showDesk(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	l, desk, err := p.deskOf(r)
	if err != nil {
		return err
	}
	page := &deskPage{Page: web.Page{Title: "staff.ticket.title", Back: pathTickets}, Place: l.ID, Name: placeKey(l.ID), Desk: desk,
		Path: deskPath(l.ID, desk), State: "staff.location." + string(l.On(p.Locations.Today())), Nobody: r.URL.Query().Has("nobody")}
	if page.Board, err = p.Walkin.Board(r.Context(), l.ID); err != nil {
		return err
	}
	page.Waiting = int(page.Board.Waiting)
	if page.Absent, err = p.Walkin.Absent(r.Context(), l.ID); err != nil {
		return err
	}
	figures, err := p.Walkin.Figures(r.Context(), l.ID, p.Locations.Today(), p.Locations.Today())
	if err != nil {
		return err
	}
	for _, f := range figures {
		page.Figures = f
	}
	switch t, err := p.Walkin.AtDesk(r.Context(), l.ID, desk); {
	case err == nil:
		page.Ticket = &t
	case fault.Is(err, fault.NotFound):
		w.Header().Set("Refresh", deskRefresh+"; url="+web.Path(p.site.Language(r), page.Path))
	default:
		return err
	}
	return p.render(w, r, "ticket-desk", page)
}

// deskOf returns the counter and the desk of an address.
func (p *Pages) deskOf(r *http.Request) (location.Location, string, error) {
	l, err := p.Locations.One(r.Context(), r.PathValue("place"))
	if err != nil {
		return l, "", err
	}
	desk, err := walkin.ParseDesk(r.PathValue("desk"))
	return l, desk, err
}

// moveTicket calls the next number, or moves on the one in hand.
func (p *Pages) moveTicket(w http.ResponseWriter, r *http.Request, m people.Member) error {
	l, desk, err := p.deskOf(r)
	if err != nil {
		return err
	}
	path := deskPath(l.ID, desk)
	if r.PathValue("act") == "next" {
		_, err := p.Walkin.CallNext(r.Context(), m, l.ID, desk)
		if fault.Is(err, fault.NotFound) {
			path, err = path+"?nobody", nil
		}
		if err != nil && !fault.Is(err, fault.Taken) { // who presses twice has a number in hand
			return err
		}
		return p.site.Redirect(w, r, path)
	}
	id, err := formField(r, "ticket")
	if err != nil {
		return err
	}
	switch r.PathValue("act") {
	case "serve":
		err = p.Walkin.Serve(r.Context(), m, id)
	case "done":
		err = p.Walkin.Done(r.Context(), m, id)
	case "left":
		err = p.Walkin.Left(r.Context(), m, id)
	default:
		err = fault.New(fault.NotFound, "", "no such act")
	}
	if err != nil && !fault.Is(err, fault.TooLate) { // somebody was quicker: the page shows how it stands
		return err
	}
	return p.site.Redirect(w, r, path)
}

func (p *Pages) callAgain(w http.ResponseWriter, r *http.Request, m people.Member) error {
	l, desk, err := p.deskOf(r)
	if err != nil {
		return err
	}
	_, err = p.Walkin.Call(r.Context(), m, r.PathValue("ticket"), desk)
	if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Taken) {
		return err
	}
	return p.site.Redirect(w, r, deskPath(l.ID, desk))
}

// numberPage is a number on paper.
type numberPage struct {
	web.Page
	Label   string
	Place   []lang.Text // the counter's name, in every language
	Words   []lang.Text // what to do, in every language
	Day     string
	Kiosk   string // path of the screen at the door; empty at a desk
	Waiting int    // before this one
}

// giveTicket prints a number for somebody at the door.
func (p *Pages) giveTicket(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	return p.printNumber(w, r, r.PathValue("place"), "")
}

func (p *Pages) printNumber(w http.ResponseWriter, r *http.Request, place, kiosk string) error {
	t, err := p.Walkin.Take(r.Context(), place)
	if err != nil {
		return err
	}
	l, err := p.Locations.One(r.Context(), place)
	if err != nil {
		return err
	}
	board, err := p.Walkin.Board(r.Context(), place)
	if err != nil {
		return err
	}
	page := &numberPage{Page: web.Page{Title: "staff.ticket.number", Back: pathTickets}, Label: t.Label(), Day: t.Day, Kiosk: kiosk,
		Place: p.inAll(placeKey(l.ID)), Words: p.inAll("counter.ticket.wait"), Waiting: max(0, int(board.Waiting)-1)}
	if kiosk != "" {
		page.Back = ""
		w.Header().Set("Refresh", "12; url="+web.Path(p.site.Language(r), kiosk))
	}
	return p.render(w, r, "ticket-number", page)
}

// inAll returns a message in every language of people that has it, each once.
func (p *Pages) inAll(key string) []lang.Text {
	var list []lang.Text
	seen := map[string]bool{}
	for _, l := range p.Papers.Languages() {
		text := p.Papers.In(l.Tag).Get(key, nil)
		if text.Fallback || seen[text.Text] {
			continue
		}
		seen[text.Text] = true
		list = append(list, text)
	}
	return list
}
