package planner

// urgentInvariants are what holds of the urgent lane: two people let somebody in, it has no
// more than its share, and each use is counted.
func urgentInvariants() [][2]string {
	return [][2]string{
		{`SELECT count(*) AS n FROM urgent WHERE state IN ('granted', 'over') AND (decided_by = '' OR decided_by = proposed_by)`,
			"asks are urgent by the word of one"},
		{`SELECT count(*) AS n FROM urgent_week WHERE used * 100 > slots * percent`,
			"weeks gave the urgent lane more than its share"},
		{`SELECT count(*) AS n FROM (SELECT urgent_offer.location_id, urgent_offer.week, count(*) AS has
				FROM urgent_offer JOIN slot ON slot.offer_id = urgent_offer.offer_id GROUP BY urgent_offer.location_id, urgent_offer.week) AS held
			WHERE has > coalesce((SELECT used FROM urgent_week WHERE urgent_week.location_id = held.location_id AND urgent_week.week = held.week), 0)`,
			"weeks have slots of the urgent lane that are not counted"},
		{`SELECT count(*) AS n FROM urgent_offer WHERE NOT EXISTS
			(SELECT 1 FROM urgent WHERE urgent.id = urgent_offer.urgent_id AND urgent.ask_id = urgent_offer.ask_id AND urgent.state IN ('granted', 'over'))`,
			"offers are urgent that nobody granted"},
		{`SELECT count(*) AS n FROM offer WHERE line = 0
			AND NOT EXISTS (SELECT 1 FROM urgent_offer WHERE urgent_offer.offer_id = offer.id)
			AND NOT EXISTS (SELECT 1 FROM ask_move WHERE ask_move.offer_id = offer.id)`,
			"offers were made before the line to somebody who is in no lane"},
		{`SELECT count(*) AS n FROM (SELECT (SELECT count(*) FROM urgent WHERE state IN ('granted', 'over')) AS granted,
				coalesce((SELECT CAST(sum(n) AS bigint) FROM urgent_figure WHERE what = 'granted'), 0) AS counted) AS sums WHERE counted < granted`,
			"figures of the urgent lane lack asks that are in it"},
	}
}
