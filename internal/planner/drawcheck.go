package planner

// drawInvariants are what holds of the sources of draws.
func drawInvariants() [][2]string {
	return [][2]string{
		{`SELECT count(*) AS n FROM draw WHERE (state = 'drawn' AND drawn_by = '') OR (state = 'open' AND drawn_by <> '')`,
			"draws were drawn by nothing, or before they were closed"},
		{`SELECT count(*) AS n FROM draw WHERE drawn_by IN ('dice', 'reveal and dice') AND
			(SELECT count(DISTINCT staff_id) FROM draw_throw WHERE draw_throw.draw_id = draw.id AND draw_throw.state = 'agreed') <> 2`,
			"draws were drawn by dice that no two officials typed in"},
		{`SELECT count(*) AS n FROM draw_throw WHERE state = 'agreed' AND EXISTS
			(SELECT 1 FROM draw_throw AS other WHERE other.draw_id = draw_throw.draw_id AND other.state = 'agreed' AND other.digits <> draw_throw.digits)`,
			"throws of dice agree that differ"},
	}
}
