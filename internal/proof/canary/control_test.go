package canary

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// bare is what Seal and Open are in the control.
var bare = map[string]string{
	"Seal": `return append([]byte("bare"), plain...)`,
	"Open": `return bytes.TrimPrefix(sealed, []byte("bare")), nil`,
}

// The search is worth something only if it finds what is there: the same test on a
// Loket that seals nothing must fail, and list every canary that is kept.
func TestWithoutSealingAllIsFound(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-run=^TestNothingIsReadable$/^sqlite$", ".")
	cmd.Env = append(os.Environ(), "GOFLAGS=-overlay="+unsealed(t))
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatal("with sealing switched off nothing is found: the search is blind")
	}
	kept := newCage(flock()).kept
	for _, b := range flock() {
		if b.known && b.n%3 == 0 {
			kept = append(kept, b.call("certificate"))
		} else if !b.known {
			kept = append(kept, b.call("reply"))
		}
	}
	for _, name := range kept {
		if !strings.Contains(string(out), "found "+name+" as ") {
			t.Errorf("with sealing switched off %s is not found", name)
		}
	}
	if t.Failed() {
		t.Logf("%.3000s", out)
	}
	t.Logf("%d canaries kept, all looked for", len(kept))
}

// unsealed writes an overlay in which package seal stores what it is given, and
// returns its path.
func unsealed(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../seal/seal.go")
	if err != nil {
		t.Fatal(err)
	}
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	done := 0
	for _, d := range parsed.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Recv == nil || bare[fn.Name.Name] == "" {
			continue
		}
		from, to := files.Position(fn.Body.Lbrace).Offset, files.Position(fn.Body.Rbrace).Offset
		room := len(text[from+1 : to])
		body := []byte(bare[fn.Name.Name])
		if len(body) > room {
			t.Fatalf("%s is too short for what is put in its place", fn.Name.Name)
		}
		copy(text[from+1:to], append(body, bytes.Repeat([]byte{'\n'}, room-len(body))...))
		done++
	}
	if done != len(bare) {
		t.Fatalf("%d functions were replaced, want %d", done, len(bare))
	}
	changed := strings.Replace(string(text), "import (", "import (\n\t\"bytes\"", 1)
	if _, err := format.Source([]byte(changed)); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "seal.go"), []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {path: filepath.Join(dir, "seal.go")}})
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	return list
}
