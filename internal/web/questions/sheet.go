package questions

import (
	"net/http"
	"slices"
	"strings"

	"loket/internal/request"
	"loket/internal/web/form"
)

// Sheet is all questions on one page, for somebody who fills the form in together
// with its person. A template ranges over Parts and draws the fields of each, with
// the hidden field "confirmed" that holds Confirmed.
type Sheet struct {
	Parts []*Fields
	// Confirmed is what all warnings of the sheet were about. Whoever sends the
	// same again means it.
	Confirmed string

	questions []Question
}

// Sheet returns the questions that somebody with these answers is asked, with what was
// answered. No field is the heading of the page.
func (q Form) Sheet(a request.Answers) *Sheet {
	s := &Sheet{questions: q.Asked(a)}
	for _, question := range s.questions {
		s.Parts = append(s.Parts, plain(question.Show(a)))
	}
	return s
}

// plain makes a label of the heading.
func plain(f *Fields) *Fields {
	for _, c := range f.Choices {
		c.Heading = false
	}
	if f.Date != nil {
		f.Date.Heading = false
	}
	for _, text := range f.Texts {
		text.Heading = false
	}
	return f
}

// Read takes a posted sheet into the answers. It returns what is wrong, in the order
// of the page, and whether there is a warning that nobody has seen; the answers are
// good when there is neither. Its error is that of [form.Read].
func (s *Sheet) Read(r *http.Request, a *request.Answers) (problems []form.Problem, warns bool, err error) {
	if err := form.Read(r, s.all()...); err != nil {
		return nil, false, err
	}
	var confirmed []string
	for i, question := range s.questions {
		part := s.Parts[i]
		if question.Take(part, a); part.Warning != "" {
			confirmed = append(confirmed, part.Confirmed)
		}
	}
	s.Confirmed = strings.Join(confirmed, " ")
	seen := strings.Fields(r.PostForm.Get("confirmed"))
	warns = slices.ContainsFunc(confirmed, func(about string) bool { return !slices.Contains(seen, about) })
	return form.Problems(s.all()...), warns, nil
}

func (s *Sheet) all() []form.Field {
	var list []form.Field
	for _, part := range s.Parts {
		list = append(list, part.All()...)
	}
	return list
}
