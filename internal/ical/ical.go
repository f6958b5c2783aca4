// Package ical writes calendars (RFC 5545) that a phone can add to its own.
//
//	file := ical.Calendar("-//Loket//EN", ical.Event{UID: id, Stamp: now, Starts: at, Length: time.Hour, Title: "Appointment"})
//
// All instants are in UTC, so that a file needs no time zone of its own and phones show
// the time of where they are. Lines are folded at 75 octets and never within a character.
// Text is escaped: what it holds is text to every reader.
//
// The package does not read calendars, and knows no recurrence, attendees or invitations.
package ical

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Event is one thing that happens.
type Event struct {
	UID      string    // the same for the same thing, however often it is written
	Sequence int       // higher where it was changed: what was added before is replaced
	Stamp    time.Time // when this was written
	Starts   time.Time
	Length   time.Duration // whole minutes; zero is not known
	Title    string
	Where    string          // or empty
	Alarms   []time.Duration // how long before the start; whole minutes
}

// Calendar returns a file with the events. Product names who wrote it.
func Calendar(product string, events ...Event) []byte {
	var w writer
	w.line("BEGIN", "VCALENDAR")
	w.line("VERSION", "2.0")
	w.line("PRODID", escape(product))
	w.line("METHOD", "PUBLISH")
	for _, e := range events {
		w.event(e)
	}
	w.line("END", "VCALENDAR")
	return w.Bytes()
}

type writer struct{ bytes.Buffer }

// utc is an instant as RFC 5545 §3.3.5 writes it, form 2.
func utc(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// length is a duration as RFC 5545 §3.3.6 writes it.
func length(d time.Duration) string { return fmt.Sprintf("PT%dM", int64(d/time.Minute)) }

func (w *writer) event(e Event) {
	w.line("BEGIN", "VEVENT")
	w.line("UID", escape(e.UID))
	w.line("SEQUENCE", fmt.Sprint(e.Sequence))
	w.line("DTSTAMP", utc(e.Stamp))
	w.line("DTSTART", utc(e.Starts))
	if e.Length > 0 {
		w.line("DURATION", length(e.Length))
	}
	w.line("SUMMARY", escape(e.Title))
	if e.Where != "" {
		w.line("LOCATION", escape(e.Where))
	}
	for _, before := range e.Alarms {
		w.line("BEGIN", "VALARM")
		w.line("ACTION", "DISPLAY")
		w.line("DESCRIPTION", escape(e.Title))
		w.line("TRIGGER", "-"+length(before))
		w.line("END", "VALARM")
	}
	w.line("END", "VEVENT")
}

// escape makes text harmless (RFC 5545 §3.3.11): control characters, of which readers make
// lines of their own, are left out.
func escape(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(text, "\uFFFD"))
	text = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(text)
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F {
			return -1
		}
		return r
	}, text)
}

// most is how many octets a line has before its end.
const most = 75

// line writes a property, folded (RFC 5545 §3.1).
func (w *writer) line(name, value string) {
	rest, room := name+":"+value, most
	for len(rest) > room {
		cut := room
		for !utf8.RuneStart(rest[cut]) {
			cut--
		}
		w.WriteString(rest[:cut] + "\r\n ")
		rest, room = rest[cut:], most-1 // the space counts
	}
	w.WriteString(rest + "\r\n")
}
