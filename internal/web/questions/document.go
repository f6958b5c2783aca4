package questions

import (
	"loket/internal/ident"
	"loket/internal/request"
	"loket/internal/web/form"
)

// Two questions are about the document: which one there is, and, apart from
// everything else, whether its number may be kept.

func (q Form) document() Question {
	return Question{
		Path: "document",
		Done: func(a request.Answers) bool { return a.Document != "" },
		Show: func(a request.Answers) *Fields {
			return &Fields{Choices: []*form.Choice{
				choice("document", "document", a.Document, q.options(ListDocuments)),
				{Name: "expired", Label: "public.document.expired", Hint: "public.document.expired-hint", Inline: true,
					Value: yesNo(a.Expired), Options: yesOrNo()},
			}}
		},
		Take: func(f *Fields, a *request.Answers) {
			if f.Choices[0].Require("public.document.missing") {
				a.Document, a.Expired = f.Choices[0].Value, isYes(f.Choices[1].Value)
			}
		},
	}
}

// documentNumber asks for a permission. It is no unless somebody says yes, and
// the number is taken with a yes only.
func (q Form) documentNumber() Question {
	return Question{
		Path: "document-number",
		Done: func(a request.Answers) bool { return a.KeepNumber != nil },
		Skip: func(a request.Answers) bool {
			d, err := q.Way(a)
			return err == nil && d.Outcome == request.WayCounter // there they see the document itself
		},
		Show: func(a request.Answers) *Fields {
			keep := choice("keep", "document-number", yesNo(a.KeepNumber), yesOrNo())
			if keep.Value == "" {
				keep.Value = "no"
			}
			return &Fields{Choices: []*form.Choice{keep}, Texts: []*form.Text{{Name: "document-number", Label: "public.document-number.label",
				Hint: "public.document-number.hint", Width: 20, Latin: true, Autocomplete: "off", Value: a.DocumentNumber.Reveal()}}}
		},
		Take: func(f *Fields, a *request.Answers) {
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
