package public

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"loket/internal/draw"
	"loket/internal/fault"
	"loket/internal/web"
	"loket/internal/web/form"
)

// drawsShown is how many draws are listed: as many as fit on a light page.
const drawsShown = 30

// drawsPage lists the draws, newest first.
type drawsPage struct {
	web.Page
	Draws   []drawView
	Percent int // of the slots of a week at a location, at most, go to the urgent lane
}

// drawOpen is the state of the draw in which whoever asks now is.
const drawOpen = "open"

// drawView is one draw in the list.
type drawView struct {
	N       string
	State   string // open, closed or drawn
	Closes  instant
	Tickets int
}

func (p *Pages) showDraws(w http.ResponseWriter, r *http.Request) error {
	list, err := p.Planner.Draws(r.Context(), drawsShown)
	if err != nil {
		return err
	}
	page := &drawsPage{Page: web.Page{Title: "public.place.draws.title", Back: "/place"}}
	if page.Percent, err = p.Planner.UrgentShare(); err != nil {
		return err
	}
	for _, d := range list {
		page.Draws = append(page.Draws, drawView{N: strconv.FormatInt(d.N, 10), State: d.State, Closes: p.instant(d.Closes), Tickets: int(d.Tickets)})
	}
	return p.site.Render(w, r, "place-draws", page)
}

// listCloses returns when the list that is open closes.
func (p *Pages) listCloses(ctx context.Context) (time.Time, error) {
	list, err := p.Planner.Draws(ctx, 1)
	if err != nil || len(list) == 0 || list[0].State != drawOpen {
		return time.Time{}, err
	}
	return list[0].Closes, nil
}

// drawPage shows a draw whose list is closed, and where a ticket came.
type drawPage struct {
	web.Page
	N, Round string
	Draw     draw.Draw // without its lists
	Closes   instant
	Tickets  int
	Short    *shortView // why it closed sooner than a list of a day; nil for those
	Ticket   form.Text
	Place    int  // of the ticket in the order, from one
	Listed   bool // the ticket is on the list, and has no place yet
}

func (p *Pages) showDraw(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.ParseInt(r.PathValue("n"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "", "a draw that is no number")
	}
	listed, err := p.Planner.Announced(r.Context(), n)
	if fault.Is(err, fault.NotFound) {
		if open, failed := p.Planner.Opened(r.Context()); failed == nil && open.N == n {
			return p.showOpenList(w, r, open)
		}
	}
	if err != nil {
		return err
	}
	page := &drawPage{Page: web.Page{Title: "public.place.draw.title", TitleArgs: map[string]any{"N": strconv.FormatInt(n, 10)}, Back: "/place/draws"}, N: strconv.FormatInt(n, 10), Draw: listed.Draw,
		Ticket: form.Text{Name: "ticket", Label: "public.place.draw.ticket", Hint: "public.place.draw.ticket-hint", Width: 20, Latin: true, Autocomplete: "off"}}
	page.Tickets, page.Round = listed.Listed, strconv.FormatUint(listed.Source.Round, 10)
	closes, err := listed.Closed()
	if err != nil {
		return fault.New(fault.Internal, "", "read when draw %d was closed: %w", n, err)
	}
	page.Closes, page.Short = p.instant(closes), p.shortOf(p.site.Language(r), listed.Short)
	if err := p.findTicket(r, page, n); err != nil {
		return err
	}
	return p.site.Render(w, r, "place-draw", page)
}

// longestTicket is more than any ticket has, with spaces and dashes.
const longestTicket = 40

// findTicket looks for the ticket that was asked for, if one was.
func (p *Pages) findTicket(r *http.Request, page *drawPage, n int64) error {
	if !r.URL.Query().Has("ticket") {
		return nil
	}
	typed := strings.TrimSpace(strings.ToValidUTF8(r.URL.Query().Get("ticket"), ""))
	page.Ticket.Value = typed[:min(len(typed), longestTicket)]
	if !page.Ticket.Require("public.place.draw.ticket-missing") {
		page.Problems = form.Problems(&page.Ticket)
		return nil
	}
	place, err := p.Planner.Rank(r.Context(), n, ticketTyped(page.Ticket.Value))
	if fault.Is(err, fault.NotFound) {
		page.Ticket.Error = "planner.draw.ticket"
		page.Problems = form.Problems(&page.Ticket)
		return nil
	}
	page.Place, page.Listed = place, place == 0
	return err
}

// ticketTyped returns a ticket as people type it as it is listed. Letters that are taken
// for digits are in no ticket.
func ticketTyped(text string) string {
	return strings.NewReplacer(" ", "", "-", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(text))
}

// publishedDraw answers with a draw exactly as it is published, for programs. The address
// of a page without its language leads to the page.
func (p *Pages) publishedDraw(w http.ResponseWriter, r *http.Request) {
	number, isFile := strings.CutSuffix(r.PathValue("file"), ".json")
	if !isFile {
		http.Redirect(w, r, web.Path(p.site.Language(r), r.URL.EscapedPath()), http.StatusSeeOther)
		return
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	data, err := p.Planner.Published(r.Context(), n)
	if err != nil {
		http.Error(w, fault.Of(err).String(), web.Status(err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	// A write fails only when the reader has gone.
	_, _ = io.WriteString(w, string(data))
}
