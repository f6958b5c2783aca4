package house

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
)

// packageComments finds packages that do not have exactly one package comment.
func packageComments(s *source) []finding {
	var found []finding
	seen := map[string]string{} // package to the file with its comment
	first := map[string]file{}
	for _, f := range s.files {
		if strings.HasSuffix(f.path, "_test.go") {
			continue
		}
		if _, ok := first[f.dir]; !ok {
			first[f.dir] = f
		}
		if f.Doc == nil {
			continue
		}
		start := "Package " + f.Name.Name + " "
		if f.Name.Name == "main" {
			start = "Command " + path.Base(f.dir) + " "
		}
		if !strings.HasPrefix(f.Doc.Text(), start) {
			found = append(found, s.at(f, f.Name, "package comment", "package comment does not begin with %q", start))
		}
		if other := seen[f.dir]; other != "" {
			found = append(found, s.at(f, f.Name, "package comment", "second package comment; the first is in %s", other))
		}
		seen[f.dir] = f.path
	}
	for dir, f := range first {
		if seen[dir] == "" {
			found = append(found, s.at(f, f.Name, "package comment", "package %s has no package comment", dir))
		}
	}
	return found
}

// exportedComments finds exported names of other packages than main that no
// comment explains. A group of constants or variables may share one, and so may
// methods that an interface of the standard library explains.
func exportedComments(s *source) []finding {
	var found []finding
	for _, f := range s.files {
		if strings.HasSuffix(f.path, "_test.go") || f.Name.Name == "main" {
			continue
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || ast.IsExported(receiver(d.Recv.List[0].Type))) && !wellKnown[d.Name.Name] {
					found = append(found, s.at(f, d, "comment", "%s has no comment", funcName(d)))
				}
			case *ast.GenDecl:
				found = append(found, undocumented(s, f, d)...)
			}
		}
	}
	return found
}

// wellKnown are methods whose meaning an interface of the standard library gives.
var wellKnown = map[string]bool{
	"Error": true, "Unwrap": true, "String": true, "Is": true, "Len": true, "Less": true, "Swap": true,
	"Read": true, "Write": true, "Close": true, "ServeHTTP": true,
}

func undocumented(s *source, f file, d *ast.GenDecl) []finding {
	var found []finding
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if spec.Name.IsExported() && spec.Doc == nil && d.Doc == nil {
				found = append(found, s.at(f, spec, "comment", "type %s has no comment", spec.Name.Name))
			}
		case *ast.ValueSpec:
			if name := spec.Names[0]; name.IsExported() && spec.Doc == nil && spec.Comment == nil && d.Doc == nil {
				found = append(found, s.at(f, spec, "comment", "%s has no comment", name.Name))
			}
		}
	}
	return found
}

var emptyNames = []string{"util", "utils", "helper", "helpers", "manager", "common", "base", "misc", "shared", "mock", "mocks"}

// packageNames finds packages whose name says nothing.
func packageNames(s *source) []finding {
	var found []finding
	for _, f := range s.files {
		if slices.Contains(emptyNames, strings.TrimSuffix(f.Name.Name, "_test")) {
			found = append(found, s.at(f, f.Name, "package name", "package name %s says nothing", f.Name.Name))
		}
	}
	return found
}

var markPattern = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME)\b|^//nolint`)

// marks finds work that was put off and linters that were silenced.
func marks(s *source) []finding {
	var found []finding
	for _, f := range s.files {
		for _, group := range f.Comments {
			for _, c := range group.List {
				if m := markPattern.FindString(c.Text); m != "" {
					found = append(found, s.at(f, c, "mark", "%s", m))
				}
			}
		}
	}
	return found
}

// longFunctions finds functions that nobody holds in the head.
func longFunctions(s *source) []finding {
	const most = 70 // lines, with the first and the last
	var found []finding
	for _, f := range s.files {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := s.line(fn.End()) - s.line(fn.Pos()) + 1; n > most {
				found = append(found, s.at(f, fn.Name, "function length", "%s has %d lines; %d is the most", funcName(fn), n, most))
			}
		}
	}
	return found
}

func (s *source) line(pos token.Pos) int { return s.Position(pos).Line }
