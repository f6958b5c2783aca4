package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
)

// mutant is one control, switched off.
type mutant struct {
	Name    string `yaml:"name"`    // of the control
	Cites   string `yaml:"cites"`   // requirement, threat or promise that needs it
	File    string `yaml:"file"`    // seen from the root
	Old     string `yaml:"old"`     // stands exactly once in the file
	New     string `yaml:"new"`     // takes its place
	Package string `yaml:"package"` // of the test, seen from the root
	Run     string `yaml:"run"`     // the test, as go test -run takes it
	Cheap   bool   `yaml:"cheap"`   // tried by an ordinary go test, too
}

func (m mutant) test() string { return m.Package + " " + m.Run }

//go:embed *.yaml
var listed embed.FS

// load reads all lists.
func load() ([]mutant, error) {
	names, err := fs.Glob(listed, "*.yaml")
	if err != nil {
		return nil, err
	}
	var all []mutant
	for _, name := range names {
		text, err := listed.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var mutants []mutant
		if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&mutants); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, mutants...)
	}
	return all, nil
}

// mutated returns the file with the control switched off.
func (m mutant) mutated(root string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(root, m.File))
	if err != nil {
		return nil, err
	}
	if n := strings.Count(string(text), m.Old); n != 1 || m.Old == "" {
		return nil, fmt.Errorf("%s holds the old text %d times, want once", m.File, n)
	}
	return []byte(strings.Replace(string(text), m.Old, m.New, 1)), nil
}

// try runs the test with the mutant, and once without any. It returns nil when the
// mutant dies of the test alone.
func (m mutant) try(ctx context.Context, root string, healthy map[string]error) error {
	text, err := m.mutated(root)
	if err != nil {
		return err
	}
	if _, known := healthy[m.test()]; !known {
		healthy[m.test()] = m.control(ctx, root)
	}
	if err := healthy[m.test()]; err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mutant-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	overlay, err := m.overlay(root, dir, text)
	if err != nil {
		return err
	}
	out, err := m.goTest(ctx, root, "-overlay="+overlay)
	if err == nil {
		return errors.New("SURVIVES")
	}
	return died(out)
}

// died tells a failed test from a mutant that could not be tried.
func died(out string) error {
	switch {
	case strings.Contains(out, "[build failed]"), strings.Contains(out, "[setup failed]"):
		return fmt.Errorf("does not compile:\n%s", out)
	case strings.Contains(out, "--- FAIL: "), strings.Contains(out, "\npanic: "):
		return nil
	}
	return fmt.Errorf("failed without a failing test:\n%s", out)
}

// control runs the test without a mutant.
func (m mutant) control(ctx context.Context, root string) error {
	out, err := m.goTest(ctx, root)
	if err != nil {
		return fmt.Errorf("FAILS WITHOUT A MUTANT:\n%s", out)
	}
	if strings.Contains(out, "no tests to run") {
		return errors.New("there is no such test")
	}
	return nil
}

// overlay writes the changed file and the list that names it, and returns the
// path of the list.
func (m mutant) overlay(root, dir string, text []byte) (string, error) {
	changed := filepath.Join(dir, "changed.go")
	if err := os.WriteFile(changed, text, 0o600); err != nil {
		return "", err
	}
	original, err := filepath.Abs(filepath.Join(root, m.File))
	if err != nil {
		return "", err
	}
	list, err := json.Marshal(map[string]map[string]string{"Replace": {original: changed}})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, list, 0o600)
}

// goTest runs the test and returns what it printed. The flags go by the environment,
// so that a test which builds a program of its own builds the mutant. It is run anew
// each time: the go command does not know what such a test depends on.
func (m mutant) goTest(ctx context.Context, root string, flags ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-vet=off", "-count=1", "-timeout=5m", "-run="+m.Run, "./"+m.Package)
	cmd.Dir, cmd.Env = root, append(os.Environ(), "GOFLAGS="+strings.Join(flags, " "))
	out, err := cmd.CombinedOutput()
	return string(out), err
}
