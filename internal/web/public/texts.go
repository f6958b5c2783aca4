package public

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"slices"
	"strings"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/rules"
)

// lists are the lists of a pack whose words the pages use.
var lists = []string{listTerritory, listElsewhere, listVaccinators, listDocuments, listCounters, listRoutes, listFields}

// The lists that a pack of this route has.
const (
	listTerritory   = "territory"
	listElsewhere   = "elsewhere"
	listVaccinators = "vaccinators"
	listDocuments   = "documents"
	listCounters    = "counters"
	listRoutes      = "other_routes"
	listFields      = "fields"
)

// Messages returns catalogue files to which the words of a pack's lists are added as
// messages, so that a page says "Dutch passport" as it says "Continue", with the same
// falling back and the same mark on a text in another language. The name of an
// item has the key "pack.LIST.ITEM.name", and its other words stand beside it; an
// underscore becomes a dash.
func Messages(catalogues fs.FS, pack *rules.Pack) fs.FS { return withPack{catalogues, pack} }

type withPack struct {
	fs.FS
	pack *rules.Pack
}

// ReadFile returns a catalogue with the words of its language at the end.
func (w withPack) ReadFile(name string) ([]byte, error) {
	data, err := fs.ReadFile(w.FS, name)
	if err != nil {
		return nil, err
	}
	b := []byte(string(data) + "\n")
	tag := strings.TrimSuffix(name, ".toml")
	for _, list := range lists {
		for _, item := range w.pack.List(list) {
			b = appendMessage(b, packKey(list, item.ID, "name"), item.Name[tag])
			for _, word := range sortedKeys(item.Words) {
				b = appendMessage(b, packKey(list, item.ID, word), item.Words[word][tag])
			}
		}
	}
	return b, nil
}

// appendMessage adds a line of TOML. A text quoted as JSON is quoted as TOML too.
func appendMessage(b []byte, key, text string) []byte {
	if text == "" {
		return b
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string always marshals
	}
	return fmt.Appendf(b, "%s = %s\n", key, quoted)
}

// packKey is the message key of an item's words.
func packKey(list, item, words string) string {
	return strings.ReplaceAll("pack."+list+"."+item+"."+words, "_", "-")
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// Passage is a text of the pack on a page, in the language in which it exists.
type Passage struct {
	Title string
	Body  template.HTML
	Lang  lang.Tag
	Dir   lang.Dir
}

// passage returns a text of the pack with its values filled in.
func (p *Pages) passage(tag lang.Tag, name string, values map[string]string) (Passage, error) {
	text := p.pack.Text(string(tag), name)
	if text == nil {
		return Passage{}, fault.New(fault.Internal, "", "pack %s has no text %q", p.pack.ID, name)
	}
	body, err := text.HTML(values)
	if err != nil {
		return Passage{}, err
	}
	in := lang.Tag(text.Lang)
	return Passage{text.Title, dressed(body), in, p.Catalogue.In(in).Dir}, nil
}

// leading returns a text of the pack whose title is the heading of its page.
func (p *Pages) leading(tag lang.Tag, name string, values map[string]string) (Passage, error) {
	passage, err := p.passage(tag, name, values)
	raised := strings.NewReplacer(`<h3 `, `<h2 `, `</h3>`, `</h2>`).Replace(string(passage.Body))
	passage.Body = template.HTML(raised)
	return passage, err
}

// passages returns several texts of the pack in a row.
func (p *Pages) passages(tag lang.Tag, names ...string) ([]Passage, error) {
	all := make([]Passage, 0, len(names))
	for _, name := range names {
		one, err := p.passage(tag, name, nil)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// dressed gives the tags of a text the classes of the stylesheet. The renderer of
// the pack escapes all text, so that what looks like a tag is one.
func dressed(body template.HTML) template.HTML {
	dress := strings.NewReplacer(`<p>`, `<p class="govuk-body">`, `<a `, `<a class="govuk-link" `,
		`<ul>`, `<ul class="govuk-list govuk-list--bullet">`, `<ol>`, `<ol class="govuk-list govuk-list--number">`,
		`<h2>`, `<h3 class="govuk-heading-s">`, `</h2>`, `</h3>`, `<h3>`, `<h3 class="govuk-heading-s">`)
	return template.HTML(dress.Replace(string(body)))
}
