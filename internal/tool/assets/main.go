// Command assets builds what the pages load: the stylesheet in both
// directions, its fonts, the few scripts, and the notices of the parts it is
// made of.
//
//	npm ci --ignore-scripts
//	go run ./internal/tool/assets
//
// It reads internal/web/assets and the installed npm packages, and writes
// internal/web/dist: files whose names carry a hash of their content, each
// with a gzip copy where that is smaller, and manifest.json, which names the
// two stylesheets, the scripts by the names of their sources, and the notices. The server embeds that folder. Run it at
// the root of the repository.
//
// Sass and rtlcss run as the packages' own programs under Node; bundling,
// minifying and hashing are done by esbuild, as a Go module.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	source  = "internal/web/assets/app.scss"
	scripts = "internal/web/assets/*.js"
	output  = "internal/web/dist"
	modules = "node_modules"
)

func main() {
	if err := build(); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

func build() error {
	if err := empty(output); err != nil {
		return err
	}
	plain, err := sass(source)
	if err != nil {
		return err
	}
	mirrored, err := rtl(plain)
	if err != nil {
		return err
	}
	manifest := make(map[string]string)
	for name, css := range map[string][]byte{"app.css": plain, "app.rtl.css": mirrored} {
		if manifest[name], err = bundle(name, css); err != nil {
			return err
		}
	}
	if err := bundleScripts(manifest); err != nil {
		return err
	}
	if manifest["notices"], err = writeNotices(); err != nil {
		return err
	}
	if err := compress(output); err != nil {
		return err
	}
	text, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	return os.WriteFile(filepath.Join(output, "manifest.json"), append(text, '\n'), 0o644)
}

// empty removes the files of an earlier build, which the manifest would no
// longer name, and keeps the placeholder that git knows.
func empty(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}
