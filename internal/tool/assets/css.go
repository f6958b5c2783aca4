package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// fonts are bundled with each stylesheet. Each file of a font serves a range
// of characters, so a browser loads the scripts that are on the page.
var fonts = []string{"@fontsource-variable/noto-sans/index.css", "@fontsource-variable/noto-sans-arabic/index.css"}

// sass compiles the stylesheet at path.
func sass(path string) ([]byte, error) {
	return node(nil, "sass/sass.js", "--load-path="+modules, "--no-source-map", "--style=expanded", path)
}

// rtl turns the physical left and right of a stylesheet around.
func rtl(css []byte) ([]byte, error) {
	return node(css, "rtlcss/bin/rtlcss.js", "--silent", "-")
}

// node runs a program of an installed npm package and returns what it prints.
func node(stdin []byte, script string, args ...string) ([]byte, error) {
	path := filepath.Join(modules, filepath.FromSlash(script))
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("run %s (npm ci first): %w", script, err)
	}
	cmd := exec.Command("node", append([]string{path}, args...)...)
	cmd.Stdin = bytes.NewReader(stdin)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", script, err)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("run %s: it printed nothing", script)
	}
	return out, nil
}

// bundle joins the fonts and css, minifies them, and writes them with the
// font files to the output. It returns the name of the stylesheet written.
func bundle(name string, css []byte) (string, error) {
	var entry strings.Builder
	for _, font := range fonts {
		fmt.Fprintf(&entry, "@import %q;\n", font)
	}
	entry.WriteString(strings.TrimPrefix(string(css), "@charset \"UTF-8\";\n"))
	result := api.Build(api.BuildOptions{
		Stdin:             &api.StdinOptions{Contents: entry.String(), ResolveDir: ".", Sourcefile: name, Loader: api.LoaderCSS},
		Bundle:            true,
		Write:             true,
		Outdir:            output,
		EntryNames:        strings.TrimSuffix(name, ".css") + "-[hash]",
		AssetNames:        "[name]-[hash]",
		Loader:            map[string]api.Loader{".woff2": api.LoaderFile},
		MinifyWhitespace:  true,
		MinifySyntax:      true,
		MinifyIdentifiers: true,
		LegalComments:     api.LegalCommentsNone, // the notices file names each part
		LogLevel:          api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		return "", fmt.Errorf("bundle %s: %s", name, result.Errors[0].Text)
	}
	for _, file := range result.OutputFiles {
		if filepath.Ext(file.Path) == ".css" {
			return filepath.Base(file.Path), nil
		}
	}
	return "", errors.New("bundle " + name + ": no stylesheet came out")
}
