package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
)

// compress writes a gzip copy beside each file of dir that gets smaller by a
// tenth or more; woff2 does not. The copies have no time in them, so two
// builds of the same sources are the same bytes.
func compress(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		plain, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var small bytes.Buffer
		w, err := gzip.NewWriterLevel(&small, gzip.BestCompression)
		if err != nil {
			return err
		}
		if _, err := w.Write(plain); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		if small.Len() > len(plain)*9/10 {
			continue
		}
		if err := os.WriteFile(path+".gz", small.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}
