package api

import (
	"loket/internal/planner"
	"loket/internal/rules"
	"loket/internal/stock"
)

// The lists of a pack of places that pauses name.
const (
	listCauses = "pause_causes"
	listSpared = "spared"
)

// supply is how it stands with a product. Counts that are told of nobody are left out: one
// to four.
type supply struct {
	Product   string     `json:"product"`
	Issued    *int64     `json:"issued,omitempty"`
	Week      int64      `json:"week"`
	Making    *int64     `json:"making,omitempty"`
	Waiting   []age      `json:"uncollected,omitempty"` // of what is made after a photo
	Pauses    []pause    `json:"pauses"`
	Statement *statement `json:"enough,omitempty"` // that there is enough for everybody; left out where nobody says so
}

// age is how many cards have waited for some days.
type age struct {
	From int    `json:"fromDays"`
	To   int    `json:"toDays,omitempty"` // left out where there is no end
	N    *int64 `json:"number,omitempty"`
}

type statement struct {
	Owner string `json:"owner"`
	On    string `json:"on"`
}

// pause is that a product is not handed out.
type pause struct {
	Product    string    `json:"product"`
	Location   string    `json:"location,omitempty"` // left out where it is everywhere
	Cause      item      `json:"cause"`
	Starts     string    `json:"starts"`
	Owner      string    `json:"owner"`
	Expected   string    `json:"expected,omitempty"`
	Confidence string    `json:"confidence"`
	Changed    string    `json:"changed"`
	Spares     []item    `json:"spares"`
	Restarts   []restart `json:"restarts"`
}

type restart struct {
	Location string `json:"location,omitempty"` // left out where it is everywhere
	First    string `json:"firstDay"`
	Last     string `json:"lastDay,omitempty"`
}

// document is a card that is made, or waits to be fetched by its holder.
type document struct {
	Member    int    `json:"member"`
	Product   string `json:"product"`
	Photo     string `json:"photo"`
	Due       string `json:"due"`
	Arrived   string `json:"arrived,omitempty"`
	Ready     bool   `json:"ready"`
	From      string `json:"from,omitempty"`     // first day on which it can be fetched, or could
	Location  *spot  `json:"location,omitempty"` // as it is on that day
	Collected string `json:"collected,omitempty"`
	Returned  string `json:"returned,omitempty"` // to its maker, or given up
}

// shown returns a count that may be told.
func shown(n int64) *int64 {
	if n < 0 {
		return nil
	}
	return &n
}

func (a *api) supplies(c *call, list []planner.Supply) []supply {
	out := []supply{}
	for _, s := range list {
		one := supply{Product: s.Product.ID, Issued: shown(s.Issued), Week: s.Week, Pauses: []pause{}}
		if s.Made {
			one.Making = shown(s.Making)
		}
		for _, g := range s.Ages {
			one.Waiting = append(one.Waiting, age{g.From, g.To, shown(g.N)})
		}
		for _, halt := range s.Pauses {
			one.Pauses = append(one.Pauses, a.pause(c, halt.Pause))
		}
		if s.Said.Enough {
			one.Statement = &statement{s.Said.Owner, s.Said.On.String()}
		}
		out = append(out, one)
	}
	return out
}

func (a *api) pause(c *call, p stock.Pause) pause {
	named := func(list, id string) item {
		found, _ := a.Planner.Pack.Item(list, id)
		return c.item(a.Planner.Pack, found)
	}
	e := p.Estimate()
	out := pause{Product: p.Product, Location: p.Location, Cause: named(listCauses, p.Cause), Starts: p.StartsOn.String(), Owner: p.Owner,
		Expected: e.Expected.String(), Confidence: string(e.Confidence), Changed: instant(e.Stated), Spares: []item{}, Restarts: []restart{}}
	for _, id := range p.Spares {
		out.Spares = append(out.Spares, named(listSpared, id))
	}
	for _, r := range p.Restarts {
		out.Restarts = append(out.Restarts, restart{r.Location, r.First.String(), r.Last.String()})
	}
	return out
}

func (a *api) documents(c *call, list []planner.Document) []document {
	out := []document{}
	for _, d := range list {
		one := document{Member: d.Member, Product: d.Product, Photo: d.Photo.String(), Due: d.Due.String(), Arrived: d.Arrived.String(),
			Ready: d.Ready(a.Planner.Today()), Collected: instant(d.Collected), Returned: instant(d.Returned)}
		if d.Collected.IsZero() && d.Returned.IsZero() && d.From != (rules.Day{}) {
			where := a.spot(c, d.Location, d.From)
			one.From, one.Location = d.From.String(), &where
		}
		out = append(out, one)
	}
	return out
}
