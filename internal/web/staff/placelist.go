package staff

import (
	"cmp"
	"net/http"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/location"
	people "loket/internal/staff"
)

// listView is the checklist of a location that does not serve anybody yet.
type listView struct {
	Path    string
	Items   []listLine
	Missing int
	Over    bool // it is open: nothing changes any more
	Bound   bool
}

// listLine is one thing that has to be done.
type listLine struct {
	ID   string
	Name lang.Text
	By   string // a colleague; empty while nobody did it
	Day  string // YYYY-MM-DD
	Time string // HH:MM
}

// openingOf is the checklist of a location; nil where the pack has none, and for one that
// opened without a list by the days of the pack.
func (p *Pages) openingOf(r *http.Request, l location.Location) (*listView, error) {
	o, err := p.Planner.Locations.Opening(r.Context(), l.ID)
	if err != nil || len(o.Ticks) == 0 || o.Over && len(o.Missing()) > 0 {
		return nil, err
	}
	names, err := p.colleagues(r)
	if err != nil {
		return nil, err
	}
	s := p.placeScreen(r)
	v := &listView{Path: planPath(l.ID) + "/list", Missing: len(o.Missing()), Over: o.Over, Bound: o.Bound}
	for _, t := range o.Ticks {
		line := listLine{ID: t.Item.ID, Name: s.words(t.Item.Name)}
		if t.By != "" {
			line.Day, line.Time = t.At.Format("2006-01-02"), t.At.Format(wallClock)
			line.By = cmp.Or(names[t.By], t.By)
		}
		v.Items = append(v.Items, line)
	}
	return v, nil
}

// colleagues are the names of those who work here, or did, by their pseudonyms.
func (p *Pages) colleagues(r *http.Request) (map[string]string, error) {
	all, err := p.Staff.Members(r.Context())
	names := map[string]string{}
	for _, m := range all {
		names[m.ID] = nameOf(m)
	}
	return names, err
}

// tickList says that an item of a checklist is done, or takes that back.
func (p *Pages) tickList(w http.ResponseWriter, r *http.Request, m people.Member) error {
	item, err := formField(r, "item")
	if err != nil {
		return err
	}
	id := r.PathValue("place")
	err = p.Planner.Locations.Tick(r.Context(), m, id, item, r.PostForm.Get("done") == "yes")
	if err != nil && !fault.Is(err, fault.TooLate) { // then the page shows that it is open
		return err
	}
	return p.site.Redirect(w, r, planPath(id)+"#list")
}
