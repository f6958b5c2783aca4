package planner

import "time"

// LengthOf returns how long an appointment takes, as its location plans it; zero where the
// plan has changed meanwhile.
func (s *Store) LengthOf(a Appointment) time.Duration {
	for _, slot := range a.Location.Slots(s.day(a.Starts), s.Zone) {
		if slot.Starts.Equal(a.Starts) {
			return time.Duration(slot.Minutes) * time.Minute
		}
	}
	return 0
}
