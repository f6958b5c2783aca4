package asking

import (
	"cmp"
	"slices"
	"strings"

	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/location"
	"loket/internal/web/form"
)

// The last pages: what would help at the counter, and how to reach them.

// anyLanguage is the answer of who needs no language at the desk.
const anyLanguage = "any"

// deskStep asks what would help at the counter.
func (q Form) deskStep(a Filled) Question {
	return Question{
		Path: DeskPath, Title: "public.place.desk.title",
		Done: func(a Filled) bool { return a.Desk },
		Show: func(now Filled) *Fields {
			language := &form.Choice{Name: "language", Label: "public.place.desk.language", Hint: "public.place.desk.language-hint",
				Options: []form.Option{{Value: anyLanguage, Label: "public.place.desk.any"}}}
			for _, tag := range q.deskLanguages(a.Region) {
				language.Options = append(language.Options, form.Option{Value: tag, Label: "common.language." + tag})
			}
			soon := &form.Choice{Name: "soon", Label: "public.place.desk.soon", Hint: "public.place.desk.soon-hint", Options: yesNoOptions()}
			if now.Desk {
				language.Value, soon.Value = cmp.Or(now.DeskLang, anyLanguage), yesOrNo[now.Soon]
			}
			return &Fields{Titled: true, Choices: []*form.Choice{language, soon}}
		},
		Take: func(f *Fields, a *Filled) {
			language, soon := f.Choices[0], f.Choices[1]
			language.Require("public.place.desk.language-missing")
			soon.Require("public.place.desk.soon-missing")
			if form.Problems(language, soon) == nil {
				a.Desk, a.DeskLang, a.Soon = true, strings.TrimPrefix(language.Value, anyLanguage), soon.Value == "yes"
			}
		},
		Lines: choiceLines,
	}
}

// contactStep asks how to reach them: one way is enough.
func (q Form) contactStep() Question {
	return Question{
		Path: "contact", Title: "public.place.contact.title",
		Done: func(a Filled) bool { return q.Met || !a.Email.IsZero() || !a.Phone.IsZero() },
		Show: func(a Filled) *Fields {
			hint := "public.place.contact.phone-hint"
			if q.Texts {
				hint = "public.place.sms.phone-hint"
			}
			return &Fields{Titled: true, Lead: "public.place.contact.text", Texts: []*form.Text{
				{Name: "email", Label: "public.place.contact.email", Type: "email", Latin: true, Autocomplete: "email", Value: a.Email.Reveal()},
				{Name: "phone", Label: "public.place.contact.phone", Hint: hint, Who: "public.place.contact.who",
					Type: "tel", Width: 20, Latin: true, Autocomplete: "tel", Value: a.Phone.Reveal()},
			}}
		},
		Take: func(f *Fields, a *Filled) {
			email, phone := f.Texts[0], f.Texts[1]
			if phone.Value == "" && !q.Met {
				email.Require("planner.contact")
			}
			parsed := form.Parse(email, ident.ParseEmail)
			number := form.Parse(phone, func(text string) (ident.Phone, error) { return ident.ParsePhone(text, q.Region) })
			if form.Problems(f.All()...) == nil {
				a.Email, a.Phone = parsed, number
			}
		},
		Lines: func(_ Filled, f *Fields) []Line {
			return []Line{newLine("public.place.contact.email", f.Texts[0].Value, true), newLine("public.place.contact.phone", f.Texts[1].Value, true)}
		},
	}
}

// deskLanguages are those that are spoken at the desks of a region, or of any region where
// it is not known yet, and have a name here.
func (q Form) deskLanguages(region string) (tags []string) {
	regions := []string{region}
	if region == "" {
		regions = nil
		for _, item := range q.Planner.Pack.List(listRegions) {
			regions = append(regions, item.ID)
		}
	}
	for _, id := range regions {
		tags = append(tags, location.Languages(q.Locations, id, q.Planner.Today())...)
	}
	slices.Sort(tags)
	return slices.DeleteFunc(slices.Compact(tags), func(tag string) bool { return !q.Catalogue.In(lang.Dutch).Has("common.language." + tag) })
}
