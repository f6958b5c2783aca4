package public

import (
	"loket/internal/request"
	"loket/internal/rules"
	"loket/internal/web/form"
)

// The first four questions find the way: where somebody lives, whether DigiD works,
// and on what a proof can rest.

func (p *Pages) municipality() question {
	return question{
		path: "municipality",
		done: func(a request.Answers) bool { return a.Municipality != "" },
		show: func(a request.Answers) *fields {
			options := append(p.options(listTerritory), p.options(listElsewhere)...)
			return single(choice("municipality", "municipality", a.Municipality, options))
		},
		take: func(f *fields, a *request.Answers) {
			if f.Choices[0].Require("public.municipality.missing") {
				a.Municipality = f.Choices[0].Value
			}
		},
	}
}

func (p *Pages) digid() question {
	return question{
		path: "digid",
		done: func(a request.Answers) bool { return a.DigiD != "" },
		show: func(a request.Answers) *fields {
			return single(&form.Choice{Name: "digid", Label: "public.digid.label", Hint: "public.digid.hint", Who: "public.digid.who",
				Heading: true, Value: a.DigiD, Options: []form.Option{
					{Value: request.NoBSN, Label: "public.digid.no-bsn"},
					{Value: request.BSNNoDigiD, Label: "public.digid.bsn-no-digid", Hint: "public.digid.bsn-no-digid-hint"},
					{Value: request.DigiDWorks, Label: "public.digid.works"},
				}})
		},
		take: func(f *fields, a *request.Answers) {
			if f.Choices[0].Require("public.digid.missing") {
				a.DigiD = f.Choices[0].Value
			}
		},
	}
}

func (p *Pages) vaccinatedBy() question {
	return question{
		path: "vaccinated-by",
		done: func(a request.Answers) bool { return a.VaccinatedBy != "" },
		show: func(a request.Answers) *fields {
			return single(choice("vaccinated-by", "vaccinated-by", a.VaccinatedBy, p.options(listVaccinators)))
		},
		take: func(f *fields, a *request.Answers) {
			if f.Choices[0].Require("public.vaccinated-by.missing") {
				a.VaccinatedBy = f.Choices[0].Value
			}
		},
	}
}

func (p *Pages) testedPositive() question {
	return question{
		path: "tested-positive",
		done: func(a request.Answers) bool { return a.TestedPositive != nil },
		show: func(a request.Answers) *fields {
			return single(choice("tested-positive", "tested-positive", yesNo(a.TestedPositive), yesOrNo()))
		},
		take: func(f *fields, a *request.Answers) {
			if f.Choices[0].Require("public.tested-positive.missing") {
				a.TestedPositive = isYes(f.Choices[0].Value)
			}
		},
	}
}

// choice returns a question with the words of a field of the pack.
func choice(name, field, value string, options []form.Option) *form.Choice {
	label, purpose, who := packField(field)
	return &form.Choice{Name: name, Label: label, Hint: purpose, Who: who, Heading: true, Options: options, Value: value}
}

func single(c *form.Choice) *fields { return &fields{Choices: []*form.Choice{c}} }

// options returns the items of a list to choose from.
func (p *Pages) options(list string) []form.Option { return optionsOf(list, p.pack.List(list)) }

func optionsOf(list string, items []rules.Item) []form.Option {
	options := make([]form.Option, len(items))
	for i, item := range items {
		options[i] = form.Option{Value: item.ID, Label: packKey(list, item.ID, "name")}
	}
	return options
}

func yesOrNo() []form.Option {
	return []form.Option{{Value: "yes", Label: "common.answer.yes"}, {Value: "no", Label: "common.answer.no"}}
}

// yesNo is the option for what was answered, or "".
func yesNo(answer *bool) string {
	switch {
	case answer == nil:
		return ""
	case *answer:
		return "yes"
	}
	return "no"
}

// isYes is the answer for an option, nil if none was chosen.
func isYes(value string) *bool {
	if value == "" {
		return nil
	}
	return new(value == "yes")
}
