package staff

import (
	"net/http"
	"net/url"
	"strconv"

	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/rules"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

const pathLocations = "/locations"

func (p *Pages) placeRoutes() []route {
	return []route{
		{pattern: "GET /locations", roles: editors, handle: p.places},
		{pattern: "GET /locations/{place}", roles: editors, handle: p.place},
		{pattern: "POST /locations/{place}", roles: editors, handle: p.takePlace},
	}
}

// placesPage lists the counters.
type placesPage struct {
	web.Page
	Places []placeLine
}

type placeLine struct {
	Path, Name, State string // Name and State are message keys
	Address           string
}

func (p *Pages) places(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	list, err := p.Locations.Of(r.Context())
	if err != nil {
		return err
	}
	page := &placesPage{Page: web.Page{Title: "staff.location.title", Back: pathHome}}
	for _, l := range list {
		page.Places = append(page.Places, placeLine{placePath(l.ID), placeKey(l.ID), "staff.location." + string(l.On(p.Locations.Today())), l.Address})
	}
	return p.render(w, r, "locations", page)
}

func placePath(id string) string { return pathLocations + "/" + url.PathEscape(id) }

// placePage changes how a counter stands: first a preview of whom it touches, then the
// change.
type placePage struct {
	web.Page
	Path, Name string
	State      form.Choice
	Address    form.Text
	OpensOn    form.Date
	Days       []*form.Text // Monday first
	Ground     form.Text
	Before     string // last ground
	Seen       string // the version that was previewed
	Preview    *location.Preview
	Waiting    int    // who hears of it
	Now, Then  string // message keys of the states before and after
}

func (p *Pages) newPlacePage(l location.Location) *placePage {
	page := &placePage{Page: web.Page{Title: placeKey(l.ID), Back: pathLocations}, Path: placePath(l.ID), Name: placeKey(l.ID),
		State:   form.Choice{Name: "state", Label: "staff.location.state", Value: string(l.State)},
		Address: form.Text{Name: "address", Label: "staff.location.address", Hint: "staff.location.address-hint", Autocomplete: "off", Value: l.Address},
		OpensOn: form.Date{Name: "opens", Label: "staff.location.opens-on", Hint: "staff.location.opens-hint"},
		Ground:  form.Text{Name: "ground", Label: "staff.location.ground", Hint: "staff.location.ground-hint", Autocomplete: "off"},
		Before:  l.Ground, Seen: formatVersion(l.Version), Now: "staff.location." + string(l.State),
	}
	if d := l.OpensOn.String(); d != "" {
		page.OpensOn.Year, page.OpensOn.Month, page.OpensOn.Day = d[:4], d[5:7], d[8:]
	}
	for _, s := range []location.State{location.Announced, location.Dated, location.Open, location.Paused, location.Closed} {
		page.State.Options = append(page.State.Options, form.Option{Value: string(s), Label: "staff.location." + string(s)})
	}
	page.Days = weekFields(l.Week)
	return page
}

// weekFields are the hours of a week, a field a day, Monday first.
func weekFields(week location.Week) (days []*form.Text) {
	for n := range 7 {
		days = append(days, &form.Text{Name: "day-" + string(rune('1'+n)), Label: weekdayKey(n), Width: 20, Latin: true, Autocomplete: "off",
			Value: location.FormatSpans(week[(n+1)%7])})
	}
	days[0].Hint = "staff.location.hours-hint"
	return days
}

func parseWeekFields(days []*form.Text) (week location.Week) {
	for n, day := range days {
		week[(n+1)%7] = form.Parse(day, location.ParseSpans)
	}
	return week
}

func (p *Pages) place(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	l, err := p.Locations.One(r.Context(), r.PathValue("place"))
	if err != nil {
		return err
	}
	return p.render(w, r, "location", p.newPlacePage(l))
}

// takePlace shows what a change would do, and makes it when its person has seen that.
func (p *Pages) takePlace(w http.ResponseWriter, r *http.Request, m people.Member) error {
	l, err := p.Locations.One(r.Context(), r.PathValue("place"))
	if err != nil {
		return err
	}
	page := p.newPlacePage(l)
	change, err := page.read(r, l.ID)
	if err != nil {
		return err
	}
	if page.Problems != nil {
		return p.render(w, r, "location", page)
	}
	seen, asked := parseVersion(r.PostForm.Get("seen")), r.PostForm.Get("sure") != ""
	if change.Seen = l.Version; asked {
		change.Seen = seen
		if err = p.Locations.Change(r.Context(), m, change); err == nil {
			return p.site.Redirect(w, r, pathLocations)
		}
	} else {
		var preview location.Preview
		if preview, err = p.Locations.Preview(r.Context(), m, change); err == nil {
			page.Preview, page.Waiting, page.Then = &preview, int(preview.Waiting), "staff.location."+string(preview.After.State)
		}
	}
	if fault.Is(err, fault.Invalid) {
		page.wrong(fault.Key(err))
		err = nil
	}
	if err != nil {
		return err
	}
	return p.render(w, r, "location", page)
}

// read takes the form; what cannot be read stays in its field.
func (page *placePage) read(r *http.Request, id string) (location.Change, error) {
	fields := []form.Field{&page.State, &page.Address, &page.OpensOn}
	for _, day := range page.Days {
		fields = append(fields, day)
	}
	fields = append(fields, &page.Ground)
	if err := form.Read(r, fields...); err != nil {
		return location.Change{}, err
	}
	page.State.Require("location.state")
	change := location.Change{ID: id, State: location.State(page.State.Value), Address: page.Address.Value, Ground: page.Ground.Value}
	change.OpensOn = form.ParseDate(&page.OpensOn, openingDay)
	change.Week = parseWeekFields(page.Days)
	page.Problems = form.Problems(fields...)
	return change, nil
}

func openingDay(day, month, year string) (rules.Day, error) {
	if day+month+year == "" {
		return rules.Day{}, nil
	}
	d, err := rules.ParseDay(pad(year, 4) + "-" + pad(month, 2) + "-" + pad(day, 2))
	if err != nil {
		return d, fault.New(fault.Invalid, "location.day", "not a day: %w", err)
	}
	return d, nil
}

func pad(digits string, to int) string {
	for len(digits) < to {
		digits = "0" + digits
	}
	return digits
}

// wrong puts what the domain refused at its field.
func (page *placePage) wrong(key string) {
	field := map[string]*string{
		"location.address": &page.Address.Error, "location.ground": &page.Ground.Error, "location.day": &page.OpensOn.Error,
		"location.announced": &page.OpensOn.Error, "location.open-later": &page.OpensOn.Error, "location.no-hours": &page.Days[0].Error,
	}[key]
	if field == nil {
		field = &page.State.Error
	}
	*field = key
	fields := []form.Field{&page.State, &page.Address, &page.OpensOn, page.Days[0], &page.Ground}
	page.Problems = form.Problems(fields...)
}

func formatVersion(v int64) string { return strconv.FormatInt(v, 10) }

// parseVersion returns -1 for what is no version: nothing was previewed then.
func parseVersion(text string) int64 {
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return -1
	}
	return v
}
