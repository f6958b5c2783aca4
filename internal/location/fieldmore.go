package location

import (
	"maps"
	"slices"
	"strings"
	"time"

	"loket/internal/rules"
)

// instantLayout is how an instant is written, by the clocks of a zone.
const instantLayout = "2006-01-02T15:04"

// FormatInstant returns what ParseInstant reads; empty for the zero time.
func FormatInstant(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format(instantLayout)
}

// ParseInstant reads a day, which is its midnight, or 2022-07-13T10:00 by the clocks of a
// zone; an empty text is the zero time. What it refuses is a fault of kind Invalid.
func ParseInstant(text string, zone *time.Location) (time.Time, error) {
	if text = strings.TrimSpace(text); text == "" {
		return time.Time{}, nil
	}
	return parseInstant(text, zone)
}

// FormatTravel returns what ParseTravel reads: each note in each of its languages.
func FormatTravel(list []Travel) string {
	var entries []string
	for _, t := range list {
		for _, tag := range slices.Sorted(maps.Keys(t.Note)) {
			entries = append(entries, t.By+" "+tag+" "+t.Note[tag])
		}
	}
	return strings.Join(entries, "\n")
}

// ParseTravel reads lines of "train nl Vanaf het station is het tien minuten lopen": by
// which way one comes, the language of the note, and the note. What it refuses is a fault
// of kind Invalid.
func ParseTravel(text string) ([]Travel, error) {
	var list []Travel
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if len(words) < 3 || len(list) == maxEntries {
			return nil, invalid("location.travel", "a note without a way, a language or words")
		}
		by, tag, note := words[0], words[1], strings.Join(words[2:], " ")
		i := slices.IndexFunc(list, func(t Travel) bool { return t.By == by })
		if i < 0 {
			i, list = len(list), append(list, Travel{By: by, Note: rules.Words{}})
		}
		if list[i].Note[tag] != "" {
			return nil, invalid("location.travel", "two notes of one way in one language")
		}
		list[i].Note[tag] = note
		if !list[i].valid() {
			return nil, invalid("location.travel", "a note that cannot be")
		}
	}
	return list, nil
}
