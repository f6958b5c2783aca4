package house

import (
	"go/ast"
	"slices"
	"strconv"
	"strings"
)

// ban is what code may not use of a package.
type ban struct {
	path  string
	names []string // all if empty
	free  []string // folders, with those below them, where it may be used
	why   string
}

var (
	edge  = []string{"cmd", "internal/app", "internal/cli", "internal/tool"}
	mains = []string{"cmd", "internal/cli", "internal/tool"}
)

var banned = []ban{
	{"time", []string{"Now", "Since", "Until"}, edge, "the clock is passed in"},
	{"crypto/rand", []string{"Reader", "Read", "Text"}, edge, "randomness is passed in"},
	{"math/rand", nil, nil, "it can be guessed; pass in a source"},
	{"math/rand/v2", nil, nil, "it can be guessed; pass in a source"},
	{"os", []string{"Getenv", "LookupEnv", "Environ"}, edge, "the environment is passed in"},
	{"os", []string{"Stdout", "Stderr", "Stdin", "Exit"}, edge, "input, output and the end belong to the command"},
	{"log", nil, edge, "use the slog.Logger that is passed in"},
	{"log/slog", []string{"Default", "Debug", "Info", "Warn", "Error", "Log", "SetDefault", "DebugContext", "InfoContext", "WarnContext", "ErrorContext"}, edge, "use the slog.Logger that is passed in"},
	{"fmt", []string{"Print", "Printf", "Println"}, edge, "write to the writer that is passed in"},
	{"net/http", []string{"DefaultClient", "DefaultTransport", "DefaultServeMux", "Get", "Head", "Post", "PostForm", "Handle", "HandleFunc", "ListenAndServe", "ListenAndServeTLS", "Serve"}, nil, "it is global or has no time limit"},
	{"context", []string{"Background", "TODO"}, mains, "the context is passed in"},
	{"html/template", []string{"JS", "JSStr", "URL", "CSS", "HTMLAttr", "Srcset"}, nil, "it switches escaping off"},
	{"database/sql/driver", nil, []string{"internal/db"}, "drivers belong to db"},
	{"unsafe", nil, nil, "nothing here needs it"},
}

// bans finds uses of what is banned, outside of tests.
func bans(s *source) []finding {
	var found []finding
	for _, f := range s.files {
		if f.test {
			continue
		}
		eachUse(f, func(path, name string, n ast.Node) {
			for _, b := range banned {
				if b.path == path && (len(b.names) == 0 || slices.Contains(b.names, name)) && !below(f.dir, b.free) {
					what := path[strings.LastIndex(path, "/")+1:] + "." + name
					found = append(found, s.at(f, n, what, "%s: %s", what, b.why))
				}
			}
		})
	}
	return found
}

// conversions finds text that is declared to be HTML.
func conversions(s *source) []finding {
	var found []finding
	for _, f := range s.files {
		if f.test {
			continue
		}
		imports := importNames(f)
		ast.Inspect(f.File, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if path, name := qualified(imports, call.Fun); path == "html/template" && name == "HTML" {
				found = append(found, s.at(f, call, "template.HTML", "template.HTML in %s: say in allowed.txt who escaped it", enclosing(f, call.Pos())))
			}
			return true
		})
	}
	return found
}

// reveals finds the places where personal data leave their type.
func reveals(s *source) []finding {
	var found []finding
	for _, f := range s.files {
		if f.test {
			continue
		}
		ast.Inspect(f.File, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Reveal" {
				found = append(found, s.at(f, sel.Sel, "Reveal", "Reveal in %s: say in allowed.txt what for", enclosing(f, sel.Pos())))
			}
			return true
		})
	}
	return found
}

// skips finds tests that do not run. Tests on data which the repository does
// not hold may skip themselves; their files are named for it.
func skips(s *source) []finding {
	var found []finding
	for _, f := range s.files {
		if !f.test || strings.HasSuffix(f.path, "conformance_test.go") {
			continue
		}
		ast.Inspect(f.File, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, sel.Sel.Name) {
				if x, ok := sel.X.(*ast.Ident); ok && slices.Contains([]string{"t", "b", "f", "tb"}, x.Name) {
					found = append(found, s.at(f, call, "skip", "a test that skips itself is green without having run"))
				}
			}
			return true
		})
	}
	return found
}

// errorTexts finds code that tells errors apart by their words.
func errorTexts(s *source) []finding {
	var found []finding
	for _, f := range s.files {
		if f.test {
			continue
		}
		imports := importNames(f)
		ast.Inspect(f.File, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if path, _ := qualified(imports, n.Fun); path == "strings" && slices.ContainsFunc(n.Args, errorCall) {
					found = append(found, s.at(f, n, "error.text", "errors are told apart by kind, not by their words"))
				}
			case *ast.BinaryExpr:
				if (n.Op.String() == "==" || n.Op.String() == "!=") && (errorCall(n.X) || errorCall(n.Y)) {
					found = append(found, s.at(f, n, "error.text", "errors are told apart by kind, not by their words"))
				}
			}
			return true
		})
	}
	return found
}

// errorCall reports whether e is x.Error().
func errorCall(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok || len(call.Args) > 0 {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Error"
}

// eachUse calls found for each use of a name of an imported package.
func eachUse(f file, found func(path, name string, n ast.Node)) {
	imports := importNames(f)
	ast.Inspect(f.File, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if path, name := qualified(imports, sel); path != "" {
				found(path, name, sel)
			}
		}
		return true
	})
}

// qualified returns the import path and the name of pkg.Name, or "".
func qualified(imports map[string]string, e ast.Expr) (path, name string) {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	// The parser resolves names that are declared in the file: a variable that
	// hides the package has an object.
	if x, ok := sel.X.(*ast.Ident); ok && x.Obj == nil {
		return imports[x.Name], sel.Sel.Name
	}
	return "", ""
}

// importNames maps the names under which f knows its imports to their paths.
func importNames(f file) map[string]string {
	names := map[string]string{}
	for _, spec := range f.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		parts := strings.Split(path, "/")
		name := parts[len(parts)-1]
		if len(parts) > 1 && len(name) > 1 && name[0] == 'v' && strings.Trim(name[1:], "0123456789") == "" {
			name = parts[len(parts)-2]
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = path
	}
	return names
}

// below reports whether dir is one of the folders or lies in one.
func below(dir string, folders []string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool {
		return dir == folder || strings.HasPrefix(dir, folder+"/")
	})
}
