package sms

import (
	"encoding/json"
	"strconv"
	"strings"
)

// maxText is the length in bytes beyond which no reference or status is taken.
const maxText = 200

// textAt returns the string or whole number at a path of names and indexes in a
// JSON document, such as "messages.0.id"; "" where there is none.
func textAt(document []byte, path string) string { return longTextAt(document, path, maxText) }

// longTextAt is textAt for a text of at most so many bytes.
func longTextAt(document []byte, path string, most int) string {
	if path == "" {
		return ""
	}
	var at any
	decoder := json.NewDecoder(strings.NewReader(string(document)))
	decoder.UseNumber() // ids of 64 bits keep their last digits
	if decoder.Decode(&at) != nil {
		return ""
	}
	for step := range strings.SplitSeq(path, ".") {
		switch here := at.(type) {
		case map[string]any:
			at = here[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(here) {
				return ""
			}
			at = here[i]
		default:
			return ""
		}
	}
	var text string
	switch found := at.(type) {
	case string:
		text = found
	case json.Number:
		text = found.String()
	}
	if len(text) > most || strings.ContainsRune(text, 0) {
		return ""
	}
	return text
}
