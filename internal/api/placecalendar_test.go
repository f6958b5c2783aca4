package api_test

import (
	"strings"
	"testing"
	"time"

	"loket/internal/app/apptest"
)

// A program takes the appointment along as a calendar file: when, where and a reminder, and
// nothing of whom or what for. Before there is one it is told so.
func TestCalendarByProgram(t *testing.T) { // P-41
	eachPlace(t, func(t *testing.T, w *apptest.World, p *program) {
		_, mine := p.ask(oksana(), 1)
		const calendars = "/api/v1/places/ask-calendars"
		if got := p.call("POST", calendars, mine).want(410); got.get("code") != "planner.move.none" {
			t.Errorf("without an appointment: %s", got.body)
		}
		w.Pass(t, untilClosed)
		w.Pass(t, time.Hour)
		held := p.state(mine, "offered")
		p.call("POST", "/api/v1/places/ask-answers", mine.with("offer", held.get("offer", "id"), "answer", "accept")).want(204)
		got := p.call("POST", calendars, mine).want(200)
		starts, err := time.Parse(time.RFC3339, first(t, p.state(mine, "booked")).Starts)
		if err != nil {
			t.Fatal(err)
		}
		file := strings.ReplaceAll(got.body, "\r\n ", "")
		for _, line := range []string{"BEGIN:VCALENDAR", "DTSTART:" + starts.UTC().Format("20060102T150405Z"), "BEGIN:VALARM", "LOCATION:", "END:VCALENDAR"} {
			if !strings.Contains(file, "\r\n"+line) && !strings.HasPrefix(file, line) {
				t.Errorf("the file lacks %s:\n%s", line, file)
			}
		}
		for _, told := range []string{"Oksana", "sticker", "Ukrain", "IND", mine["number"].(string)} {
			if strings.Contains(file, told) {
				t.Errorf("the file holds %q:\n%s", told, file)
			}
		}
		if again := p.call("POST", calendars, mine).want(200); strings.Count(again.body, "BEGIN:VEVENT") != 1 {
			t.Errorf("again it reads %s", again.body)
		}
		p.call("POST", calendars, mine.with("code", "00000000")).want(404)
	})
}
