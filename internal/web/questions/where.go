package questions

import (
	"loket/internal/request"
	"loket/internal/rules"
	"loket/internal/web/form"
)

// The first four questions find the way: where somebody lives, whether DigiD works,
// and on what a proof can rest.

func (q Form) municipality() Question {
	return Question{
		Path: "municipality",
		Done: func(a request.Answers) bool { return a.Municipality != "" },
		Show: func(a request.Answers) *Fields {
			options := append(q.options(ListTerritory), q.options(ListElsewhere)...)
			return single(choice("municipality", "municipality", a.Municipality, options))
		},
		Take: func(f *Fields, a *request.Answers) {
			if f.Choices[0].Require("public.municipality.missing") {
				a.Municipality = f.Choices[0].Value
			}
		},
	}
}

func (q Form) digid() Question {
	return Question{
		Path: "digid",
		Done: func(a request.Answers) bool { return a.DigiD != "" },
		Show: func(a request.Answers) *Fields {
			return single(&form.Choice{Name: "digid", Label: "public.digid.label", Hint: "public.digid.hint", Who: "public.digid.who",
				Heading: true, Value: a.DigiD, Options: []form.Option{
					{Value: request.NoBSN, Label: "public.digid.no-bsn"},
					{Value: request.BSNNoDigiD, Label: "public.digid.bsn-no-digid", Hint: "public.digid.bsn-no-digid-hint"},
					{Value: request.DigiDWorks, Label: "public.digid.works"},
				}})
		},
		Take: func(f *Fields, a *request.Answers) {
			if f.Choices[0].Require("public.digid.missing") {
				a.DigiD = f.Choices[0].Value
			}
		},
	}
}

func (q Form) vaccinatedBy() Question {
	return Question{
		Path: "vaccinated-by",
		Done: func(a request.Answers) bool { return a.VaccinatedBy != "" },
		Show: func(a request.Answers) *Fields {
			return single(choice("vaccinated-by", "vaccinated-by", a.VaccinatedBy, q.options(ListVaccinators)))
		},
		Take: func(f *Fields, a *request.Answers) {
			if f.Choices[0].Require("public.vaccinated-by.missing") {
				a.VaccinatedBy = f.Choices[0].Value
			}
		},
	}
}

func (q Form) testedPositive() Question {
	return Question{
		Path: "tested-positive",
		Done: func(a request.Answers) bool { return a.TestedPositive != nil },
		Show: func(a request.Answers) *Fields {
			return single(choice("tested-positive", "tested-positive", yesNo(a.TestedPositive), yesOrNo()))
		},
		Take: func(f *Fields, a *request.Answers) {
			if f.Choices[0].Require("public.tested-positive.missing") {
				a.TestedPositive = isYes(f.Choices[0].Value)
			}
		},
	}
}

// choice returns a question with the words of a field of the pack.
func choice(name, field, value string, options []form.Option) *form.Choice {
	label, purpose, who := Field(field)
	return &form.Choice{Name: name, Label: label, Hint: purpose, Who: who, Heading: true, Options: options, Value: value}
}

func single(c *form.Choice) *Fields { return &Fields{Choices: []*form.Choice{c}} }

// options returns the items of a list to choose from.
func (q Form) options(list string) []form.Option { return optionsOf(list, q.Requests.Pack.List(list)) }

func optionsOf(list string, items []rules.Item) []form.Option {
	options := make([]form.Option, len(items))
	for i, item := range items {
		options[i] = form.Option{Value: item.ID, Label: Key(list, item.ID, "name")}
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
