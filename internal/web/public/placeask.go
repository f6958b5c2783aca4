package public

import (
	"net/http"

	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/location"
	"loket/internal/planner"
	"loket/internal/rules"
	"loket/internal/web"
	"loket/internal/web/form"
)

// Each page of the form is the answer to the one before it, because what was filled in
// travels with it. Its address therefore says nothing: whoever opens one begins again.

// placeForm is the form as it is for one request.
type placeForm struct {
	*Pages
	tag       lang.Tag
	locations []location.Location
}

func (p *Pages) newPlaceForm(r *http.Request) (placeForm, error) {
	list, err := p.Planner.Locations.Of(r.Context())
	return placeForm{p, p.site.Language(r), list}, err
}

// placeStepPage is any of the pages that ask.
type placeStepPage struct {
	web.Page
	*placeFields
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
	step := f.steps(asked{})[0]
	return f.render(w, r, asked{}, step, step.show(asked{}))
}

// placeAgainPage says that the form is to be begun again, and why.
type placeAgainPage struct{ web.Page }

func (p *Pages) beginPlaceAgain(w http.ResponseWriter, r *http.Request) error {
	return p.site.Render(w, r, "place-again", &placeAgainPage{web.Page{Title: "public.place.again.title", Back: "/place"}})
}

// withPlace returns a handler of the form with what was filled in so far. A form that does
// not open is begun again, and nothing else.
func (p *Pages) withPlace(then func(placeForm, http.ResponseWriter, *http.Request, asked) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := p.newPlaceForm(r)
		if err != nil {
			return err
		}
		if err := form.Read(r); err != nil {
			return err
		}
		a := asked{Key: ident.NewID(p.Random, "key")} // from the first page
		if field := r.PostForm.Get("draft"); field != "" {
			if a, err = opened[asked](p.askEnvelope(), field); err != nil {
				return p.beginPlaceAgain(w, r)
			}
		}
		return then(f, w, r, a)
	}
}

// take takes the answers of a page.
func (p placeForm) take(w http.ResponseWriter, r *http.Request, a asked) error {
	step, ok := p.find(a, r.PathValue("step"))
	if !ok {
		return errNoQuestion
	}
	fields := step.show(asked{Members: make([]askedMember, len(a.Members)), Region: a.Region})
	if err := form.Read(r, fields.all()...); err != nil {
		return err
	}
	step.take(fields, &a)
	problems := form.Problems(fields.all()...)
	if problems != nil || fields.Warning != "" && r.PostForm.Get("confirmed") != fields.Confirmed {
		return p.render(w, r, a, step, fields, problems...)
	}
	return p.next(w, r, a)
}

// open shows a page again, to change its answer.
func (p placeForm) open(w http.ResponseWriter, r *http.Request, a asked) error {
	step, ok := p.find(a, r.PostForm.Get("to"))
	if !ok {
		return errNoQuestion
	}
	return p.render(w, r, a, step, step.show(a))
}

func (p placeForm) find(a asked, path string) (placeStep, bool) {
	for _, step := range p.steps(a) {
		if step.path == path {
			return step, true
		}
	}
	return placeStep{}, false
}

// next shows the way out where the pack names another, else the first page without an
// answer, else the check.
func (p placeForm) next(w http.ResponseWriter, r *http.Request, a asked) error {
	decision, err := p.Planner.Eligible(a.facts())
	if err != nil {
		return err
	}
	if decision.Outcome != planner.MayAsk && decision.Outcome != rules.NotKnownYet {
		return p.renderWay(w, r, a, decision)
	}
	for _, step := range p.steps(a) {
		if !step.done(a) {
			return p.render(w, r, a, step, step.show(a))
		}
	}
	return p.check(w, r, a)
}

// ruleTexts are the grounds of a decision in the words of the pack, the deciding one last.
func (p *Pages) ruleTexts(tag lang.Tag, d rules.Decision) (list []lang.Text) {
	for _, reason := range d.Reasons {
		if reason.Kind == rules.RuleReason || reason.Kind == rules.GroundReason {
			list = append(list, p.placeWords(tag, reason.Text))
		}
	}
	return list
}

func (p placeForm) render(w http.ResponseWriter, r *http.Request, a asked, step placeStep, fields *placeFields, problems ...form.Problem) error {
	page := &placeStepPage{Page: web.Page{Title: step.title, Problems: problems}, placeFields: fields, Path: step.path, Number: step.n, Total: len(a.Members)}
	page.TitleArgs = map[string]any{"Number": step.n, "Total": len(a.Members)}
	if a.Key != "" {
		var err error
		if page.Draft, err = sealed(p.askEnvelope(), a); err != nil {
			return err
		}
	}
	for _, other := range p.steps(a) {
		if other.path == step.path {
			break
		}
		page.Before = other.path
	}
	if page.Before == "" {
		page.Back = "/place"
	}
	if step.path == regionPath {
		view := p.regionNow(a.Region)
		page.Region = &view
	}
	return p.site.Render(w, r, "place-ask", page)
}

// regionNow returns a region with its locations.
func (p placeForm) regionNow(id string) regionView {
	var places []location.Location
	for _, l := range p.locations {
		if l.Serves(id, p.Planner.Today()) {
			places = append(places, l)
		}
	}
	item, _ := p.Planner.Pack.Item(listRegions, id)
	return p.regionOf(p.tag, item, places)
}

// placeWayPage tells who needs no place what to do instead. No place is used for it.
type placeWayPage struct {
	web.Page
	Outcome string
	Reasons []lang.Text
	Draft   string
	Before  string // the step that can be changed
}

func (p placeForm) renderWay(w http.ResponseWriter, r *http.Request, a asked, d rules.Decision) error {
	title := "public.place.way." + d.Outcome
	if !p.Catalogue.In(lang.Dutch).Has(title) {
		title = "public.place.way.other"
	}
	page := &placeWayPage{Page: web.Page{Title: title}, Outcome: d.Outcome}
	page.Reasons = p.ruleTexts(p.tag, d)
	for _, step := range p.steps(a) {
		if _, isFact := a.Facts[step.fact]; isFact {
			page.Before = step.path
		}
	}
	var err error
	page.Draft, err = sealed(p.askEnvelope(), a)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, "place-way", page)
}
