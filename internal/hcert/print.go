package hcert

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// labels are the English names of the fields, in the order they are printed.
var labels = []struct{ key, label, set string }{
	{"ver", "schema version", ""}, {"nam", "", ""}, {"fn", "family name", ""}, {"gn", "given name", ""},
	{"fnt", "family name, A-Z", ""}, {"gnt", "given name, A-Z", ""}, {"dob", "born", ""},
	{"v", "", ""}, {"t", "", ""}, {"r", "", ""},
	{"tg", "disease", "tg"}, {"vp", "kind of vaccine", "vp"}, {"mp", "vaccine", "mp"}, {"tt", "kind of test", "tt"},
	{"nm", "test", ""}, {"ma", "maker", ""}, {"tr", "result", "tr"}, {"sc", "sample taken", ""}, {"tc", "test centre", ""},
	{"dn", "dose", ""}, {"sd", "doses in series", ""}, {"dt", "date", ""}, {"fr", "first positive", ""},
	{"df", "valid from", ""}, {"du", "valid until", ""}, {"co", "country", "co"}, {"is", "responsible", ""}, {"ci", "identifier", ""},
}

// writeTree prints the fields of a payload, known ones first and with the names
// of their codes, whatever shape the payload has.
func writeTree(b *strings.Builder, group string, tree map[string]any) {
	seen := make(map[string]bool)
	for _, l := range labels {
		v, ok := tree[l.key]
		if !ok {
			continue
		}
		seen[l.key] = true
		set := l.set
		if l.key == "ma" && group == "v" {
			set = "vaccine-ma"
		} else if l.key == "ma" {
			set = "test-ma"
		}
		writeField(b, l.key, l.label, set, v)
	}
	for _, k := range slices.Sorted(maps.Keys(tree)) {
		if !seen[k] {
			writeField(b, k, k, "", tree[k])
		}
	}
}

func writeField(b *strings.Builder, key, label, set string, v any) {
	switch v := v.(type) {
	case map[string]any:
		writeTree(b, key, v)
	case []any:
		for _, e := range v {
			writeField(b, key, label, set, e)
		}
	default:
		if label == "" {
			label = key
		}
		text := fmt.Sprint(v)
		if name := CodeName(set, text); name != text {
			text = name + " (" + text + ")"
		}
		fmt.Fprintf(b, "%-18s %s\n", printable(label), printable(text))
	}
}

// printable replaces control characters, so that a certificate cannot steer the
// terminal it is printed on.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return '\uFFFD'
		}
		return r
	}, s)
}
