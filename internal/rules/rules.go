// Package rules decides by dated rule packs: facts in, an outcome with its
// reasons out, for any day and as known on any day.
//
// A pack is a folder that people who write rules can read and change:
//
//	pack.yaml            who stands behind it, facts, questions, lists, settings
//	rules.yaml           rules, in the order in which they are tried
//	cases.yaml           worked examples; loading a pack runs them all
//	texts/LANG/NAME.md   texts for people, in a small safe Markdown
//	settings.yaml        values that settings got later; may be left out
//
// A rule says when it holds in a CEL expression (https://cel.dev) over the
// declared facts, for example
//
//	region in list.territory && vaccinated_by != "nobody"
//
// Besides its facts an expression may use on (the day asked about), list.NAME
// (the ids of a list), setting.NAME (a dated setting), day("2022-02-08") and
// days(a, b), the number of days from a to b. There are no loops and no clock.
//
// Two dates decide which rules count. The first is the day asked about; the
// second is the day on which somebody could have known. A rule counts if it
// was known by the second and holds on the first. A rule made later for days
// past says retroactive, and what it puts out of force stands in replaces.
// So "what would we have said then" and "what do we say of that day now" have
// their own answers, and both can be shown.
//
// The rules of a question are tried in file order. One without an outcome is a
// ground: it adds its reason and the next is tried. The first other rule that
// holds decides. If none does the outcome is [NoRule]. If a fact that decides
// has not been given the outcome is [NotKnownYet], and Missing names the fact,
// which is also how a form learns what to ask next.
//
// The package refuses a pack without an authority, an owner, a source or a
// date, with an unknown word in an expression, with a case that comes out
// otherwise, or with a rule that no case reaches. It reads no clock and knows
// no time zone: which day it is in the Netherlands is for the caller to say.
package rules

import (
	"maps"
	"slices"
)

// The outcomes that every question has besides its own.
const (
	NoRule      = "no-rule"       // no rule in force covers these facts
	NotKnownYet = "not-known-yet" // a fact is missing, or the body that decides has not decided
)

// Pack is a loaded pack. It does not change after Load and may be used by many
// goroutines; what its methods return must not be modified.
type Pack struct {
	ID        string     `yaml:"id"`
	Name      Words      `yaml:"name"`
	Owner     string     `yaml:"owner"`     // who keeps the pack right
	Authority []string   `yaml:"authority"` // who authorised what it says; never empty
	Published Published  `yaml:"published"`
	Retracted *Retracted `yaml:"retracted"` // nil while it stands
	Languages []Language `yaml:"languages"` // the first is the language of last resort

	Hash string `yaml:"-"` // SHA-256 over names and contents of all files, in hex

	sources   map[string]Source
	facts     []*Fact
	questions map[string]*Question
	lists     map[string]*List
	settings  map[string]*Setting
	rules     map[string]*Rule
	texts     map[string]map[string]*Text // by language, then by name
}

// Published says when the pack took effect for the public.
type Published struct {
	On       Day    `yaml:"on"`
	Inferred bool   `yaml:"inferred"` // no source gives the day; Why tells how it was found
	Why      string `yaml:"why"`
}

// Retracted says that a pack no longer stands. Questions known at that day or
// later have the outcome NoRule.
type Retracted struct {
	On     Day    `yaml:"on"`
	Why    Words  `yaml:"why"`
	Source string `yaml:"source"`
	Owner  string `yaml:"owner"`
}

// Language is a language the pack has texts in.
type Language struct {
	Tag      string `yaml:"tag"`      // BCP 47
	Complete bool   `yaml:"complete"` // all words and texts exist in it; Load checks this
	Reviewed bool   `yaml:"reviewed"` // a person who speaks it has read them
	Fallback string `yaml:"fallback"` // the language to take for what is missing; empty is the first
}

// Source is a document that a rule, item or text rests on.
type Source struct {
	ID    string `yaml:"id"`
	Title string `yaml:"title"`
	Where string `yaml:"where"` // address or how to find it; may be empty
	On    Day    `yaml:"on"`    // its own date; zero if it has none
}

// Words are the same words in several languages, by BCP 47 tag.
type Words map[string]string

// Question is something the pack can decide.
type Question struct {
	ID       string   `yaml:"id"`
	Meaning  Words    `yaml:"meaning"`
	Outcomes []string `yaml:"outcomes"`

	at    position
	rules []*Rule // in file order
}

// List is a list of items, such as documents or municipalities.
type List struct {
	ID     string `yaml:"id"`
	Owner  string `yaml:"owner"`
	Source string `yaml:"source"`
	Items  []Item `yaml:"items"`

	at  position
	ids []string // of the items
}

// Item is one entry of a list. Owner, Source and Checked may be given once for
// the whole list (Owner and Source) and are filled in from there.
type Item struct {
	ID      string            `yaml:"id"`
	Name    Words             `yaml:"name"`
	Words   map[string]Words  `yaml:"words"`  // other texts for people, such as a purpose
	Fields  map[string]string `yaml:"fields"` // what programs read, such as a telephone number
	Owner   string            `yaml:"owner"`
	Source  string            `yaml:"source"`
	Checked Day               `yaml:"checked"` // last day somebody compared it with the source

	at position
}

// Facts returns the declared facts in the order of the pack, which is the
// order to ask them in.
func (p *Pack) Facts() []*Fact { return p.facts }

// Fact returns the declared fact of that id, or nil.
func (p *Pack) Fact(id string) *Fact {
	i := slices.IndexFunc(p.facts, func(f *Fact) bool { return f.ID == id })
	if i < 0 {
		return nil
	}
	return p.facts[i]
}

// Question returns the question of that id, or nil.
func (p *Pack) Question(id string) *Question { return p.questions[id] }

// Rules returns the rules of the question in the order in which they are tried.
func (q *Question) Rules() []*Rule { return q.rules }

// Rule returns the rule of that id, or nil.
func (p *Pack) Rule(id string) *Rule { return p.rules[id] }

// Source returns the source of that id and whether there is one.
func (p *Pack) Source(id string) (Source, bool) {
	s, ok := p.sources[id]
	return s, ok
}

// List returns the items of a list in the order of the pack, or nil if there
// is no such list.
func (p *Pack) List(id string) []Item {
	l := p.lists[id]
	if l == nil {
		return nil
	}
	return l.Items
}

// Item returns one item of a list and whether there is one.
func (p *Pack) Item(list, id string) (Item, bool) {
	for _, item := range p.List(list) {
		if item.ID == id {
			return item, true
		}
	}
	return Item{}, false
}

// Setting returns the value of a setting that holds on a day as known on
// another, and whether there is one.
func (p *Pack) Setting(id string, on, knownAt Day) (SettingValue, bool) {
	s := p.settings[id]
	if s == nil {
		return SettingValue{}, false
	}
	v := s.value(on, knownAt)
	if v == nil {
		return SettingValue{}, false
	}
	return *v, true
}

// In returns words in the first of the pack's languages for lang in which they
// exist, and that language, so that a page can mark what is not in lang.
func (p *Pack) In(lang string, w Words) (words, in string) {
	for _, tag := range p.fallbacks(lang) {
		if text, ok := w[tag]; ok {
			return text, tag
		}
	}
	return "", ""
}

// Text returns a text in the first of the pack's languages for lang in which
// it exists, or nil if there is none of that name. Text.Lang is its language.
func (p *Pack) Text(lang, name string) *Text {
	for _, tag := range p.fallbacks(lang) {
		if t, ok := p.texts[tag][name]; ok {
			return t
		}
	}
	return nil
}

// fallbacks returns lang, its declared fallback, and all languages in order.
func (p *Pack) fallbacks(lang string) []string {
	tags := []string{lang}
	for _, l := range p.Languages {
		if l.Tag == lang && l.Fallback != "" {
			tags = append(tags, l.Fallback)
		}
	}
	for _, l := range p.Languages {
		tags = append(tags, l.Tag)
	}
	return tags
}

// Settings returns the declared settings by id, sorted.
func (p *Pack) Settings() []*Setting {
	list := make([]*Setting, 0, len(p.settings))
	for _, id := range slices.Sorted(maps.Keys(p.settings)) {
		list = append(list, p.settings[id])
	}
	return list
}
