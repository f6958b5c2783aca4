package texting

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/planner"
	"loket/internal/rules"
)

// personQuestions are those about one of the people. What they can show comes before their
// number, as it decides whether they need one.
func (f form) personQuestions(d *draft, i int) []question {
	list := []question{f.nameQuestion(d, i), f.birthQuestion(d, i), f.paperQuestion(d, i)}
	if f.dated(d.People[i]) {
		list = append(list, f.expiryQuestion(d, i))
	}
	return append(list, f.numberQuestion(d, i))
}

// which tells which of the people is asked about. Who asks comes first.
func which(i int) map[string]string { return map[string]string{"Person": strconv.Itoa(i + 1)} }

func (f form) nameQuestion(d *draft, i int) question {
	p := &d.People[i]
	return question{key: "name", args: which(i), done: !p.Name.IsZero(), undo: func() { p.Name = ident.Name{} }, take: func(said Said) bool {
		name, err := ident.NewName(said.Plain, "")
		if err != nil || !strings.ContainsFunc(said.Plain, unicode.IsLetter) || said.Digits != "" {
			return false
		}
		p.Name = name
		return true
	}}
}

func (f form) birthQuestion(d *draft, i int) question {
	p := &d.People[i]
	return question{key: "birth", args: which(i), done: !p.Birth.IsZero(), undo: func() { p.Birth = ident.BirthDate{} }, take: func(said Said) bool {
		birth, err := ident.ParseBirthDate(apart(said), f.places.Today().String())
		if err != nil || !birth.Complete() {
			return false
		}
		p.Birth = birth
		return true
	}}
}

// apart is a date as typed; eight digits in a row are put apart.
func apart(said Said) string {
	const whole = len("27031990")
	if text := said.Plain; len(text) == whole && text == said.Digits {
		return text[:2] + " " + text[2:4] + " " + text[4:]
	}
	return said.Plain
}

func (f form) paperQuestion(d *draft, i int) question {
	p := &d.People[i]
	papers := f.places.Pack.List(listPapers)
	return question{key: "paper", args: which(i), list: listPapers, done: p.Paper != "", undo: func() { p.Paper, p.Expires = "", "" },
		take: func(said Said) bool {
			if n := choice(said, len(papers)); n > 0 {
				p.Paper, p.Expires = papers[n-1].ID, ""
			}
			return p.Paper != ""
		}}
}

// dated reports whether what somebody can show is valid until a day that matters.
func (f form) dated(p person) bool {
	item, _ := f.places.Pack.Item(listPapers, p.Paper)
	return item.Fields["dated"] == "yes"
}

// endless is a day so late that a paper may well be valid until then.
const endless = "2199-12-31"

func (f form) expiryQuestion(d *draft, i int) question {
	p := &d.People[i]
	return question{key: "expires", args: which(i), done: p.Expires != "", undo: func() { p.Expires = "" }, take: func(said Said) bool {
		typed, err := ident.ParseBirthDate(apart(said), endless)
		if err != nil || !typed.Complete() {
			return false
		}
		day, err := parseDay(typed)
		if err != nil {
			return false
		}
		p.Expires = day.String()
		return true
	}}
}

func parseDay(typed ident.BirthDate) (rules.Day, error) { return rules.ParseDay(typed.Reveal()) }

// numberQuestion asks for a number. Whoever gets nothing, and did not ask, may have none.
func (f form) numberQuestion(d *draft, i int) question {
	p := &d.People[i]
	key := "number"
	decision, err := f.places.Product(p.member(), f.places.Today())
	optional := i > 0 && err == nil && decision.Outcome == planner.NoProduct
	if optional {
		key = "number-child"
	}
	return question{key: key, args: which(i), done: !p.Number.IsZero() || p.Without,
		undo:  func() { p.Number, p.Without, d.Doubt = ident.Number{}, false, "" },
		again: "texting.again.number",
		take: func(said Said) bool {
			if optional && said.Digits == "0" {
				p.Without = true
				return true
			}
			return d.takeNumber(p, said)
		}}
}

// takeNumber takes a number of a kind that there is, which nobody else of the form has. One
// that cannot be right is taken the second time.
func (d *draft) takeNumber(p *person, said Said) bool {
	number, err := ident.ParseNumber(said.Plain)
	if err != nil || number.Kind() == ident.UnknownNumber {
		return false
	}
	if slices.ContainsFunc(d.People, func(other person) bool { return other.Number.Equal(number) }) {
		return false
	}
	doubt := number.Private
	if !number.Plausible() && !sameText(d.Doubt, doubt) {
		d.Doubt = said.Digits
		return false
	}
	d.Doubt, p.Number = "", number
	return true
}

func sameText(text string, private ident.Private) bool { return ident.NewPrivate(text).Equal(private) }

// mend takes back the answers for which the planner did not take a form; false where no
// answer would help.
func (d *draft) mend(err error) bool {
	if !fault.Is(err, fault.Invalid) {
		return false
	}
	switch fault.Key(err) {
	case "planner.member.number", "planner.member.number-kind", "planner.member.twice":
		for i := range d.People {
			d.People[i].Number, d.People[i].Without = ident.Number{}, false
		}
		return true
	}
	return false
}
