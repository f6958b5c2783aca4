package planner

// moveInvariants are that nobody who moves has two places or none, and that whoever has a
// place was told where it is.
func moveInvariants() [][2]string {
	return [][2]string{
		{`SELECT count(*) AS n FROM ask_move JOIN ask ON ask.id = ask_move.ask_id
			WHERE ask_move.state IN ('waiting', 'offered') AND ask.state <> 'booked'`,
			"asks look for another time and have none"},
		{`SELECT count(*) AS n FROM ask_move WHERE (state = 'offered') <> EXISTS
			(SELECT 1 FROM offer WHERE offer.id = ask_move.offer_id AND offer.state = 'open')`,
			"other times are offered without an open offer, or have one and are not"},
		{`SELECT count(*) AS n FROM appointment WHERE state = 'moved' AND NOT EXISTS
			(SELECT 1 FROM appointment AS next WHERE next.ask_id = appointment.ask_id AND next.issue > appointment.issue)`,
			"appointments were moved to nowhere"},
		{`SELECT count(*) AS n FROM appointment WHERE state = 'booked' AND EXISTS
			(SELECT 1 FROM appointment AS next WHERE next.ask_id = appointment.ask_id AND next.issue > appointment.issue)`,
			"people have a place that they moved away from"},
		{`SELECT count(*) AS n FROM appointment JOIN slot ON slot.id = appointment.slot_id
			WHERE appointment.state = 'booked' AND NOT EXISTS (SELECT 1 FROM ask_address WHERE ask_address.ask_id = appointment.ask_id
				AND ask_address.location_id = slot.location_id AND ask_address.day = slot.day)`,
			"people have a place and were not told its address"},
		{`SELECT count(*) AS n FROM appointment JOIN slot ON slot.id = appointment.slot_id JOIN disrupted ON disrupted.ask_id = appointment.ask_id
			WHERE appointment.state = 'missed' AND disrupted.day = slot.day`,
			"people were marked as missed on a disrupted day"},
	}
}
