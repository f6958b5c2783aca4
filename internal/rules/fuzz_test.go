package rules

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"loket/internal/fault"
)

// FuzzLoad gives Load any files. It must refuse them with a fault of kind
// Invalid, or return a pack that answers each of its questions.
func FuzzLoad(f *testing.F) {
	files := ferry(f, nil)
	main, rules, cases := files["pack.yaml"].Data, files["rules.yaml"].Data, files["cases.yaml"].Data
	text := files["texts/nl/welcome.md"].Data
	f.Add(main, rules, cases, text)
	bad, err := filepath.Glob("testdata/bad/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range bad {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			f.Add(main, rules, file.Data, file.Data)
			f.Add(main, file.Data, cases, text)
			f.Add(file.Data, rules, cases, text)
		}
	}
	f.Fuzz(func(t *testing.T, main, rules, cases, text []byte) {
		p, err := Load(ferry(t, map[string]string{
			"pack.yaml": string(main), "rules.yaml": string(rules), "cases.yaml": string(cases), "texts/nl/welcome.md": string(text)}))
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("kind %v: %v", fault.Of(err), err)
			}
			return
		}
		on := Day{737500}
		for id := range p.questions {
			// An expression may divide by zero; only then may Decide fail.
			if _, err := Decide(p, id, nil, on, on); err != nil && !fault.Is(err, fault.Internal) {
				t.Errorf("question %s: %v", id, err)
			}
		}
	})
}
