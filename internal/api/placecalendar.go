package api

import (
	"net/http"
	"time"

	"loket/internal/fault"
	"loket/internal/ical"
)

// askCalendar gives the appointments of an ask that are still to come as a file for a
// calendar, with the same marks as the pages: imported twice, or after a move, each is
// there once. It says when and where, and neither what for nor who.
func (a *api) askCalendar(c *call) (answer, error) {
	number, code, err := a.numberAndCode(c)
	if err != nil {
		return answer{}, err
	}
	status, err := a.Planner.Status(c.Context(), number, code)
	if err != nil {
		return answer{}, err
	}
	days, err := a.Planner.LastReminder()
	if err != nil {
		return answer{}, err
	}
	var events []ical.Event
	for _, at := range status.Appointments {
		if at.UID == "" {
			continue
		}
		events = append(events, ical.Event{UID: "urn:loket:" + at.UID, Sequence: at.Issue, Stamp: a.Planner.Now(), Starts: at.Starts,
			Length: a.Planner.LengthOf(at), Title: c.texts.Get("public.place.calendar.event", nil).Text, Where: at.Location.Address,
			Alarms: []time.Duration{time.Duration(days) * 24 * time.Hour}})
	}
	if len(events) == 0 {
		return answer{}, fault.New(fault.TooLate, "planner.move.none", "an ask without an appointment")
	}
	return answer{status: http.StatusOK, raw: ical.Calendar("-//Loket//EN", events...)}, nil
}
