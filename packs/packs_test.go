package packs

import (
	"errors"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"loket/internal/rules"
)

// loaded loads each pack once for all tests, which is slow under the race
// detector.
var loaded = map[string]func() (*rules.Pack, error){
	"gkvi-amsterdam-2021": sync.OnceValues(func() (*rules.Pack, error) { return rules.Load(FS("gkvi-amsterdam-2021")) }),
	"covid-2021":          sync.OnceValues(func() (*rules.Pack, error) { return rules.Load(FS("covid-2021")) }),
	"refugeehelp-2022":    sync.OnceValues(func() (*rules.Pack, error) { return rules.Load(FS("refugeehelp-2022")) }),
}

func load(t testing.TB, name string) *rules.Pack {
	t.Helper()
	p, err := loaded[name]()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return p
}

func day(t testing.TB, s string) rules.Day {
	t.Helper()
	d, err := rules.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestLoad loads every pack, which runs all its cases, and shows that the name
// of its folder is its id.
func TestLoad(t *testing.T) {
	names := Names()
	if want := slices.Sorted(maps.Keys(loaded)); !slices.Equal(names, want) {
		t.Fatalf("packs %q, and the tests know %q", names, want)
	}
	for _, name := range names {
		if p := load(t, name); p.ID != name {
			t.Errorf("folder %s holds pack %s", name, p.ID)
		}
	}
	if _, err := fs.ReadFile(FS("atlantis"), "pack.yaml"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("pack that does not exist: %v", err)
	}
	if _, err := rules.Load(FS("../packs")); err == nil {
		t.Error("loaded a pack from outside")
	}
}

// TestPublishingNeedsAuthorityAndDate takes the authority and the date away.
func TestPublishingNeedsAuthorityAndDate(t *testing.T) { // G-01
	p := load(t, "gkvi-amsterdam-2021")
	if len(p.Authority) != 2 || p.Published.On.IsZero() || !p.Published.Inferred || p.Published.Why == "" {
		t.Errorf("authority %q, published %+v", p.Authority, p.Published)
	}
	for what, change := range map[string][2]string{
		"authority": {"authority:\n  - Ministerie van Volksgezondheid, Welzijn en Sport\n  - GGD GHOR Nederland\n", "authority: []\n"},
		"published": {"  on: 2021-12-16\n  inferred: true\n", "  inferred: true\n"},
	} {
		_, err := rules.Load(changed(t, "gkvi-amsterdam-2021", "pack.yaml", change[0], change[1]))
		if err == nil || !strings.Contains(err.Error(), "pack.yaml: "+what+":") {
			t.Errorf("without %s: %v", what, err)
		}
	}
}

// changed returns the files of a pack with a text in one of them replaced.
func changed(t testing.TB, pack, file, old, replacement string) fs.FS {
	t.Helper()
	files := make(fstest.MapFS)
	err := fs.WalkDir(FS(pack), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(FS(pack), name)
		files[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if before := string(files[file].Data); !strings.Contains(before, old) {
		t.Fatalf("%s does not contain %q", file, old)
	} else {
		files[file] = &fstest.MapFile{Data: []byte(strings.Replace(before, old, replacement, 1))}
	}
	return files
}

// forbidden are words that people are not to read.
var forbidden = regexp.MustCompile(`(?i)\b(illega|onrechtmatig|ongedocumenteerd|undocumented|certificaat|dienstverleningslocatie|contactverzoek|nader te bepalen|maak u geen zorgen|do not worry|identificatienummer|retentie)`)

// allWords calls visit with every text of a pack that people may read.
func allWords(p *rules.Pack, visit func(where, lang, text string)) {
	words := func(where string, w rules.Words) {
		for lang, text := range w {
			visit(where, lang, text)
		}
	}
	for _, name := range p.Texts() {
		for _, l := range p.Languages {
			if text := p.Text(l.Tag, name); text.Lang == l.Tag {
				values := make(map[string]string)
				for _, need := range text.Needs {
					values[need] = "VALUE"
				}
				plain, err := text.Plain(values)
				if err != nil {
					plain = err.Error()
				}
				visit("text "+name, l.Tag, text.Title+".\n"+plain)
			}
		}
	}
	for _, question := range []string{"route", "document", "automatic", "manual"} {
		for _, rule := range p.Question(question).Rules() {
			words("rule "+rule.ID, rule.Reason)
		}
	}
	for _, list := range []string{"territory", "elsewhere", "vaccinators", "documents", "counters", "other_routes", "fields"} {
		for _, item := range p.List(list) {
			words("item "+item.ID, item.Name)
			for key, w := range item.Words {
				words("item "+item.ID+" "+key, w)
			}
		}
	}
}

// D-01: nobody is called by what they lack.
func TestWords(t *testing.T) {
	p := load(t, "gkvi-amsterdam-2021")
	seen := 0
	allWords(p, func(where, lang, text string) {
		seen++
		if bad := forbidden.FindString(text); bad != "" {
			t.Errorf("%s in %s says %q", where, lang, bad)
		}
		for sentence := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(".?!:\n", r) }) {
			// B1: short sentences. Lists of places and documents count as one.
			if n := len(strings.Fields(sentence)); n > 20 {
				t.Errorf("%s in %s has a sentence of %d words: %s", where, lang, n, sentence)
			}
		}
	})
	if seen < 100 {
		t.Errorf("only %d texts were read", seen)
	}
}

// TestFirstLanguagesAreCompleteAndMarked shows that no page of the story mixes
// languages, and that each text says that nobody who speaks the language has read it.
func TestFirstLanguagesAreCompleteAndMarked(t *testing.T) { // G-50
	p := load(t, "gkvi-amsterdam-2021")
	for tag, script := range map[string]*regexp.Regexp{"ar": regexp.MustCompile(`\p{Arabic}`), "uk": regexp.MustCompile(`\p{Cyrillic}`)} {
		if i := slices.IndexFunc(p.Languages, func(l rules.Language) bool { return l.Tag == tag }); i < 0 || !p.Languages[i].Complete || p.Languages[i].Reviewed {
			t.Errorf("languages are %+v", p.Languages)
		}
		for _, name := range p.Texts() {
			if text := p.Text(tag, name); text.Lang != tag || text.Reviewed {
				t.Errorf("%s in %s: language %s, reviewed %v", name, tag, text.Lang, text.Reviewed)
			}
		}
		allWords(p, func(where, lang, text string) {
			if lang == tag && !script.MatchString(text) && !strings.HasPrefix(where, "item ") {
				t.Errorf("%s is not in the script of %s: %s", where, tag, text)
			}
		})
	}
}
