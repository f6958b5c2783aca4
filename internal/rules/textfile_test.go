package rules

import (
	"io/fs"
	"strings"
	"testing"

	"loket/internal/fault"
	"loket/packs"
)

// An editor that changes nothing changes nothing that people read.
func TestATextSurvivesTheEditor(t *testing.T) {
	for _, name := range packs.Names() {
		files := packs.FS(name)
		before, err := Load(files)
		if err != nil {
			t.Fatal(err)
		}
		changed := map[string][]byte{}
		check := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		check(fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasPrefix(path, "texts/") {
				return err
			}
			data, err := fs.ReadFile(files, path)
			check(err)
			head, body, err := SplitText(data)
			check(err)
			changed[path] = JoinText(head, strings.ReplaceAll(body, "\n", "\r\n"))
			return nil
		}))
		after, err := LoadChanged(files, changed)
		check(err)
		for _, l := range before.Languages {
			for _, text := range before.Texts() {
				was, is := before.Text(l.Tag, text), after.Text(l.Tag, text)
				if was.Title != is.Title || was.Reviewed != is.Reviewed || was.Checked != is.Checked || was.Source != is.Source {
					t.Errorf("%s in %s: head %+v, was %+v", text, l.Tag, is, was)
				}
				values := map[string]string{}
				for _, need := range was.Needs {
					values[need] = "value"
				}
				one, err1 := was.HTML(values)
				two, err2 := is.HTML(values)
				check(err1)
				check(err2)
				if one != two {
					t.Errorf("%s in %s: body changed", text, l.Tag)
				}
			}
		}
	}
}

func TestSplitTextRefusesWhatIsNoText(t *testing.T) {
	for _, data := range []string{"", "words", "---\ntitle: x\n", "---\n- x\n---\nbody"} {
		if _, _, err := SplitText([]byte(data)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", data, err)
		}
	}
}

func FuzzSplitText(f *testing.F) {
	f.Add([]byte("---\ntitle: x\n---\n\nbody\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		head, body, err := SplitText(data)
		if err != nil {
			return
		}
		if strings.Contains(body, "\n---\n") {
			return
		}
		again, sameBody, err := SplitText(JoinText(head, body))
		if err == nil && (again.Title != head.Title || strings.TrimSpace(sameBody) != strings.TrimSpace(body)) {
			t.Errorf("%q became %q", data, JoinText(head, body))
		}
	})
}
