package public

import (
	"context"
	"strconv"
	"strings"

	"loket/internal/lang"
	"loket/internal/planner"
	"loket/internal/stock"
)

// The lists of a pack of places that pauses name.
const (
	listCauses = "pause_causes"
	listSpared = "spared"
)

// supplyView is what the public sees of a product. Counts are texts: a few are not told.
type supplyView struct {
	Name   lang.Text
	Made   bool
	Issued count
	Week   string
	Making count
	Ages   []ageView
	Pauses []pauseView
	Enough bool
	Owner  string
	On     string // YYYY-MM-DD
}

// count is how many, unless they are few.
type count struct {
	N   string
	Few bool
}

func counted(n int64) count { return count{strconv.FormatInt(max(0, n), 10), n == few} }

// ageView is how many cards have waited for some days: "0–6" or "60+".
type ageView struct {
	Days string
	count
}

// pauseView is a product that is not handed out.
type pauseView struct {
	Product    lang.Text
	Cause      lang.Text
	Since      string // YYYY-MM-DD
	Expected   string // YYYY-MM-DD; empty where nobody knows
	Confidence string // the end of a message key
	Changed    instant
	Spares     []lang.Text
	Owner      string
	Back       []backView
}

// backView is where and when it is handed out again.
type backView struct {
	Where       lang.Text
	First, Last string
}

// supplies are what the page of places says of stock.
func (p *Pages) supplies(ctx context.Context, tag lang.Tag) ([]supplyView, error) {
	list, err := p.Planner.Supplies(ctx)
	if err != nil {
		return nil, err
	}
	var views []supplyView
	for _, s := range list {
		view := supplyView{Name: p.placeWords(tag, s.Product.Name), Made: s.Made, Issued: counted(s.Issued), Week: strconv.FormatInt(s.Week, 10), Making: counted(s.Making),
			Enough: s.Said.Enough, Owner: s.Said.Owner, On: s.Said.On.String()}
		for _, a := range s.Ages {
			days := strconv.Itoa(a.From) + "+"
			if a.To > 0 {
				days = strconv.Itoa(a.From) + "–" + strconv.Itoa(a.To-1)
			}
			view.Ages = append(view.Ages, ageView{days, counted(a.N)})
		}
		for _, halt := range s.Pauses {
			pause := p.pauseOf(tag, halt.Pause)
			for _, b := range halt.Back {
				pause.Back = append(pause.Back, backView{p.placeWords(tag, b.Location.Name), b.First.String(), b.Last.String()})
			}
			view.Pauses = append(view.Pauses, pause)
		}
		views = append(views, view)
	}
	return views, nil
}

func (p *Pages) pauseOf(tag lang.Tag, pause stock.Pause) pauseView {
	item := func(list, id string) lang.Text {
		found, _ := p.Planner.Pack.Item(list, id)
		return p.placeWords(tag, found.Name)
	}
	e := pause.Estimate()
	view := pauseView{Product: item(listProducts, pause.Product), Cause: item(listCauses, pause.Cause), Since: pause.StartsOn.String(),
		Expected: e.Expected.String(), Confidence: string(e.Confidence), Changed: p.instant(e.Stated), Owner: pause.Owner}
	for _, id := range pause.Spares {
		view.Spares = append(view.Spares, item(listSpared, id))
	}
	return view
}

// documentView is a card that is made, or waits.
type documentView struct {
	Member  int
	Product lang.Text
	Ready   bool
	From    string // YYYY-MM-DD; empty where nobody knows
	Place   placeView
	Hours   []dayHours
	Fetched string // YYYY-MM-DD; empty before
	Gone    string // YYYY-MM-DD: it went back to its maker, or never came; or empty
}

// documentsOf are the cards of an ask.
func (p *Pages) documentsOf(tag lang.Tag, list []planner.Document) (views []documentView, ready bool) {
	for _, d := range list {
		item, _ := p.Planner.Pack.Item(listProducts, d.Product)
		view := documentView{Member: d.Member, Product: p.placeWords(tag, item.Name), Ready: d.Ready(p.Planner.Today()), From: d.From.String()}
		if !d.Collected.IsZero() {
			view.Fetched = p.instant(d.Collected).Day
		} else if !d.Returned.IsZero() {
			view.Gone = p.instant(d.Returned).Day
		} else if !d.From.IsZero() {
			view.Place, view.Hours = p.placeOn(tag, d.Location, d.From), hoursFrom(d, week)
		}
		ready = ready || view.Ready
		views = append(views, view)
	}
	return views, ready
}

// hoursFrom are the hours of the location of a card, on some days from the first on which
// it can be fetched.
func hoursFrom(d planner.Document, days int) (list []dayHours) {
	for n := range days {
		var spans []string
		day := d.From.Add(n)
		for _, span := range d.Location.HoursOn(day) {
			spans = append(spans, span.String())
		}
		if len(spans) > 0 {
			list = append(list, dayHours{day.String(), strings.Join(spans, ", ")})
		}
	}
	return list
}
