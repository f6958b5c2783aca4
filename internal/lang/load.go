package lang

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Catalogue holds the messages of all languages. It never changes after Load,
// so that any number of goroutines may use it.
type Catalogue struct {
	languages []Language // Dutch, English, the others by tag
	texts     map[Tag]*Texts
	matcher   language.Matcher // in the order of languages
}

// message is one entry of a catalogue: a form for each plural category it
// gives, or one form under plural.Other.
type message struct {
	plural bool
	forms  map[plural.Form]pattern
}

// pattern is a text cut at its placeholders: text, name, text, name, …, text.
type pattern []string

var (
	categories = map[string]plural.Form{"zero": plural.Zero, "one": plural.One, "two": plural.Two,
		"few": plural.Few, "many": plural.Many, "other": plural.Other}
	placeholder = regexp.MustCompile(`\{\{\.([A-Z][A-Za-z]*)\}\}`)
	keyPart     = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// Load reads every .toml file in the root of files. The name of a file is the
// tag of its language. Dutch and English must be among them. The error names
// the file and the key that is wrong.
func Load(files fs.FS) (*Catalogue, error) {
	names, err := fs.Glob(files, "*.toml")
	if err != nil {
		return nil, fmt.Errorf("list the message catalogues: %w", err)
	}
	c := &Catalogue{texts: make(map[Tag]*Texts)}
	for _, name := range names {
		texts, err := loadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("load the messages of %s: %w", name, err)
		}
		c.texts[texts.Tag] = texts
		c.languages = append(c.languages, texts.Language)
	}
	if c.texts[Dutch] == nil || c.texts[English] == nil {
		return nil, fmt.Errorf("load the messages: %s.toml and %s.toml must be there", Dutch, English)
	}
	slices.SortFunc(c.languages, func(a, b Language) int {
		return strings.Compare(rank(a.Tag), rank(b.Tag))
	})
	tags := make([]language.Tag, len(c.languages))
	for i, l := range c.languages {
		tags[i] = language.Make(string(l.Tag))
		c.texts[l.Tag].fallback = []*Texts{c.texts[English], c.texts[Dutch]}
	}
	c.matcher = language.NewMatcher(tags)
	return c, nil
}

// rank sorts Dutch and English before the others.
func rank(t Tag) string {
	switch t {
	case Dutch:
		return "0"
	case English:
		return "1"
	}
	return "2" + string(t)
}

func loadFile(files fs.FS, name string) (*Texts, error) {
	tag, err := language.Parse(strings.TrimSuffix(path.Base(name), ".toml"))
	if err != nil {
		return nil, fmt.Errorf("its name is not a language tag: %w", err)
	}
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	var tree map[string]any
	if err := toml.Unmarshal(data, &tree); err != nil {
		return nil, err
	}
	texts := &Texts{tag: tag, messages: make(map[string]message)}
	if texts.Language, err = metaOf(tree["meta"]); err != nil {
		return nil, err
	}
	texts.Tag = Tag(tag.String())
	delete(tree, "meta")
	return texts, texts.add("", tree)
}

// metaOf reads the part of a file that tells about the language.
func metaOf(v any) (Language, error) {
	meta, _ := v.(map[string]any)
	var l Language
	var okName, okReviewed bool
	l.Autonym, okName = meta["autonym"].(string)
	l.Reviewed, okReviewed = meta["reviewed"].(bool)
	dir, _ := meta["direction"].(string)
	l.Dir = Dir(dir)
	if len(meta) != 3 || !okName || !okReviewed || l.Dir != LeftToRight && l.Dir != RightToLeft {
		return l, fmt.Errorf("meta must have autonym, direction (ltr or rtl), reviewed, and nothing else")
	}
	return l, nil
}

// add flattens the tables of a file into keys.
func (t *Texts) add(prefix string, tree map[string]any) error {
	for name, v := range tree {
		key := prefix + name
		if !keyPart.MatchString(name) {
			return fmt.Errorf("%s: a key has lower-case letters, digits and dashes", key)
		}
		var err error
		switch v := v.(type) {
		case string:
			var p pattern
			p, err = parsePattern(v)
			t.messages[key] = message{forms: map[plural.Form]pattern{plural.Other: p}}
		case map[string]any:
			if isPlural(v) {
				t.messages[key], err = parsePlural(v)
			} else {
				err = t.add(key+".", v)
				key = ""
			}
		default:
			err = fmt.Errorf("a message is a text or a table of plural forms")
		}
		if err != nil && key != "" {
			err = fmt.Errorf("%s: %w", key, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// isPlural reports whether a table is the forms of one message: each name in
// it is a category and "other", which no language lacks, is one of them.
func isPlural(table map[string]any) bool {
	for name, v := range table {
		_, category := categories[name]
		if _, text := v.(string); !text || !category {
			return false
		}
	}
	_, ok := table["other"]
	return ok
}

func parsePlural(table map[string]any) (message, error) {
	m := message{plural: true, forms: make(map[plural.Form]pattern)}
	for name, v := range table {
		p, err := parsePattern(v.(string))
		if err != nil {
			return m, fmt.Errorf("form %s: %w", name, err)
		}
		m.forms[categories[name]] = p
	}
	return m, nil
}

func parsePattern(text string) (pattern, error) {
	if text == "" {
		return nil, fmt.Errorf("the text is empty")
	}
	var p pattern
	rest := 0
	for _, at := range placeholder.FindAllStringSubmatchIndex(text, -1) {
		p = append(p, text[rest:at[0]], text[at[2]:at[3]])
		rest = at[1]
	}
	p = append(p, text[rest:])
	for i := 0; i < len(p); i += 2 {
		if strings.Contains(p[i], "{{") || strings.Contains(p[i], "}}") {
			return nil, fmt.Errorf("a placeholder is {{.Name}}")
		}
	}
	return p, nil
}
