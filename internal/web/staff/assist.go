package staff

import (
	"net/http"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/request"
	"loket/internal/rules"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
	"loket/internal/web/questions"
)

// Staff at the counter and helpers fill the form in with somebody: all questions on one
// page, each with its words in that person's language beside it, to be read out or
// pointed at.

func (p *Pages) assistRoutes() []route { return p.helperRoutes() }

// assistTasks are what waits here for m.
func (p *Pages) assistTasks(_ *http.Request, m people.Member) ([]task, error) {
	if !m.Has(people.Helper) {
		return nil, nil
	}
	tasks := []task{{Title: "staff.helper.title", Text: "staff.helper.task", Action: pathHelper, Button: "staff.helper.open"}}
	if p.Planner != nil {
		tasks = append(tasks, task{Title: "staff.asking.helper", Text: "staff.asking.helper-task", Action: pathHelperPlace, Button: "staff.helper.open"})
	}
	return tasks, nil
}

// asks is the form.
func (p *Pages) asks() questions.Form { return questions.Form{Requests: p.Requests, Region: p.Region} }

// sheetPage is the form on one page.
type sheetPage struct {
	web.Page
	Heading   string // message key, where it is not the title
	Action    string
	Key       string // idempotency: sent twice, it makes one request
	Tongue    lang.Language
	Parts     []sheetPart
	Confirmed string
	Hidden    []hidden
	Way       []lang.Text // why the form ends here, in both languages; nil where it goes on
	Button    string
}

// sheetPart is one question, and its words in the person's language where that is not the
// page's own.
type sheetPart struct {
	*questions.Fields
	Aloud []lang.Text
	Dir   lang.Dir
}

// tongueOf reads the language that a form names; Dutch where it is none of ours.
func (p *Pages) tongueOf(value string) lang.Language {
	for _, l := range p.Papers.Languages() {
		if string(l.Tag) == value {
			return l
		}
	}
	return p.Papers.In(lang.Dutch).Language
}

// newSheet returns the page of a form for somebody who reads tongue. Questions of which
// the first control is named in without are left to another page.
func (p *Pages) newSheet(r *http.Request, tongue lang.Language, sheet *questions.Sheet, without string) *sheetPage {
	page := &sheetPage{Key: ident.NewID(p.Random, "key"), Tongue: tongue, Confirmed: sheet.Confirmed,
		Hidden: []hidden{{"lang", string(tongue.Tag)}}}
	for _, part := range sheet.Parts {
		if len(part.Choices) > 0 && part.Choices[0].Name == without {
			continue
		}
		shown := sheetPart{Fields: part, Dir: tongue.Dir}
		if tongue.Tag != p.site.Language(r) {
			shown.Aloud = p.aloud(tongue.Tag, part)
		}
		page.Parts = append(page.Parts, shown)
	}
	return page
}

// aloud is a question in another language: what is asked, why, and the answers to point at.
func (p *Pages) aloud(tag lang.Tag, f *questions.Fields) []lang.Text {
	texts := p.Papers.In(tag)
	var list []lang.Text
	add := func(keys ...string) {
		for _, key := range keys {
			if key != "" {
				list = append(list, texts.Get(key, nil))
			}
		}
	}
	for _, c := range f.Choices {
		add(c.Label, c.Hint)
		answers := lang.Text{Lang: texts.Tag, Dir: texts.Dir}
		for i, option := range c.Options {
			if i > 0 {
				answers.Text += " · "
			}
			answers.Text += texts.Get(option.Label, nil).Text
		}
		list = append(list, answers)
	}
	if f.Date != nil {
		add(f.Date.Label, f.Date.Hint)
	}
	for _, text := range f.Texts {
		add(text.Label, text.Hint)
	}
	return list
}

// takeSheet reads a posted form. It returns nil answers with the page to show again
// where something is wrong, a warning is new, or the pack names another way.
func (p *Pages) takeSheet(r *http.Request, without string) (*request.Answers, *sheetPage, error) {
	var a request.Answers
	sheet := p.asks().Sheet(a)
	problems, warns, err := sheet.Read(r, &a)
	if err != nil {
		return nil, nil, err
	}
	page := p.newSheet(r, p.tongueOf(r.PostForm.Get("lang")), sheet, without)
	if key := r.PostForm.Get("key"); key != "" {
		page.Key = key
	}
	page.Problems = problems
	if problems != nil || warns {
		return nil, page, nil
	}
	way, err := p.asks().Way(a)
	if err != nil {
		return nil, nil, err
	}
	if !questions.Open(way) {
		page.Way = p.whyNot(page.Tongue.Tag, way)
		return nil, page, nil
	}
	return &a, page, nil
}

// whyNot are the reasons of a decision in the words of the pack, in the person's language
// and in Dutch.
func (p *Pages) whyNot(tongue lang.Tag, d rules.Decision) []lang.Text {
	var list []lang.Text
	for _, tag := range both(tongue) {
		for _, reason := range d.Reasons {
			if reason.Kind == rules.SettingReason || reason.Kind == rules.ReplacedReason {
				continue // for those who keep the pack
			}
			words, in := p.Requests.Pack.In(string(tag), reason.Text)
			list = append(list, lang.Text{Text: words, Lang: lang.Tag(in), Dir: p.Papers.In(lang.Tag(in)).Dir})
		}
	}
	return list
}

// both are the languages of a paper: the person's own and, where that is another, Dutch.
func both(tongue lang.Tag) []lang.Tag {
	if tongue == lang.Dutch {
		return []lang.Tag{lang.Dutch}
	}
	return []lang.Tag{tongue, lang.Dutch}
}

// submission is a form as it is sent by somebody for its person.
func submission(a request.Answers, page *sheetPage, door request.Door) request.Submission {
	return request.Submission{Answers: a, Lang: string(page.Tongue.Tag), Door: door, Key: page.Key}
}

// unreadable says of a form whose answers are refused as a whole what may be wrong.
func unreadable(err error) error {
	if fault.Is(err, fault.Invalid) {
		return fault.New(fault.Invalid, "public.check.refused", "send a form for somebody: %w", err)
	}
	return err
}

// choose is a question with the items of a list of the pack.
func (p *Pages) choose(name, label, list, value string) form.Choice {
	c := form.Choice{Name: name, Label: label, Value: value}
	for _, item := range p.Requests.Pack.List(list) {
		c.Options = append(c.Options, form.Option{Value: item.ID, Label: questions.Key(list, item.ID, "name")})
	}
	return c
}
