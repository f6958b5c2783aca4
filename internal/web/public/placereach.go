package public

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

// deskPath is the address of the page after those about people.
const deskPath = "desk"

// anyLanguage is the answer of who needs no language at the desk.
const anyLanguage = "any"

// deskStep asks what would help at the counter.
func (p placeForm) deskStep(a asked) placeStep {
	return placeStep{
		path: deskPath, title: "public.place.desk.title",
		done: func(a asked) bool { return a.Desk },
		show: func(now asked) *placeFields {
			language := &form.Choice{Name: "language", Label: "public.place.desk.language", Hint: "public.place.desk.language-hint",
				Options: []form.Option{{Value: anyLanguage, Label: "public.place.desk.any"}}}
			for _, tag := range p.deskLanguages(a.Region) {
				language.Options = append(language.Options, form.Option{Value: tag, Label: "common.language." + tag})
			}
			soon := &form.Choice{Name: "soon", Label: "public.place.desk.soon", Hint: "public.place.desk.soon-hint", Options: yesNoOptions()}
			if now.Desk {
				language.Value, soon.Value = cmp.Or(now.DeskLang, anyLanguage), yesOrNo[now.Soon]
			}
			return &placeFields{Titled: true, Choices: []*form.Choice{language, soon}}
		},
		take: func(f *placeFields, a *asked) {
			language, soon := f.Choices[0], f.Choices[1]
			language.Require("public.place.desk.language-missing")
			soon.Require("public.place.desk.soon-missing")
			if form.Problems(language, soon) == nil {
				a.Desk, a.DeskLang, a.Soon = true, strings.TrimPrefix(language.Value, anyLanguage), soon.Value == "yes"
			}
		},
		lines: choiceLines,
	}
}

// contactStep asks how to reach them: one way is enough.
func (p placeForm) contactStep() placeStep {
	return placeStep{
		path: "contact", title: "public.place.contact.title",
		done: func(a asked) bool { return !a.Email.IsZero() || !a.Phone.IsZero() },
		show: func(a asked) *placeFields {
			hint := "public.place.contact.phone-hint"
			if p.Texts {
				hint = "public.place.sms.phone-hint"
			}
			return &placeFields{Titled: true, Lead: "public.place.contact.text", Texts: []*form.Text{
				{Name: "email", Label: "public.place.contact.email", Type: "email", Latin: true, Autocomplete: "email", Value: a.Email.Reveal()},
				{Name: "phone", Label: "public.place.contact.phone", Hint: hint, Who: "public.place.contact.who",
					Type: "tel", Width: 20, Latin: true, Autocomplete: "tel", Value: a.Phone.Reveal()},
			}}
		},
		take: func(f *placeFields, a *asked) {
			email, phone := f.Texts[0], f.Texts[1]
			if phone.Value == "" {
				email.Require("planner.contact")
			}
			parsed := form.Parse(email, ident.ParseEmail)
			number := form.Parse(phone, func(text string) (ident.Phone, error) { return ident.ParsePhone(text, p.Parts.Region) })
			if form.Problems(f.all()...) == nil {
				a.Email, a.Phone = parsed, number
			}
		},
		lines: func(_ asked, f *placeFields) []placeAnswer {
			return []placeAnswer{line("public.place.contact.email", f.Texts[0].Value, true), line("public.place.contact.phone", f.Texts[1].Value, true)}
		},
	}
}

// deskLanguages are those that are spoken at the desks of a region and have a name here.
func (p placeForm) deskLanguages(region string) []string {
	tags := location.Languages(p.locations, region, p.Planner.Today())
	return slices.DeleteFunc(tags, func(tag string) bool { return !p.Catalogue.In(lang.Dutch).Has("common.language." + tag) })
}
