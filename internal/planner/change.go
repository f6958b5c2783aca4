package planner

import "loket/internal/rules"

// Change is what somebody with an appointment can do with it, besides giving it back.
type Change struct {
	Moves   int  // how often they can ask for another time; zero while something else is in question
	Looking bool // another time is looked for; they can keep theirs
	Gone    bool // theirs cannot take place, and another time is looked for
	Choose  bool // the day is disrupted: keep, move or cancel
}

// Change returns what can be done with the appointment of a status; nil without one.
func (s Status) Change() *Change {
	if s.State != Booked {
		return nil
	}
	c := &Change{}
	if s.Moving == nil {
		c.Moves = s.Moves
	} else {
		c.Gone = s.Moving.Why == MovePlanned
		c.Looking = !c.Gone
	}
	if d := s.Disturbance; d != nil && !d.Lifted && s.Moving == nil {
		c.Choose, c.Moves = true, 0
	}
	return c
}

// Wishes of whoever asks for another time: a day after that of the appointment, or at
// least a week after it. Any other wish is any day.
const (
	MoveLater = "later"
	MoveWeek  = "week"
)

// MoveFrom returns the day that Move takes for a wish; zero for any day.
func (s Status) MoveFrom(wish string) rules.Day {
	if len(s.Appointments) == 0 {
		return rules.Day{}
	}
	day := rules.DayOf(s.Appointments[0].Starts)
	switch wish {
	case MoveLater:
		return day.Add(1)
	case MoveWeek:
		return day.Add(7)
	}
	return rules.Day{}
}
