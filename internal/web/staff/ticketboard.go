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
)

// The board hangs in the waiting room and the kiosk stands at the door. Nobody is
// signed in there, and nothing on them is about anybody: numbers and desks.
func (p *Pages) boardRoutes() []route {
	all := []people.Role{anyone}
	return []route{
		{pattern: "GET /board/{place}", roles: all, handle: p.board},
		{pattern: "GET /kiosk/{place}", roles: all, handle: p.kiosk},
		{pattern: "POST /kiosk/{place}", roles: all, handle: p.pressKiosk},
	}
}

// boardPage shows which number is called to which desk.
type boardPage struct {
	web.Page
	Name    string // message key
	Board   walkin.Board
	Waiting int
}

func (p *Pages) board(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	l, err := p.Locations.One(r.Context(), r.PathValue("place"))
	if err != nil {
		return err
	}
	page := &boardPage{Page: web.Page{Title: "staff.board.title"}, Name: placeKey(l.ID)}
	if page.Board, err = p.Walkin.Board(r.Context(), l.ID); err != nil {
		return err
	}
	page.Waiting = int(page.Board.Waiting)
	w.Header().Set("Refresh", boardRefresh)
	return p.render(w, r, "ticket-board", page)
}

// kioskPage is one button.
type kioskPage struct {
	web.Page
	Name   string // message key
	Path   string
	Open   bool
	Take   []lang.Text // in every language
	Closed []lang.Text
}

func (p *Pages) kiosk(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	l, err := p.Locations.One(r.Context(), r.PathValue("place"))
	if err != nil {
		return err
	}
	return p.showKiosk(w, r, l, true)
}

func (p *Pages) showKiosk(w http.ResponseWriter, r *http.Request, l location.Location, open bool) error {
	path := "/kiosk/" + url.PathEscape(l.ID)
	here := p.Locations.Here()
	page := &kioskPage{Page: web.Page{Title: "staff.kiosk.title"}, Name: placeKey(l.ID), Path: path,
		Open: open && l.On(p.Locations.Today()) == location.Open && l.ServesLater(here),
		Take: p.inAll("counter.ticket.take"), Closed: p.inAll("counter.ticket.closed")}
	w.Header().Set("Refresh", "60; url="+web.Path(p.site.Language(r), path))
	return p.render(w, r, "ticket-kiosk", page)
}

// pressKiosk gives a number to whoever stands at the door.
func (p *Pages) pressKiosk(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	l, err := p.Locations.One(r.Context(), r.PathValue("place"))
	if err != nil {
		return err
	}
	err = p.printNumber(w, r, l.ID, "/kiosk/"+url.PathEscape(l.ID))
	if fault.Is(err, fault.TooLate) {
		return p.showKiosk(w, r, l, false)
	}
	return err
}
