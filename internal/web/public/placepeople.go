package public

import (
	"strconv"
	"strings"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/rules"
	"loket/internal/web"
	"loket/internal/web/form"
)

// The pages about each of the people who come: who it is, what they can show, and until
// when that is valid where it has a date. What they can show decides what they get, which
// they are told before they send anything.

// whoStep asks who one of them is.
func (p placeForm) whoStep(i int) placeStep {
	return placeStep{
		path: "who-" + strconv.Itoa(i+1), title: "public.place.who.title", n: i + 1,
		done: func(a asked) bool { return !a.Members[i].Name.IsZero() && (i > 0 || !a.Members[i].Number.IsZero()) },
		show: func(a asked) *placeFields {
			m := a.Members[i]
			date := &form.Date{Name: "birth", Label: "public.place.who.birth", Birth: i == 0}
			fillDate(date, m.Birth.Reveal())
			hint := "public.place.who.number-hint"
			name := &form.Text{Name: "name", Label: "public.place.who.name", Hint: "public.place.who.name-hint", Autocomplete: "off", Value: m.Name.Full.Reveal()}
			if i == 0 {
				name.Autocomplete = "name"
			} else {
				hint = "public.place.who.number-child"
			}
			return &placeFields{Texts: []*form.Text{name}, Date: date, After: []*form.Text{{Name: "number", Label: "public.place.who.number",
				Hint: hint, Who: "public.place.who.who", Width: 20, Latin: true, Autocomplete: "off", Value: m.Number.Reveal()}}}
		},
		take: func(f *placeFields, a *asked) { p.takeWho(f, a, i) },
		lines: func(_ asked, f *placeFields) []placeAnswer {
			return []placeAnswer{line("public.place.who.name", f.Texts[0].Value, false), line("public.place.who.birth", typedDate(f.Date), true),
				line("public.place.who.number", f.After[0].Value, true)}
		},
	}
}

func (p placeForm) takeWho(f *placeFields, a *asked, i int) {
	name, number := f.Texts[0], f.After[0]
	name.Require("planner.member.name")
	f.Date.Require("planner.member.birth")
	if i == 0 {
		number.Require("planner.member.number")
	}
	m := a.Members[i]
	m.Name = form.Parse(name, func(full string) (ident.Name, error) { return ident.NewName(full, "") })
	today := p.Planner.Today().String()
	m.Birth = form.ParseDate(f.Date, func(day, month, year string) (ident.BirthDate, error) {
		return ident.NewBirthDate(day, month, year, today)
	})
	if f.Date.Error == "" && !m.Birth.Complete() {
		f.Date.Error = "planner.member.birth"
	}
	m.Number = form.Parse(number, ident.ParseNumber)
	for other := range a.Members {
		if other != i && number.Error == "" && !m.Number.IsZero() && a.Members[other].Number.Equal(m.Number) {
			number.Error = "planner.member.twice"
		}
	}
	if form.Problems(f.all()...) != nil {
		return
	}
	if !m.Number.IsZero() && !m.Number.Plausible() {
		f.Warning, f.Confirmed = "public.number.warning", m.Number.Reveal()
	}
	a.Members[i] = m
}

// paperStep asks what one of them can show.
func (p placeForm) paperStep(i int) placeStep {
	return placeStep{
		path: "paper-" + strconv.Itoa(i+1), title: "public.place.paper.title", n: i + 1,
		done: func(a asked) bool { return a.Members[i].Paper != "" },
		show: func(a asked) *placeFields {
			papers := &packChoice{Choice: form.Choice{Name: "paper", Label: "public.place.paper.label", Hint: "public.place.paper.hint",
				Who: "public.place.paper.who", Value: a.Members[i].Paper}}
			for _, item := range p.Planner.Pack.List(listPapers) {
				papers.add(item.ID, p.placeWords(p.tag, item.Name), lang.Text{})
			}
			return &placeFields{Pack: papers}
		},
		take: func(f *placeFields, a *asked) {
			if f.Pack.Require("public.place.choose") {
				a.Members[i].Paper, a.Members[i].Expires = f.Pack.Value, ""
			}
		},
		lines: func(a asked, _ *placeFields) []placeAnswer {
			item, _ := p.Planner.Pack.Item(listPapers, a.Members[i].Paper)
			return []placeAnswer{{Answer: web.Answer{Label: "public.place.paper.short"}, Words: p.placeWords(p.tag, item.Name)}}
		},
	}
}

// dated reports whether a paper is valid until a day that matters.
func (p placeForm) dated(m askedMember) bool {
	item, _ := p.Planner.Pack.Item(listPapers, m.Paper)
	return item.Fields["dated"] == "yes"
}

// expiryStep asks until when it is valid.
func (p placeForm) expiryStep(i int) placeStep {
	return placeStep{
		path: "valid-" + strconv.Itoa(i+1), title: "public.place.paper.title", n: i + 1,
		done: func(a asked) bool { return a.Members[i].Expires != "" },
		show: func(a asked) *placeFields {
			date := &form.Date{Name: "expires", Label: "public.place.expires.label", Hint: "public.place.expires.hint"}
			fillDate(date, a.Members[i].Expires)
			return &placeFields{Date: date}
		},
		take: func(f *placeFields, a *asked) {
			f.Date.Require("public.place.expires.wrong")
			if day := form.ParseDate(f.Date, parseExpiry); f.Date.Error == "" {
				a.Members[i].Expires = day.String()
			}
		},
		lines: func(_ asked, f *placeFields) []placeAnswer {
			return []placeAnswer{line("public.place.expires.label", typedDate(f.Date), true)}
		},
	}
}

// endless is a day so late that a paper may well be valid until then.
const endless = "2199-12-31"

// parseExpiry reads a day as a day of birth is read, digits of all scripts and all.
func parseExpiry(day, month, year string) (rules.Day, error) {
	wrong := fault.New(fault.Invalid, "public.place.expires.wrong", "until when a paper is valid is no day")
	typed, err := ident.NewBirthDate(day, month, year, endless)
	if err != nil || !typed.Complete() {
		return rules.Day{}, wrong
	}
	parsed, err := rules.ParseDay(typed.Reveal())
	if err != nil {
		return rules.Day{}, wrong
	}
	return parsed, nil
}

// fillDate puts a YYYY-MM-DD into the controls of a date, and leaves them empty for none.
func fillDate(date *form.Date, day string) {
	if part := strings.Split(day, "-"); len(part) == 3 {
		date.Year, date.Month, date.Day = part[0], strings.TrimLeft(part[1], "0"), strings.TrimLeft(part[2], "0")
	}
}

func typedDate(d *form.Date) string { return strings.Trim(d.Day+"-"+d.Month+"-"+d.Year, "-") }
