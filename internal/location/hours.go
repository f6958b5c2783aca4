package location

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"loket/internal/rules"
)

// Clock is a time on the wall, in minutes after midnight: 0 to 1440, the end of the day.
type Clock int

// String returns 09:00, and 24:00 for the end of the day.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// parseClock reads 9:00 or 09:00, up to 24:00.
func parseClock(text string) (Clock, bool) {
	hours, minutes, ok := strings.Cut(text, ":")
	if !ok || len(hours) < 1 || len(hours) > 2 || len(minutes) != 2 {
		return 0, false
	}
	n := 0
	for _, c := range hours {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	if minutes[0] < '0' || minutes[0] > '5' || minutes[1] < '0' || minutes[1] > '9' {
		return 0, false
	}
	at := Clock(n*60 + int(minutes[0]-'0')*10 + int(minutes[1]-'0'))
	return at, at <= 24*60
}

// Span is a stretch of a day in which somebody is served: from the first minute up to,
// and without, the last.
type Span struct{ From, To Clock }

// String returns 09:00-12:30.
func (s Span) String() string { return s.From.String() + "-" + s.To.String() }

func (s Span) holds(t time.Time) bool {
	at := Clock(t.Hour()*60 + t.Minute())
	return s.From <= at && at < s.To
}

// firstFrom returns the first moment of the span on a day that is not before t. When the
// clocks change a time on the wall can be missing, or come twice; so the moment is looked
// for, minute by minute, only where the calendar's answer is not inside.
func (s Span) firstFrom(day rules.Day, t time.Time) (time.Time, bool) {
	if rules.DayOf(t) == day && s.holds(t) {
		return t, true
	}
	midnight, err := time.ParseInLocation(time.DateOnly, day.String(), t.Location())
	if err != nil {
		return time.Time{}, false
	}
	at := time.Date(midnight.Year(), midnight.Month(), midnight.Day(), 0, int(s.From), 0, 0, t.Location()).Add(-2 * time.Hour)
	for range 6*60 + 1 {
		if rules.DayOf(at) == day && s.holds(at) && !at.Before(t) {
			return at, true
		}
		at = at.Add(time.Minute)
	}
	return time.Time{}, false
}

// Week is the hours of each day of the week, Sunday first as in package time; each day's
// are in order and do not touch, so that what lies between two is a break.
type Week [7][]Span

// On returns the hours of a day.
func (w Week) On(day rules.Day) []Span {
	t, err := time.Parse(time.DateOnly, day.String())
	if err != nil { // no day at all
		return nil
	}
	return w[t.Weekday()]
}

// OpenAt reports whether t, in its own zone, lies within the hours.
func (w Week) OpenAt(t time.Time) bool {
	return slices.ContainsFunc(w[t.Weekday()], func(s Span) bool { return s.holds(t) })
}

// IsZero reports whether there are no hours at all.
func (w Week) IsZero() bool {
	for _, spans := range w {
		if len(spans) > 0 {
			return false
		}
	}
	return true
}

// days are the names of the days as hours are written, Monday first.
func days() []string { return []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} }

// weekday returns the place in a Week of the day that days has at i.
func weekday(i int) time.Weekday { return time.Weekday((i + 1) % 7) }

// String returns the hours as ParseWeek reads them: "mon 09:00-12:30 13:00-17:00; tue …".
func (w Week) String() string {
	var parts []string
	for i, name := range days() {
		if spans := w[weekday(i)]; len(spans) > 0 {
			parts = append(parts, name+" "+FormatSpans(spans))
		}
	}
	return strings.Join(parts, "; ")
}

// ParseWeek reads what String writes; an empty text is a week without hours. What it
// refuses is a fault of kind Invalid.
func ParseWeek(text string) (Week, error) {
	var w Week
	if strings.TrimSpace(text) == "" {
		return w, nil
	}
	last := -1
	for part := range strings.SplitSeq(text, ";") {
		name, rest, _ := strings.Cut(strings.TrimSpace(part), " ")
		i := slices.Index(days(), name)
		if i <= last {
			return Week{}, invalid("location.hours", "hours of no day, or of a day out of its order")
		}
		spans, err := ParseSpans(rest)
		if err != nil {
			return Week{}, err
		}
		if len(spans) == 0 {
			return Week{}, invalid("location.hours", "a day without hours")
		}
		w[weekday(i)], last = spans, i
	}
	return w, nil
}

// FormatSpans returns the hours of one day: "09:00-12:30 13:00-17:00".
func FormatSpans(spans []Span) string {
	texts := make([]string, len(spans))
	for i, s := range spans {
		texts[i] = s.String()
	}
	return strings.Join(texts, " ")
}

// maxSpans is how many stretches a day may have.
const maxSpans = 6

// ParseSpans reads the hours of one day, in order, with spaces or commas between; an
// empty text is a day without hours. What it refuses is a fault of kind Invalid.
func ParseSpans(text string) ([]Span, error) {
	var spans []Span
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }) {
		from, to, _ := strings.Cut(word, "-")
		start, ok := parseClock(from)
		end, good := parseClock(to)
		if !ok || !good || start >= end {
			return nil, invalid("location.hours", "hours that do not read 09:00-12:30")
		}
		if len(spans) > 0 && start <= spans[len(spans)-1].To {
			return nil, invalid("location.hours", "hours that overlap, touch or are out of order")
		}
		spans = append(spans, Span{start, end})
	}
	if len(spans) > maxSpans {
		return nil, invalid("location.hours", "more stretches than a day has")
	}
	return spans, nil
}
