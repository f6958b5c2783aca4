package public

import (
	"strconv"

	"loket/internal/lang"
	"loket/internal/planner"
	"loket/internal/web"
	"loket/internal/web/form"
)

// placeStep is one page of the form that asks for a place.
type placeStep struct {
	path  string // the last part of its address
	title string // message key of its heading
	done  func(a asked) bool
	show  func(a asked) *placeFields                  // with what was answered before
	take  func(f *placeFields, a *asked)              // what is wrong stays in the fields
	lines func(a asked, f *placeFields) []placeAnswer // for the list of answers; nil has none
	n     int                                         // which of the people, from one; or zero
	fact  string                                      // of the pack, where it asks one
}

// placeFields are what a page asks, in their order on it.
type placeFields struct {
	Titled  bool   // the page has its own heading, not that of a field
	Lead    string // message key of words above; or empty
	Texts   []*form.Text
	Choices []*form.Choice
	Pack    *packChoice // or nil
	Date    *form.Date  // or nil
	After   []*form.Text

	Warning   string // message key; shown once, whoever sends the same again means it
	Confirmed string
}

// all returns the fields as package form wants them.
func (f *placeFields) all() (list []form.Field) {
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

// packChoice is a choice whose answers are words of the pack.
type packChoice struct {
	form.Choice
	words, more []lang.Text // of the options, in their order
}

func (c *packChoice) add(id string, words, more lang.Text) {
	c.Options = append(c.Options, form.Option{Value: id})
	c.words, c.more = append(c.words, words), append(c.more, more)
}

// Items returns the options as the template draws them.
func (c packChoice) Items() []packItem {
	items := make([]packItem, 0, len(c.words))
	for i, control := range c.Controls() {
		items = append(items, packItem{control, c.words[i], c.more[i]})
	}
	return items
}

// packItem is one of them.
type packItem struct {
	form.Control
	Text, More lang.Text
}

// steps returns the pages of a form with these answers, in their order.
func (p placeForm) steps(a asked) []placeStep {
	steps := []placeStep{
		p.factStep("has-proof", "has_proof"), p.factStep("registered", "registered"),
		p.postcodeStep(), p.regionStep(), p.peopleStep(),
	}
	for i := range a.Members {
		steps = append(steps, p.whoStep(i), p.paperStep(i))
		if p.dated(a.Members[i]) {
			steps = append(steps, p.expiryStep(i))
		}
	}
	return append(steps, p.deskStep(a), p.contactStep())
}

// yesOrNo are the answers as a form has them.
var yesOrNo = map[bool]string{true: "yes", false: "no"}

func yesNoOptions() []form.Option {
	return []form.Option{{Value: "yes", Label: "common.answer.yes"}, {Value: "no", Label: "common.answer.no"}}
}

// factStep asks a fact that decides whether somebody needs to ask at all.
func (p placeForm) factStep(path, fact string) placeStep {
	key := "public.place." + path
	return placeStep{
		path: path, title: key + ".label", fact: fact,
		done: func(a asked) bool { _, ok := a.Facts[fact]; return ok },
		show: func(a asked) *placeFields {
			choice := &form.Choice{Name: path, Label: key + ".label", Hint: key + ".hint", Heading: true, Options: yesNoOptions()}
			if yes, ok := a.Facts[fact]; ok {
				choice.Value = yesOrNo[yes]
			}
			return &placeFields{Choices: []*form.Choice{choice}}
		},
		take: func(f *placeFields, a *asked) {
			if f.Choices[0].Require("public.place.choose") {
				if a.Facts == nil {
					a.Facts = make(map[string]bool)
				}
				a.Facts[fact] = f.Choices[0].Value == "yes"
			}
		},
		lines: choiceLines,
	}
}

// postcodeStep finds the region. What was typed goes no further than this page. Whoever
// does not know it picks the part of the country.
func (p placeForm) postcodeStep() placeStep {
	return placeStep{
		path: "postcode", title: "public.place.postcode.label",
		done: func(a asked) bool { return a.Region != "" },
		show: func(a asked) *placeFields {
			regions := &packChoice{Choice: form.Choice{Name: "region", Label: "public.place.postcode.pick", Value: a.Region}}
			for _, item := range p.Planner.Pack.List(listRegions) {
				regions.add(item.ID, p.placeWords(p.tag, item.Name), p.placeWords(p.tag, item.Words["where"]))
			}
			return &placeFields{Pack: regions, Texts: []*form.Text{{Name: "postcode", Label: "public.place.postcode.label",
				Hint: "public.place.postcode.hint", Who: "public.place.postcode.who", Heading: true, Width: 10, Latin: true, Autocomplete: "off"}}}
		},
		take: func(f *placeFields, a *asked) {
			text, picked := f.Texts[0], f.Pack.Value
			if picked == "" {
				text.Require("public.place.postcode.missing")
			}
			if region := form.Parse(text, p.Planner.Region); region.ID != "" {
				picked = region.ID
			}
			if text.Error == "" {
				a.Seen = a.Seen && a.Region == picked
				a.Region = picked
			}
		},
		lines: func(a asked, _ *placeFields) []placeAnswer {
			region, _ := p.Planner.Pack.Item(listRegions, a.Region)
			return []placeAnswer{{Answer: web.Answer{Label: "public.place.region.short"}, Words: p.placeWords(p.tag, region.Name)}}
		},
	}
}

// regionPath is the address of the page that shows where somebody can go.
const regionPath = "region"

// regionStep shows where somebody can go, before they tell us more.
func (p placeForm) regionStep() placeStep {
	return placeStep{
		path: regionPath, title: "public.place.region.title",
		done: func(a asked) bool { return a.Seen },
		show: func(asked) *placeFields { return &placeFields{Titled: true} },
		take: func(_ *placeFields, a *asked) { a.Seen = true },
	}
}

func (p placeForm) peopleStep() placeStep {
	return placeStep{
		path: "people", title: "public.place.people.label",
		done: func(a asked) bool { return len(a.Members) > 0 },
		show: func(a asked) *placeFields {
			choice := &form.Choice{Name: "people", Label: "public.place.people.label", Hint: "public.place.people.hint", Heading: true}
			for n := 1; n <= planner.MostMembers; n++ {
				choice.Options = append(choice.Options, form.Option{Value: strconv.Itoa(n), Label: "public.place.people." + strconv.Itoa(n)})
			}
			if len(a.Members) > 0 {
				choice.Value = strconv.Itoa(len(a.Members))
			}
			return &placeFields{Choices: []*form.Choice{choice}}
		},
		take: func(f *placeFields, a *asked) {
			if !f.Choices[0].Require("public.place.choose") {
				return
			}
			n, err := strconv.Atoi(f.Choices[0].Value) // one of the options
			if err != nil {
				f.Choices[0].Error = "public.place.choose"
				return
			}
			for len(a.Members) < n {
				a.Members = append(a.Members, askedMember{})
			}
			a.Members = a.Members[:n]
		},
		lines: choiceLines,
	}
}

// placeAnswer is a line of the list of answers. What the pack calls something has Words.
type placeAnswer struct {
	web.Answer
	Words lang.Text
}

func line(label, value string, latin bool) placeAnswer {
	return placeAnswer{Answer: web.Answer{Label: label, Value: value, Latin: latin}}
}

// choiceLines are the answers of a page that asks only choices.
func choiceLines(_ asked, f *placeFields) (list []placeAnswer) {
	for _, choice := range f.Choices {
		for _, option := range choice.Options {
			if option.Value == choice.Value {
				list = append(list, placeAnswer{Answer: web.Answer{Label: choice.Label, Key: option.Label}})
			}
		}
	}
	return list
}
