package house

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// rules are what may not be in a Go file. TestRulesFind breaks each of them.
var rules = []func(*source) []finding{
	packageComments, exportedComments, packageNames, marks,
	bans, conversions, reveals, skips, errorTexts, inits, variables, longFunctions,
}

func TestPackageComments(t *testing.T)  { report(t, packageComments(tree(t))) }
func TestExportedComments(t *testing.T) { report(t, exportedComments(tree(t))) }
func TestPackageNames(t *testing.T)     { report(t, packageNames(tree(t))) }
func TestMarks(t *testing.T)            { report(t, marks(tree(t))) }
func TestForbiddenCalls(t *testing.T)   { report(t, bans(tree(t))) }
func TestTrustedHTML(t *testing.T)      { report(t, conversions(tree(t))) }
func TestReveals(t *testing.T)          { report(t, reveals(tree(t))) }
func TestSkips(t *testing.T)            { report(t, skips(tree(t))) }
func TestErrorTexts(t *testing.T)       { report(t, errorTexts(tree(t))) }
func TestInits(t *testing.T)            { report(t, inits(tree(t))) }
func TestVariables(t *testing.T)        { report(t, variables(tree(t))) }
func TestFunctionLength(t *testing.T)   { report(t, longFunctions(tree(t))) }

var wantMark = regexp.MustCompile(`want "([^"]*)"`)

// TestRulesFind breaks every rule on purpose. A line of testdata/wrong that is
// wrong says so in a comment: want "part of the finding".
func TestRulesFind(t *testing.T) {
	s, err := parse("testdata/wrong", "internal/wrong")
	if err != nil {
		t.Fatal(err)
	}
	wants := wanted(s)
	for i, rule := range rules {
		hits := 0
		for _, f := range rule(s) {
			place := fmt.Sprintf("%s:%d", f.path, f.line)
			match := slices.IndexFunc(wants[place], func(want string) bool { return strings.Contains(f.text, want) })
			if match < 0 {
				t.Errorf("unexpected: %v", f)
				continue
			}
			wants[place] = slices.Delete(wants[place], match, match+1)
			hits++
		}
		if hits == 0 {
			t.Errorf("rule %d of the list found nothing in testdata/wrong", i)
		}
	}
	for place, rest := range wants {
		for _, want := range rest {
			t.Errorf("%s: no rule found %q", place, want)
		}
	}
}

// wanted returns what each line of s should be found for, by "path:line".
func wanted(s *source) map[string][]string {
	wants := map[string][]string{}
	for _, f := range s.files {
		for _, group := range f.Comments {
			for _, c := range group.List {
				place := fmt.Sprintf("%s:%d", f.path, s.Position(c.Pos()).Line)
				for _, m := range wantMark.FindAllStringSubmatch(c.Text, -1) {
					wants[place] = append(wants[place], m[1])
				}
			}
		}
	}
	return wants
}
