package main

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

// root is the root of the repository, seen from the folder the tests run in.
const root = "../../.."

// least is how many controls the list holds at least.
const least = 20

// TestMutantsFit checks the list without running anything: each text is where it
// was, what takes its place is Go, and the test is there.
func TestMutantsFit(t *testing.T) {
	mutants, err := load()
	if err != nil {
		t.Fatal(err)
	}
	if len(mutants) < least {
		t.Errorf("%d mutants, want at least %d", len(mutants), least)
	}
	names := map[string]bool{}
	for _, m := range mutants {
		if m.Name == "" || m.Cites == "" || m.Run == "" || names[m.Name] {
			t.Errorf("%q: name, cites and run, please, and each name once", m.Name)
		}
		names[m.Name] = true
		text, err := m.mutated(root)
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
			continue
		}
		if _, err := parser.ParseFile(token.NewFileSet(), m.File, text, 0); err != nil {
			t.Errorf("%s: the mutant is not Go: %v", m.Name, err)
		}
	}
}

// TestCheapMutantsDie runs a few of the list; make mutants runs all.
func TestCheapMutantsDie(t *testing.T) {
	mutants, err := load()
	if err != nil {
		t.Fatal(err)
	}
	healthy := map[string]error{}
	for _, m := range mutants {
		if !m.Cheap {
			continue
		}
		if err := m.try(t.Context(), root, healthy); err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
	}
}

// The tool itself must see a mutant that survives, one that does not compile, and a test
// that is not there.
func TestTheToolIsNotBlind(t *testing.T) {
	harmless := mutant{Name: "harmless", File: "internal/point/reach.go", Old: "func Reach(string) {}", New: "func Reach(string) { _ = 1 }",
		Package: "internal/point", Run: "^TestReachDoesNothing$"}
	broken, absent, moved := harmless, harmless, harmless
	broken.New = "func Reach(string) { return 1 }"
	absent.Run = "^TestNobodyWroteThis$"
	moved.Old = "func Reach(text that is not there)"
	for want, m := range map[string]mutant{
		"SURVIVES": harmless, "does not compile": broken, "there is no such test": absent, "holds the old text 0 times": moved,
	} {
		if err := m.try(t.Context(), root, map[string]error{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want one that says %s", err, want)
		}
	}
}
