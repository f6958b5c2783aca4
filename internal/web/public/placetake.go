package public

import (
	"net/http"
	"strings"
	"time"

	"loket/internal/fault"
	"loket/internal/planner"
)

// timeView is a time that somebody can take at once.
type timeView struct {
	Place  placeView
	Starts instant
	People int
	Value  string // of the button: where and when
}

// addTimes adds the times that can be taken, where nobody waits for them.
func (p *Pages) addTimes(r *http.Request, page *placeStatusPage, who pass) error {
	if page.Status.State != planner.Waiting {
		return nil
	}
	times, err := p.Planner.Times(r.Context(), who.Number, who.Code)
	if fault.Is(err, fault.TooLate) { // others wait before, or a counter has to see a document
		page.Status.Contested = page.Status.Contested || fault.Key(err) == "planner.direct.counter"
		return nil
	}
	if err != nil {
		return shut(err)
	}
	tag := p.site.Language(r)
	for _, t := range times {
		page.Times = append(page.Times, timeView{p.placeOn(tag, t.Location, p.dayOf(t.Starts)), p.instant(t.Starts), t.People,
			t.Location.ID + " " + t.Starts.Format(time.RFC3339)})
	}
	return nil
}

// doTake takes a time that was shown.
func (p *Pages) doTake(r *http.Request, who pass) (string, error) {
	place, when, _ := strings.Cut(r.PostForm.Get("time"), " ")
	starts, err := time.Parse(time.RFC3339, when)
	if err != nil {
		return "", fault.New(fault.TooLate, "planner.direct.gone", "a time that nobody has shown")
	}
	return "public.place.done.take", shut(p.Planner.Take(r.Context(), who.Number, who.Code, place, starts))
}
