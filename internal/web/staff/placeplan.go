package staff

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/location"
	"loket/internal/planner"
	"loket/internal/rules"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

const pathPlans = pathPlace + "/locations"

func (p *Pages) planRoutes() []route {
	return []route{
		{pattern: "GET /place/locations", roles: editors, handle: p.plans},
		{pattern: "GET /place/locations/{place}", roles: editors, fields: []string{"colleague: name"}, handle: p.plan},
		{pattern: "POST /place/locations/{place}", roles: editors, fields: []string{"colleague: name"}, handle: p.takePlan},
		{pattern: "POST /place/locations/{place}/list", roles: editors, handle: p.tickList},
	}
}

func planPath(id string) string { return pathPlans + "/" + url.PathEscape(id) }

func (p *Pages) plans(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	page := &wherePage{Page: web.Page{Title: "staff.turns.plans", Back: pathHome}, Text: "staff.turns.plans-text", Also: &actLink{pathStock, "staff.stock.begin"}}
	var err error
	if page.Places, err = p.wheres(r, planPath); err != nil {
		return err
	}
	return p.render(w, r, "place-where", page)
}

// planPage changes how much a location hands out: first a preview of whom it touches,
// then the change.
type planPage struct {
	web.Page
	Path      string
	Name      lang.Text
	Now       string // message key of the state
	State     form.Choice
	Desks     form.Text
	Horizon   form.Date
	Closed    form.Text
	Ground    form.Text
	Before    string // last ground
	Seen      string // the version that was previewed
	Shown     string // fingerprint of the change that was previewed
	Open      *openPlan
	After     *afterPlan
	Preview   *planPreview
	List      *listView
	locations location.Location
}

// planPreview is what a change does.
type planPreview struct {
	Then            string // message key of the state
	Supply          []supplyLine
	Offered, Booked int // slots of somebody that are not in the new plan
	Waiting         int
	Told            bool
	Unready         bool // no slots before its list is done
	After           *afterPreview
}

// supplyLine is how many slots lie ahead; Product is empty for all.
type supplyLine struct {
	Product       lang.Text
	Before, After int
}

func (p *Pages) newPlanPage(r *http.Request) (*planPage, error) {
	l, err := p.Planner.Locations.One(r.Context(), r.PathValue("place"))
	if err != nil {
		return nil, err
	}
	today := p.Planner.Today()
	page := &planPage{Page: web.Page{Title: "staff.turns.plan", Back: pathPlans}, Path: planPath(l.ID), Name: p.placeScreen(r).words(l.Name),
		Now: standing(l, today), Before: l.Ground, Seen: formatVersion(l.Version), locations: l,
		State: form.Choice{Name: "state", Label: "staff.turns.state", Value: string(stateOf(l, today))},
		Desks: form.Text{Name: "desks", Label: "staff.turns.desks", Hint: "staff.turns.desks-hint", Latin: true, Autocomplete: "off", Lines: 4,
			Value: onLines(location.FormatDesks(l.Plan.Desks))},
		Horizon: form.Date{Name: "horizon", Label: "staff.turns.horizon", Hint: "staff.turns.horizon-hint"},
		Closed: form.Text{Name: "closed", Label: "staff.turns.closures", Hint: "staff.turns.closures-hint", Latin: true, Autocomplete: "off", Lines: 4,
			Value: onLines(formatClosures(l.Plan.Closed))},
		Ground: form.Text{Name: "ground", Label: "staff.location.ground", Hint: "staff.location.ground-hint", Autocomplete: "off"},
	}
	if l.Plan.Ahead > 0 {
		page.Horizon.Hint = "staff.turns.horizon-moves"
	}
	setDay(&page.Horizon, l.Plan.Horizon)
	for _, state := range statesOf(l, today) {
		page.State.Options = append(page.State.Options, form.Option{Value: string(state), Label: "staff.turns.state-" + string(state)})
	}
	page.Open = p.newOpenPlan(r, l)
	if page.List, err = p.openingOf(r, l); err != nil {
		return nil, err
	}
	page.After, err = p.newAfterPlan(r, l)
	return page, err
}

// stateOf is the state that a location has, as it would be written today.
func stateOf(l location.Location, today rules.Day) location.State {
	if l.State != location.Moving && l.On(today) == location.Open {
		return location.Open
	}
	return l.State
}

// statesOf are the states into which the page can bring a location, its own first. One
// that serves people is not announced again, and moves by its addresses.
func statesOf(l location.Location, today rules.Day) []location.State {
	list := []location.State{stateOf(l, today)}
	serves := list[0] == location.Open || list[0] == location.Moving
	for _, state := range []location.State{location.Announced, location.Dated, location.Open, location.Paused, location.Closed} {
		if state != list[0] && (!serves || state == location.Open || state == location.Paused || state == location.Closed) {
			list = append(list, state)
		}
	}
	return list
}

func setDay(field *form.Date, day rules.Day) {
	if text := day.String(); text != "" {
		field.Year, field.Month, field.Day = text[:4], text[5:7], text[8:]
	}
}

// The lists of a plan have an entry a line in a field, and semicolons elsewhere.
func onLines(text string) string { return strings.ReplaceAll(text, "; ", "\n") }

func offLines(text string) string {
	entries := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ';' })
	return strings.Join(slices.DeleteFunc(entries, func(entry string) bool { return strings.TrimSpace(entry) == "" }), ";")
}

const between = ".."

func formatClosures(list []location.Closure) string {
	var days []string
	for _, c := range list {
		if c.First == c.Last {
			days = append(days, c.First.String())
		} else {
			days = append(days, c.First.String()+between+c.Last.String())
		}
	}
	return strings.Join(days, "; ")
}

// parseClosures reads what formatClosures writes. Days that were closed before keep the
// words that say why.
func parseClosures(text string, before []location.Closure) ([]location.Closure, error) {
	var list []location.Closure
	for part := range strings.SplitSeq(text, ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		from, to, ranged := strings.Cut(part, between)
		if !ranged {
			to = from
		}
		first, err := rules.ParseDay(strings.TrimSpace(from))
		if err == nil {
			var last rules.Day
			if last, err = rules.ParseDay(strings.TrimSpace(to)); err == nil {
				c := location.Closure{First: first, Last: last}
				if i := slices.IndexFunc(before, func(b location.Closure) bool { return b.First == first && b.Last == last }); i >= 0 {
					c = before[i]
				}
				list = append(list, c)
			}
		}
		if err != nil {
			return nil, fault.New(fault.Invalid, "staff.turns.closures-wrong", "closures: %w", err)
		}
	}
	return list, nil
}

func (p *Pages) plan(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	page, err := p.newPlanPage(r)
	if err != nil {
		return err
	}
	return p.render(w, r, "place-plan", page)
}

// takePlan shows what a change would do, and makes it when its person has seen that.
func (p *Pages) takePlan(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page, err := p.newPlanPage(r)
	if err != nil {
		return err
	}
	change, err := page.read(p, r)
	if err != nil {
		return err
	}
	if page.Problems != nil {
		return p.render(w, r, "place-plan", page)
	}
	seen, sure := parseVersion(r.PostForm.Get("seen")), r.PostForm.Get("sure") != ""
	shown := fingerprint(change)
	if sure = sure && r.PostForm.Get("shown") == shown; sure { // what was typed after the preview is previewed again
		change.Seen = seen
		if err = p.Planner.Locations.Change(r.Context(), m, change); err == nil {
			return p.site.Redirect(w, r, pathPlans)
		}
	} else {
		change.Seen, page.Shown = page.locations.Version, shown
		page.Preview, err = p.preview(r, m, change)
	}
	if fault.Is(err, fault.Invalid) {
		page.wrong(fault.Key(err))
		err = nil
	}
	if err != nil {
		return err
	}
	return p.render(w, r, "place-plan", page)
}

// fingerprint is another for every other change.
func fingerprint(c location.Change) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{string(c.State), c.OpensOn.String(), c.Week.String(), c.Plan.String()}, "\n")))
	return hex.EncodeToString(sum[:])
}

// preview says how many slots a change makes and takes, and whose are not in the plan any
// more.
func (p *Pages) preview(r *http.Request, m people.Member, c location.Change) (*planPreview, error) {
	found, err := p.Planner.Locations.Preview(r.Context(), m, c)
	if err != nil {
		return nil, err
	}
	var out planner.Outside
	if out, err = p.Planner.Outside(r.Context(), found.After); err != nil {
		return nil, err
	}
	s := p.placeScreen(r)
	preview := &planPreview{Then: standing(found.After, p.Planner.Today()), Offered: out.Offered, Booked: out.Booked,
		Waiting: int(found.Waiting), Told: found.Told, Unready: found.After.Unready()}
	for _, supply := range found.Supply {
		line := supplyLine{Before: supply.Before, After: supply.After}
		if supply.Product != "" {
			line.Product = s.product(supply.Product)
		}
		preview.Supply = append(preview.Supply, line)
	}
	preview.After, err = p.after(r, found.After)
	return preview, err
}

func (page *planPage) fields() []form.Field {
	list := append([]form.Field{&page.State}, page.Open.fields()...)
	list = append(list, &page.Desks, &page.Horizon, &page.Closed)
	return append(append(list, page.After.fields()...), &page.Ground)
}

// read takes the form; what cannot be read stays in its field. A horizon that is written
// down does not move on by itself any more.
func (page *planPage) read(p *Pages, r *http.Request) (location.Change, error) {
	if err := form.Read(r, page.fields()...); err != nil {
		return location.Change{}, err
	}
	page.State.Require("location.state")
	l := page.locations
	plan := l.Plan
	plan.Desks = form.Parse(&page.Desks, func(text string) ([]location.Desks, error) { return location.ParseDesks(offLines(text)) })
	plan.Closed = form.Parse(&page.Closed, func(text string) ([]location.Closure, error) { return parseClosures(offLines(text), l.Plan.Closed) })
	if plan.Horizon = form.ParseDate(&page.Horizon, openingDay); plan.Horizon != l.Plan.Horizon {
		plan.Ahead = 0
	}
	change := location.Change{ID: l.ID, State: location.State(page.State.Value), Address: l.Address, Plan: &plan, Ground: page.Ground.Value}
	page.Open.read(p, &change, l)
	page.After.read(&plan, change.State == location.Closed && l.State != location.Closed)
	page.Problems = form.Problems(page.fields()...)
	return change, nil
}

// wrong puts what the domain refused at its field.
func (page *planPage) wrong(key string) {
	field := map[string]*string{"location.ground": &page.Ground.Error, "location.desks": &page.Desks.Error,
		"location.horizon": &page.Horizon.Error, "location.closed": &page.Closed.Error,
		"location.day": &page.Open.OpensOn.Error, "location.announced": &page.Open.OpensOn.Error, "location.open-later": &page.Open.OpensOn.Error,
		"location.last": &page.Open.Last.Error, "location.no-hours": &page.Open.Days[0].Error, "location.products": &page.Open.Products.Error,
		"location.also": &page.Open.Also.Error, "location.travel": &page.Open.Travel.Error, "location.bookable": &page.Open.Bookable.Error,
		"location.addresses": &page.After.Addresses.Error, "location.address": &page.After.Addresses.Error, "location.successor": &page.After.Successor.Error}[key]
	if field == nil {
		field = &page.State.Error
	}
	*field = key
	page.Problems = form.Problems(page.fields()...)
}
