package texting_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// checkFiles fails the test when a file below a directory holds one of some texts.
func checkFiles(t *testing.T, dir string, texts ...string) {
	t.Helper()
	files := 0
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files++
		for _, text := range texts {
			if bytes.Contains(data, []byte(text)) {
				t.Errorf("%s holds %q", filepath.Base(path), text)
			}
		}
		return err
	}))
	if files == 0 {
		t.Error("there are no files")
	}
}
