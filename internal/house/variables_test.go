package house

import (
	"go/ast"
	"go/token"
	"strings"
)

// inits finds init functions: what runs before main, in which order, is unclear.
func inits(s *source) []finding {
	var found []finding
	for _, f := range s.files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				found = append(found, s.at(f, fn, "init", "init function"))
			}
		}
	}
	return found
}

// variables finds variables of packages that change: those that nothing gives a
// value at their declaration, those of a type that is made to change, and those
// that a function writes. Errors, patterns, templates, tables and values that are
// computed once stay.
func variables(s *source) []finding {
	var found []finding
	declared := map[string]packageVars{} // by folder of the package
	for _, f := range s.files {
		if f.test {
			continue
		}
		for _, d := range f.Decls {
			if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.VAR {
				if declared[f.dir].names == nil {
					declared[f.dir] = packageVars{map[string]bool{}, map[*ast.ValueSpec]bool{}}
				}
				found = append(found, declarations(s, f, d, declared[f.dir])...)
			}
		}
	}
	for _, f := range s.files {
		if !f.test {
			found = append(found, writes(s, f, declared[f.dir])...)
		}
	}
	return found
}

func declarations(s *source, f file, d *ast.GenDecl, vars packageVars) []finding {
	var found []finding
	for _, spec := range d.Specs {
		v := spec.(*ast.ValueSpec)
		vars.specs[v] = true
		for _, name := range v.Names {
			vars.names[name.Name] = name.Name != "_"
		}
		embedded := d.Doc != nil && hasEmbed(d.Doc) || v.Doc != nil && hasEmbed(v.Doc)
		if len(v.Values) == 0 && !embedded && v.Names[0].Name != "_" {
			found = append(found, s.at(f, v, "variable", "%s starts empty: it can only be meant to change", v.Names[0].Name))
		}
		if madeToChange(f, v) {
			found = append(found, s.at(f, v, "variable", "%s is of a type that is made to change", v.Names[0].Name))
		}
	}
	return found
}

func hasEmbed(doc *ast.CommentGroup) bool {
	for _, c := range doc.List {
		if strings.HasPrefix(c.Text, "//go:embed ") {
			return true
		}
	}
	return false
}

// madeToChange reports whether v is made with make or new, or holds a lock, a
// counter or a channel. A sync.Pool is a store of empty things, and
// sync.OnceValue a value that is computed when it is first asked for.
func madeToChange(f file, v *ast.ValueSpec) bool {
	imports := importNames(f)
	changing := func(e ast.Expr) bool {
		path, name := qualified(imports, e)
		return path == "sync/atomic" || path == "sync" && (name == "Mutex" || name == "RWMutex" || name == "Map" || name == "Once")
	}
	for _, value := range v.Values {
		switch value := value.(type) {
		case *ast.CallExpr:
			if fn, ok := value.Fun.(*ast.Ident); ok && (fn.Name == "make" || fn.Name == "new") {
				return true
			}
		case *ast.CompositeLit:
			if changing(value.Type) {
				return true
			}
		}
	}
	return v.Type != nil && changing(v.Type)
}

// writes finds assignments to the named variables of f's package, and their
// addresses, through which others could write.
func writes(s *source, f file, vars packageVars) []finding {
	var found []finding
	check := func(e ast.Expr, how string) {
		if id := rootIdent(e); id != nil && vars.has(id) {
			found = append(found, s.at(f, e, "variable", "%s, a variable of the package, is %s", id.Name, how))
		}
	}
	ast.Inspect(f.File, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				for _, left := range n.Lhs {
					check(left, "written")
				}
			}
		case *ast.IncDecStmt:
			check(n.X, "written")
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				check(n.X, "handed out by address")
			}
		case *ast.CallExpr:
			if fn, ok := n.Fun.(*ast.Ident); ok && (fn.Name == "delete" || fn.Name == "clear" || fn.Name == "copy") && len(n.Args) > 0 {
				check(n.Args[0], "written")
			}
		}
		return true
	})
	return found
}

// rootIdent is x of x, x.f, x[i], x.f[i] and *x.
func rootIdent(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.SelectorExpr:
		return rootIdent(e.X)
	case *ast.IndexExpr:
		return rootIdent(e.X)
	case *ast.StarExpr:
		return rootIdent(e.X)
	case *ast.ParenExpr:
		return rootIdent(e.X)
	}
	return nil
}

// packageVars are the variables of one package.
type packageVars struct {
	names map[string]bool
	specs map[*ast.ValueSpec]bool
}

// has reports whether id means one of the variables: the parser found its
// declaration among theirs, or none in the file at all.
func (v packageVars) has(id *ast.Ident) bool {
	if !v.names[id.Name] {
		return false
	}
	if id.Obj == nil {
		return true
	}
	spec, ok := id.Obj.Decl.(*ast.ValueSpec)
	return ok && v.specs[spec]
}
