package public

import (
	"net/http"
	"strings"
	"time"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/planner"
	"loket/internal/web"
	"loket/internal/web/form"
	"loket/internal/web/throttle"
)

// Both limits are asked before anything is looked up.
var (
	codeBySource = throttle.Limit{Name: "appointment-code-by-source", By: throttle.Source, Burst: 60, Every: 10 * time.Second,
		Why: "A shelter checks the codes of a whole bus; a machine that guesses codes cannot go on."}
	codeByCode = throttle.Limit{Name: "appointment-code-by-code", By: throttle.Identifier, Burst: 10, Every: 10 * time.Minute,
		Why: "A code says the same all day; birth dates beside one cannot be tried in a row."}
)

// placeCodePage takes the code of an appointment from anybody, and says whether it is
// genuine and live, and nothing else: not of whom, and without the birth date not where
// and when.
type placeCodePage struct {
	web.Page
	Code    form.Text
	Birth   form.Date
	Verdict string // the end of message keys; empty before a code was checked
	Place   *placeView
	Starts  instant
	Keys    []string // public, for who checks without a network
}

func (p *Pages) newPlaceCodePage() *placeCodePage {
	return &placeCodePage{
		Page: web.Page{Title: "public.place.code.title", Back: "/place"},
		Code: form.Text{Name: "code", Label: "public.place.code.label", Hint: "public.place.code.hint", Lines: 3, Latin: true, Autocomplete: "off"},
		Birth: form.Date{Name: "birth", Label: "public.place.code.birth", Hint: "public.place.code.birth-hint",
			Who: "public.place.code.birth-who"},
		Keys: p.Planner.SlipKeys(),
	}
}

func (p *Pages) askPlaceCode(w http.ResponseWriter, r *http.Request) error {
	return p.site.Render(w, r, "place-code", p.newPlaceCodePage())
}

// takePlaceCode checks a code. A code that nobody has is answered as one that somebody
// has, and after the same work.
func (p *Pages) takePlaceCode(w http.ResponseWriter, r *http.Request) error {
	if err := p.site.Count(r, codeBySource, ""); err != nil {
		return err
	}
	page := p.newPlaceCodePage()
	if err := form.Read(r, &page.Code, &page.Birth); err != nil {
		return err
	}
	page.Code.Require("public.place.code.missing")
	birth := form.ParseDate(&page.Birth, func(day, month, year string) (ident.BirthDate, error) {
		return ident.NewBirthDate(day, month, year, p.Planner.Today().String())
	})
	if page.Problems = form.Problems(&page.Code, &page.Birth); page.Problems != nil {
		return p.site.Render(w, r, "place-code", page)
	}
	if err := p.site.Count(r, codeByCode, strings.Join(strings.Fields(page.Code.Value), "")); err != nil {
		return err
	}
	checked, err := p.Planner.CheckCode(r.Context(), page.Code.Value, birth)
	if fault.Is(err, fault.Invalid) {
		page.Code.Error = fault.Key(err)
		page.Problems = form.Problems(&page.Code)
		return p.site.Render(w, r, "place-code", page)
	}
	if err != nil {
		return err
	}
	page.show(p, r, checked)
	return p.site.Render(w, r, "place-code", page)
}

// show adds what became of a code.
func (page *placeCodePage) show(p *Pages, r *http.Request, checked planner.Checked) {
	page.Verdict = string(checked.Verdict)
	if checked.Location == nil {
		return
	}
	place := p.placeOn(p.site.Language(r), *checked.Location, p.dayOf(checked.Starts))
	page.Place, page.Starts = &place, p.instant(checked.Starts)
}

// revokedCodes answers with the signed list of codes that are no longer good, for programs.
func (p *Pages) revokedCodes(w http.ResponseWriter, r *http.Request) {
	file, err := p.Planner.Revoked(r.Context())
	if err != nil {
		http.Error(w, fault.Of(err).String(), web.Status(err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	// A write fails only when the reader has gone.
	_, _ = w.Write(file)
}
