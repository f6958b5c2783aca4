package staff

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/location"
	people "loket/internal/staff"
	"loket/internal/walkin"
	"loket/internal/web"
)

// The board hangs in the waiting room and the kiosk stands at the door. Nobody is
// signed in there, and nothing on them is about anybody: numbers and desks. Numbers are
// given only by a device that somebody of a desk made the kiosk of that counter: whoever
// knows the address could take all of a day's.
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
	Ours   bool // the device was made the kiosk of this counter
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

// The cookie of a kiosk: it lasts as long as the device opens at least once in that time.
const (
	kioskCookie = "kiosk"
	kioskFor    = 30 * 24 * time.Hour
)

// makeKiosk makes the device the kiosk of a counter. Whoever did so is signed out on it:
// it will stand at the door.
func (p *Pages) makeKiosk(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	l, err := p.Locations.One(r.Context(), r.PathValue("place"))
	if err != nil {
		return err
	}
	if err := p.Sessions.SignOut(r.Context()); err != nil {
		return err
	}
	p.keepKiosk(w, l.ID)
	return p.site.Redirect(w, r, kioskPath(l.ID))
}

func kioskPath(place string) string { return "/kiosk/" + url.PathEscape(place) }

func (p *Pages) keepKiosk(w http.ResponseWriter, place string) {
	ends := strconv.FormatInt(p.Now().Add(kioskFor).Unix(), 10)
	sealed := p.Requests.Keys.Box("staff").Seal([]byte(ends), "kiosk of "+place)
	p.site.SetCookie(w, kioskCookie, base64.RawURLEncoding.EncodeToString(sealed), kioskFor)
}

// isKiosk reports whether the device was made the kiosk of a counter.
func (p *Pages) isKiosk(r *http.Request, place string) bool {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(p.site.Cookie(r, kioskCookie))
	if err != nil || len(sealed) == 0 {
		return false
	}
	ends, err := p.Requests.Keys.Box("staff").Open(sealed, "kiosk of "+place)
	if err != nil {
		return false
	}
	until, err := strconv.ParseInt(string(ends), 10, 64)
	return err == nil && p.Now().Unix() < until
}

func (p *Pages) showKiosk(w http.ResponseWriter, r *http.Request, l location.Location, open bool) error {
	path := kioskPath(l.ID)
	ours := p.isKiosk(r, l.ID)
	if ours {
		p.keepKiosk(w, l.ID)
	}
	here := p.Locations.Here()
	page := &kioskPage{Page: web.Page{Title: "staff.kiosk.title"}, Name: placeKey(l.ID), Path: path, Ours: ours,
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
	if !p.isKiosk(r, l.ID) {
		return p.showKiosk(w, r, l, true)
	}
	err = p.printNumber(w, r, l.ID, kioskPath(l.ID))
	if fault.Is(err, fault.TooLate) {
		return p.showKiosk(w, r, l, false)
	}
	return err
}
