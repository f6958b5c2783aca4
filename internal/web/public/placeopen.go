package public

import (
	"net/http"
	"strconv"

	"loket/internal/draw"
	"loket/internal/planner"
	"loket/internal/web"
)

// openListPage shows the list that is open: until when it is, and what it will be drawn
// by. All of it stands before anybody can know the order.
type openListPage struct {
	web.Page
	N       string
	Closes  instant
	Delay   int // minutes from closing to the value
	Hours   int // from closing until dice stand in; zero: never
	Beacon  bool
	Round   string
	Chain   string
	Parties []planner.Pledge
}

func (p *Pages) showOpenList(w http.ResponseWriter, r *http.Request, o planner.Opened) error {
	n := strconv.FormatInt(o.N, 10)
	page := &openListPage{Page: web.Page{Title: "public.place.draw.title", TitleArgs: map[string]any{"N": n}, Back: "/place/draws"}, N: n,
		Closes: p.instant(o.Closes), Delay: int(draw.Delay.Minutes()), Hours: o.Source.Fallback, Beacon: o.Source.Kind == draw.FromBeacon,
		Round: strconv.FormatUint(o.Source.Round, 10), Chain: o.Source.Chain, Parties: o.Parties}
	return p.site.Render(w, r, "place-open", page)
}
