package planner

// listInvariants are what holds of the checklists of locations: nothing is open that staff
// opened without one, and what is complete was said by somebody.
func listInvariants() [][2]string {
	return [][2]string{
		{`SELECT count(*) AS n FROM location WHERE state IN ('bookable', 'open', 'moving') AND EXISTS
			(SELECT 1 FROM location_list WHERE location_list.location_id = location.id AND ended_at IS NULL AND binds AND completed_at IS NULL)`,
			"locations were opened without their checklist"},
		{`SELECT count(*) AS n FROM location_list WHERE needs <> '' AND length(needs) - length(replace(needs, ' ', '')) + 1 <>
			(SELECT count(*) FROM location_tick WHERE location_tick.location_id = location_list.location_id AND location_tick.n = location_list.n)`,
			"checklists are complete without their items"},
		{`SELECT count(*) AS n FROM location_tick WHERE NOT EXISTS (SELECT 1 FROM audit_entry
			WHERE audit_entry.object = location_id AND audit_entry.act = 'location.tick' AND audit_entry.actor = ticked_by AND audit_entry.result = item)`,
			"items of checklists were done by nobody"},
	}
}
