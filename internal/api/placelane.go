package api

import (
	"loket/internal/planner"
	"loket/internal/rules"
)

// urgentLane is how requests that two officials let go before the line were helped.
type urgentLane struct {
	Percent int          `json:"percent"`
	Grounds []laneGround `json:"grounds"`
	Weeks   []laneWeek   `json:"weeks"`
}

type laneGround struct {
	ID      string `json:"id"`
	Name    words  `json:"name"`
	Granted *int64 `json:"granted,omitempty"`
	Refused *int64 `json:"refused,omitempty"`
	Given   *int64 `json:"given,omitempty"`
}

type laneWeek struct {
	Location string `json:"location"`
	Week     string `json:"week"`
	Slots    int64  `json:"slots"`
	Most     int64  `json:"most"`
	Used     *int64 `json:"used,omitempty"`
}

func (c *call) urgentLane(pack *rules.Pack, l planner.Lane) urgentLane {
	out := urgentLane{Percent: l.Percent, Grounds: []laneGround{}, Weeks: []laneWeek{}}
	for _, g := range l.Grounds {
		out.Grounds = append(out.Grounds, laneGround{g.Ground.ID, c.words(pack, g.Ground.Name), counted(g.Granted), counted(g.Refused), counted(g.Given)})
	}
	for _, w := range l.Weeks {
		out.Weeks = append(out.Weeks, laneWeek{w.LocationID, w.Week, w.Slots, w.Most, counted(w.Used)})
	}
	return out
}
