package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// bundleScripts minifies each script and writes it to the output. Each stands alone:
// where nothing was built, the server hands out the sources.
func bundleScripts(manifest map[string]string) error {
	paths, err := filepath.Glob(scripts)
	if err != nil {
		return fmt.Errorf("list the scripts: %w", err)
	}
	for _, path := range paths {
		if manifest[filepath.Base(path)], err = bundleScript(path); err != nil {
			return err
		}
	}
	return nil
}

// bundleScript returns the name of the script written.
func bundleScript(path string) (string, error) {
	result := api.Build(api.BuildOptions{
		EntryPoints:       []string{path},
		Bundle:            true,
		Write:             true,
		Outdir:            output,
		EntryNames:        strings.TrimSuffix(filepath.Base(path), ".js") + "-[hash]",
		Format:            api.FormatIIFE,
		Target:            api.ES2020,
		MinifyWhitespace:  true,
		MinifySyntax:      true,
		MinifyIdentifiers: true,
		LegalComments:     api.LegalCommentsNone,
		LogLevel:          api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		return "", fmt.Errorf("bundle %s: %s", path, result.Errors[0].Text)
	}
	if len(result.OutputFiles) == 0 {
		return "", errors.New("bundle " + path + ": no script came out")
	}
	return filepath.Base(result.OutputFiles[0].Path), nil
}
