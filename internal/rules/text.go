package rules

import (
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strings"

	"loket/internal/fault"
)

// Text is a text for people, read from texts/LANG/NAME.md.
type Text struct {
	Name     string   `yaml:"-"`
	Lang     string   `yaml:"-"`
	Title    string   `yaml:"title"` // heading of a page, or subject of a mail
	Owner    string   `yaml:"owner"`
	Source   string   `yaml:"source"`
	Checked  Day      `yaml:"checked"`  // last day somebody compared it with the source
	Reviewed bool     `yaml:"reviewed"` // a person who speaks the language has read it
	Needs    []string `yaml:"needs"`    // values to be filled in where the body says {name}

	at     position
	blocks []block
}

// HTML returns the body as HTML with values filled in, escaped. It contains no
// element, attribute or address that the renderer does not know to be safe.
func (t *Text) HTML(values map[string]string) (template.HTML, error) {
	if err := t.filled(values); err != nil {
		return "", err
	}
	return template.HTML(renderHTML(t.blocks, values)), nil
}

// Plain returns the body as plain text with values filled in, one line a
// paragraph, for mail and SMS.
func (t *Text) Plain(values map[string]string) (string, error) {
	if err := t.filled(values); err != nil {
		return "", err
	}
	return renderPlain(t.blocks, values), nil
}

// filled checks that each value the text needs is there.
func (t *Text) filled(values map[string]string) error {
	for _, name := range t.Needs {
		if values[name] == "" {
			return fault.New(fault.Internal, "", "text %s in %s: no value for {%s}", t.Name, t.Lang, name)
		}
	}
	return nil
}

const fence = "---\n"

// parseText reads a text: YAML between two lines of dashes, then Markdown.
func parseText(file, data string, found *problems) *Text {
	rest, ok := strings.CutPrefix(data, fence)
	head, body, closed := strings.Cut(rest, "\n"+fence)
	if !ok || !closed {
		found.add(position{file: file, line: 1, column: 1}, "needs its owner, source and date between two lines of ---")
		return nil
	}
	t := &Text{at: position{file: file, line: 1, column: 1}}
	before := len(found.list)
	decode(file, []byte(head+"\n"), t, found)
	for _, p := range found.list[before:] {
		p.Line++ // the fence
	}
	t.blocks = parseMarkdown(body)
	return t
}

// addTexts checks the texts: grounds, and the same texts with the same needs
// in each language that is complete.
func (p *Pack) addTexts(texts []*Text, found *problems) {
	p.texts = make(map[string]map[string]*Text)
	first := make(map[string]*Text) // by name, the one other languages are compared with
	slices.SortFunc(texts, func(a, b *Text) int { return strings.Compare(a.at.file, b.at.file) })
	for _, t := range texts {
		if !slices.ContainsFunc(p.Languages, func(l Language) bool { return l.Tag == t.Lang }) {
			found.add(t.at, "%q is not a language of the pack", t.Lang)
		}
		if t.Title == "" {
			found.add(t.at, "has no title")
		}
		if t.Checked.IsZero() {
			found.add(t.at, "has no date (checked)")
		}
		p.checkGround(t.at, "text", t.Source, &t.Owner, found)
		slices.Sort(t.Needs)
		if used := placeholders(t.blocks); !slices.Equal(used, t.Needs) {
			found.add(t.at, "needs %q but the body uses %q", t.Needs, used)
		}
		if p.texts[t.Lang] == nil {
			p.texts[t.Lang] = make(map[string]*Text)
		}
		p.texts[t.Lang][t.Name] = t
		if other := first[t.Name]; other == nil {
			first[t.Name] = t
		} else if !slices.Equal(other.Needs, t.Needs) {
			found.add(t.at, "needs %q, but %s needs %q", t.Needs, other.at.file, other.Needs)
		}
	}
	for _, l := range p.Languages {
		for _, name := range slices.Sorted(maps.Keys(first)) {
			if l.Complete && p.texts[l.Tag][name] == nil {
				found.add(position{file: "texts/" + l.Tag + "/" + name + ".md"}, "is missing, and %s is complete", l.Tag)
			}
		}
	}
}

// Texts returns the names of all texts, sorted.
func (p *Pack) Texts() []string {
	names := make(map[string]bool)
	for _, texts := range p.texts {
		for name := range texts {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

var placeholder = regexp.MustCompile(`^\{([a-z][a-z_]*)\}`)

// placeholders returns the names in braces, sorted, each once.
func placeholders(blocks []block) []string {
	var names []string
	for _, b := range blocks {
		for _, item := range b.items {
			for _, s := range item {
				if s.kind == valueSpan {
					names = append(names, s.text)
				}
				for _, inner := range s.inner {
					if inner.kind == valueSpan {
						names = append(names, inner.text)
					}
				}
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
