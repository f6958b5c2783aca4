package questions

import (
	"cmp"
	"net/http"
	"strings"

	"loket/internal/web"
	"loket/internal/web/form"
)

// Fields are what one question asks, in their order on the page.
type Fields struct {
	Choices []*form.Choice
	Date    *form.Date // or nil
	Texts   []*form.Text
	Tick    *form.Tick // or nil

	// Short are labels for a list of answers, by the label of the field, where that says more.
	Short map[string]string

	// Warning is the message key of what may be wrong. It is shown once; whoever
	// sends the same again means it.
	Warning   string
	Confirmed string // what the warning was about
}

// All returns the fields as [form.Read] and [form.Problems] want them.
func (f *Fields) All() []form.Field {
	var list []form.Field
	for _, c := range f.Choices {
		list = append(list, c)
	}
	if f.Date != nil {
		list = append(list, f.Date)
	}
	for _, text := range f.Texts {
		list = append(list, text)
	}
	if f.Tick != nil {
		list = append(list, f.Tick)
	}
	return list
}

// Heading is the message key of the label of the first field, which is the heading of its page.
func (f *Fields) Heading() string {
	switch {
	case len(f.Choices) > 0:
		return f.Choices[0].Label
	case f.Date != nil:
		return f.Date.Label
	}
	return f.Texts[0].Label
}

// WarnsAnew reports whether there is a warning that whoever
// sent r has not seen.
func (f *Fields) WarnsAnew(r *http.Request) bool {
	return f.Warning != "" && r.PostForm.Get("confirmed") != f.Confirmed
}

// Answers are the lines of a check-answers list. change is the path on which they
// can be changed, or empty.
func (f *Fields) Answers(change string) []web.Answer {
	var list []web.Answer
	add := func(a web.Answer) {
		a.Change = change
		list = append(list, a)
	}
	for _, c := range f.Choices {
		answer := web.Answer{Label: c.Label}
		for _, option := range c.Options {
			if option.Value == c.Value {
				answer.Key = option.Label
			}
		}
		add(answer)
	}
	if f.Date != nil {
		add(web.Answer{Label: f.Date.Label, Value: strings.Trim(f.Date.Day+"-"+f.Date.Month+"-"+f.Date.Year, "-"), Latin: true})
	}
	for _, text := range f.Texts {
		if text.Value == "" && len(f.Choices) > 0 {
			continue // it belongs to an answer that was not chosen
		}
		add(web.Answer{Label: cmp.Or(f.Short[text.Label], text.Label), Value: text.Value, Latin: text.Latin})
	}
	if f.Tick != nil && f.Tick.On {
		list[len(list)-1].Key = f.Tick.Label
	}
	return list
}
