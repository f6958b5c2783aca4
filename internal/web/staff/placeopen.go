package staff

import (
	"net/http"
	"time"

	"loket/internal/lang"
	"loket/internal/location"
	"loket/internal/rules"
	"loket/internal/web/form"
)

// openPlan is what the page of a location asks of when it is open, what it hands out, to
// whom, and how one gets there.
type openPlan struct {
	OpensOn  form.Date
	Bookable form.Text
	Last     form.Date
	Days     []*form.Text // Monday first
	Products form.Text
	Known    []knownItem // what Products may name
	Direct   form.Tick
	Also     form.Text
	Regions  []knownItem // what Also may name
	Travel   form.Text
}

// knownItem is an entry of a list of the pack.
type knownItem struct {
	ID   string
	Name lang.Text
}

// newOpenPlan returns the fields as l has them.
func (p *Pages) newOpenPlan(r *http.Request, l location.Location) *openPlan {
	s := p.placeScreen(r)
	known := func(list func() []rules.Item) (items []knownItem) {
		for _, item := range list() {
			items = append(items, knownItem{item.ID, s.words(item.Name)})
		}
		return items
	}
	o := &openPlan{
		OpensOn: form.Date{Name: "opens", Label: "staff.location.opens-on", Hint: "staff.location.opens-hint"},
		Bookable: form.Text{Name: "bookable", Label: "staff.open.bookable", Hint: "staff.open.bookable-hint", Latin: true, Width: 20, Autocomplete: "off",
			Value: location.FormatInstant(l.Plan.Bookable, p.Planner.Zone)},
		Last: form.Date{Name: "last", Label: "staff.open.last", Hint: "staff.open.last-hint"},
		Days: weekFields(l.Week),
		Products: form.Text{Name: "products", Label: "staff.open.products", Hint: "staff.open.products-hint", Latin: true, Autocomplete: "off", Lines: 4,
			Value: onLines(location.FormatOfferings(l.Plan.Products))},
		Known:  known(p.Planner.Locations.Products),
		Direct: form.Tick{Name: "direct", Label: "staff.open.direct", Hint: "staff.open.direct-hint", On: l.Plan.Direct},
		Also: form.Text{Name: "also", Label: "staff.open.also", Hint: "staff.open.also-hint", Latin: true, Autocomplete: "off", Lines: 3,
			Value: onLines(location.FormatServings(l.Plan.Also))},
		Regions: known(p.Planner.Locations.Regions),
		Travel: form.Text{Name: "travel", Label: "staff.open.travel", Hint: "staff.open.travel-hint", Autocomplete: "off", Lines: 6,
			Value: location.FormatTravel(l.Plan.Travel)},
	}
	setDay(&o.OpensOn, l.OpensOn)
	setDay(&o.Last, l.Plan.Last)
	if l.BookableOnOpening(p.Planner.Zone) { // said by nobody: it goes along with the first day
		o.Bookable.Value = ""
	}
	return o
}

func (o *openPlan) fields() []form.Field {
	list := []form.Field{&o.OpensOn, &o.Bookable, &o.Last}
	for _, day := range o.Days {
		list = append(list, day)
	}
	return append(list, &o.Products, &o.Direct, &o.Also, &o.Travel)
}

// read puts what was typed into a change. A first day that staff say is the first day of
// service too.
func (o *openPlan) read(p *Pages, c *location.Change, before location.Location) {
	c.OpensOn = form.ParseDate(&o.OpensOn, openingDay)
	if c.OpensOn != before.OpensOn {
		c.Plan.First = c.OpensOn
	}
	c.Week = parseWeekFields(o.Days)
	c.Plan.Bookable = form.Parse(&o.Bookable, func(text string) (time.Time, error) { return location.ParseInstant(text, p.Planner.Zone) })
	c.Plan.Last = form.ParseDate(&o.Last, openingDay)
	c.Plan.Products = form.Parse(&o.Products, func(text string) ([]location.Offering, error) { return location.ParseOfferings(offLines(text)) })
	c.Plan.Direct = o.Direct.On
	c.Plan.Also = form.Parse(&o.Also, func(text string) ([]location.Serving, error) { return location.ParseServings(offLines(text)) })
	c.Plan.Travel = form.Parse(&o.Travel, location.ParseTravel)
}
