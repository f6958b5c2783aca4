package ident

import "strings"

// Standardised returns a name as the machine-readable zone of a passport writes
// it (ICAO Doc 9303 part 3): A to Z, words in their order, "<" between them. Letters
// of a script that has no table there are left out.
func Standardised(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range transliterate(name) {
		switch {
		case 'A' <= r && r <= 'Z':
			if gap && b.Len() > 0 {
				b.WriteByte('<')
			}
			b.WriteRune(r)
			gap = false
		case r == '\'' || r == '’' || r == '.':
			// left out without a gap, as the standard says
		default:
			gap = true
		}
	}
	return b.String()
}
