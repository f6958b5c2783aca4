package asking

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
func (q Form) whoStep(i int) Question {
	return Question{
		Path: "who-" + strconv.Itoa(i+1), Title: "public.place.who.title", N: i + 1,
		Done: func(a Filled) bool { return !a.Members[i].Name.IsZero() && (i > 0 || !a.Members[i].Number.IsZero()) },
		Show: func(a Filled) *Fields {
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
			return &Fields{Texts: []*form.Text{name}, Date: date, After: []*form.Text{{Name: "number", Label: "public.place.who.number",
				Hint: hint, Who: "public.place.who.who", Width: 20, Latin: true, Autocomplete: "off", Value: m.Number.Reveal()}}}
		},
		Take: func(f *Fields, a *Filled) { q.takeWho(f, a, i) },
		Lines: func(_ Filled, f *Fields) []Line {
			return []Line{newLine("public.place.who.name", f.Texts[0].Value, false), newLine("public.place.who.birth", typedDate(f.Date), true),
				newLine("public.place.who.number", f.After[0].Value, true)}
		},
	}
}

func (q Form) takeWho(f *Fields, a *Filled, i int) {
	name, number := f.Texts[0], f.After[0]
	name.Require("planner.member.name")
	f.Date.Require("planner.member.birth")
	if i == 0 {
		number.Require("planner.member.number")
	}
	m := a.Members[i]
	m.Name = form.Parse(name, func(full string) (ident.Name, error) { return ident.NewName(full, "") })
	today := q.Planner.Today().String()
	m.Birth = form.ParseDate(f.Date, func(day, month, year string) (ident.BirthDate, error) {
		return ident.NewBirthDate(day, month, year, today)
	})
	if f.Date.Error == "" && !m.Birth.Complete() {
		f.Date.Error = "planner.member.birth"
	}
	m.Number = form.Parse(number, ident.ParseNumber)
	if q.Usable != nil && number.Error == "" {
		number.Error = q.Usable(m.Number)
	}
	for other := range a.Members {
		if other != i && number.Error == "" && !m.Number.IsZero() && a.Members[other].Number.Equal(m.Number) {
			number.Error = "planner.member.twice"
		}
	}
	if form.Problems(f.All()...) != nil {
		return
	}
	if !m.Number.IsZero() && !m.Number.Plausible() {
		f.Warning, f.Confirmed = "public.number.warning", m.Number.Reveal()
	}
	a.Members[i] = m
}

// paperStep asks what one of them can show.
func (q Form) paperStep(i int) Question {
	return Question{
		Path: "paper-" + strconv.Itoa(i+1), Title: "public.place.paper.title", N: i + 1,
		Done: func(a Filled) bool { return a.Members[i].Paper != "" },
		Show: func(a Filled) *Fields {
			papers := &PackChoice{Choice: form.Choice{Name: "paper", Label: "public.place.paper.label", Hint: "public.place.paper.hint",
				Who: "public.place.paper.who", Value: a.Members[i].Paper}}
			for _, item := range q.Planner.Pack.List(listPapers) {
				papers.Add(item.ID, q.Words(item.Name), lang.Text{})
			}
			return &Fields{Pack: papers}
		},
		Take: func(f *Fields, a *Filled) {
			if f.Pack.Require("public.place.choose") {
				a.Members[i].Paper, a.Members[i].Expires = f.Pack.Value, ""
			}
		},
		Lines: func(a Filled, _ *Fields) []Line {
			item, _ := q.Planner.Pack.Item(listPapers, a.Members[i].Paper)
			return []Line{{Answer: web.Answer{Label: "public.place.paper.short"}, Words: q.Words(item.Name)}}
		},
	}
}

// dated reports whether a paper is valid until a day that matters.
func (q Form) dated(m Member) bool {
	item, _ := q.Planner.Pack.Item(listPapers, m.Paper)
	return item.Fields["dated"] == "yes"
}

// expiryStep asks until when it is valid.
func (q Form) expiryStep(i int) Question {
	return Question{
		Path: "valid-" + strconv.Itoa(i+1), Title: "public.place.paper.title", N: i + 1,
		Done: func(a Filled) bool { return a.Members[i].Expires != "" },
		Show: func(a Filled) *Fields {
			date := &form.Date{Name: "expires", Label: "public.place.expires.label", Hint: "public.place.expires.hint"}
			fillDate(date, a.Members[i].Expires)
			return &Fields{Date: date}
		},
		Take: func(f *Fields, a *Filled) {
			f.Date.Require("public.place.expires.wrong")
			if day := form.ParseDate(f.Date, parseExpiry); f.Date.Error == "" {
				a.Members[i].Expires = day.String()
			}
		},
		Lines: func(_ Filled, f *Fields) []Line {
			return []Line{newLine("public.place.expires.label", typedDate(f.Date), true)}
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
