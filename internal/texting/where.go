package texting

import (
	"strings"

	"loket/internal/lang"
	"loket/internal/planner"
)

// whereBooked says what somebody with a time has to know: also that something disturbs
// its day, or that it is there no more. args hold time and place.
func (s *Store) whereBooked(tag lang.Tag, st planner.Status, args map[string]string) string {
	switch {
	case st.Moving != nil && st.Moving.Why == planner.MovePlanned:
		return "texting.where.gone"
	case st.Moving != nil:
		return "texting.where.moving"
	case st.Disturbance != nil && !st.Disturbance.Lifted:
		args["Cause"] = itemWords(st.Disturbance.Cause, tag)
		return "texting.where.disturbed"
	}
	return "texting.where.booked"
}

// whereMade says when and where what was made can be fetched: first what lies ready. It
// does not say what it is.
func (s *Store) whereMade(tag lang.Tag, st planner.Status, args map[string]string) string {
	var next planner.Document
	for _, d := range st.Documents {
		switch {
		case !d.Collected.IsZero():
		case d.Ready(s.Places.Today()):
			return s.whereReady(tag, d, args)
		case next.Member == 0 || d.From.Before(next.From):
			next = d
		}
	}
	if next.Member == 0 {
		return "texting.where.other"
	}
	day := next.From
	if day.IsZero() {
		day = next.Due
	}
	args["Day"] = s.Texts.In(tag).Date(day.String()).Text
	return "texting.where.made"
}

func (s *Store) whereReady(tag lang.Tag, d planner.Document, args map[string]string) string {
	var hours []string
	for _, span := range d.Location.HoursOn(d.From) {
		hours = append(hours, span.String())
	}
	if len(hours) == 0 { // nobody hands it out in the next weeks
		return "texting.where.other"
	}
	args["Place"], args["Day"], args["Hours"] = place(tag, d.Location.Address, d.Location.Name), s.Texts.In(tag).Date(d.From.String()).Text, strings.Join(hours, ", ")
	return "texting.where.ready"
}
