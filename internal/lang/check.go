package lang

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
)

// Keys returns the keys of Dutch and English together, sorted.
func (c *Catalogue) Keys() []string {
	all := make(map[string]bool)
	for _, tag := range []Tag{Dutch, English} {
		for key := range c.texts[tag].messages {
			all[key] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// Problems returns a line for each thing that is wrong with the catalogue as a
// whole: a message that Dutch has and English lacks or the other way round, one
// that only another language has, placeholders that differ from the Dutch
// ones, and plural forms that a language needs or does not know. Another
// language may lack a message: it falls back.
func (c *Catalogue) Problems() []string {
	var problems []string
	dutch := c.texts[Dutch]
	for _, key := range c.Keys() {
		for _, tag := range []Tag{Dutch, English} {
			if !c.texts[tag].Has(key) {
				problems = append(problems, fmt.Sprintf("%s: %s lacks it", key, tag))
			}
		}
	}
	for _, l := range c.languages {
		texts := c.texts[l.Tag]
		for _, key := range slices.Sorted(maps.Keys(texts.messages)) {
			original, ok := dutch.messages[key]
			if !ok {
				if l.Tag != English {
					problems = append(problems, fmt.Sprintf("%s: only %s has it", key, l.Tag))
				}
				continue
			}
			for _, p := range texts.differences(texts.messages[key], original) {
				problems = append(problems, fmt.Sprintf("%s: %s: %s", key, l.Tag, p))
			}
		}
	}
	return problems
}

// differences returns what keeps m from being a translation of original.
func (t *Texts) differences(m, original message) []string {
	var found []string
	if m.plural != original.plural {
		found = append(found, "has plural forms where the Dutch has none, or none where it has")
	}
	want := original.placeholders()
	for _, form := range slices.Sorted(maps.Keys(m.forms)) {
		one := message{plural: m.plural, forms: map[plural.Form]pattern{form: m.forms[form]}}
		if got := one.placeholders(); !slices.Equal(got, want) {
			found = append(found, fmt.Sprintf("has placeholders [%s], the Dutch [%s]", strings.Join(got, " "), strings.Join(want, " ")))
		}
	}
	if !m.plural {
		return found
	}
	needed := t.pluralForms()
	for name, form := range categories {
		if _, has := m.forms[form]; has != needed[form] {
			found = append(found, fmt.Sprintf("plural form %q is missing or never used", name))
		}
	}
	slices.Sort(found)
	return found
}

// placeholders returns the names in m, sorted. Count is left out of plural
// messages: a form for one or two may say it in a word.
func (m message) placeholders() []string {
	names := make(map[string]bool)
	for _, p := range m.forms {
		for i := 1; i < len(p); i += 2 {
			names[p[i]] = true
		}
	}
	if m.plural {
		delete(names, "Count")
	}
	return slices.Sorted(maps.Keys(names))
}

// pluralForms returns the categories that whole numbers have in the language.
// The rules repeat within the numbers tried; the last is there for "many" in
// languages that have it for millions.
func (t *Texts) pluralForms() map[plural.Form]bool {
	forms := map[plural.Form]bool{plural.Other: true}
	for n := range 1001 {
		forms[plural.Cardinal.MatchPlural(t.tag, n, 0, 0, 0, 0)] = true
	}
	forms[plural.Cardinal.MatchPlural(t.tag, 1_000_000, 0, 0, 0, 0)] = true
	return forms
}
