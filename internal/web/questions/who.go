package questions

import (
	"strings"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/request"
	"loket/internal/web/form"
)

// The next three questions are about the person: name, date of birth, and the number
// on a letter, which may be left out.

func (q Form) name() Question {
	return Question{
		Path: "name",
		Done: func(a request.Answers) bool { return !a.Name.IsZero() },
		Show: func(a request.Answers) *Fields {
			label, purpose, who := Field("name")
			return &Fields{Short: map[string]string{"public.name.latin": "public.name.latin-short"}, Texts: []*form.Text{
				{Name: "name", Label: label, Hint: purpose, Who: who, Heading: true, Autocomplete: "name", Value: a.Name.Full.Reveal()},
				{Name: "latin", Label: "public.name.latin", Hint: "public.name.latin-hint", Autocomplete: "off", Value: a.Name.Latin.Reveal()},
			}}
		},
		Take: func(f *Fields, a *request.Answers) {
			if f.Texts[0].Error != "" || f.Texts[1].Error != "" {
				return
			}
			name, err := ident.NewName(f.Texts[0].Value, f.Texts[1].Value)
			if err != nil {
				f.Texts[0].Error = fault.Key(err)
				return
			}
			a.Name = name
		},
	}
}

func (q Form) birthDate() Question {
	return Question{
		Path: "birth-date",
		Done: func(a request.Answers) bool { return a.BirthAsked },
		Show: func(a request.Answers) *Fields {
			label, purpose, who := Field("birth-date")
			date := &form.Date{Name: "birth", Label: label, Hint: purpose, Who: who, Heading: true, Birth: true}
			if stored := strings.Split(a.Birth.Reveal(), "-"); len(stored) == 3 {
				date.Year, date.Month, date.Day = stored[0], strings.TrimLeft(stored[1], "0"), strings.TrimLeft(stored[2], "0")
			}
			return &Fields{Date: date, Tick: &form.Tick{Name: "no-birth", Label: "public.birth-date.none", Hint: "public.birth-date.none-hint",
				On: a.BirthAsked && a.Birth.IsZero()}}
		},
		Take: func(f *Fields, a *request.Answers) {
			switch typed := f.Date.Day + f.Date.Month + f.Date.Year; {
			case !f.Tick.On:
				f.Date.Require("public.birth-date.missing")
			case typed != "":
				f.Date.Error = "public.birth-date.both"
			}
			today := q.Requests.Today().String()
			birth := form.ParseDate(f.Date, func(day, month, year string) (ident.BirthDate, error) {
				return ident.NewBirthDate(day, month, year, today)
			})
			if f.Date.Error == "" {
				a.Birth, a.BirthAsked = birth, true
			}
		},
	}
}

func (q Form) number() Question {
	return Question{
		Path: "number",
		Done: func(a request.Answers) bool { return a.NumberAsked },
		Show: func(a request.Answers) *Fields {
			_, purpose, who := Field("bsn")
			return &Fields{Short: map[string]string{"public.number.label": "public.number.short"}, Texts: []*form.Text{{Name: "number", Label: "public.number.label", Hint: purpose, Who: who, Heading: true,
				Width: 20, Latin: true, Autocomplete: "off", Value: a.Number.Reveal()}}}
		},
		Take: func(f *Fields, a *request.Answers) {
			text := f.Texts[0]
			number := form.Parse(text, ident.ParseNumber)
			if text.Error != "" {
				return
			}
			a.Number, a.NumberAsked = number, true
			if !number.IsZero() && !number.Plausible() {
				f.Warning, f.Confirmed = "public.number.warning", number.Reveal()
			}
		},
	}
}
