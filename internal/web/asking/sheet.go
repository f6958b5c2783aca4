package asking

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"loket/internal/lang"
	"loket/internal/web/form"
)

// Sheet is all questions on one page, for somebody who fills the form in together with its
// people, whose number is known from the start. A template ranges over Parts and draws the
// fields of each, with the hidden field "confirmed" that holds Confirmed.
type Sheet struct {
	Parts []Part
	// Confirmed is what all warnings of the sheet were about. Whoever sends the same again
	// means it.
	Confirmed string

	form Form
}

// Part is a question of a sheet.
type Part struct {
	*Fields
	Question
	optional bool // a date that only some papers have
}

// Person is which of the people the part is the first of; zero for all other parts.
func (p Part) Person() int {
	if strings.HasPrefix(p.Path, "who-") {
		return p.N
	}
	return 0
}

// Sheet returns the questions for so many people, with what was filled in. No field is the
// heading of the page, and each has a name of its own.
func (q Form) Sheet(people int, a Filled) *Sheet {
	s := &Sheet{form: q}
	for len(a.Members) < people {
		a.Members = append(a.Members, Member{})
	}
	add := func(question Question, optional bool) {
		fields := question.Show(a)
		own(fields, question.N)
		s.Parts = append(s.Parts, Part{fields, question, optional})
	}
	all := Filled{Members: a.Members, Region: a.Region}
	for _, question := range q.Questions(Filled{}) { // those of nobody in particular
		switch question.Path {
		case RegionPath, "people":
		case DeskPath:
			for i := range people {
				add(q.whoStep(i), false)
				add(q.paperStep(i), false)
				add(q.expiryStep(i), true)
			}
			all.Region = "" // whatever region is typed: all languages that a desk speaks
			add(q.deskStep(all), false)
		default:
			add(question, false)
		}
	}
	return s
}

// own makes labels of headings, and gives the fields of a person names of their own.
func own(f *Fields, n int) {
	suffix := ""
	if n > 0 {
		suffix = "-" + strconv.Itoa(n)
	}
	for _, c := range f.Choices {
		c.Heading, c.Name = false, c.Name+suffix
	}
	if f.Pack != nil {
		f.Pack.Heading, f.Pack.Name = false, f.Pack.Name+suffix
	}
	if f.Date != nil {
		f.Date.Heading, f.Date.Birth, f.Date.Name = false, false, f.Date.Name+suffix
	}
	for _, text := range slices.Concat(f.Texts, f.After) {
		text.Heading, text.Name, text.Autocomplete = false, text.Name+suffix, "off"
	}
}

// Read takes a posted sheet into the answers. It returns what is wrong, in the order of the
// page, and whether there is a warning that nobody has seen; the answers are good when
// there is neither. Its error is that of [form.Read], or of the pack.
func (s *Sheet) Read(r *http.Request, a *Filled) (problems []form.Problem, warns bool, err error) {
	if err := form.Read(r, s.all()...); err != nil {
		return nil, false, err
	}
	for len(a.Members) < s.people() {
		a.Members = append(a.Members, Member{})
	}
	a.Seen = true // what the page of the region shows is told by who fills the form in
	var confirmed []string
	for i := range s.Parts {
		part := &s.Parts[i]
		if part.optional && !s.form.dated(a.Members[part.N-1]) {
			continue
		}
		if part.Take(part.Fields, a); part.Warning != "" {
			confirmed = append(confirmed, part.Confirmed)
		}
	}
	if form.Problems(s.all()...) == nil {
		if err := s.needsNumber(*a); err != nil {
			return nil, false, err
		}
	}
	s.Confirmed = strings.Join(confirmed, " ")
	seen := strings.Fields(r.PostForm.Get("confirmed"))
	warns = slices.ContainsFunc(confirmed, func(about string) bool { return !slices.Contains(seen, about) })
	return form.Problems(s.all()...), warns, nil
}

// needsNumber marks the number of whoever gets something and has told none.
func (s *Sheet) needsNumber(a Filled) error {
	i, err := s.form.LacksNumber(a)
	if err == nil && i >= 0 {
		s.Wrong(i, "planner.member.number")
	}
	return err
}

// Wrong marks the number of one of the people, from zero, with a message key.
func (s *Sheet) Wrong(i int, key string) []form.Problem {
	for _, part := range s.Parts {
		if part.Person() == i+1 {
			part.After[0].Error = key
		}
	}
	return form.Problems(s.all()...)
}

func (s *Sheet) people() (n int) {
	for _, part := range s.Parts {
		n = max(n, part.N)
	}
	return n
}

func (s *Sheet) all() (list []form.Field) {
	for _, part := range s.Parts {
		list = append(list, part.All()...)
	}
	return list
}

// Aloud are a part's words in the language of texts, to be read out or pointed at: what is
// asked, why, and the answers.
func (s *Sheet) Aloud(part Part, texts *lang.Texts) (list []lang.Text) {
	say := func(keys ...string) {
		for _, key := range keys {
			if key != "" {
				list = append(list, texts.Get(key, nil))
			}
		}
	}
	for _, text := range part.Texts {
		say(text.Label, text.Hint)
	}
	for _, c := range part.Choices {
		say(c.Label, c.Hint)
		answers := make([]string, len(c.Options))
		for i, option := range c.Options {
			answers[i] = texts.Get(option.Label, nil).Text
		}
		list = append(list, lang.Text{Text: strings.Join(answers, " · "), Lang: texts.Tag, Dir: texts.Dir})
	}
	if part.Pack != nil {
		say(part.Pack.Label, part.Pack.Hint)
		list = append(list, s.packWords(part, texts)...)
	}
	if part.Date != nil {
		say(part.Date.Label, part.Date.Hint)
	}
	for _, text := range part.After {
		say(text.Label, text.Hint)
	}
	return list
}

// packWords are the answers of a choice of the pack in another language, in their order.
func (s *Sheet) packWords(part Part, texts *lang.Texts) (list []lang.Text) {
	other := s.form
	other.Tag = texts.Tag
	for _, which := range []string{listRegions, listPapers} {
		for _, item := range s.form.Planner.Pack.List(which) {
			if slices.ContainsFunc(part.Pack.Options, func(o form.Option) bool { return o.Value == item.ID }) {
				list = append(list, other.Words(item.Name))
			}
		}
	}
	return list
}
