package house

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// row is a line of testdata/imports.txt.
type row struct {
	name, layer, text string
	loket, modules    []string
}

// table is the whole file.
type table struct {
	rows    []row
	order   map[string]int // layers, the lowest first
	testing []string       // modules for tests only
}

func (tb table) find(name string) (row, bool) {
	i := slices.IndexFunc(tb.rows, func(r row) bool { return r.name == name })
	if i < 0 {
		return row{}, false
	}
	return tb.rows[i], true
}

// allows reports whether r may import the package or layer that other is or lies in.
func (r row) allows(other row) bool {
	return slices.Contains(r.loket, other.name) || slices.Contains(r.loket, other.layer)
}

func readTable(t *testing.T) table {
	t.Helper()
	f, err := os.Open("testdata/imports.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tb := table{order: map[string]int{}}
	layer := ""
	for lines := bufio.NewScanner(f); lines.Scan(); {
		head, rest, colon := strings.Cut(lines.Text(), ":")
		words := strings.Fields(head)
		switch {
		case len(words) == 0 || words[0] == "#":
		case words[0] == "testing" && colon:
			tb.testing = strings.Fields(rest)
		case colon:
			loket, modules, _ := strings.Cut(rest, "|")
			tb.rows = append(tb.rows, row{words[0], layer, strings.Join(words[1:], " "), strings.Fields(loket), strings.Fields(modules)})
		default:
			layer = words[0]
			tb.order[layer] = len(tb.order)
		}
	}
	return tb
}

// listed is what the go command says of a package.
type listed struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

// name is the package as testdata/imports.txt spells it.
func (p listed) name() string { return short(p.ImportPath) }

func short(path string) string {
	if name, ok := strings.CutPrefix(path, "loket/internal/"); ok {
		return name
	}
	return strings.TrimPrefix(path, "loket")
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-tags", "pkcs11", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	cmd.Dir, cmd.Stderr = root, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(p.ImportPath, "/node_modules/") {
			list = append(list, p)
		}
	}
}

// TestImports checks every import of the tree against testdata/imports.txt.
func TestImports(t *testing.T) {
	tb := readTable(t)
	var wrong []string
	used := map[string]bool{}
	for _, p := range packages(t) {
		r, ok := tb.find(p.name())
		if !ok {
			wrong = append(wrong, fmt.Sprintf("%s is not in the table", p.name()))
			continue
		}
		for _, path := range p.Imports {
			used[p.name()+" "+path] = true
			if why := tb.refuse(r, path, false); why != "" {
				wrong = append(wrong, fmt.Sprintf("%s imports %s: %s", p.name(), short(path), why))
			}
		}
		for _, path := range slices.Concat(p.TestImports, p.XTestImports) {
			if why := tb.refuse(r, path, true); why != "" && short(path) != p.name() {
				wrong = append(wrong, fmt.Sprintf("a test of %s imports %s: %s", p.name(), short(path), why))
			}
		}
	}
	slices.Sort(wrong)
	if wrong = slices.Compact(wrong); len(wrong) > 0 {
		t.Errorf("%d findings (testdata/imports.txt is the table):\n%s", len(wrong), strings.Join(wrong, "\n"))
	}
	logUnused(t, tb, used)
}

// refuse says why a package with row r, or a test of it, may not import path.
func (tb table) refuse(r row, path string, test bool) string {
	if strings.HasPrefix(path, "loket/") {
		other, ok := tb.find(short(path))
		switch {
		case !ok:
			return "it is not in the table"
		case r.allows(other), r.layer == "test" && other.layer == "test":
			return ""
		case test && (other.layer == "test" || tb.order[other.layer] <= tb.order[r.layer]):
			return ""
		}
		return "the table does not allow it"
	}
	if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
		return standard(r, path, test)
	}
	modules := r.modules
	if test || r.layer == "test" {
		modules = slices.Concat(modules, tb.testing)
	}
	if !slices.ContainsFunc(modules, func(m string) bool { return path == m || strings.HasPrefix(path, m+"/") }) {
		return "the table does not allow the module"
	}
	return ""
}

// standard says what parts of the standard library a pure package may not import.
func standard(r row, path string, test bool) string {
	outside := []string{"database/sql", "net", "net/http", "net/smtp", "net/rpc", "os", "os/exec", "os/signal", "syscall", "plugin"}
	if r.layer == "pure" && !test && slices.Contains(outside, path) {
		return "a pure package knows no file, process, network or database"
	}
	return ""
}

// logUnused lists what the table allows and nobody does, to be pruned when the
// packages are finished.
func logUnused(t *testing.T, tb table, used map[string]bool) {
	t.Helper()
	var idle []string
	for _, r := range tb.rows {
		for _, other := range r.loket {
			if _, layer := tb.order[other]; layer {
				continue
			}
			path := "loket/internal/" + other
			if strings.HasPrefix(other, "/") {
				path = "loket" + other
			}
			if !used[r.name+" "+path] {
				idle = append(idle, r.name+" → "+other)
			}
		}
	}
	t.Logf("allowed and not used: %s", strings.Join(idle, ", "))
}

// TestTableRefuses tries arrows of which the answer is known.
func TestTableRefuses(t *testing.T) {
	tb := readTable(t)
	for _, c := range []struct {
		name, path string
		test, want bool
	}{
		{"request", "loket/internal/registry", false, true},
		{"mailbox", "loket/internal/registry", false, false},
		{"web/public", "loket/internal/app", false, false},
		{"cli", "loket/internal/app", false, true},
		{"jobs", "loket/internal/db/dbtest", false, false},
		{"jobs", "loket/internal/db/dbtest", true, true},
		{"lang", "loket/internal/request", true, false},
		{"db", "modernc.org/sqlite", false, true},
		{"request", "modernc.org/sqlite", false, false},
		{"keys", "github.com/ThalesGroup/crypto11", false, false},
		{"request", "github.com/google/go-cmp/cmp", false, false},
		{"request", "github.com/google/go-cmp/cmp", true, true},
		{"ident", "net/http", false, false},
		{"ident", "strings", false, true},
		{"request", "loket/internal/unknown", false, false},
	} {
		r, ok := tb.find(c.name)
		if !ok {
			t.Errorf("%s is not in the table", c.name)
			continue
		}
		if why := tb.refuse(r, c.path, c.test); (why == "") != c.want {
			t.Errorf("%s (test: %t) may import %s: %t, want %t", c.name, c.test, c.path, why == "", c.want)
		}
	}
}

// TestImportTable checks the table itself: every arrow leads to a package of the
// same or an earlier layer, and there is no way in a circle.
func TestImportTable(t *testing.T) {
	tb := readTable(t)
	for _, r := range tb.rows {
		for _, name := range r.loket {
			if _, layer := tb.order[name]; layer {
				continue
			}
			other, ok := tb.find(name)
			if !ok {
				t.Errorf("%s may import %s, which is not in the table", r.name, name)
			} else if tb.order[other.layer] > tb.order[r.layer] {
				t.Errorf("%s of layer %s may import %s of the later layer %s", r.name, r.layer, name, other.layer)
			}
		}
		if r.layer == "test" != slices.Contains(testPackages, "internal/"+r.name) {
			t.Errorf("%s: layer test of the table and testPackages differ", r.name)
		}
	}
	if way := circle(tb); way != "" {
		t.Errorf("the table allows a circle: %s", way)
	}
}

// circle takes away packages that import nothing of what is left, until none
// can be taken; what remains then goes round.
func circle(tb table) string {
	left := map[string][]string{}
	for _, r := range tb.rows {
		left[r.name] = r.loket
	}
	for taken := true; taken; {
		taken = false
		for name, imports := range left {
			if !slices.ContainsFunc(imports, func(i string) bool { _, ok := left[i]; return ok }) {
				delete(left, name)
				taken = true
			}
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(left)), ", ")
}

// TestArchitectureTable prints the table at the end of docs/architecture.md.
func TestArchitectureTable(t *testing.T) {
	tb := readTable(t)
	var b strings.Builder
	b.WriteString("\nImports go from a layer to its own and to the layers above it here, and only along these arrows. A name of a layer stands\n" +
		"for all its packages. Names are below `internal/` unless they begin with a slash. Printed from\n" +
		"[imports.txt](../internal/house/testdata/imports.txt) by a test, which checks every import of the tree against it.\n")
	layer := ""
	for _, r := range tb.rows {
		if r.layer != layer {
			layer = r.layer
			fmt.Fprintf(&b, "\n### %s\n\n| package | what | imports of Loket | modules |\n|---|---|---|---|\n", layer)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.name, r.text, strings.Join(r.loket, " "), strings.Join(r.modules, " "))
	}
	golden(t, "docs/architecture.md", "\n## Who may import whom\n", b.String())
}
