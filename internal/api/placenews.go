package api

import (
	"context"
	"net/http"

	"loket/internal/planner"
)

// comingShown is how many releases are named that come next.
const comingShown = 3

// lookOn reads what changes with the days: news and figures.
func (s *seen) lookOn(ctx context.Context, p *planner.Store) (err error) {
	if s.progress, err = p.Progress(ctx); err != nil {
		return err
	}
	if s.news, err = p.News(ctx); err != nil {
		return err
	}
	s.coming, err = p.Coming(ctx, comingShown)
	return err
}

type newsList struct {
	Coming []newsItem `json:"coming"` // the next releases
	News   []newsItem `json:"news"`
}

// newsItem is one thing that happens.
type newsItem struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	Location string `json:"location,omitempty"`
	At       string `json:"at,omitempty"`
	Day      string `json:"day,omitempty"` // instead of At, where it is a whole day
	Address  string `json:"address,omitempty"`
	First    string `json:"firstDay,omitempty"`
	Last     string `json:"lastDay,omitempty"`
	Slots    int64  `json:"slots,omitempty"`
	Expected bool   `json:"expected,omitempty"`
	Draw     int64  `json:"draw,omitempty"`
}

// showNews tells what is known to come, and what happened in the last two weeks.
func (a *api) showNews(c *call) (answer, error) {
	now, err := a.look(c.Context())
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, body: newsList{newsItems(now.coming), newsItems(now.news)}}, nil
}

func newsItems(list []planner.News) []newsItem {
	items := []newsItem{}
	for _, n := range list {
		item := newsItem{ID: n.ID, Kind: string(n.Kind), Address: n.Address, First: n.FirstDay, Last: n.LastDay, Slots: n.Slots, Expected: n.Expected, Draw: n.Draw}
		if n.Location != nil {
			item.Location = n.Location.ID
		}
		if item.At = instant(n.At); n.WholeDay {
			item.At, item.Day = "", n.At.Format("2006-01-02")
		}
		items = append(items, item)
	}
	return items
}

// progress is how it goes. Numbers of one to four are left out.
type progress struct {
	Told    []toldFigure `json:"told"`
	Waiting *int64       `json:"waiting,omitempty"`
	Offered *int64       `json:"offered,omitempty"`
	Booked  *int64       `json:"booked,omitempty"`
	Served  *int64       `json:"served,omitempty"`
	Months  []monthPace  `json:"months"`
	Places  []placePace  `json:"locations"`
	Regions []regionPace `json:"regions"`
	Urgent  urgentLane   `json:"urgent"`
}

type toldFigure struct {
	ID   string `json:"id"`
	Name words  `json:"name"`
	N    int64  `json:"n"`
	On   string `json:"on"`
}

type monthPace struct {
	Month   string `json:"month"`
	Asked   *int64 `json:"asked,omitempty"`
	Placed  *int64 `json:"placed,omitempty"`
	Percent *int   `json:"percent,omitempty"`
	Wait    *int   `json:"medianWaitDays,omitempty"`
}

type placePace struct {
	Location string `json:"location"`
	Days     int    `json:"medianDays"`
	Ahead    int    `json:"medianDaysAhead"`
}

type regionPace struct {
	Region   string `json:"region"`
	Waiting  *int64 `json:"waiting,omitempty"`
	Given    *int64 `json:"given,omitempty"`
	Week     int64  `json:"week"`
	Forecast string `json:"forecast,omitempty"`
}

// showProgress tells how it goes for everybody together.
func (a *api) showProgress(c *call) (answer, error) {
	now, err := a.look(c.Context())
	if err != nil {
		return answer{}, err
	}
	p := now.progress
	out := progress{Told: []toldFigure{}, Waiting: counted(p.Waiting), Offered: counted(p.Offered), Booked: counted(p.Booked), Served: counted(p.Served),
		Months: []monthPace{}, Places: []placePace{}, Regions: []regionPace{}}
	for _, t := range p.Told {
		out.Told = append(out.Told, toldFigure{t.Item.ID, c.words(a.Planner.Pack, t.Item.Name), t.N, t.On.String()})
	}
	for _, m := range p.Months {
		out.Months = append(out.Months, monthPace{m.Month, counted(m.Asked), counted(m.Placed), known(m.Percent), known(m.Wait)})
	}
	for _, l := range p.Places {
		out.Places = append(out.Places, placePace{l.LocationID, l.Days, l.Ahead})
	}
	for _, r := range p.Regions {
		line := regionPace{Region: r.Region.ID, Given: counted(r.Given), Week: r.Week, Forecast: r.Forecast.String()}
		if r.Waiting >= 0 {
			line.Waiting = &r.Waiting
		}
		out.Regions = append(out.Regions, line)
	}
	out.Urgent = c.urgentLane(a.Planner.Pack, p.Lane)
	return answer{status: http.StatusOK, body: out}, nil
}

// counted is a number that everybody may see, or nil.
func counted(c planner.Count) *int64 {
	if c.Few {
		return nil
	}
	return &c.N
}

// known is a number, or nil where nobody can say.
func known(n int) *int {
	if n < 0 {
		return nil
	}
	return &n
}
