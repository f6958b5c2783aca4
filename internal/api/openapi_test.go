package api

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

func TestDescriptionNamesEveryCallAndNoOther(t *testing.T) {
	var described struct {
		Info  struct{ Version string }
		Paths map[string]map[string]any
	}
	if err := json.Unmarshal(openapiJSON(), &described); err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, r := range append(new(api).routes(), new(api).placeRoutes()...) {
		got = append(got, r.method+" "+r.path)
	}
	for path, methods := range described.Paths {
		for method := range methods {
			want = append(want, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("calls (-described +served):\n%s", diff)
	}
	if described.Info.Version != Version {
		t.Errorf("the description is of version %s, the program of %s", described.Info.Version, Version)
	}
}

// lint returns the rules that a file breaks, with what the linter says.
func lint(t *testing.T, file string) map[string]string {
	t.Helper()
	npm := os.Getenv("LOKET_NPM")
	if npm == "" {
		npm = filepath.Join("..", "..", "node_modules")
	}
	spectral := filepath.Join(npm, ".bin", "spectral")
	if _, err := os.Stat(spectral); err != nil {
		t.Fatalf("the linter is not installed (npm ci first): %v", err)
	}
	out, err := exec.CommandContext(t.Context(), spectral, "lint", file, "--ruleset", "spectral.yaml", "--format", "json", "--quiet").Output()
	var findings []struct {
		Code, Message string
		Path          []any
	}
	if jsonErr := json.Unmarshal(out, &findings); jsonErr != nil {
		t.Fatalf("the linter says nothing that can be read: %v, %v, %s", err, jsonErr, out)
	}
	broken := map[string]string{}
	for _, f := range findings {
		path, err := json.Marshal(f.Path)
		if err != nil {
			t.Fatal(err)
		}
		broken[f.Code] += f.Message + " at " + string(path) + "\n"
	}
	return broken
}

func TestLinterFindsNothing(t *testing.T) {
	for rule, where := range lint(t, "openapi.yaml") {
		t.Errorf("%s: %s", rule, where)
	}
}

// TestEachRuleFindsSomething has the linter read a description that breaks every rule
// of ours: one that finds nothing there would find nothing anywhere.
func TestEachRuleFindsSomething(t *testing.T) {
	text, err := os.ReadFile("spectral.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var ruleset struct{ Rules map[string]any }
	if err := yaml.Unmarshal(text, &ruleset); err != nil {
		t.Fatal(err)
	}
	broken := lint(t, "testdata/wrong.yaml")
	for name, rule := range ruleset.Rules {
		if _, ours := rule.(map[string]any); ours && broken[name] == "" {
			t.Errorf("rule %s finds nothing in a description that breaks it", name)
		}
	}
}

// Every code that the API itself gives stands in the problems' pattern.
func TestCodesHaveOneForm(t *testing.T) {
	form := regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)
	for _, kind := range []error{errWrongFields, refusal{status: 404, key: "api.not-found"}} {
		if _, code := statusOf(kind); !form.MatchString(code) {
			t.Errorf("code %q", code)
		}
	}
}
