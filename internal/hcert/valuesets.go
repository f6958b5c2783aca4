package hcert

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
)

//go:embed valuesets.json
var valueSetsJSON []byte

// valueSet is one list of codes with their English names.
type valueSet struct {
	Name  string            `json:"name"`
	Date  string            `json:"date"`
	Codes map[string]string `json:"codes"`
}

var valueSets = sync.OnceValue(func() map[string]valueSet {
	var file struct {
		Sets map[string]valueSet `json:"sets"`
	}
	if err := json.Unmarshal(valueSetsJSON, &file); err != nil {
		panic(fmt.Sprintf("hcert: embedded value sets: %v", err)) // built into the program
	}
	return file.Sets
})

func inSet(set, code string) bool {
	_, ok := valueSets()[set].Codes[code]
	return ok
}

// Codes returns the codes of a value set in order, or none if there is no such
// set. The sets are tg (disease), vp (kind of vaccine), mp (vaccine), vaccine-ma
// (maker of a vaccine), test-ma (rapid test), tt (kind of test), tr (result) and
// co (country).
func Codes(set string) []string {
	return slices.Sorted(maps.Keys(valueSets()[set].Codes))
}

// CodeName returns the English name of a code in a value set (see Codes), or the
// code itself if the set does not have it.
func CodeName(set, code string) string {
	if name, ok := valueSets()[set].Codes[code]; ok {
		return name
	}
	return code
}
