package app

import (
	"context"
	"time"

	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/rules"
	"loket/internal/staff"
)

// placeHours tells the daily report when a place is open on a day. A place that serves
// nobody on that day, or has no hours, says nothing about those who work behind it.
func (a *App) placeHours(ctx context.Context, place string, day rules.Day) ([]staff.Span, bool, error) {
	l, err := a.Locations.One(ctx, place)
	if fault.Is(err, fault.NotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if l.On(day) != location.Open || l.Week.IsZero() {
		return nil, false, nil
	}
	midnight, err := time.ParseInLocation(time.DateOnly, day.String(), a.zone)
	if err != nil {
		return nil, false, err
	}
	at := func(c location.Clock) time.Time {
		return time.Date(midnight.Year(), midnight.Month(), midnight.Day(), 0, int(c), 0, 0, a.zone)
	}
	var spans []staff.Span
	for _, s := range l.HoursOn(day) {
		spans = append(spans, staff.Span{From: at(s.From), Until: at(s.To)})
	}
	return spans, true, nil
}
