package public

import (
	"context"
	"net/http"
	"slices"
	"time"

	"loket/internal/lang"
	"loket/internal/location"
	"loket/internal/planner"
	"loket/internal/rules"
	"loket/internal/web"
)

// The lists and the question of a pack of places that its pages name.
const (
	listRegions  = "regions"
	listProducts = "products"
	listPlaces   = "places"

	askQuestion = "ask"
	noProduct   = "none" // of somebody who gets nothing of their own
)

// registerPlaces adds the pages of places, where an installation has any.
func (p *Pages) registerPlaces(site *web.Site) {
	if p.Planner == nil {
		return
	}
	p.placesChanged = site.Still("/place", "place", p.places)
	whereChanged := site.Still("/place/where", "place-where", p.showWhere)
	site.Page("POST /place/where", p.takePostcode)
	site.Page("GET /place/at/{id}", p.showSpot)
	site.Handle("GET /place/map.svg", &placeFile{kind: "image/svg+xml", now: p.Planner.Now, make: p.drawMap})
	placesChanged := p.placesChanged
	whenChanged := site.Still("/place/when", "place-when", p.when)
	figuresChanged := site.Still("/place/figures", "place-figures", p.figures)
	p.placesChanged = func() { placesChanged(); whereChanged(); whenChanged(); figuresChanged() }
	p.registerNews(site)
	site.Page("GET /place/report", p.showReport)
	site.Page("POST /place/report", p.takeReport)
	site.Page("GET /place/ask", p.beginPlace)
	site.Page("GET /place/ask/{step}", p.beginPlaceAgain)
	site.Page("POST /place/ask/{step}", p.withPlace(placeForm.take))
	site.Page("POST /place/ask/open", p.withPlace(placeForm.open))
	site.Page("POST /place/ask/send", p.withPlace(placeForm.send))
	site.Page("GET /place/status", p.askPlaceStatus)
	site.Page("POST /place/status", p.takePlaceStatus)
	site.Page("GET /place/status/{act}", p.askPlaceStatus)
	site.Page("POST /place/status/{act}", p.takePlaceAct)
	site.Page("POST /place/status/slip", p.takeSlip)
	site.Page("POST /place/status/calendar", p.takeCalendar)
	site.Page("GET /place/check", p.askPlaceCode)
	site.Page("POST /place/check", p.takePlaceCode)
	site.Page("GET /place/receipt", p.askPlaceAsked)
	site.Page("POST /place/receipt", p.takePlaceAsked)
	site.Handle("GET /place/revoked.json", http.HandlerFunc(p.revokedCodes))
	site.Page("GET /place/draws", p.showDraws)
	site.Page("GET /place/draws/{n}", p.showDraw)
	site.Handle("GET /place/draws/{file}", http.HandlerFunc(p.publishedDraw))
}

// placesAge is how long the page of places is told from memory before it is made anew.
const placesAge = time.Minute

// agePlaces has the page of places made anew after placesAge. It is called whenever the
// page is made in a language, and waits once for all of them.
func (p *Pages) agePlaces() {
	if p.placesAging.CompareAndSwap(false, true) {
		time.AfterFunc(placesAge, func() {
			p.placesAging.Store(false)
			p.placesChanged()
		})
	}
}

// placesPage says what a place is, who may ask, and how long it takes.
type placesPage struct {
	web.Page
	Closes  instant     // of the list that is open
	Who     []lang.Text // may ask, and who need not
	Regions []regionView
	Stock   []supplyView
	As      instant // of what it says
	TextTo  string  // number to which one can text; may be empty
}

// instant is a time as people read it.
type instant struct{ Day, Time string } // YYYY-MM-DD and HH:MM; empty is not known

func (p *Pages) instant(t time.Time) instant {
	if t.IsZero() {
		return instant{}
	}
	here := t.In(p.Planner.Zone)
	return instant{here.Format(time.DateOnly), here.Format("15:04")}
}

func (p *Pages) dayOf(t time.Time) rules.Day { return rules.DayOf(t.In(p.Planner.Zone)) }

// regionView is what the public sees of a part of the country.
type regionView struct {
	Name, Where lang.Text
	Few         bool // fewer than five wait
	Waiting     int  // zero where few do
	Week        int
	Days        int // -1: nobody can say
	Next        instant
	News        string // when there is news, where no place is left; YYYY-MM-DD or empty
	Places      []placeView
}

// placeView is a location as it stands today.
type placeView struct {
	Name    lang.Text
	State   string // the end of a message key: announced, dated, open, paused or closed
	When    lang.Text
	Address string
	Opens   string // the first day, YYYY-MM-DD; empty once it is open
	Horizon string // times are given up to this day
	Last    string // of its service
	Travel  []lang.Text
}

// few is what an outlook says where too few wait to tell how many.
const few = -1

func (p *Pages) places(tag lang.Tag) (web.Document, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	outlook, err := p.Planner.Outlook(ctx)
	if err != nil {
		return nil, err
	}
	closes, err := p.listCloses(ctx)
	if err != nil {
		return nil, err
	}
	supplies, err := p.supplies(ctx, tag)
	if err != nil {
		return nil, err
	}
	p.agePlaces()
	page := &placesPage{Stock: supplies, Page: web.Page{Title: "public.place.title", Back: "/"}, Closes: p.instant(closes), Who: p.whoMayAsk(tag), As: p.instant(p.Planner.Now()), TextTo: p.TextTo}
	for _, o := range outlook {
		view := p.regionOf(tag, o.Region, o.Places)
		view.Few, view.Waiting, view.Week, view.Days = o.Waiting == few, max(0, int(o.Waiting)), int(o.Week), o.Days
		view.Next, view.News = p.instant(o.Next), o.News.String()
		page.Regions = append(page.Regions, view)
	}
	return page, nil
}

// whoMayAsk are the rules in the pack's words, one for each outcome.
func (p *Pages) whoMayAsk(tag lang.Tag) (list []lang.Text) {
	today, told := p.Planner.Today(), map[string]bool{}
	question := p.Planner.Pack.Question(askQuestion)
	for _, rule := range question.Rules() {
		if told[rule.Outcome] || rule.Outcome == "" || today.Before(rule.From) || !rule.To.IsZero() && today.After(rule.To) {
			continue
		}
		told[rule.Outcome] = true
		words := p.placeWords(tag, rule.Reason)
		if rule.Outcome == planner.MayAsk { // who is right here reads it first
			list = slices.Insert(list, 0, words)
			continue
		}
		list = append(list, words)
	}
	return list
}

func (p *Pages) regionOf(tag lang.Tag, region rules.Item, places []location.Location) regionView {
	view := regionView{Name: p.placeWords(tag, region.Name), Where: p.placeWords(tag, region.Words["where"])}
	for _, l := range places {
		if l.On(p.Planner.Today()) != location.Closed {
			view.Places = append(view.Places, p.placeOn(tag, l, p.Planner.Today()))
		}
	}
	return view
}

// placeOn returns a location as it is on a day: one that moves has another address then.
func (p *Pages) placeOn(tag lang.Tag, l location.Location, day rules.Day) placeView {
	view := placeView{Name: p.placeWords(tag, l.Name), State: string(l.On(day)), When: p.placeWords(tag, l.When)}
	if l.On(day) == location.Announced {
		return view // nobody knows more yet
	}
	view.Address, view.Horizon, view.Last = l.AddressOn(day), l.Plan.Horizon.String(), l.Plan.Last.String()
	if day.Before(l.OpensOn) {
		view.Opens = l.OpensOn.String()
	}
	for _, note := range l.Plan.Travel {
		view.Travel = append(view.Travel, p.placeWords(tag, note.Note))
	}
	return view
}

// placeWords returns words of the pack, marked with the language that they are in. What
// has no words is empty.
func (p *Pages) placeWords(tag lang.Tag, w rules.Words) lang.Text {
	words, in := p.Planner.Pack.In(string(tag), w)
	return lang.Text{Text: words, Lang: lang.Tag(in), Dir: p.Catalogue.In(lang.Tag(in)).Dir}
}
