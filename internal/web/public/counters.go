package public

import (
	"context"
	"net/http"
	"strings"

	"loket/internal/location"
	"loket/internal/web"
	"loket/internal/web/questions"
)

// Counter is a place to walk in, as it stands now. One that was only announced has no day
// or place, and none is made up (G-43).
type Counter struct {
	Name    string     // message key
	State   string     // the end of a message key: announced, dated, open, paused or closed
	When    string     // message key of the pack's words for one that is announced; or empty
	Address string     // empty while nobody knows it
	Opens   string     // the first day, YYYY-MM-DD; empty once it is open, and while nobody knows it
	Hours   []dayHours // of the days to come
}

// dayHours are the hours of one day.
type dayHours struct{ Day, Hours string }

// week is how many days of hours are shown.
const week = 7

// counters returns those of the route that are not closed for good.
func (p *Pages) counters(ctx context.Context) ([]Counter, error) {
	list, err := p.Requests.Locations.Of(ctx)
	if err != nil {
		return nil, err
	}
	var all []Counter
	for _, l := range list {
		if l.State != location.Closed {
			all = append(all, p.counterOf(l))
		}
	}
	return all, nil
}

func (p *Pages) counterOf(l location.Location) Counter {
	today := p.Requests.Today()
	state := l.On(today)
	c := Counter{Name: questions.Key(questions.ListCounters, l.ID, "name"), State: string(state)}
	if state == location.Announced {
		if len(l.When) > 0 {
			c.When = questions.Key(questions.ListCounters, l.ID, "when")
		}
		return c
	}
	c.Address = l.Address
	first := today
	switch {
	case state == location.Paused:
		return c
	case today.Before(l.OpensOn):
		first, c.Opens = l.OpensOn, l.OpensOn.String()
	}
	for n := range week {
		day := first.Add(n)
		var spans []string
		for _, span := range l.HoursOn(day) {
			spans = append(spans, span.String())
		}
		if len(spans) > 0 {
			c.Hours = append(c.Hours, dayHours{day.String(), strings.Join(spans, ", ")})
		}
	}
	return c
}

// known reports whether somebody can be told where to go, or when.
func known(counters []Counter) bool {
	for _, c := range counters {
		if c.State == string(location.Open) || c.State == string(location.Dated) {
			return true
		}
	}
	return false
}

// countersPage says where the counters are and when they are open. It is made for each
// who asks, because what it says may change at any moment.
type countersPage struct {
	web.Page
	Counters []Counter
	Passage  *Passage // what a counter does; nil where its words would no longer hold
}

func (p *Pages) showCounters(w http.ResponseWriter, r *http.Request) error {
	list, err := p.counters(r.Context())
	if err != nil {
		return err
	}
	page := &countersPage{Page: web.Page{Title: "public.counters.title", Back: "/"}, Counters: list}
	if !known(list) {
		passage, err := p.leading(p.site.Language(r), "counter", nil)
		if err != nil {
			return err
		}
		page.Passage = &passage
	}
	return p.site.Render(w, r, "counters", page)
}
