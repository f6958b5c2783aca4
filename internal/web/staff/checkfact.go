package staff

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/registry"
	"loket/internal/request"
	"loket/internal/rules"
	"loket/internal/web/questions"
)

// fact is one line about somebody, in words of the page's language or in their own.
type fact struct {
	Label lang.Text
	Text  lang.Text // a text of ours
	Own   string    // a text of the person or the registry; used if Text is empty
	Latin bool      // Own is a number or a code
	Marks []markView
}

// Stand is that of the line as a whole: the worst of its marks.
func (f fact) Stand() request.Stand { return worst(f.Marks) }

func worst(marks []markView) request.Stand {
	for _, stand := range []request.Stand{request.Differs, request.OnlyHeld, request.OnlyTold, request.Agrees} {
		if slices.ContainsFunc(marks, func(m markView) bool { return m.Stand == stand }) {
			return stand
		}
	}
	return ""
}

// markView says how two values stand to each other: a sign and a word, and what it is
// about where that is a part of the line.
type markView struct {
	Stand request.Stand
	Text  lang.Text
	About string
}

// Sign is the sign of a mark.
func (m markView) Sign() string {
	switch m.Stand {
	case request.Agrees:
		return "="
	case request.Differs:
		return "!"
	}
	return "?"
}

// screen makes lines in the language of a page.
type screen struct {
	tag   lang.Tag
	texts *lang.Texts
	pack  *rules.Pack
	all   *lang.Catalogue
	asked ident.Name // of who asks, so that marks show words as they wrote them
}

func (p *Pages) screen(r *http.Request) screen {
	tag := p.site.Language(r)
	return screen{tag: tag, texts: p.Catalogue.In(tag), pack: p.Requests.Pack, all: p.Catalogue}
}

func (s screen) say(key string) lang.Text { return s.texts.Get(key, nil) }

// words are words of the pack, in the language in which they exist.
func (s screen) words(w rules.Words) lang.Text {
	text, in := s.pack.In(string(s.tag), w)
	return lang.Text{Text: text, Lang: lang.Tag(in), Dir: s.all.In(lang.Tag(in)).Dir}
}

func (s screen) own(label, value string, latin bool, marks ...markView) fact {
	f := fact{Label: s.say("staff.check.field-" + label), Own: value, Latin: latin, Marks: marks}
	if value == "" {
		f.Text = s.say("staff.check.not-told")
	}
	return f
}

func (s screen) text(label string, text lang.Text, marks ...markView) fact {
	return fact{Label: s.say("staff.check.field-" + label), Text: text, Marks: marks}
}

func (s screen) birth(b ident.BirthDate, marks ...markView) fact {
	if b.Reveal() == "" {
		return s.own("birth", "", false, marks...)
	}
	return s.text("birth", s.texts.Date(b.Reveal()), marks...)
}

// told are what the person told. Address and phone are for the system alone, as the
// pack promises: whether they agree stands at each candidate.
func (s screen) told(a request.Answers) []fact {
	facts := []fact{s.own("name", a.Name.Full.Reveal(), false)}
	if !a.Name.Latin.IsZero() && !a.Name.Latin.Equal(a.Name.Full) {
		facts = append(facts, s.own("latin", a.Name.Latin.Reveal(), false))
	}
	facts = append(facts, s.birth(a.Birth), s.own("number", a.Number.Reveal(), true))
	facts = append(facts, s.item("lives", a.Municipality, questions.ListTerritory, questions.ListElsewhere),
		s.item("vaccinated", a.VaccinatedBy, questions.ListVaccinators),
		s.yes("tested", a.TestedPositive), s.item("document", a.Document, questions.ListDocuments))
	if a.Expired != nil && *a.Expired {
		facts = append(facts, s.yes("expired", a.Expired))
	}
	return facts
}

// item is a line with the name of an item of one of the lists.
func (s screen) item(label, id string, lists ...string) fact {
	for _, list := range lists {
		if item, ok := s.pack.Item(list, id); ok {
			return s.text(label, s.words(item.Name))
		}
	}
	return s.own(label, "", false)
}

func (s screen) yes(label string, answer *bool) fact {
	switch {
	case answer == nil:
		return s.own(label, "", false)
	case *answer:
		return s.text(label, s.say("common.answer.yes"))
	}
	return s.text(label, s.say("common.answer.no"))
}

// candidate shows a record. What the person gave to be reached at is not shown, only
// whether the registry has the same.
func (s screen) candidate(i int, c request.Candidate, chosen string) candidateView {
	r := c.Record
	view := candidateView{
		ID: "candidate-" + strconv.Itoa(i+1), Value: r.ID, Key: i + 1, Checked: r.ID == chosen, Earlier: c.Earlier,
		Name: r.Name.Full.Reveal(), NameMarks: s.nameMarks(c.Marks, s.asked, r.Name),
	}
	numbers := make([]string, 0, len(r.Numbers))
	for _, n := range r.Numbers {
		numbers = append(numbers, n.Reveal())
	}
	view.Facts = []fact{
		s.birth(r.Birth, s.marks(c.Marks, request.FieldBirth)...),
		s.own("number", strings.Join(numbers, " "), true, s.marks(c.Marks, request.FieldNumber)...),
	}
	for _, field := range []string{request.FieldPhone, request.FieldEmail} {
		if marks := s.marks(c.Marks, field); len(marks) > 0 && marks[0].Stand != request.OnlyTold {
			view.Facts = append(view.Facts, fact{Label: s.say("staff.check.field-" + field), Marks: marks})
		}
	}
	for _, e := range c.Events {
		view.Facts = append(view.Facts, s.event(e))
	}
	return view
}

func (s screen) event(e request.Event) fact {
	label, value := string(e.Kind), s.texts.Date(e.Day).Text+" · "+e.What
	if e.Kind == registry.Vaccination {
		value += " " + strconv.Itoa(e.Dose) + "/" + strconv.Itoa(e.Doses)
	}
	return fact{Label: s.say("staff.check.event-" + label), Own: value}
}

// marks are those of a field: one that says "alike" where all parts are, else those of
// the parts that are not.
func (s screen) marks(all []request.Mark, field string) []markView {
	var views []markView
	alike := false
	for _, m := range all {
		switch {
		case m.Field != field:
		case m.Stand == request.Agrees:
			alike = true
		case m.Part != "":
			views = append(views, s.mark(m.Stand, s.say("staff.check.part-"+m.Part).Text))
		default:
			views = append(views, s.mark(m.Stand, ""))
		}
	}
	if alike && len(views) == 0 {
		return []markView{s.mark(request.Agrees, "")}
	}
	return views
}

func (s screen) mark(stand request.Stand, about string) markView {
	return markView{stand, s.say("staff.check.mark-" + string(stand)), about}
}

// nameMarks say which words of the name that is shown are missing in the other, and the
// other way round. Words on both sides that are not in the other are a difference.
func (s screen) nameMarks(all []request.Mark, told, held ident.Name) []markView {
	var extra, lacking []string
	for _, m := range all {
		switch {
		case m.Field != request.FieldName:
		case m.Stand == request.OnlyHeld:
			extra = append(extra, wordOf(held, m.Word.Reveal()))
		case m.Stand != request.Agrees:
			lacking = append(lacking, wordOf(told, m.Word.Reveal()))
		}
	}
	switch {
	case len(extra) > 0 && len(lacking) > 0:
		return []markView{s.mark(request.Differs, strings.Join(extra, " "))}
	case len(extra) > 0:
		return []markView{s.mark(request.OnlyHeld, strings.Join(extra, " "))}
	case len(lacking) > 0:
		return []markView{s.mark(request.OnlyTold, strings.Join(lacking, " "))}
	}
	return s.marks(all, request.FieldName)
}

// wordOf returns the word of a name as it is written that folds to a token.
func wordOf(name ident.Name, token string) string {
	for _, word := range strings.Fields(name.Full.Reveal() + " " + name.Latin.Reveal()) {
		if slices.Equal(ident.Fold(word), []string{token}) {
			return word
		}
	}
	return token
}

// checklist is what to look at on the document, with what is ticked.
func (s screen) checklist(typed *caseForm) []checkItem {
	var items []checkItem
	for i, item := range checkedFor(s.pack, typed.Class) {
		items = append(items, checkItem{ID: "seen-" + strconv.Itoa(i+1), Value: item.ID, Text: s.words(item.Name),
			On: slices.Contains(typed.Seen, item.ID)})
	}
	return items
}

// lines are a content that is confirmed, as the store words it.
func (s screen) lines(lines []request.Line) []fact {
	var facts []fact
	for _, line := range lines {
		f := fact{Label: s.say(line.Label), Own: line.Text.Reveal()}
		switch {
		case line.Word != "":
			f.Text = s.say(line.Word)
		case line.Item != nil:
			f.Text = s.words(line.Item.Name)
		}
		facts = append(facts, f)
	}
	return facts
}
