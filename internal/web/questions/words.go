package questions

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"loket/internal/rules"
)

// lists are the lists of a pack whose words the pages use.
var lists = []string{ListTerritory, ListElsewhere, ListVaccinators, ListDocuments, ListCounters, ListRoutes, ListFields}

// The lists that a pack of this route has.
const (
	ListTerritory   = "territory"
	ListElsewhere   = "elsewhere"
	ListVaccinators = "vaccinators"
	ListDocuments   = "documents"
	ListCounters    = "counters"
	ListRoutes      = "other_routes"
	ListFields      = "fields"
)

// Messages returns catalogue files to which the words of a pack's lists are added as
// messages, so that a page says "Dutch passport" as it says "Continue", with the same
// falling back and the same mark on a text in another language. The name of an
// item has the key "pack.LIST.ITEM.name", and its other words stand beside it; an
// underscore becomes a dash.
func Messages(catalogues fs.FS, pack *rules.Pack) fs.FS { return withPack{catalogues, pack} }

type withPack struct {
	fs.FS
	pack *rules.Pack
}

// ReadFile returns a catalogue with the words of its language at the end.
func (w withPack) ReadFile(name string) ([]byte, error) {
	data, err := fs.ReadFile(w.FS, name)
	if err != nil {
		return nil, err
	}
	b := []byte(string(data) + "\n")
	tag := strings.TrimSuffix(name, ".toml")
	for _, list := range lists {
		for _, item := range w.pack.List(list) {
			b = appendMessage(b, Key(list, item.ID, "name"), item.Name[tag])
			for _, word := range sortedKeys(item.Words) {
				b = appendMessage(b, Key(list, item.ID, word), item.Words[word][tag])
			}
		}
	}
	return b, nil
}

// appendMessage adds a line of TOML. A text quoted as JSON is quoted as TOML too.
func appendMessage(b []byte, key, text string) []byte {
	if text == "" {
		return b
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string always marshals
	}
	return fmt.Appendf(b, "%s = %s\n", key, quoted)
}

// Key is the message key of an item's words.
func Key(list, item, words string) string {
	return strings.ReplaceAll("pack."+list+"."+item+"."+words, "_", "-")
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// Field returns the message keys of a field that the pack describes: its label, what
// it is for, and who sees it.
func Field(id string) (label, purpose, who string) {
	return Key(ListFields, id, "name"), Key(ListFields, id, "purpose"), Key(ListFields, id, "seen_by")
}
