package public

import (
	"context"
	"time"

	"loket/internal/lang"
	"loket/internal/planner"
	"loket/internal/web"
)

// whenPage says when new places come, why there are none now, and whether the planner
// works. All of it follows from releases, plans and draws; nobody types a promise.
type whenPage struct {
	web.Page
	Closes instant // of the list that is open
	Works  bool
	Drawn  instant // when a list was drawn last
	Coming []newsLine
	Fills  []fillView
	News   []newsLine
	As     instant
}

// comingShown is how many releases are named, and newsShown how much other news.
const (
	comingShown = 3
	newsShown   = 15
)

// newsLine is one thing that happens.
type newsLine struct {
	At       instant // without a time where it is a whole day
	Title    lang.Text
	First    string // of the places of a release, YYYY-MM-DD
	Last     string // empty where that is one day
	Expected bool
}

// fillView is how full a region is.
type fillView struct {
	Name   lang.Text
	Full   []string // months, YYYY-MM-00
	Some   []string // months in which something is free
	Until  string   // YYYY-MM-DD
	Next   instant
	Likely bool
}

func (p *Pages) when(tag lang.Tag) (web.Document, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	page := &whenPage{Page: web.Page{Title: "public.place.when.title", Back: "/place"}, As: p.instant(p.Planner.Now())}
	health, err := p.Planner.Health(ctx)
	if err != nil {
		return nil, err
	}
	page.Works, page.Closes, page.Drawn = health.Works, p.instant(health.Closes), p.instant(health.Last)
	coming, err := p.Planner.Coming(ctx, comingShown)
	if err != nil {
		return nil, err
	}
	news, err := p.Planner.News(ctx)
	if err != nil {
		return nil, err
	}
	for _, n := range coming {
		page.Coming = append(page.Coming, p.newsLine(tag, n))
	}
	for _, n := range news {
		if n.Kind != planner.NewsClosed && len(page.News) < newsShown { // lists close each day, and stand above
			page.News = append(page.News, p.newsLine(tag, n))
		}
	}
	fills, err := p.Planner.Full(ctx)
	if err != nil {
		return nil, err
	}
	for _, f := range fills {
		page.Fills = append(page.Fills, p.fillOf(tag, f))
	}
	p.agePlaces()
	return page, nil
}

func (p *Pages) fillOf(tag lang.Tag, f planner.Fill) fillView {
	view := fillView{Name: p.placeWords(tag, f.Region.Name), Next: p.instant(f.Next), Likely: f.Likely}
	if !f.Until.Before(p.Planner.Today()) {
		view.Until = f.Until.String()
	}
	for _, m := range f.Months {
		if m.Free == 0 {
			view.Full = append(view.Full, m.Month+"-00")
		} else {
			view.Some = append(view.Some, m.Month+"-00")
		}
	}
	return view
}

func (p *Pages) newsLine(tag lang.Tag, n planner.News) newsLine {
	line := newsLine{At: p.instant(n.At), Title: p.newsTitle(tag, n), First: n.FirstDay, Expected: n.Expected}
	if n.LastDay != n.FirstDay {
		line.Last = n.LastDay
	}
	if n.WholeDay {
		line.At.Time = ""
	}
	return line
}

// newsTitle says what happens, in a line.
func (p *Pages) newsTitle(tag lang.Tag, n planner.News) lang.Text {
	args := map[string]any{"N": n.Draw, "Slots": int(n.Slots)}
	if n.Location != nil {
		args["Name"] = p.placeWords(tag, n.Location.Name).Text
	}
	return p.Catalogue.In(tag).Get("public.place.news."+string(n.Kind), args)
}
