package public

import (
	"net/http"
	"time"

	"loket/internal/ical"
	"loket/internal/planner"
)

// takeCalendar gives an appointment as a file for a calendar. Others look into calendars:
// it says when and where, and neither what for nor who.
func (p *Pages) takeCalendar(w http.ResponseWriter, r *http.Request) error {
	return p.withAppointment(w, r, func(a planner.Appointment, _ bool, _ pass) error {
		days, err := p.Planner.LastReminder()
		if err != nil {
			return err
		}
		where := p.placeOn(p.site.Language(r), a.Location, p.dayOf(a.Starts))
		event := ical.Event{UID: "urn:loket:" + a.UID, Sequence: a.Issue, Stamp: p.Planner.Now(), Starts: a.Starts, Length: p.Planner.LengthOf(a),
			Title: p.Catalogue.In(p.site.Language(r)).Get("public.place.calendar.event", nil).Text, Where: where.Address,
			Alarms: []time.Duration{time.Duration(days) * 24 * time.Hour}}
		w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
		w.Header().Set("Content-Disposition", `attachment; filename="loket.ics"`)
		_, err = w.Write(ical.Calendar("-//Loket//EN", event))
		return err
	})
}
