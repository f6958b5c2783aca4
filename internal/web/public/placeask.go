package public

import (
	"net/http"

	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/location"
	"loket/internal/planner"
	"loket/internal/rules"
	"loket/internal/web"
	"loket/internal/web/asking"
	"loket/internal/web/form"
)

// Each page of the form is the answer to the one before it, because what was filled in
// travels with it. Its address therefore says nothing: whoever opens one begins again.

// placeForm is the form as it is for one request.
type placeForm struct {
	*Pages
	asking.Form
}

func (p *Pages) newPlaceForm(r *http.Request) (placeForm, error) {
	list, err := p.Planner.Locations.Of(r.Context())
	usable := func(n ident.Number) string {
		key, err := p.Planner.NumberWrong(r.Context(), n)
		if err != nil {
			return "" // it is told when the form is sent
		}
		return key
	}
	return placeForm{p, asking.Form{Planner: p.Planner, Usable: usable, Texts: p.Texts, Catalogue: p.Catalogue, Region: p.Parts.Region, Tag: p.site.Language(r), Locations: list}}, err
}

// placeStepPage is any of the pages that ask.
type placeStepPage struct {
	web.Page
	*asking.Fields
	Path          string
	Draft         string // sealed; empty on the first page
	Before        string // the step before; empty on the first
	Number, Total int    // which of the people
	Region        *regionView
}

func (p *Pages) beginPlace(w http.ResponseWriter, r *http.Request) error {
	f, err := p.newPlaceForm(r)
	if err != nil {
		return err
	}
	step := f.Questions(asking.Filled{})[0]
	return f.render(w, r, asking.Filled{}, step, step.Show(asking.Filled{}))
}

// placeAgainPage says that the form is to be begun again, and why.
type placeAgainPage struct{ web.Page }

func (p *Pages) beginPlaceAgain(w http.ResponseWriter, r *http.Request) error {
	return p.site.Render(w, r, "place-again", &placeAgainPage{web.Page{Title: "public.place.again.title", Back: "/place"}})
}

// withPlace returns a handler of the form with what was filled in so far. A form that does
// not open is begun again, and nothing else.
func (p *Pages) withPlace(then func(placeForm, http.ResponseWriter, *http.Request, asking.Filled) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := p.newPlaceForm(r)
		if err != nil {
			return err
		}
		if err := form.Read(r); err != nil {
			return err
		}
		a := asking.Filled{Key: ident.NewID(p.Random, "key")} // from the first page
		if field := r.PostForm.Get("draft"); field != "" {
			if a, err = opened[asking.Filled](p.askEnvelope(), field); err != nil {
				return p.beginPlaceAgain(w, r)
			}
		}
		return then(f, w, r, a)
	}
}

// take takes the answers of a page.
func (p placeForm) take(w http.ResponseWriter, r *http.Request, a asking.Filled) error {
	step, ok := p.find(a, r.PathValue("step"))
	if !ok {
		return errNoQuestion
	}
	fields := step.Show(asking.Filled{Members: make([]asking.Member, len(a.Members)), Region: a.Region})
	if err := form.Read(r, fields.All()...); err != nil {
		return err
	}
	step.Take(fields, &a)
	problems := form.Problems(fields.All()...)
	if problems != nil || fields.Warning != "" && r.PostForm.Get("confirmed") != fields.Confirmed {
		return p.render(w, r, a, step, fields, problems...)
	}
	return p.next(w, r, a)
}

// open shows a page again, to change its answer.
func (p placeForm) open(w http.ResponseWriter, r *http.Request, a asking.Filled) error {
	step, ok := p.find(a, r.PostForm.Get("to"))
	if !ok {
		return errNoQuestion
	}
	return p.render(w, r, a, step, step.Show(a))
}

func (p placeForm) find(a asking.Filled, path string) (asking.Question, bool) {
	for _, step := range p.Questions(a) {
		if step.Path == path {
			return step, true
		}
	}
	return asking.Question{}, false
}

// next shows the way out where the pack names another, else the first page without an
// answer, else the check.
func (p placeForm) next(w http.ResponseWriter, r *http.Request, a asking.Filled) error {
	decision, err := p.MayAsk(a)
	if err != nil {
		return err
	}
	if decision.Outcome != planner.MayAsk && decision.Outcome != rules.NotKnownYet {
		return p.renderWay(w, r, a, decision)
	}
	for _, step := range p.Questions(a) {
		if !step.Done(a) {
			return p.render(w, r, a, step, step.Show(a))
		}
	}
	return p.check(w, r, a)
}

func (p placeForm) render(w http.ResponseWriter, r *http.Request, a asking.Filled, step asking.Question, fields *asking.Fields, problems ...form.Problem) error {
	page := &placeStepPage{Page: web.Page{Title: step.Title, Problems: problems}, Fields: fields, Path: step.Path, Number: step.N, Total: len(a.Members)}
	page.TitleArgs = map[string]any{"Number": step.N, "Total": len(a.Members)}
	if a.Key != "" {
		var err error
		if page.Draft, err = sealed(p.askEnvelope(), a); err != nil {
			return err
		}
	}
	for _, other := range p.Questions(a) {
		if other.Path == step.Path {
			break
		}
		page.Before = other.Path
	}
	if page.Before == "" {
		page.Back = "/place"
	}
	if step.Path == asking.RegionPath {
		view := p.regionNow(a.Region)
		page.Region = &view
	}
	return p.site.Render(w, r, "place-ask", page)
}

// regionNow returns a region with its locations.
func (p placeForm) regionNow(id string) regionView {
	var places []location.Location
	for _, l := range p.Locations {
		if l.Serves(id, p.Planner.Today()) {
			places = append(places, l)
		}
	}
	item, _ := p.Planner.Pack.Item(listRegions, id)
	return p.regionOf(p.Tag, item, places)
}

// placeWayPage tells who needs no place what to do instead. No place is used for it.
type placeWayPage struct {
	web.Page
	Outcome string
	Reasons []lang.Text
	Draft   string
	Before  string // the step that can be changed
}

func (p placeForm) renderWay(w http.ResponseWriter, r *http.Request, a asking.Filled, d rules.Decision) error {
	title := "public.place.way." + d.Outcome
	if !p.Catalogue.In(lang.Dutch).Has(title) {
		title = "public.place.way.other"
	}
	page := &placeWayPage{Page: web.Page{Title: title}, Outcome: d.Outcome}
	page.Reasons = p.Reasons(d)
	for _, step := range p.Questions(a) {
		if _, isFact := a.Facts[step.Fact]; isFact {
			page.Before = step.Path
		}
	}
	var err error
	page.Draft, err = sealed(p.askEnvelope(), a)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, "place-way", page)
}
