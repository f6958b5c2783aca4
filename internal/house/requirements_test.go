package house

import (
	"cmp"
	"fmt"
	"go/ast"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// requirement is a line of testdata/requirements.txt.
type requirement struct{ id, issue, name string }

func requirements(t *testing.T) []requirement {
	t.Helper()
	text, err := os.ReadFile("testdata/requirements.txt")
	if err != nil {
		t.Fatal(err)
	}
	var list []requirement
	for _, line := range strings.Split(string(text), "\n") {
		if words := strings.Fields(line); len(words) > 1 && words[0] != "#" {
			list = append(list, requirement{words[0], words[1], strings.Join(words[2:], " ")})
		}
	}
	return list
}

// citation is a test that names a requirement in a comment.
type citation struct{ id, path, test string }

var (
	idPattern = regexp.MustCompile(`\b[GDPH]-\d\d\b`)
)

// citations finds the ids in the comments in, above and behind the functions of
// tests. One that stands elsewhere is a finding, for no test fails with it.
func citations(s *source) ([]citation, []finding) {
	var cited []citation
	var found []finding
	for _, f := range s.files {
		if !strings.HasSuffix(f.path, "_test.go") || f.dir == "internal/house" {
			continue
		}
		for _, group := range f.Comments {
			for _, c := range group.List {
				for _, id := range idPattern.FindAllString(c.Text, -1) {
					if test := commented(s, f, c); test != "" {
						cited = append(cited, citation{id, f.path, test})
					} else {
						found = append(found, s.at(f, c, "citation", "%s is cited outside of a test", id))
					}
				}
			}
		}
	}
	return cited, found
}

// commented names the function that the comment c stands in, above or behind.
func commented(s *source, f file, c *ast.Comment) string {
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		from := fn.Pos()
		if fn.Doc != nil {
			from = fn.Doc.Pos()
		}
		if from <= c.Pos() && (c.Pos() <= fn.End() || s.line(c.Pos()) == s.line(fn.End())) {
			return funcName(fn)
		}
	}
	return ""
}

// TestRequirementsArePrinted makes docs/requirements.md, and refuses the
// citation of a requirement that does not exist.
func TestRequirementsArePrinted(t *testing.T) {
	list := requirements(t)
	cited, found := citations(tree(t))
	tests := map[string][]citation{}
	for _, c := range cited {
		if !slices.ContainsFunc(list, func(r requirement) bool { return r.id == c.id }) {
			found = append(found, finding{path: c.path, text: c.test + " cites " + c.id + ", which does not exist"})
		}
		if !slices.Contains(tests[c.id], c) {
			tests[c.id] = append(tests[c.id], c)
		}
	}
	report(t, found)
	golden(t, "docs/requirements.md", "", requirementsPage(list, tests))
}

func requirementsPage(list []requirement, tests map[string][]citation) string {
	var b strings.Builder
	b.WriteString(`# Requirements and the tests that prove them

A test that would fail without a requirement cites its number, as in ` + "`// G-24`" + `. This page is made of these citations by
a test (` + "`internal/house`" + `); a number without a test is listed as open. G is the request for a proof, D the guide to rights,
P the planner, H the helpdesk. The number of the issue says in which step a requirement is due; – where none names it yet.
`)
	counts(&b, list, tests)
	b.WriteString("\n## With tests\n\n| requirement | issue | tests |\n|---|---|---|\n")
	for _, r := range list {
		if len(tests[r.id]) > 0 {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", strings.TrimSpace(r.id+" "+r.name), issue(r.issue), cites(tests[r.id]))
		}
	}
	b.WriteString("\n## Open\n")
	for _, due := range issues(list) {
		open := slices.DeleteFunc(slices.Clone(list), func(r requirement) bool { return r.issue != due || len(tests[r.id]) > 0 })
		if len(open) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\nIssue %s:\n\n", issue(due))
		writeOpen(&b, open)
	}
	return b.String()
}

// writeOpen lists those with a name one a line, and the others in one line.
func writeOpen(b *strings.Builder, open []requirement) {
	var bare []string
	for _, r := range open {
		if r.name == "" {
			bare = append(bare, r.id)
			continue
		}
		fmt.Fprintf(b, "- %s %s\n", r.id, r.name)
	}
	if len(bare) > 0 {
		fmt.Fprintf(b, "- %s\n", strings.Join(bare, ", "))
	}
}

func counts(b *strings.Builder, list []requirement, tests map[string][]citation) {
	b.WriteString("\n| issue | requirements | with tests |\n|---|---|---|\n")
	for _, due := range issues(list) {
		all, with := 0, 0
		for _, r := range list {
			if r.issue == due {
				all++
				with += min(len(tests[r.id]), 1)
			}
		}
		fmt.Fprintf(b, "| %s | %d | %d |\n", issue(due), all, with)
	}
}

// issues returns the issues of the list in order, "-" last.
func issues(list []requirement) []string {
	var all []string
	for _, r := range list {
		all = append(all, r.issue)
	}
	slices.SortFunc(all, func(a, b string) int {
		if (a == "-") != (b == "-") {
			return cmp.Compare(a, b) * -1
		}
		return cmp.Compare(a, b)
	})
	return slices.Compact(all)
}

func issue(number string) string {
	if number == "-" {
		return "–"
	}
	return number
}

// cites lists tests with a link to the file of each.
func cites(list []citation) string {
	var words []string
	for _, c := range list {
		words = append(words, fmt.Sprintf("[%s](../%s)", c.test, c.path))
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}

// TestRequirementsListIsSound keeps the committed list in its form.
func TestRequirementsListIsSound(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range requirements(t) {
		if !idPattern.MatchString(r.id) || seen[r.id] || len(r.issue) != 1 {
			t.Errorf("%q: an id stands once, with its issue", r.id)
		}
		seen[r.id] = true
		if words := len(strings.Fields(r.name)); r.id[0] == 'G' && (words < 2 || words > 6) {
			t.Errorf("%s: a short name has up to six words, %q has %d", r.id, r.name, words)
		}
	}
	if len(seen) != 57+64+85+77 {
		t.Errorf("%d requirements, want 283", len(seen))
	}
}
