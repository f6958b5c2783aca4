package asking

import (
	"strconv"

	"loket/internal/lang"
	"loket/internal/planner"
	"loket/internal/web"
	"loket/internal/web/form"
)

// Question is one page of the form, or one part of a sheet that has all of it.
type Question struct {
	Path  string // the last part of the address of its page
	Title string // message key of its heading
	Done  func(a Filled) bool
	Show  func(a Filled) *Fields           // with what was answered before
	Take  func(f *Fields, a *Filled)       // what is wrong stays in the fields
	Lines func(a Filled, f *Fields) []Line // for the list of answers; nil has none
	N     int                              // which of the people, from one; or zero
	Fact  string                           // of the pack, where it asks one
}

// Fields are what a page asks, in their order on it.
type Fields struct {
	Titled  bool   // the page has its own heading, not that of a field
	Lead    string // message key of words above; or empty
	Texts   []*form.Text
	Choices []*form.Choice
	Pack    *PackChoice // or nil
	Date    *form.Date  // or nil
	After   []*form.Text

	Warning   string // message key; shown once, whoever sends the same again means it
	Confirmed string
}

// All returns the fields as package form wants them.
func (f *Fields) All() (list []form.Field) {
	for _, text := range f.Texts {
		list = append(list, text)
	}
	for _, choice := range f.Choices {
		list = append(list, choice)
	}
	if f.Pack != nil {
		list = append(list, &f.Pack.Choice)
	}
	if f.Date != nil {
		list = append(list, f.Date)
	}
	for _, text := range f.After {
		list = append(list, text)
	}
	return list
}

// PackChoice is a choice whose answers are words of the pack.
type PackChoice struct {
	form.Choice
	words, more []lang.Text // of the options, in their order
}

// Add adds an option.
func (c *PackChoice) Add(id string, words, more lang.Text) {
	c.Options = append(c.Options, form.Option{Value: id})
	c.words, c.more = append(c.words, words), append(c.more, more)
}

// Items returns the options as a template draws them.
func (c PackChoice) Items() []PackItem {
	items := make([]PackItem, 0, len(c.words))
	for i, control := range c.Controls() {
		items = append(items, PackItem{control, c.words[i], c.more[i]})
	}
	return items
}

// PackItem is one of the options.
type PackItem struct {
	form.Control
	Text, More lang.Text
}

// Questions returns the pages of a form with these answers, in their order.
func (q Form) Questions(a Filled) []Question {
	steps := []Question{
		q.factStep("has-proof", "has_proof"), q.factStep("registered", "registered"),
		q.postcodeStep(), q.regionStep(), q.peopleStep(),
	}
	for i := range a.Members {
		steps = append(steps, q.whoStep(i), q.paperStep(i))
		if q.dated(a.Members[i]) {
			steps = append(steps, q.expiryStep(i))
		}
	}
	return append(steps, q.deskStep(a), q.contactStep())
}

// yesOrNo are the answers as a form has them.
var yesOrNo = map[bool]string{true: "yes", false: "no"}

func yesNoOptions() []form.Option {
	return []form.Option{{Value: "yes", Label: "common.answer.yes"}, {Value: "no", Label: "common.answer.no"}}
}

// factStep asks a fact that decides whether somebody needs to ask at all.
func (q Form) factStep(path, fact string) Question {
	key := "public.place." + path
	return Question{
		Path: path, Title: key + ".label", Fact: fact,
		Done: func(a Filled) bool { _, ok := a.Facts[fact]; return ok },
		Show: func(a Filled) *Fields {
			choice := &form.Choice{Name: path, Label: key + ".label", Hint: key + ".hint", Heading: true, Options: yesNoOptions()}
			if yes, ok := a.Facts[fact]; ok {
				choice.Value = yesOrNo[yes]
			}
			return &Fields{Choices: []*form.Choice{choice}}
		},
		Take: func(f *Fields, a *Filled) {
			if f.Choices[0].Require("public.place.choose") {
				if a.Facts == nil {
					a.Facts = make(map[string]bool)
				}
				a.Facts[fact] = f.Choices[0].Value == "yes"
			}
		},
		Lines: choiceLines,
	}
}

// postcodeStep finds the region. What was typed goes no further than this page. Whoever
// does not know it picks the part of the country.
func (q Form) postcodeStep() Question {
	return Question{
		Path: "postcode", Title: "public.place.postcode.label",
		Done: func(a Filled) bool { return a.Region != "" },
		Show: func(a Filled) *Fields {
			regions := &PackChoice{Choice: form.Choice{Name: "region", Label: "public.place.postcode.pick", Value: a.Region}}
			for _, item := range q.Planner.Pack.List(listRegions) {
				regions.Add(item.ID, q.Words(item.Name), q.Words(item.Words["where"]))
			}
			return &Fields{Pack: regions, Texts: []*form.Text{{Name: "postcode", Label: "public.place.postcode.label",
				Hint: "public.place.postcode.hint", Who: "public.place.postcode.who", Heading: true, Width: 10, Latin: true, Autocomplete: "off"}}}
		},
		Take: func(f *Fields, a *Filled) {
			text, picked := f.Texts[0], f.Pack.Value
			if picked == "" {
				text.Require("public.place.postcode.missing")
			}
			if region := form.Parse(text, q.Planner.Region); region.ID != "" {
				picked = region.ID
			}
			if text.Error == "" {
				a.Seen = a.Seen && a.Region == picked
				a.Region = picked
			}
		},
		Lines: func(a Filled, _ *Fields) []Line {
			region, _ := q.Planner.Pack.Item(listRegions, a.Region)
			return []Line{{Answer: web.Answer{Label: "public.place.region.short"}, Words: q.Words(region.Name)}}
		},
	}
}

// Paths of questions that a page treats in its own way.
const (
	RegionPath = "region" // shows where somebody can go
	DeskPath   = "desk"   // the first after those about people
)

// regionStep shows where somebody can go, before they tell us more.
func (q Form) regionStep() Question {
	return Question{
		Path: RegionPath, Title: "public.place.region.title",
		Done: func(a Filled) bool { return a.Seen },
		Show: func(Filled) *Fields { return &Fields{Titled: true} },
		Take: func(_ *Fields, a *Filled) { a.Seen = true },
	}
}

func (q Form) peopleStep() Question {
	return Question{
		Path: "people", Title: "public.place.people.label",
		Done: func(a Filled) bool { return len(a.Members) > 0 },
		Show: func(a Filled) *Fields {
			choice := &form.Choice{Name: "people", Label: "public.place.people.label", Hint: "public.place.people.hint", Heading: true}
			for n := 1; n <= planner.MostMembers; n++ {
				choice.Options = append(choice.Options, form.Option{Value: strconv.Itoa(n), Label: "public.place.people." + strconv.Itoa(n)})
			}
			if len(a.Members) > 0 {
				choice.Value = strconv.Itoa(len(a.Members))
			}
			return &Fields{Choices: []*form.Choice{choice}}
		},
		Take: func(f *Fields, a *Filled) {
			if !f.Choices[0].Require("public.place.choose") {
				return
			}
			n, err := strconv.Atoi(f.Choices[0].Value) // one of the options
			if err != nil {
				f.Choices[0].Error = "public.place.choose"
				return
			}
			for len(a.Members) < n {
				a.Members = append(a.Members, Member{})
			}
			a.Members = a.Members[:n]
		},
		Lines: choiceLines,
	}
}

// Line is a line of the list of answers. What the pack calls something has Words.
type Line struct {
	web.Answer
	Words lang.Text
}

func newLine(label, value string, latin bool) Line {
	return Line{Answer: web.Answer{Label: label, Value: value, Latin: latin}}
}

// choiceLines are the answers of a page that asks only choices.
func choiceLines(_ Filled, f *Fields) (list []Line) {
	for _, choice := range f.Choices {
		for _, option := range choice.Options {
			if option.Value == choice.Value {
				list = append(list, Line{Answer: web.Answer{Label: choice.Label, Key: option.Label}})
			}
		}
	}
	return list
}
