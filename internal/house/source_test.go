package house

import (
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the papers anew")

// root is the root of the repository, seen from the folder the tests run in.
const root = "../.."

// file is one parsed file. Its path and folder are seen from the root.
type file struct {
	*ast.File
	path, dir string
	lines     int
	test      bool // a _test.go file, or a file of a package that only tests import
}

// source is Go files that were parsed together.
type source struct {
	*token.FileSet
	files []file
}

// finding is one place where a rule is broken. What and where are the words by
// which testdata/allowed.txt names it.
type finding struct {
	path  string
	line  int
	what  string // such as "time.Now"
	where string // the function it is in, such as "Store.Submit"; "" outside of functions
	text  string
}

func (f finding) String() string { return fmt.Sprintf("%s:%d: %s", f.path, f.line, f.text) }

// tree returns all Go files of the repository but those in testdata.
func tree(t *testing.T) *source {
	t.Helper()
	s, err := parsedTree()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var parsedTree = sync.OnceValues(func() (*source, error) { return parse(root, "") })

// parse reads the Go files below folder, whose paths then begin with prefix.
func parse(folder, prefix string) (*source, error) {
	s := &source{FileSet: token.NewFileSet()}
	err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() && name != folder && (base == "testdata" || base == "node_modules" || base == "dist" || strings.HasPrefix(base, ".")) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(base, ".go") {
			return nil
		}
		rel, err := filepath.Rel(folder, name)
		if err != nil {
			return err
		}
		return s.add(name, path.Join(prefix, filepath.ToSlash(rel)))
	})
	return s, err
}

func (s *source) add(name, as string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	parsed, err := parser.ParseFile(s.FileSet, as, text, parser.ParseComments)
	if err != nil {
		return fmt.Errorf("parse %s: %w", name, err)
	}
	dir := path.Dir(as)
	s.files = append(s.files, file{
		File: parsed, path: as, dir: dir, lines: strings.Count(string(text), "\n"),
		test: strings.HasSuffix(as, "_test.go") || slices.Contains(testPackages, dir),
	})
	return nil
}

// testPackages are packages that only tests import.
var testPackages = []string{
	"internal/app/apptest", "internal/browsertest", "internal/db/dbtest", "internal/db/sqlcheck", "internal/house",
	"internal/proof/canary", "internal/proof/crash", "internal/proof/crash/desk", "internal/proof/program",
	"internal/proof/signing", "internal/proof/speed", "internal/proof/timing", "internal/registry/registrytest", "internal/testclock", "internal/web/webtest",
}

// at makes a finding about the node n of f.
func (s *source) at(f file, n ast.Node, what, format string, args ...any) finding {
	return finding{f.path, s.Position(n.Pos()).Line, what, enclosing(f, n.Pos()), fmt.Sprintf(format, args...)}
}

// enclosing names the function that holds pos: "Submit", "Store.Submit".
func enclosing(f file, pos token.Pos) string {
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Pos() <= pos && pos <= fn.End() {
			return funcName(fn)
		}
	}
	return ""
}

// funcName is the name of fn with its receiver's type in front.
func funcName(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return fn.Name.Name
	}
	return receiver(fn.Recv.List[0].Type) + "." + fn.Name.Name
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	}
	return "?"
}

// report makes one list of what is not allowed.
func report(t *testing.T, found []finding) {
	t.Helper()
	found = slices.DeleteFunc(found, func(f finding) bool { return allowance(t, f) != nil })
	if len(found) == 0 {
		return
	}
	slices.SortFunc(found, func(a, b finding) int {
		return cmp.Or(strings.Compare(a.path, b.path), cmp.Compare(a.line, b.line))
	})
	var list strings.Builder
	for _, f := range found {
		fmt.Fprintf(&list, "\n%v", f)
	}
	t.Errorf("%d findings:%s", len(found), &list)
}

// read returns a file of the repository.
func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// golden compares the part of a paper that begins at the line mark, or all of
// it if mark is empty, with what it should be, or writes it there.
func golden(t *testing.T, name, mark, want string) {
	t.Helper()
	have, err := os.ReadFile(filepath.Join(root, name))
	if err != nil && !*update {
		t.Fatal(err)
	}
	before, after, _ := strings.Cut(string(have), mark)
	if mark == "" {
		before, after = "", string(have)
	}
	if *update {
		if err := os.WriteFile(filepath.Join(root, name), []byte(before+mark+want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := gocmp.Diff(after, want); diff != "" {
		t.Errorf("%s is not what it should be (-is +should; -update writes it):\n%s", name, diff)
	}
}
