package house

import (
	"fmt"
	"go/ast"
	"reflect"
	"strings"
	"testing"
)

// TestConfigReference prints the comments of internal/config at the end of
// docs/operations.md.
func TestConfigReference(t *testing.T) {
	structs := map[string]*ast.StructType{}
	for _, f := range tree(t).files {
		if f.dir != "internal/config" || f.test {
			continue
		}
		ast.Inspect(f.File, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if s, ok := spec.Type.(*ast.StructType); ok {
					structs[spec.Name.Name] = s
				}
			}
			return true
		})
	}
	var b strings.Builder
	b.WriteString("\nEvery key, as [internal/config](../internal/config/config.go) explains it. A key that does not stand here is an error.\n")
	keys(t, &b, structs, "Config", "")
	golden(t, "docs/operations.md", "\n## Reference of loket.toml\n", b.String())
}

// keys writes the keys of one struct, and then its tables.
func keys(t *testing.T, b *strings.Builder, structs map[string]*ast.StructType, name, table string) {
	t.Helper()
	var tables []*ast.Field
	heading := table
	if heading == "" {
		heading = "at the top"
	}
	fmt.Fprintf(b, "\n### %s\n\n| key | meaning |\n|---|---|\n", heading)
	for _, field := range structs[name].Fields.List {
		key := tomlName(field)
		if key == "" {
			continue
		}
		if id, ok := field.Type.(*ast.Ident); ok && structs[id.Name] != nil {
			tables = append(tables, field)
			continue
		}
		text := strings.TrimSpace(field.Comment.Text())
		if text == "" {
			text = strings.TrimSpace(field.Doc.Text())
		}
		if text == "" {
			t.Errorf("internal/config: %s.%s has no comment", name, field.Names[0])
		}
		fmt.Fprintf(b, "| `%s` | %s |\n", key, strings.ReplaceAll(strings.ReplaceAll(text, "\n", " "), "|", `\|`))
	}
	for _, field := range tables {
		keys(t, b, structs, field.Type.(*ast.Ident).Name, strings.TrimPrefix(table+"."+tomlName(field), "."))
	}
}

func tomlName(field *ast.Field) string {
	if field.Tag == nil {
		return ""
	}
	return reflect.StructTag(strings.Trim(field.Tag.Value, "`")).Get("toml")
}
