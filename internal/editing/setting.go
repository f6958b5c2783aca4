package editing

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"loket/internal/rules"
)

// Setting returns the change that gives a setting a value, from its first day on.
func Setting(id string, v rules.SettingValue, why string) Edit {
	var words strings.Builder
	for i, tag := range slices.Sorted(maps.Keys(v.Why)) {
		if i > 0 {
			words.WriteString(", ")
		}
		fmt.Fprintf(&words, "%s: %s", tag, strconv.Quote(v.Why[tag]))
	}
	value := fmt.Sprint(v.Value)
	if text, ok := v.Value.(string); ok {
		value = strconv.Quote(text)
	}
	return Edit{
		File: "settings/" + id + "/" + v.From.String(), Why: why,
		Value: fmt.Sprintf("{value: %s, from: %s, source: %s, owner: %s, why: {%s}}", value, v.From, strconv.Quote(v.Source), strconv.Quote(v.Owner), words.String()),
	}
}
