package lang

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Texts are the messages of one language, with those it falls back to.
type Texts struct {
	Language
	tag      language.Tag
	messages map[string]message
	fallback []*Texts
}

// Languages returns the languages of the catalogue: Dutch, English, then the
// others by tag.
func (c *Catalogue) Languages() []Language { return append([]Language(nil), c.languages...) }

// In returns the texts in the language tag, or in English if the catalogue has
// no such language.
func (c *Catalogue) In(tag Tag) *Texts {
	if t, ok := c.texts[tag]; ok {
		return t
	}
	return c.texts[English]
}

// Get returns the message with its placeholders filled from args, which may be
// nil. A message with plural forms takes the form for the integer args["Count"].
// An argument that is missing shows as "…".
//
// In a right-to-left language each text argument is put between the Unicode
// marks of an isolate (U+2068, U+2069), so that a code or a phone number
// is not turned round. The parsers of package ident drop these marks.
func (t *Texts) Get(key string, args map[string]any) Text {
	if m, ok := t.messages[key]; ok {
		return Text{Text: t.fill(m, args), Lang: t.Tag, Dir: t.Dir}
	}
	for _, other := range t.fallback {
		if m, ok := other.messages[key]; ok {
			return Text{Text: other.fill(m, args), Lang: other.Tag, Dir: other.Dir, Fallback: true}
		}
	}
	return Text{Text: key, Lang: t.Tag, Dir: t.Dir, Fallback: true}
}

// Has reports whether the language itself has the message.
func (t *Texts) Has(key string) bool {
	_, ok := t.messages[key]
	return ok
}

// Raw returns the message of the language itself with its placeholders in it,
// plural forms one after the other, or "". It is for checks on the catalogue.
func (t *Texts) Raw(key string) string {
	m := t.messages[key]
	var forms []string
	for _, form := range slices.Sorted(maps.Keys(m.forms)) {
		var b strings.Builder
		for i, part := range m.forms[form] {
			if i%2 == 1 {
				part = "{{." + part + "}}"
			}
			b.WriteString(part)
		}
		forms = append(forms, b.String())
	}
	return strings.Join(forms, "\n\n")
}

// Date returns a day as people read it: "23 november 2026". The day is written
// YYYY-MM-DD; an unknown day or month is 00 and left out. What is not a day
// comes back as it is.
func (t *Texts) Date(day string) Text {
	raw := Text{Text: day, Lang: t.Tag, Dir: t.Dir}
	if len(day) != len("2006-01-02") || day[4] != '-' || day[7] != '-' {
		return raw
	}
	year, err := strconv.Atoi(day[:4])
	month, err2 := strconv.Atoi(day[5:7])
	number, err3 := strconv.Atoi(day[8:])
	if err != nil || err2 != nil || err3 != nil || month < 0 || month > 12 || number < 0 {
		return raw
	}
	if month == 0 {
		raw.Text = strconv.Itoa(year)
		return raw
	}
	key := "common.date.long"
	if number == 0 {
		key = "common.date.month"
	}
	for _, from := range append([]*Texts{t}, t.fallback...) {
		if !from.Has(key) {
			continue // the month comes from the texts that have the pattern: no date in two languages
		}
		name := from.Get(fmt.Sprintf("common.month.%02d", month), nil).Text
		args := map[string]any{"Day": number, "Month": name, "Year": year}
		text := from.messages[key].forms[plural.Other].fill(args, false)
		return Text{Text: text, Lang: from.Tag, Dir: from.Dir, Fallback: from != t}
	}
	return raw
}

// Number returns a whole number with the mark that the language puts between
// thousands, in Latin digits.
func (t *Texts) Number(n int) string {
	digits := strconv.Itoa(n)
	mark := t.Get("common.number.thousands", nil).Text
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + mark + digits[i:]
	}
	return digits
}

// fill returns the form of m that args ask for.
func (t *Texts) fill(m message, args map[string]any) string {
	p, ok := m.forms[t.form(m, args["Count"])]
	if !ok {
		p = m.forms[plural.Other]
	}
	return p.fill(args, t.Dir == RightToLeft)
}

// form returns the plural category of count in the language.
func (t *Texts) form(m message, count any) plural.Form {
	n, ok := count.(int)
	if !ok || !m.plural {
		return plural.Other
	}
	if n < 0 {
		n = -n
	}
	return plural.Cardinal.MatchPlural(t.tag, n, 0, 0, 0, 0)
}

func (p pattern) fill(args map[string]any, isolate bool) string {
	if len(p) == 1 {
		return p[0]
	}
	var b strings.Builder
	for i, part := range p {
		if i%2 == 0 {
			b.WriteString(part)
			continue
		}
		v, ok := args[part]
		switch v.(type) {
		case int, int64:
			fmt.Fprint(&b, v)
		default:
			if !ok {
				v = "…"
			}
			if isolate {
				fmt.Fprintf(&b, "\u2068%v\u2069", v)
			} else {
				fmt.Fprint(&b, v)
			}
		}
	}
	return b.String()
}
