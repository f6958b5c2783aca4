package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"loket/internal/fault"
	"loket/internal/lang"
)

// assetPath is where the assets are served.
const assetPath = "/assets/"

// The folder is written by internal/tool/assets and is empty in a fresh checkout.
//
//go:embed all:dist
var built embed.FS

//go:embed fallback.css
var fallback []byte

// Scripts as they were written, for where nothing was built.
//
//go:embed assets/*.js
var unbuilt embed.FS

// Assets are the files that pages load, held in memory. Each name carries a
// hash of the content, so a browser may keep a file for ever.
type Assets struct {
	files   map[string]asset
	styles  map[lang.Dir]string
	scripts map[string]string // by the name in the sources, such as staff.js
	notices string
}

type asset struct {
	plain, gzip []byte // gzip is nil where it would not be smaller
	kind        []string
}

// BuiltAssets returns the files that were built into the program, or a plain
// stylesheet of our own if none were; Complete tells which.
func BuiltAssets() (*Assets, error) {
	dist, err := fs.Sub(built, "dist")
	if err != nil {
		return nil, fmt.Errorf("open the built assets: %w", err)
	}
	return LoadAssets(dist)
}

// LoadAssets reads a folder that internal/tool/assets wrote.
func LoadAssets(files fs.FS) (*Assets, error) {
	a := &Assets{files: make(map[string]asset), styles: make(map[lang.Dir]string), scripts: make(map[string]string)}
	manifest, err := fs.ReadFile(files, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return a, a.useFallback()
	}
	if err != nil {
		return nil, fmt.Errorf("read the manifest of assets: %w", err)
	}
	var names map[string]string
	if err := json.Unmarshal(manifest, &names); err != nil {
		return nil, fmt.Errorf("read the manifest of assets: %w", err)
	}
	if err := a.load(files); err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, ok := a.files[name]; !ok {
			return nil, fmt.Errorf("the manifest of assets names %s, which is not there", name)
		}
	}
	a.styles[lang.LeftToRight], a.styles[lang.RightToLeft] = names["app.css"], names["app.rtl.css"]
	a.notices = names["notices"]
	for name, file := range names {
		if path.Ext(name) == ".js" {
			a.scripts[name] = file
		}
	}
	return a, nil
}

func (a *Assets) load(files fs.FS) error {
	names, err := fs.Glob(files, "*.*")
	if err != nil {
		return fmt.Errorf("list the assets: %w", err)
	}
	for _, name := range names {
		if strings.HasPrefix(name, ".") || name == "manifest.json" {
			continue
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return fmt.Errorf("read the asset %s: %w", name, err)
		}
		plain, compressed := strings.CutSuffix(name, ".gz")
		file := a.files[plain]
		if compressed {
			file.gzip = data
		} else {
			file.plain = data
		}
		file.kind = []string{kind(plain)}
		a.files[plain] = file
	}
	return nil
}

func (a *Assets) useFallback() error {
	style := a.addPlain("fallback.css", fallback)
	a.styles[lang.LeftToRight], a.styles[lang.RightToLeft] = style, style
	names, err := fs.Glob(unbuilt, "assets/*.js")
	if err != nil {
		return fmt.Errorf("list the scripts: %w", err)
	}
	for _, name := range names {
		data, err := unbuilt.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read the script %s: %w", name, err)
		}
		a.scripts[path.Base(name)] = a.addPlain(path.Base(name), data)
	}
	return nil
}

// addPlain adds a file as it is, under a name with a hash, which it returns.
func (a *Assets) addPlain(name string, data []byte) string {
	sum := sha256.Sum256(data)
	ext := path.Ext(name)
	name = fmt.Sprintf("%s-%x%s", strings.TrimSuffix(name, ext), sum[:4], ext)
	a.files[name] = asset{plain: data, kind: []string{kind(name)}}
	return name
}

func kind(name string) string {
	switch path.Ext(name) { // what the tables of some systems lack or say otherwise
	case ".woff2":
		return "font/woff2"
	case ".js":
		return "text/javascript; charset=utf-8"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// Complete reports whether the real stylesheet was built in.
func (a *Assets) Complete() bool { return a.notices != "" }

// Style returns the path of the stylesheet for a direction of writing.
func (a *Assets) Style(dir lang.Dir) string { return assetPath + a.styles[dir] }

// Script returns the path of a script by its name in the sources, such as
// "staff.js", or "" where none was built.
func (a *Assets) Script(name string) string {
	if a.scripts[name] == "" {
		return ""
	}
	return assetPath + a.scripts[name]
}

// Notices returns the path of the licences of what others made, or "" where
// nothing of theirs is served.
func (a *Assets) Notices() string {
	if a.notices == "" {
		return ""
	}
	return assetPath + a.notices
}

// immutable lets a browser and any cache keep a file for a year.
var immutable = []string{"public, max-age=31536000, immutable"}

func (a *Assets) serve(w http.ResponseWriter, r *http.Request, name string) {
	file, ok := a.files[name]
	if !ok || !isRead(r) {
		http.Error(w, fault.NotFound.String(), http.StatusNotFound)
		return
	}
	w.Header()["Cache-Control"] = immutable
	writeReady(w, r, file)
}

// writeReady writes bytes that never change, compressed where the browser can.
func writeReady(w http.ResponseWriter, r *http.Request, file asset) {
	h, body := w.Header(), file.plain
	h["Content-Type"] = file.kind
	if file.gzip != nil {
		h.Add("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			h["Content-Encoding"] = gzipEncoding
			body = file.gzip
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		bytes.NewReader(body).WriteTo(w)
	}
}

var gzipEncoding = []string{"gzip"}

// acceptsGzip reports whether an Accept-Encoding header names gzip and does not
// refuse it.
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(part, ";")
		if strings.TrimSpace(name) == "gzip" {
			q, found := strings.CutPrefix(strings.ReplaceAll(weight, " ", ""), "q=")
			value, err := strconv.ParseFloat(q, 64)
			return !found || (err == nil && value > 0)
		}
	}
	return false
}
