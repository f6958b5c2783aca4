package rules

import (
	"flag"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"loket/internal/fault"
)

var update = flag.Bool("update", false, "write the golden files")

// ferry returns the files of the small pack, with some replaced; a file that
// is replaced by nothing is left out.
func ferry(t testing.TB, replaced map[string]string) fstest.MapFS {
	t.Helper()
	files := make(fstest.MapFS)
	root := os.DirFS("testdata/pack")
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, name)
		files[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range replaced {
		if data == "" {
			delete(files, name)
		} else {
			files[name] = &fstest.MapFile{Data: []byte(data)}
		}
	}
	return files
}

func loadFerry(t testing.TB) *Pack {
	t.Helper()
	p, err := Load(ferry(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestProblems loads packs with something wrong. Each file of testdata/bad is
// an archive of edits to the small pack, one "old" and "new" text a file, or a
// whole file, and the problems that Load must report.
func TestProblems(t *testing.T) { // G-01
	names, err := filepath.Glob("testdata/bad/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files := ferry(t, nil)
			want := edit(t, files, archive)
			_, err = Load(files)
			if err == nil {
				t.Fatal("loaded")
			}
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("kind %v, want %v", fault.Of(err), fault.Invalid)
			}
			got := strings.TrimPrefix(err.Error(), "load pack: ") + "\n"
			if *update {
				archive.Files[len(archive.Files)-1].Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// edit makes the changes of an archive and returns its last file, what is wanted.
func edit(t *testing.T, files fstest.MapFS, archive *txtar.Archive) string {
	t.Helper()
	for _, f := range archive.Files[:len(archive.Files)-1] {
		old, replacement, ok := strings.Cut(string(f.Data), "=>\n")
		if !ok {
			files[f.Name] = &fstest.MapFile{Data: f.Data}
			continue
		}
		old, replacement = strings.TrimSuffix(old, "\n"), strings.TrimSuffix(replacement, "\n")
		before := string(files[f.Name].Data)
		if !strings.Contains(before, old) {
			t.Fatalf("%s does not contain %q", f.Name, old)
		}
		files[f.Name] = &fstest.MapFile{Data: []byte(strings.Replace(before, old, replacement, 1))}
	}
	return string(archive.Files[len(archive.Files)-1].Data)
}

func TestHash(t *testing.T) {
	p := loadFerry(t)
	if again := loadFerry(t); again.Hash != p.Hash || len(p.Hash) != 64 {
		t.Errorf("hashes %q and %q", p.Hash, again.Hash)
	}
	onDisk, err := Load(os.DirFS("testdata/pack"))
	if err != nil || onDisk.Hash != p.Hash {
		t.Errorf("hash on disk %q, in memory %q, %v", onDisk.Hash, p.Hash, err)
	}
	files := ferry(t, nil)
	for name := range maps.Clone(files) {
		changed := ferry(t, map[string]string{name: string(files[name].Data) + "\n"})
		other, err := Load(changed)
		if err != nil {
			t.Errorf("%s with one line more: %v", name, err)
		} else if other.Hash == p.Hash {
			t.Errorf("%s changed, and the hash did not", name)
		}
	}
}

func TestAccess(t *testing.T) {
	p := loadFerry(t)
	if item, ok := p.Item("piers", "west"); !ok || item.Fields["phone"] != "000" || item.Owner != "Harbour office" || item.Source != "notice" {
		t.Errorf("item west: %+v, %v", item, ok)
	}
	if _, ok := p.Item("piers", "north"); ok {
		t.Error("there is a pier north")
	}
	if p.Rule("east-free").Owner != "Council" || p.Rule("young").Owner != "Harbour office" {
		t.Error("owners of rules")
	}
	if s, ok := p.Source("notice"); !ok || s.On.String() != "2020-01-01" {
		t.Errorf("source notice: %+v", s)
	}
	west, _ := p.Item("piers", "west")
	for lang, want := range map[string]string{"nl": "West nl", "ar": "غرب ar", "fr": "West nl"} {
		if words, in := p.In(lang, west.Name); words+" "+in != want {
			t.Errorf("west in %s: %s %s, want %s", lang, words, in, want)
		}
	}
	if text := p.Text("ar", "welcome"); text == nil || text.Lang != "en" {
		t.Errorf("welcome in Arabic falls back to %+v, want English", text)
	}
	if p.Text("nl", "goodbye") != nil || p.List("boats") != nil || p.Fact("boat") != nil || p.Question("boat") != nil {
		t.Error("something that is not there was found")
	}
}
