package locales_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"loket/internal/lang"
	"loket/locales"
)

func load(t *testing.T) *lang.Catalogue {
	t.Helper()
	c, err := lang.Load(locales.Files)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCataloguesAreComplete(t *testing.T) { // G-50
	for _, problem := range load(t).Problems() {
		t.Error(problem)
	}
}

func TestEachLanguageHasItsName(t *testing.T) { // G-44
	c := load(t)
	for _, l := range c.Languages() {
		for _, tag := range []lang.Tag{lang.Dutch, lang.English} {
			if key := "common.language." + strings.ToLower(string(l.Tag)); !c.In(tag).Has(key) {
				t.Errorf("%s lacks %s", tag, key)
			}
		}
	}
}

// The words that people must not meet are data: testdata/not.txt.
func TestTextsAvoidWords(t *testing.T) {
	list, err := os.ReadFile("testdata/not.txt")
	if err != nil {
		t.Fatal(err)
	}
	c := load(t)
	for line := range strings.Lines(string(list)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(line, "|")
		if len(parts) != 3 {
			t.Fatalf("line %q has not three parts", line)
		}
		texts := c.In(lang.Tag(strings.TrimSpace(parts[0])))
		word := regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(strings.TrimSpace(parts[1])) + `\b`)
		plain := strings.ToLower(strings.TrimSpace(parts[2]))
		for _, key := range c.Keys() {
			text := texts.Raw(key)
			if word.MatchString(text) && (plain == "" || !strings.Contains(strings.ToLower(text), plain)) {
				t.Errorf("%s: %s has %q without its plain word: %s", texts.Tag, key, word, text)
			}
		}
	}
}

// Formulas are rough, so this one only tells.
func TestDutchReadsEasily(t *testing.T) {
	c := load(t)
	for _, key := range c.Keys() {
		if r := lang.ReadDutch(c.In(lang.Dutch).Raw(key)); r.Hard() {
			t.Logf("%s may be hard to read (score %.0f, longest sentence %d words): %s", key, r.Score, r.Longest, r.Sentence)
		}
	}
}

// The ways in which the program names a key. Each pattern catches the key, or
// what a key begins with where the rest is computed.
var (
	templateUse = regexp.MustCompile(`[{(\s]t\s+"([^"]+)"`)
	goUse       = regexp.MustCompile(`(?:\.Get\(|fault\.New\(fault\.\w+,\s*|invalid\()"([a-z0-9-]+(?:\.[a-z0-9-]+)+)"`)
	elsewhere   = regexp.MustCompile(`^\.|^node_modules$|^dist$|^testdata$|test$`) // the last: packages for tests
	comment     = regexp.MustCompile(`(?m)^\s*//.*$`)
	quoted      = regexp.MustCompile("[\"`]([a-z0-9-]+(?:\\.[a-z0-9-]+)*\\.?)[\"`%]?")
)

func TestEachKeyThatIsUsedExists(t *testing.T) {
	c := load(t)
	keys := slices.Concat(c.Keys(), staffKeys(t))
	slices.Sort(keys)
	mentioned := make(map[string]bool)
	for file, text := range sources(t) {
		for _, use := range slices.Concat(templateUse.FindAllStringSubmatch(text, -1), goUse.FindAllStringSubmatch(text, -1)) {
			if _, known := slices.BinarySearch(keys, use[1]); !known {
				t.Errorf("%s uses %q, which no catalogue has", file, use[1])
			}
		}
		for _, m := range quoted.FindAllStringSubmatch(text, -1) {
			mentioned[m[1]] = true
		}
	}
	for _, key := range keys {
		if !used(key, mentioned) {
			t.Logf("nothing seems to use %s", key)
		}
	}
}

// staffKeys returns the keys of the texts that only staff read, which stand beside
// their pages in Dutch and English. Both languages have the same, and none is
// ours too.
func staffKeys(t *testing.T) []string {
	t.Helper()
	key := regexp.MustCompile(`(?m)^([a-z0-9-]+(?:\.[a-z0-9-]+)+) = `)
	ours, in := load(t).Keys(), map[string][]string{}
	for _, tag := range []string{"nl", "en"} {
		files, err := filepath.Glob("../internal/web/staff/texts/*." + tag + ".toml")
		if err != nil || len(files) == 0 {
			t.Fatalf("no texts for staff in %s: %v", tag, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range key.FindAllStringSubmatch(string(text), -1) {
				if _, twice := slices.BinarySearch(ours, m[1]); twice || slices.Contains(in[tag], m[1]) {
					t.Errorf("%s: %s stands twice", file, m[1])
				}
				in[tag] = append(in[tag], m[1])
			}
		}
		slices.Sort(in[tag])
	}
	if !slices.Equal(in["nl"], in["en"]) {
		for _, k := range slices.Concat(in["nl"], in["en"]) {
			if !slices.Contains(in["nl"], k) || !slices.Contains(in["en"], k) {
				t.Errorf("texts for staff: only one language has %s", k)
			}
		}
	}
	return in["nl"]
}

// used reports whether the key, or a beginning of it that ends in a dot, stands
// between quotes somewhere.
func used(key string, mentioned map[string]bool) bool {
	for at, c := range key {
		if c == '.' && mentioned[key[:at+1]] {
			return true
		}
	}
	return mentioned[key]
}

// sources returns the Go files and templates of the repository, tests left out.
func sources(t *testing.T) map[string]string {
	t.Helper()
	texts := make(map[string]string)
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && elsewhere.MatchString(d.Name()) {
			return fs.SkipDir
		}
		ext := filepath.Ext(path)
		if d.IsDir() || ext != ".go" && ext != ".html" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		data, err := fs.ReadFile(root, path)
		texts[path] = comment.ReplaceAllString(string(data), "")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}
