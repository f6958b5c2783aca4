// Package locales holds the message catalogues, one TOML file a language, and
// the tests that keep them complete. Package lang reads them and describes
// their form; a translator needs nothing but these files.
package locales

import "embed"

// Files are the catalogues, for lang.Load.
//
//go:embed *.toml
var Files embed.FS
