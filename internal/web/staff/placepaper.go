package staff

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/planner"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/asking"
	"loket/internal/web/form"
)

// Whoever writes on paper is asked what everybody is asked: the blank form is drawn from the
// questions of package asking, in the person's language and in Dutch. It has a number at the
// top, so that a form that is typed in twice makes one ask, and it counts from when it came
// in.

// cameIn is when a form of paper came in.
type cameIn struct {
	Day  form.Date
	Time form.Text
}

func newCameIn() *cameIn {
	return &cameIn{Day: form.Date{Name: "came", Label: "staff.asking.came", Hint: "staff.asking.came-hint"},
		Time: form.Text{Name: "came-at", Label: "staff.asking.came-at", Hint: "staff.asking.came-at-hint", Width: 5, Latin: true, Autocomplete: "off"}}
}

// read reads it; what is wrong stays in the fields.
func (c *cameIn) read(r *http.Request, now time.Time, zone *time.Location) (time.Time, error) {
	if err := form.Read(r, &c.Day, &c.Time); err != nil {
		return time.Time{}, err
	}
	c.Day.Require("staff.asking.came-missing")
	c.Time.Require("staff.asking.came-at-missing")
	at, err := time.ParseInLocation("2-1-2006 15:04", strings.Join([]string{c.Day.Day, c.Day.Month, c.Day.Year}, "-")+" "+strings.ReplaceAll(c.Time.Value, ".", ":"), zone)
	switch {
	case c.Day.Error != "" || c.Time.Error != "":
		return time.Time{}, nil
	case err != nil || at.After(now):
		c.Day.Error = "staff.asking.came-wrong"
		return time.Time{}, nil
	}
	return at, nil
}

// blankPage is the form on paper.
type blankPage struct {
	web.Page
	Tongue lang.Language
	Titles []lang.Text // in the person's language and in Dutch, as all below
	Number string
	Label  []lang.Text
	How    []lang.Text
	Came   []lang.Text
	Parts  []blankPart
	Next   string
}

// blankPart is one question; of the first about somebody, Person names them.
type blankPart struct {
	Person []lang.Text
	Lines  []blankLine
}

// blankLine is one thing to be written, or chosen.
type blankLine struct {
	Labels, Hints []lang.Text
	Kind          string // line, day or choice
	Options       [][]lang.Text
}

func (p *Pages) blank(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	query := r.URL.Query()
	list, err := p.Planner.Locations.Of(r.Context())
	if err != nil {
		return err
	}
	count, err := strconv.Atoi(query.Get("people"))
	if err != nil || count < 1 || count > planner.MostMembers {
		count = 1
	}
	tongue := p.tongueOf(query.Get("lang"))
	page := &blankPage{Page: web.Page{Title: "staff.asking.blank", Back: pathHelp}, Tongue: tongue, Number: ident.NewCaseNumber(p.Random).Spoken(), Next: pathHelp}
	var forms []asking.Form
	for _, tag := range both(tongue.Tag) {
		forms = append(forms, asking.Form{Planner: p.Planner, Catalogue: p.Papers, Region: p.Region, Tag: tag, Locations: list})
	}
	page.Titles, page.Label = say(forms, "public.place.paper-form.title", nil), say(forms, "public.place.paper-form.number", nil)
	page.How, page.Came = say(forms, "public.place.paper-form.how", nil), say(forms, "public.place.paper-form.came", nil)
	for i, part := range forms[0].Sheet(count, asking.Filled{}).Parts {
		page.Parts = append(page.Parts, newBlankPart(forms, part, func(f asking.Form) *asking.Fields {
			return f.Sheet(count, asking.Filled{}).Parts[i].Fields
		}))
	}
	return p.render(w, r, "place-form", page)
}

// say is a message in the languages of some forms.
func say(forms []asking.Form, key string, args map[string]any) (list []lang.Text) {
	if key == "" {
		return nil
	}
	for _, f := range forms {
		list = append(list, f.Catalogue.In(f.Tag).Get(key, args))
	}
	return list
}

// newBlankPart draws the fields of a question; in returns them with the words of the pack
// in the language of a form.
func newBlankPart(forms []asking.Form, part asking.Part, in func(asking.Form) *asking.Fields) (b blankPart) {
	if n := part.Person(); n > 0 {
		b.Person = say(forms, "public.place.check.person", map[string]any{"Number": n})
	}
	line := func(label, hint, kind string) *blankLine {
		b.Lines = append(b.Lines, blankLine{Labels: say(forms, label, nil), Hints: say(forms, hint, nil), Kind: kind})
		return &b.Lines[len(b.Lines)-1]
	}
	for _, text := range part.Texts {
		line(text.Label, text.Hint, "line")
	}
	for _, choice := range part.Choices {
		l := line(choice.Label, choice.Hint, "choice")
		for _, option := range choice.Options {
			l.Options = append(l.Options, say(forms, option.Label, nil))
		}
	}
	if part.Pack != nil {
		l := line(part.Pack.Label, part.Pack.Hint, "choice")
		for i, f := range forms {
			for n, item := range in(f).Pack.Items() {
				if i == 0 {
					l.Options = append(l.Options, nil)
				}
				if !slices.Contains(l.Options[n], item.Text) {
					l.Options[n] = append(l.Options[n], item.Text)
				}
			}
		}
	}
	if part.Date != nil {
		line(part.Date.Label, part.Date.Hint, "day")
	}
	for _, text := range part.After {
		line(text.Label, text.Hint, "line")
	}
	return b
}
