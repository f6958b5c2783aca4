package ical

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden file anew")

func example() Event {
	return Event{UID: "urn:loket:0123", Sequence: 2, Stamp: time.Date(2022, 8, 16, 7, 0, 0, 0, time.UTC), Title: "Зустріч; 1, \\ 2",
		Starts: time.Date(2022, 8, 18, 9, 0, 0, 0, time.FixedZone("CEST", 2*60*60)), Length: 15 * time.Minute,
		Where: "بيجلميردريف 1289, 1103 TV Amsterdam, een heel lang adres dat over de regel gaat\r\nachter", Alarms: []time.Duration{24 * time.Hour}}
}

func TestGolden(t *testing.T) {
	got := string(Calendar("-//Loket//EN", example(), Event{UID: "2", Starts: time.Unix(0, 0), Stamp: time.Unix(0, 0)}))
	if *update {
		if err := os.WriteFile("testdata/calendar.ics", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/calendar.ics")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// unfolded returns the properties of a file, in their order, as a reader takes them apart;
// it fails where a line is not one.
func unfolded(t testing.TB, file string) (lines [][2]string) {
	t.Helper()
	raw, ok := strings.CutSuffix(file, "\r\n")
	if !ok {
		t.Fatalf("the file does not end in a line: %q", file)
	}
	for line := range strings.SplitSeq(raw, "\r\n") {
		if len(line) > most || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") {
			t.Errorf("%q is no line of a calendar", line)
		}
	}
	for line := range strings.SplitSeq(strings.ReplaceAll(raw, "\r\n ", ""), "\r\n") {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			t.Errorf("%q is no property", line)
		}
		lines = append(lines, [2]string{name, value})
	}
	return lines
}

// plain undoes escape.
func plain(text string) string {
	return strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n").Replace(text)
}

// Whatever a title holds, it is one property, and is read back.
func FuzzCalendar(f *testing.F) {
	f.Add(example().Title, example().Where)
	f.Add("END:VEVENT\r\nBEGIN:VEVENT", "\x00\x1b"+strings.Repeat("é", 100))
	f.Fuzz(func(t *testing.T, title, where string) {
		e := example()
		e.Title, e.Where = title, where
		names, events := map[string]string{}, 0
		for _, line := range unfolded(t, string(Calendar("-//Loket//EN", e))) {
			if line == [2]string{"BEGIN", "VEVENT"} {
				events++
			}
			if line[0] == "SUMMARY" || line[0] == "LOCATION" {
				names[line[0]] = plain(line[1])
			}
		}
		if events != 1 {
			t.Errorf("%d events", events)
		}
		clean := func(text string) string {
			text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(text, "\uFFFD"))
			return strings.Map(func(r rune) rune {
				if r != '\n' && r < ' ' || r == 0x7F {
					return -1
				}
				return r
			}, text)
		}
		if names["SUMMARY"] != clean(title) || names["LOCATION"] != clean(where) {
			t.Errorf("%q and %q are read as %q", title, where, names)
		}
	})
}
