package house

import (
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
)

// allowed is a line of testdata/allowed.txt.
type allowed struct {
	line                     int
	what, dir, where, reason string
}

func (a allowed) covers(f finding) bool {
	return a.what == f.what && a.dir == path.Dir(f.path) && (a.where == "*" || a.where == f.where)
}

var allowances = sync.OnceValues(func() ([]allowed, error) {
	text, err := os.ReadFile("testdata/allowed.txt")
	if err != nil {
		return nil, err
	}
	var list []allowed
	for i, line := range strings.Split(string(text), "\n") {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		a := allowed{line: i + 1}
		if len(words) > 3 {
			a.what, a.dir, a.where, a.reason = words[0], words[1], words[2], strings.Join(words[3:], " ")
		}
		list = append(list, a)
	}
	return list, nil
})

// allowance returns the line that allows f, nil if none does.
func allowance(t *testing.T, f finding) *allowed {
	t.Helper()
	for _, a := range allowedList(t) {
		if a.covers(f) {
			return &a
		}
	}
	return nil
}

func allowedList(t *testing.T) []allowed {
	t.Helper()
	list, err := allowances()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestAllowancesHaveReasonAndUse(t *testing.T) {
	var found []finding
	for _, rule := range rules {
		found = append(found, rule(tree(t))...)
	}
	var wrong []finding
	for _, a := range allowedList(t) {
		if a.reason == "" {
			wrong = append(wrong, finding{path: "internal/house/testdata/allowed.txt", line: a.line, text: "what, package, function and reason, please"})
		} else if !slices.ContainsFunc(found, a.covers) {
			wrong = append(wrong, finding{path: "internal/house/testdata/allowed.txt", line: a.line,
				text: a.what + " in " + a.dir + " " + a.where + " is allowed and not there"})
		}
	}
	report(t, wrong)
}
