package staff

import (
	"net/http"
	"strconv"
	"time"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/planner"
	"loket/internal/rules"
	"loket/internal/web"
	"loket/internal/web/asking"
	"loket/internal/web/form"
)

// Who asks for a place with somebody's help is asked what the pages for people ask, all on
// one page, with each question in their own language beside it.

// wishPage is the form on one page.
type wishPage struct {
	web.Page
	Heading   string // message key
	Action    string
	Key       string // idempotency: sent twice, it makes one ask
	Tongue    lang.Language
	Parts     []wishPart
	Form      *form.Text // the number of a form of paper; nil elsewhere
	Came      *cameIn    // and when that came in
	Confirmed string
	Hidden    []hidden
	Way       []lang.Text // why no place is needed, in both languages; nil where one is
	Button    string      // message key

	sheet  *asking.Sheet
	form   asking.Form
	filled asking.Filled
	door   planner.Door
	// received is when a form of paper came in; zero for all other doors.
	received time.Time
}

// wishPart is one question, and its words in the person's language where that is not the
// page's own.
type wishPart struct {
	*asking.Fields
	Person int // the part is the first about this one; or zero
	Aloud  []lang.Text
	Dir    lang.Dir
}

// placeAsk is what is chosen before the form: by which door, for how many, in which
// language.
type placeAsk struct{ Tongue, People, Door form.Choice }

func (p *Pages) newPlaceAsk(doors ...planner.Door) *placeAsk {
	a := &placeAsk{Tongue: p.tongues("uk"),
		People: form.Choice{Name: "people", Label: "staff.asking.people", Hint: "staff.asking.people-hint", Inline: true, Value: "1"},
		Door:   form.Choice{Name: "door", Label: "staff.asking.door", Inline: true, Value: string(doors[0])}}
	for n := 1; n <= planner.MostMembers; n++ {
		a.People.Options = append(a.People.Options, form.Option{Value: strconv.Itoa(n), Label: "public.place.people." + strconv.Itoa(n)})
	}
	for _, door := range doors {
		a.Door.Options = append(a.Door.Options, form.Option{Value: string(door), Label: "staff.asking.door-" + string(door)})
	}
	return a
}

// newWish returns the empty form for what was chosen in the values of a query or form.
func (p *Pages) newWish(r *http.Request, get func(string) string, doors ...planner.Door) (*wishPage, error) {
	list, err := p.Planner.Locations.Of(r.Context())
	if err != nil {
		return nil, err
	}
	people, err := strconv.Atoi(get("people"))
	if err != nil || people < 1 || people > planner.MostMembers {
		people = 1
	}
	page := &wishPage{Key: ident.NewID(p.Random, "key"), Tongue: p.tongueOf(get("lang")), door: doors[0]}
	for _, door := range doors {
		if get("door") == string(door) {
			page.door = door
		}
	}
	if page.door == planner.OnPaper {
		page.Form = &form.Text{Name: "form", Label: "staff.asking.form", Hint: "staff.asking.form-hint", Width: 20, Latin: true, Autocomplete: "off"}
		page.Came = newCameIn()
	}
	page.Hidden = []hidden{{"lang", string(page.Tongue.Tag)}, {"people", strconv.Itoa(people)}, {"door", string(page.door)}}
	page.form = asking.Form{Planner: p.Planner, Catalogue: p.Papers, Region: p.Region, Tag: p.site.Language(r), Locations: list,
		Met: page.door != planner.ByPhone}
	page.sheet = page.form.Sheet(people, asking.Filled{})
	p.showWish(r, page)
	return page, nil
}

// showWish puts the fields of the sheet on the page.
func (p *Pages) showWish(r *http.Request, page *wishPage) {
	page.Parts, page.Confirmed = nil, page.sheet.Confirmed
	for _, part := range page.sheet.Parts {
		shown := wishPart{Fields: part.Fields, Person: part.Person(), Dir: page.Tongue.Dir}
		if page.Tongue.Tag != p.site.Language(r) {
			shown.Aloud = page.sheet.Aloud(part, p.Papers.In(page.Tongue.Tag))
		}
		page.Parts = append(page.Parts, shown)
	}
}

// takeWish reads a posted form. Its asking is nil, and the page is to be shown again, where
// something is wrong, a warning is new, or no place is needed.
func (p *Pages) takeWish(r *http.Request, doors ...planner.Door) (*planner.Asking, *wishPage, error) {
	if err := form.Read(r); err != nil {
		return nil, nil, err
	}
	page, err := p.newWish(r, r.PostForm.Get, doors...)
	if err != nil {
		return nil, nil, err
	}
	if key := r.PostForm.Get("key"); key != "" {
		page.Key = key
	}
	filled := asking.Filled{Key: page.Key}
	problems, warns, err := page.sheet.Read(r, &filled)
	if err != nil {
		return nil, nil, err
	}
	page.Problems = problems
	if page.Form != nil {
		if err := form.Read(r, page.Form); err != nil {
			return nil, nil, err
		}
		page.Form.Require("staff.asking.form-missing")
		number := form.Parse(page.Form, ident.ParseCaseNumber)
		filled.Key = string(number)
		if page.received, err = page.Came.read(r, p.Planner.Now(), p.Planner.Zone); err != nil {
			return nil, nil, err
		}
		page.Problems = append(form.Problems(page.Form, &page.Came.Day, &page.Came.Time), problems...)
	}
	page.filled = filled
	p.showWish(r, page)
	decision, err := page.form.MayAsk(filled)
	if err != nil {
		return nil, nil, err
	}
	if decision.Outcome != planner.MayAsk && decision.Outcome != rules.NotKnownYet {
		page.Way = p.whyNoPlace(page, filled)
	}
	if page.Problems != nil || warns || page.Way != nil {
		return nil, page, nil
	}
	a := page.form.Asking(filled, page.door)
	a.Lang, a.Received = string(page.Tongue.Tag), page.received
	return &a, page, nil
}

// whyNoPlace are the pack's reasons for which somebody needs no place, in their language
// and in Dutch; nil where the pack does not know yet.
func (p *Pages) whyNoPlace(page *wishPage, filled asking.Filled) (list []lang.Text) {
	for _, tag := range both(page.Tongue.Tag) {
		said := page.form
		said.Tag = tag
		decision, err := said.MayAsk(filled)
		if err != nil {
			return list
		}
		list = append(list, said.Reasons(decision)...)
	}
	return list
}

// refusedWish puts what the planner refused on the page of the form; any other error is
// returned.
func (p *Pages) refusedWish(r *http.Request, page *wishPage, err error) error {
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	if page.Form != nil && (fault.Key(err) == "once.other-body" || fault.Key(err) == "planner.form.used") {
		page.Form.Error = "planner.form.used"
		page.Problems = form.Problems(page.Form)
		return nil
	}
	page.Problems = []form.Problem{{Control: "main", Key: fault.Key(err)}}
	if i, key := page.form.Refused(r.Context(), page.filled); i >= 0 {
		page.Problems = page.sheet.Wrong(i, key)
	}
	p.showWish(r, page)
	return nil
}
