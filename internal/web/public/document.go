package public

import (
	"loket/internal/ident"
	"loket/internal/request"
	"loket/internal/web/form"
)

// Two questions are about the document: which one there is, and, apart from
// everything else, whether its number may be kept.

func (p *Pages) document() question {
	return question{
		path: "document",
		done: func(a request.Answers) bool { return a.Document != "" },
		show: func(a request.Answers) *fields {
			return &fields{Choices: []*form.Choice{
				choice("document", "document", a.Document, p.options(listDocuments)),
				{Name: "expired", Label: "public.document.expired", Hint: "public.document.expired-hint", Inline: true,
					Value: yesNo(a.Expired), Options: yesOrNo()},
			}}
		},
		take: func(f *fields, a *request.Answers) {
			if f.Choices[0].Require("public.document.missing") {
				a.Document, a.Expired = f.Choices[0].Value, isYes(f.Choices[1].Value)
			}
		},
	}
}

// documentNumber asks for a permission. It is no unless somebody says yes, and
// the number is taken with a yes only.
func (p *Pages) documentNumber() question {
	return question{
		path: "document-number",
		done: func(a request.Answers) bool { return a.KeepNumber != nil },
		skip: func(a request.Answers) bool {
			d, err := p.way(a)
			return err == nil && d.Outcome == request.WayCounter // there they see the document itself
		},
		show: func(a request.Answers) *fields {
			keep := choice("keep", "document-number", yesNo(a.KeepNumber), yesOrNo())
			if keep.Value == "" {
				keep.Value = "no"
			}
			return &fields{Choices: []*form.Choice{keep}, Texts: []*form.Text{{Name: "document-number", Label: "public.document-number.label",
				Hint: "public.document-number.hint", Width: 20, Latin: true, Autocomplete: "off", Value: a.DocumentNumber.Reveal()}}}
		},
		take: func(f *fields, a *request.Answers) {
			keep, text := f.Choices[0].Value == "yes", f.Texts[0]
			if !keep {
				text.Value, text.Error = "", ""
			} else {
				text.Require("public.document-number.missing")
			}
			number := form.Parse(text, ident.ParseDocumentNumber)
			if text.Error == "" {
				a.KeepNumber, a.DocumentNumber = &keep, number
			}
		},
	}
}
