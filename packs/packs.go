// Package packs holds the rule packs that come with Loket, as data with dates.
//
// Each folder is one pack in the form that package rules describes. Nothing
// here is code: a new certificate, cohort or city is a new folder.
//
//	pack, err := rules.Load(packs.FS("gkvi-amsterdam-2021"))
//
// All packs are historical. They say what the sources of that time
// said, and mark as inferred what no source gives.
package packs

import (
	"embed"
	"io/fs"
)

//go:embed gkvi-amsterdam-2021 covid-2021 refugeehelp-2022
var files embed.FS

// FS returns the files of the pack of that name. If there is no such pack,
// reading from it fails with fs.ErrNotExist.
func FS(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		return missing{}
	}
	return sub
}

// Names returns the names of the packs, sorted.
func Names() []string {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil // an embedded folder can always be read
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names
}

// missing is a file system without files.
type missing struct{}

func (missing) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
