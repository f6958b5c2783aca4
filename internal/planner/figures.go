package planner

import (
	"context"
	"fmt"

	"loket/internal/db"
	"loket/internal/rules"
)

// What is counted of asks, besides the answers and what ends them.
const (
	figureAsked     = "asked"
	figureOffered   = "offered"
	figureLapsed    = "lapsed"
	figureCancelled = "cancelled"
	figureMissed    = "missed"
	figureMoved     = "moved"
	figureDisrupted = "disrupted"
)

const upsertFigure = `
	INSERT INTO ask_figure (day, region, what, n) VALUES ($1, $2, $3, 1)
	ON CONFLICT (day, region, what) DO UPDATE SET n = ask_figure.n + 1`

// figure counts one event of today, in the transaction of the event. It comes last in it:
// its row is everybody's.
func (s *Store) figure(ctx context.Context, tx *db.Tx, region, what string) error {
	if _, err := db.Exec(ctx, tx, upsertFigure, s.Today().String(), region, what); err != nil {
		return fmt.Errorf("count %s: %w", what, err)
	}
	return nil
}

// Figure is how often something happened to asks of a region on a day.
type Figure struct {
	Day    string // YYYY-MM-DD
	Region string
	What   string // asked, offered, accepted, other, later, declined, lapsed, cancelled, moved, missed, disrupted, served, withdrawn
	N      int64
}

const selectFigures = `
	SELECT day, region, what, n FROM ask_figure WHERE day >= $1 AND day <= $2 ORDER BY day, region, what`

// Figures returns what happened from one day to another, both included.
func (s *Store) Figures(ctx context.Context, from, to rules.Day) ([]Figure, error) {
	figures, err := db.Select[Figure](ctx, s.DB, selectFigures, from.String(), to.String())
	if err != nil {
		return nil, fmt.Errorf("read figures: %w", err)
	}
	return figures, nil
}

// Pace is how it went, in a region, with those who asked within some days. Those whose case
// was destroyed since are not in it.
type Pace struct {
	Region   string
	Entitled int64 // people who may get a document and asked
	Served   int64 // of these
	Waiting  int64 // of these, those who have no place: nobody can be sure of more
	Gone     int64 // of these, those who withdrew
	Placed   int64 // of these, those who have or had a place
	WaitDays int64 // from asking to having a place, all of Placed together
	LeadDays int64 // from having a place to its day, all of Placed together
}

// Success is the share of those who asked that has or had a place, from 0 to 1.
func (p Pace) Success() float64 { return share(p.Placed, p.Entitled) }

// Wait is the mean number of days from asking to having a place.
func (p Pace) Wait() float64 { return share(p.WaitDays, p.Placed) }

// Lead is the mean number of days from having a place to its day.
func (p Pace) Lead() float64 { return share(p.LeadDays, p.Placed) }

func share(n, of int64) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

const selectPace = `
	SELECT coalesce(ask.region, '') AS region,
		coalesce(CAST(sum(size) AS bigint), 0) AS entitled,
		coalesce(CAST(sum(CASE WHEN ask.state = 'served' THEN size ELSE 0 END) AS bigint), 0) AS served,
		coalesce(CAST(sum(CASE WHEN ask.state IN ('waiting', 'offered', 'resting') THEN size ELSE 0 END) AS bigint), 0) AS waiting,
		coalesce(CAST(sum(CASE WHEN ask.state = 'withdrawn' THEN size ELSE 0 END) AS bigint), 0) AS gone,
		coalesce(CAST(sum(CASE WHEN first.made_at IS NULL THEN 0 ELSE size END) AS bigint), 0) AS placed,
		coalesce(CAST(sum(CASE WHEN first.made_at IS NULL THEN 0 ELSE size * ((first.made_at - ask.asked_at) / 86400) END) AS bigint), 0) AS wait_days,
		coalesce(CAST(sum(CASE WHEN first.made_at IS NULL THEN 0 ELSE size * ((first.starts_at - first.made_at) / 86400) END) AS bigint), 0) AS lead_days
	FROM ask LEFT JOIN
		(SELECT appointment.ask_id, min(appointment.made_at) AS made_at, min(slot.starts_at) AS starts_at
			FROM appointment JOIN slot ON slot.id = appointment.slot_id GROUP BY appointment.ask_id) AS first
		ON first.ask_id = ask.id
	WHERE ask.asked_at >= $1 AND ask.asked_at < $2
	GROUP BY ask.region ORDER BY ask.region`

// Paces returns how it went with those who asked from one day to another, both included,
// by region.
func (s *Store) Paces(ctx context.Context, from, to rules.Day) ([]Pace, error) {
	paces, err := db.Select[Pace](ctx, s.DB, selectPace, s.midnight(from), s.midnight(to.Add(1)))
	if err != nil {
		return nil, fmt.Errorf("reckon how long people wait: %w", err)
	}
	return paces, nil
}
