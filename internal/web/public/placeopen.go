package public

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"loket/internal/draw"
	"loket/internal/lang"
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
	Short   *shortView // why it closes sooner than a list of a day; nil for those
}

// shortView says why a list closes sooner than those of a day.
type shortView struct {
	Hours  int
	Opened instant
	Lines  []supplyLine
}

// supplyLine is what was free for whom when it opened.
type supplyLine struct {
	Regions      []lang.Text
	Thing        lang.Text // empty for everything together
	Free, People int
}

// shortOf returns why a list is short, in words of the pack.
func (p *Pages) shortOf(tag lang.Tag, short *draw.Short) *shortView {
	if short == nil {
		return nil
	}
	view := &shortView{Hours: short.Hours}
	if at, err := time.Parse(time.RFC3339, short.Opened); err == nil {
		view.Opened = p.instant(at)
	}
	for _, l := range short.Supply {
		line := supplyLine{Free: l.Free, People: l.People}
		for id := range strings.SplitSeq(l.Regions, "+") {
			item, _ := p.Planner.Pack.Item(listRegions, id)
			line.Regions = append(line.Regions, p.placeWords(tag, item.Name))
		}
		if item, ok := p.Planner.Pack.Item(listProducts, l.Thing); ok {
			line.Thing = p.placeWords(tag, item.Name)
		}
		view.Lines = append(view.Lines, line)
	}
	return view
}

func (p *Pages) showOpenList(w http.ResponseWriter, r *http.Request, o planner.Opened) error {
	n := strconv.FormatInt(o.N, 10)
	page := &openListPage{Page: web.Page{Title: "public.place.draw.title", TitleArgs: map[string]any{"N": n}, Back: "/place/draws"}, N: n,
		Closes: p.instant(o.Closes), Delay: int(draw.Delay.Minutes()), Hours: o.Source.Fallback, Beacon: o.Source.Kind == draw.FromBeacon,
		Round: strconv.FormatUint(o.Source.Round, 10), Chain: o.Source.Chain, Parties: o.Parties, Short: p.shortOf(p.site.Language(r), o.Short)}
	return p.site.Render(w, r, "place-open", page)
}
