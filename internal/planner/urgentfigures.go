package planner

import (
	"context"
	"fmt"
	"slices"

	"loket/internal/db"
	"loket/internal/rules"
)

// laneWeeks is how many weeks of the urgent lane are told.
const laneWeeks = 12

// Lane is what everybody may see of the urgent lane.
type Lane struct {
	Percent int // of the slots of a week at a location, at most
	Grounds []LaneGround
	Weeks   []LaneUse // in which it had any, newest first
}

// LaneGround is how often a ground was decided about, and how many slots it led to, since the
// beginning.
type LaneGround struct {
	Ground           rules.Item
	Granted, Refused Count
	Given            Count
}

// LaneUse is what the lane had of a week at a location, when it was last given one.
type LaneUse struct {
	LocationID string
	Week       string // the Monday, YYYY-MM-DD
	Slots      int64  // of the week
	Most       int64  // its share of them
	Used       Count
}

// UrgentShare is how many percent of the slots of a week at a location the urgent lane has at
// most.
func (s *Store) UrgentShare() (int, error) { return s.setting(setUrgentShare) }

const (
	selectLaneFigures = `SELECT ground, what, coalesce(CAST(sum(n) AS bigint), 0) AS n FROM urgent_figure GROUP BY ground, what`
	selectLaneWeeks   = `SELECT location_id, week, slots, used, percent FROM urgent_week WHERE used > 0 ORDER BY week DESC, location_id LIMIT $1`
)

// Lane returns how the urgent lane was used. Like Outlook it is meant to be kept for a while.
func (s *Store) Lane(ctx context.Context) (Lane, error) {
	percent, err := s.setting(setUrgentShare)
	if err != nil {
		return Lane{}, err
	}
	lane := Lane{Percent: percent}
	type figure struct {
		Ground, What string
		N            int64
	}
	figures, err := db.Select[figure](ctx, s.DB, selectLaneFigures)
	if err != nil {
		return lane, fmt.Errorf("read figures of the urgent lane: %w", err)
	}
	of := func(ground, what string) Count {
		i := slices.IndexFunc(figures, func(f figure) bool { return f.Ground == ground && f.What == what })
		if i < 0 {
			return Count{}
		}
		return Shown(figures[i].N)
	}
	for _, item := range s.UrgentGrounds() {
		lane.Grounds = append(lane.Grounds, LaneGround{item, of(item.ID, urgentGranted), of(item.ID, urgentRefused), of(item.ID, "given")})
	}
	type week struct {
		LocationID, Week     string
		Slots, Used, Percent int64
	}
	weeks, err := db.Select[week](ctx, s.DB, selectLaneWeeks, int64(laneWeeks))
	if err != nil {
		return lane, fmt.Errorf("read weeks of the urgent lane: %w", err)
	}
	for _, w := range weeks {
		lane.Weeks = append(lane.Weeks, LaneUse{w.LocationID, w.Week, w.Slots, w.Slots * w.Percent / 100, Shown(w.Used)})
	}
	return lane, nil
}
