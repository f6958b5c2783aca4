package sqlcheck

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/tools/go/packages"
)

const dbPath = "loket/internal/db"

// call is one call of db.Get, db.Select or db.Exec.
type call struct {
	pos      token.Position
	name     string       // Get, Select or Exec
	row      types.Type   // the type argument; nil for Exec
	on       types.Type   // of the Queryer
	query    string       // the constant text
	constant bool         // whether there is one
	args     []types.Type // of the arguments for the places
	spread   bool         // the arguments are given as a slice
	test     string       // the test that a directive names
	hasTest  bool         // whether the package has it
}

// find returns the calls in a package, in the order of the source.
func find(pkg *packages.Package) []call {
	var calls []call
	for _, file := range pkg.Syntax {
		directives := readDirectives(pkg.Fset, file)
		ast.Inspect(file, func(n ast.Node) bool {
			expr, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			c, ok := read(pkg.TypesInfo, expr)
			if !ok {
				return true
			}
			c.pos = pkg.Fset.Position(expr.Pos())
			for _, line := range []int{c.pos.Line, c.pos.Line - 1} {
				if test := directives[line]; test != "" {
					c.test, c.hasTest = test, declares(filepath.Dir(c.pos.Filename), test)
				}
			}
			c.pos.Filename = short(c.pos.Filename)
			calls = append(calls, c)
			return true
		})
	}
	return calls
}

// read takes a call apart, if it is one of ours.
func read(info *types.Info, expr *ast.CallExpr) (c call, ok bool) {
	fun := ast.Unparen(expr.Fun)
	if index, isGeneric := fun.(*ast.IndexExpr); isGeneric {
		fun = index.X
	}
	var id *ast.Ident
	switch f := fun.(type) {
	case *ast.SelectorExpr:
		id = f.Sel
	case *ast.Ident:
		id = f
	default:
		return c, false
	}
	f, isFunc := info.Uses[id].(*types.Func)
	if !isFunc || f.Pkg() == nil || f.Pkg().Path() != dbPath || f.Signature().Recv() != nil {
		return c, false
	}
	if c.name = f.Name(); c.name != "Get" && c.name != "Select" && c.name != "Exec" || len(expr.Args) < 3 {
		return c, false
	}
	if list := info.Instances[id].TypeArgs; list.Len() == 1 {
		c.row = list.At(0)
	}
	c.on = info.TypeOf(expr.Args[1])
	if v := info.Types[expr.Args[2]].Value; v != nil && v.Kind() == constant.String {
		c.query, c.constant = constant.StringVal(v), true
	}
	c.spread = expr.Ellipsis.IsValid()
	for _, arg := range expr.Args[3:] {
		c.args = append(c.args, info.TypeOf(arg))
	}
	return c, true
}

// readDirectives returns the tests that directives name, by line.
func readDirectives(fset *token.FileSet, file *ast.File) map[int]string {
	out := map[int]string{}
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if test, ok := strings.CutPrefix(comment.Text, "//sqlcheck:dynamic "); ok {
				out[fset.Position(comment.Pos()).Line] = strings.TrimSpace(test)
			}
		}
	}
	return out
}

// declares reports whether a test file in the folder has a test of that name.
func declares(folder, test string) bool {
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		return false
	}
	declaration := regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(test) + `\(`)
	for _, name := range files {
		if text, err := os.ReadFile(name); err == nil && declaration.Match(text) {
			return true
		}
	}
	return false
}
