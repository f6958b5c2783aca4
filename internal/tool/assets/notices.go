package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// shipped are the packages whose code or fonts end in the output. Sass,
// rtlcss and what the tests use are tools and are not handed on.
var shipped = []string{"govuk-frontend", "@fontsource-variable/noto-sans", "@fontsource-variable/noto-sans-arabic"}

// govukLicence stands in for the licence file that the npm package of
// govuk-frontend does not contain; its package.json says MIT.
const govukLicence = `The MIT License (MIT)

Copyright (c) Crown Copyright (Government Digital Service)

Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to
use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of
the Software, and to permit persons to whom the Software is furnished to do so,
subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS
FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER
IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`

// writeNotices writes name, version and licence of each shipped package, and
// returns the name of the file.
func writeNotices() (string, error) {
	var text strings.Builder
	text.WriteString("Parts of Loket's pages that others made, with the licences they gave.\n")
	for _, name := range shipped {
		notice, err := notice(name)
		if err != nil {
			return "", fmt.Errorf("write the notice of %s: %w", name, err)
		}
		text.WriteString("\n" + strings.Repeat("-", 72) + "\n" + notice)
	}
	sum := sha256.Sum256([]byte(text.String()))
	file := fmt.Sprintf("THIRD-PARTY-NOTICES-%X.txt", sum[:4])
	return file, os.WriteFile(filepath.Join(output, file), []byte(text.String()), 0o644)
}

func notice(name string) (string, error) {
	dir := filepath.Join(modules, filepath.FromSlash(name))
	data, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		return "", err
	}
	var about struct{ Version, License string }
	if err := json.Unmarshal(data, &about); err != nil {
		return "", err
	}
	licence, err := os.ReadFile(filepath.Join(dir, "LICENSE"))
	if errors.Is(err, fs.ErrNotExist) && name == "govuk-frontend" && about.License == "MIT" {
		licence, err = []byte(govukLicence), nil
	}
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %s (%s)\n\n%s\n", name, about.Version, about.License, strings.TrimSpace(string(licence))), nil
}
