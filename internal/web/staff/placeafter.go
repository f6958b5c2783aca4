package staff

import (
	"net/http"

	"loket/internal/lang"
	"loket/internal/location"
	"loket/internal/web/form"
)

// unknownSuccessor stands for no location at all.
const unknownSuccessor = "unknown"

// afterPlan is what the page of a location asks of what becomes of its people.
type afterPlan struct {
	Addresses  form.Text
	Successor  form.Choice
	Successors []saidOption
	News       form.Date
}

// saidOption is an option in words of the pack.
type saidOption struct {
	ID, Value string
	Said      lang.Text
	Checked   bool
}

// newAfterPlan returns the fields as the plan of l has them.
func (p *Pages) newAfterPlan(r *http.Request, l location.Location) (*afterPlan, error) {
	all, err := p.Planner.Locations.Of(r.Context())
	if err != nil {
		return nil, err
	}
	s := p.placeScreen(r)
	a := &afterPlan{
		Addresses: form.Text{Name: "addresses", Label: "staff.after.addresses", Hint: "staff.after.addresses-hint", Autocomplete: "off", Lines: 3,
			Value: onLines(location.FormatAddresses(l.Plan.Addresses))},
		Successor: form.Choice{Name: "successor", Label: "staff.after.successor", Hint: "staff.after.successor-hint", Value: l.Plan.Successor},
		News:      form.Date{Name: "news", Label: "staff.after.news", Hint: "staff.after.news-hint"},
	}
	if l.Plan.Successor == "" {
		a.Successor.Value = unknownSuccessor
	}
	setDay(&a.News, l.Plan.News)
	a.Successor.Options = []form.Option{{Value: unknownSuccessor}}
	names := map[string]lang.Text{unknownSuccessor: {Text: p.Catalogue.In(s.tag).Get("staff.after.unknown", nil).Text, Lang: s.tag}}
	for _, other := range all {
		if other.ID != l.ID {
			a.Successor.Options = append(a.Successor.Options, form.Option{Value: other.ID})
			names[other.ID] = s.words(other.Name)
		}
	}
	a.say(names)
	return a, nil
}

func (a *afterPlan) say(names map[string]lang.Text) {
	a.Successors = nil
	for _, c := range a.Successor.Controls() {
		a.Successors = append(a.Successors, saidOption{c.ID, c.Value, names[c.Value], c.Checked})
	}
}

func (a *afterPlan) fields() []form.Field { return []form.Field{&a.Addresses, &a.Successor, &a.News} }

// read puts what was typed into a plan. Whoever closes a location says who takes its
// people, or when there is news.
func (a *afterPlan) read(plan *location.Plan, closes bool) {
	names := map[string]lang.Text{}
	for _, o := range a.Successors {
		names[o.Value] = o.Said
	}
	a.say(names)
	plan.Addresses = form.Parse(&a.Addresses, func(text string) ([]location.Address, error) { return location.ParseAddresses(offLines(text)) })
	plan.Successor = a.Successor.Value
	if plan.Successor == unknownSuccessor {
		plan.Successor = ""
	}
	plan.News = form.ParseDate(&a.News, openingDay)
	if closes && plan.Successor == "" && plan.News.IsZero() && a.News.Error == "" {
		a.News.Error = "staff.after.news-missing"
	}
}

// afterPreview is what a change does to people, beside their places.
type afterPreview struct {
	Readdressed int
	Successor   lang.Text // empty where nobody knows it
	News        string    // YYYY-MM-DD, or empty
	Closes      bool
	Regions     []regionLine
}

// regionLine is how long people of a region would wait; -1 where nobody can say.
type regionLine struct {
	Name          lang.Text
	Before, After int
}

// after tells what a change does to people.
func (p *Pages) after(r *http.Request, l location.Location) (*afterPreview, error) {
	s := p.placeScreen(r)
	a := &afterPreview{News: l.Plan.News.String(), Closes: l.State == location.Closed || l.State == location.Paused}
	var err error
	if a.Readdressed, err = p.Planner.Readdressed(r.Context(), l); err != nil {
		return nil, err
	}
	if l.Plan.Successor != "" {
		other, err := p.Planner.Locations.One(r.Context(), l.Plan.Successor)
		if err != nil {
			return nil, err
		}
		a.Successor = s.words(other.Name)
	}
	before, err := p.Planner.Outlook(r.Context())
	if err != nil {
		return nil, err
	}
	then, err := p.Planner.OutlookIf(r.Context(), l)
	if err != nil {
		return nil, err
	}
	for i, o := range before {
		if n := then[i]; n.Days != o.Days || n.Week != o.Week {
			a.Regions = append(a.Regions, regionLine{s.words(o.Region.Name), o.Days, n.Days})
		}
	}
	return a, nil
}
