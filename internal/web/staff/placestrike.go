package staff

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/planner"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

// On a day on which people cannot come a lead says so, sees first how many have an
// appointment, and confirms it with a passkey. It can be lifted.

const (
	pathStrikes     = pathPlace + "/disruptions"
	listDisruptions = "disruptions" // of the pack of places
)

func (p *Pages) strikeRoutes() []route {
	leads := []people.Role{people.Lead}
	return []route{
		{pattern: "GET /place/disruptions", roles: leads, handle: p.strikes},
		{pattern: "POST /place/disruptions", roles: leads, scripts: []string{passkeyScript}, handle: p.takeStrike},
		{pattern: "POST /place/disruptions/sign", roles: leads, handle: p.signStrike},
		{pattern: "POST /place/disruptions/{id}/lift", roles: leads, handle: p.liftStrike},
	}
}

// strikePage lists the disruptions to come, and takes a new one.
type strikePage struct {
	web.Page
	Day     form.Date
	Places  []*strikePlace
	Cause   form.Choice
	Causes  []strikeCause
	Touched *planner.Touched // what it does; nil before
	Confirm *confirmation
	Lines   []strikeLine
}

// strikePlace is a location to tick.
type strikePlace struct {
	form.Tick
	ID   string
	Said lang.Text
}

// strikeCause is an option of Cause, in words of the pack.
type strikeCause struct {
	ID, Value string
	Said      lang.Text
	Checked   bool
}

// strikeLine is a disruption that was declared.
type strikeLine struct {
	planner.Disruption
	Place, Why lang.Text
	Lifted     bool
}

func (p *Pages) newStrikePage(r *http.Request) (*strikePage, error) {
	s := p.placeScreen(r)
	page := &strikePage{Page: web.Page{Title: "staff.strike.title", Back: pathHome},
		Day:   form.Date{Name: "day", Label: "staff.strike.day"},
		Cause: form.Choice{Name: "cause", Label: "staff.strike.cause"}}
	setDay(&page.Day, p.Planner.Today())
	all, err := p.Planner.Locations.Of(r.Context())
	if err != nil {
		return nil, err
	}
	names := map[string]lang.Text{}
	for _, l := range all {
		names[l.ID] = s.words(l.Name)
		page.Places = append(page.Places, &strikePlace{form.Tick{Name: "place-" + l.ID}, l.ID, s.words(l.Name)})
	}
	causes := map[string]lang.Text{}
	for _, item := range s.pack.List(listDisruptions) {
		causes[item.ID] = s.words(item.Name)
		page.Cause.Options = append(page.Cause.Options, form.Option{Value: item.ID})
	}
	page.words(causes)
	list, err := p.Planner.Disruptions(r.Context(), p.Planner.Today())
	if err != nil {
		return nil, err
	}
	for _, d := range list {
		page.Lines = append(page.Lines, strikeLine{d, names[d.LocationID], causes[d.Cause], d.LiftedAt != nil})
	}
	return page, nil
}

// words puts the words of the pack beside the options.
func (page *strikePage) words(causes map[string]lang.Text) {
	page.Causes = nil
	for _, c := range page.Cause.Controls() {
		page.Causes = append(page.Causes, strikeCause{c.ID, c.Value, causes[c.Value], c.Checked})
	}
}

func (p *Pages) strikes(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	page, err := p.newStrikePage(r)
	if err != nil {
		return err
	}
	return p.render(w, r, "place-strike", page)
}

// striking is a declaration that waits for its passkey.
type striking struct {
	ID string
	planner.Declaring
}

// takeStrike shows how many have an appointment, and asks the passkey.
func (p *Pages) takeStrike(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page, err := p.newStrikePage(r)
	if err != nil {
		return err
	}
	d, err := page.read(r)
	if err != nil {
		return err
	}
	if page.Problems == nil {
		var touched planner.Touched
		touched, err = p.Planner.Touch(r.Context(), m, d)
		if fault.Is(err, fault.Invalid) {
			page.Day.Error = fault.Key(err)
			page.Problems, err = form.Problems(&page.Day), nil
		} else if err == nil {
			page.Touched = &touched
			err = p.askStrike(r, m, page, striking{ident.NewID(rand.Reader, "strike"), d})
		}
	}
	if err != nil {
		return err
	}
	return p.render(w, r, "place-strike", page)
}

func (p *Pages) askStrike(r *http.Request, m people.Member, page *strikePage, s striking) error {
	kept, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("keep a disruption: %w", err)
	}
	p.Sessions.Keep(r.Context(), "disruption", kept)
	confirm, err := p.ask(r, m, s.ID, s.Content(), pathStrikes+"/sign", "staff.strike.declare")
	page.Confirm = &confirm
	return err
}

// read takes the form; what cannot be read stays in its field.
func (page *strikePage) read(r *http.Request) (planner.Declaring, error) {
	fields := []form.Field{&page.Day, &page.Cause}
	for _, place := range page.Places {
		fields = append(fields, &place.Tick)
	}
	causes := map[string]lang.Text{}
	for _, c := range page.Causes {
		causes[c.Value] = c.Said
	}
	if err := form.Read(r, fields...); err != nil {
		return planner.Declaring{}, err
	}
	page.words(causes)
	d := planner.Declaring{Day: form.ParseDate(&page.Day, openingDay), Cause: page.Cause.Value}
	page.Day.Require("planner.disruption.day")
	page.Cause.Require("planner.disruption.cause")
	for _, place := range page.Places {
		if place.On {
			d.Locations = append(d.Locations, place.ID)
		}
	}
	page.Problems = form.Problems(fields...)
	return d, nil
}

// signStrike declares what its person confirmed with a passkey.
func (p *Pages) signStrike(w http.ResponseWriter, r *http.Request, m people.Member) error {
	var s striking
	if err := json.Unmarshal(p.Sessions.Spend(r.Context(), "disruption"), &s); err != nil {
		return fault.New(fault.TooLate, "staff.passkey.again", "no disruption is declared: %w", err)
	}
	c, response, err := p.answered(r, s.ID)
	if err != nil {
		return err
	}
	sign := p.Staff.Signing(r.Context(), m, people.Lead, s.ID, s.Content(), c, response)
	if err := p.Planner.Declare(r.Context(), m, s.Declaring, sign); err != nil {
		return err
	}
	return p.site.Redirect(w, r, pathStrikes)
}

func (p *Pages) liftStrike(w http.ResponseWriter, r *http.Request, m people.Member) error {
	if err := p.Planner.Lift(r.Context(), m, r.PathValue("id")); err != nil {
		return err
	}
	return p.site.Redirect(w, r, pathStrikes)
}
