package house

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"golang.org/x/mod/modfile"
)

var (
	makeTarget   = regexp.MustCompile(`(?m)^([a-z][a-z-]*):.*## `)
	codeText     = regexp.MustCompile("(?s)```[a-z]*\n(.*?)```|`([^`\n]+)`")
	makeCommand  = regexp.MustCompile(`(?m)^\s*make((?: [a-zA-Z][\w-]*)*)`)
	loketCommand = regexp.MustCompile(`(?m)^\s*(?:\./)?loket ([a-z]+(?: [a-z]+)?)([^#\n]*)`)
	flagPattern  = regexp.MustCompile(`--([a-z-]+)`)
	tourLink     = regexp.MustCompile("(?m)^\\d+\\. \\[`([\\w.]+)`\\]\\(([^)]+)\\)")
)

// TestCommandsInPapersExist reads the papers as somebody who types what they say.
func TestCommandsInPapersExist(t *testing.T) {
	var targets []string
	for _, m := range makeTarget.FindAllStringSubmatch(read(t, "Makefile"), -1) {
		targets = append(targets, m[1])
	}
	names := commandNames(tree(t))
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "docs/operations.md", ".ci/run"} {
		for _, code := range codeIn(t, name) {
			for _, m := range makeCommand.FindAllStringSubmatch(code, -1) {
				for _, target := range strings.Fields(m[1]) {
					if !slices.Contains(targets, target) {
						t.Errorf("%s: the Makefile has no target %s", name, target)
					}
				}
			}
			for _, m := range loketCommand.FindAllStringSubmatch(code, -1) {
				words := strings.Fields(m[1])
				for _, flag := range flagPattern.FindAllStringSubmatch(m[2], -1) {
					words = append(words, flag[1])
				}
				for _, word := range words {
					if !names[word] {
						t.Errorf("%s: %q: internal/cli knows no %q", name, m[0], word)
					}
				}
			}
		}
	}
}

// codeIn returns the pieces of code in a Markdown file, or a script as a whole.
func codeIn(t *testing.T, name string) []string {
	t.Helper()
	text := read(t, name)
	if !strings.HasSuffix(name, ".md") {
		return []string{text}
	}
	var code []string
	for _, m := range codeText.FindAllStringSubmatch(text, -1) {
		code = append(code, m[1]+m[2])
	}
	return code
}

// commandNames are the names that kong gives to the fields of the structs of
// internal/cli: commands and flags.
func commandNames(s *source) map[string]bool {
	names := map[string]bool{}
	for _, f := range s.files {
		if f.dir != "internal/cli" || f.test {
			continue
		}
		ast.Inspect(f.File, func(n ast.Node) bool {
			if field, ok := n.(*ast.Field); ok && field.Tag != nil && len(field.Names) == 1 {
				tag := reflect.StructTag(strings.Trim(field.Tag.Value, "`"))
				names[commandName(field.Names[0].Name, tag.Get("name"))] = true
			}
			return true
		})
	}
	return names
}

var upperCase = regexp.MustCompile(`([a-z])([A-Z])`)

func commandName(field, name string) string {
	if name != "" {
		return name
	}
	return strings.ToLower(upperCase.ReplaceAllString(field, "$1-$2"))
}

// TestTourLeadsToFunctions follows the ten links of the README.
func TestTourLeadsToFunctions(t *testing.T) {
	links := tourLink.FindAllStringSubmatch(read(t, "README.md"), -1)
	if len(links) != 10 {
		t.Errorf("the tour has %d links, want 10", len(links))
	}
	for i, link := range links {
		name, path := link[1], link[2]
		if !declares(tree(t), path, name) {
			t.Errorf("stop %d of the tour: %s has no function %s", i+1, path, name)
		}
	}
}

// declares reports whether the file declares the function, which the link writes
// as package.Function or package.Type.Method.
func declares(s *source, path, name string) bool {
	for _, f := range s.files {
		if f.path != path {
			continue
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && f.Name.Name+"."+funcName(fn) == name {
				return true
			}
		}
	}
	return false
}

// TestPapersLinkToFiles follows the relative links of all papers.
func TestPapersLinkToFiles(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:\s]+)(?:#[^)]*)?\)`)
	for _, name := range papers(t) {
		for _, m := range link.FindAllStringSubmatch(read(t, name), -1) {
			target := filepath.Join(root, filepath.Dir(name), m[1])
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
			}
		}
	}
}

// papers are the Markdown files at the root and in docs.
func papers(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range found {
			rel, err := filepath.Rel(root, name)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, filepath.ToSlash(rel))
		}
	}
	return names
}

// TestDependenciesHaveReasons compares docs/dependencies.md with what is required.
func TestDependenciesHaveReasons(t *testing.T) {
	written := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|[^|\n]+\\|[^|\n]+\\|[^|\n]+\\|$").FindAllStringSubmatch(read(t, "docs/dependencies.md"), -1) {
		written[m[1]] = true
	}
	for _, name := range required(t) {
		if !written[name] {
			t.Errorf("docs/dependencies.md does not say what %s is for, under which licence, and what we would do without", name)
		}
		delete(written, name)
	}
	for name := range written {
		t.Errorf("docs/dependencies.md has %s, which nothing requires", name)
	}
}

// required are the direct requirements of go.mod and package.json.
func required(t *testing.T) []string {
	t.Helper()
	mod, err := modfile.Parse("go.mod", []byte(read(t, "go.mod")), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range mod.Require {
		if !r.Indirect {
			names = append(names, r.Mod.Path)
		}
	}
	for _, name := range []string{"package.json", "internal/hcert/testdata/judge/package.json"} {
		var npm struct{ Dependencies, DevDependencies map[string]string }
		text, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue
		}
		if err == nil {
			err = json.Unmarshal(text, &npm)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, deps := range []map[string]string{npm.Dependencies, npm.DevDependencies} {
			for dep, version := range deps {
				names = append(names, dep)
				if strings.ContainsAny(version, "^~*><") {
					t.Errorf("%s: %s is not of one exact version", name, dep)
				}
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// TestLicenceIsComplete looks for all articles of the EUPL and its appendix.
func TestLicenceIsComplete(t *testing.T) {
	text := read(t, "LICENSE")
	for article := 1; article <= 15; article++ {
		if !strings.Contains(text, fmt.Sprintf("\n%d.", article)) {
			t.Errorf("LICENSE has no article %d", article)
		}
	}
	if !strings.HasPrefix(text, "EUROPEAN UNION PUBLIC LICENCE v. 1.2") || !strings.Contains(text, "Appendix") {
		t.Error("LICENSE is not the whole EUPL-1.2")
	}
}

// TestPublicCode holds publiccode.yml to what the standard, version 0.4, asks.
func TestPublicCode(t *testing.T) {
	var p struct {
		Version     string `yaml:"publiccodeYmlVersion"`
		Name        string `yaml:"name"`
		URL         string `yaml:"url"`
		Released    string `yaml:"releaseDate"`
		Description map[string]struct {
			Short    string   `yaml:"shortDescription"`
			Long     string   `yaml:"longDescription"`
			Features []string `yaml:"features"`
		} `yaml:"description"`
		Legal  struct{ License string } `yaml:"legal"`
		UsedBy []string                 `yaml:"usedBy"`
	}
	if err := yaml.Unmarshal([]byte(read(t, "publiccode.yml")), &p); err != nil {
		t.Fatal(err)
	}
	if p.Version != "0.4" || p.Name == "" || p.URL == "" || p.Released == "" || p.Legal.License != "EUPL-1.2" || len(p.UsedBy) > 0 {
		t.Errorf("publiccode.yml: version, name, url, releaseDate, licence, and no invented users; got %+v", p)
	}
	for lang, d := range p.Description {
		if n := len([]rune(d.Short)); n == 0 || n > 150 {
			t.Errorf("%s: shortDescription has %d characters, 1 to 150 are allowed", lang, n)
		}
		if n := len([]rune(d.Long)); n < 500 || n > 10000 {
			t.Errorf("%s: longDescription has %d characters, 500 to 10000 are allowed", lang, n)
		}
	}
}
