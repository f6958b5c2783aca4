package staff

import (
	"context"
	"fmt"
	"time"

	"loket/internal/db"
	"loket/internal/rules"
)

const (
	selectHours = `
		SELECT actor, at / 3600 AS hour, count(*) AS n FROM audit_entry
		WHERE actor NOT IN ('system', 'applicant') AND at >= $1 AND at < $2 AND act LIKE 'view.%'
		GROUP BY actor, at / 3600`
	// A case that was reopened after it was closed is left out.
	selectClosed = `
		SELECT c.object, coalesce(CAST(max(c.at) AS bigint), 0) AS closed_at FROM audit_entry c
		WHERE c.act IN ('request.close', 'request.withdraw') AND c.at < $2 AND c.object IN (
			SELECT v.object FROM audit_entry v
			WHERE v.actor NOT IN ('system', 'applicant') AND v.at >= $1 AND v.at < $2 AND v.act LIKE 'view.%')
			AND NOT EXISTS (SELECT 1 FROM audit_entry o WHERE o.object = c.object AND o.act = 'request.reopen' AND o.at >= c.at)
		GROUP BY c.object`
	selectEarlier = `
		SELECT DISTINCT l.staff_id, l.object FROM lease l JOIN lease p ON p.staff_id = l.staff_id AND p.object = l.object
		WHERE l.taken_at >= $1 AND l.taken_at < $2 AND p.taken_at < $1
			AND p.ended_at IS NOT NULL AND p.result NOT IN ('left', 'expired', 'disabled')`
	selectPairs = `
		SELECT p.actor AS first, a.actor AS second, count(DISTINCT a.object) AS n, coalesce(CAST(max(a.at) AS bigint), 0) AS latest
		FROM audit_entry a JOIN audit_entry p ON p.object = a.object AND p.act = 'staff.confirm' AND p.actor <> a.actor
		WHERE a.actor NOT IN ('system', 'applicant') AND a.at >= $1 AND a.at < $2 AND a.act = 'staff.confirm'
			AND a.role = 'approver' AND p.role IN ('checker', 'counter')
		GROUP BY p.actor, a.actor ORDER BY p.actor, a.actor`
	// Forms that somebody at the counter filled in, and those of which no ruling came.
	selectBegun = `
		SELECT actor AS staff_id, count(*) AS n, coalesce(CAST(sum(idle) AS bigint), 0) AS idle FROM (
			SELECT e.actor, CASE WHEN EXISTS (SELECT 1 FROM audit_entry d WHERE d.object = e.object
				AND d.act IN ('request.propose', 'request.decide', 'request.ask')) THEN 0 ELSE 1 END AS idle
			FROM audit_entry e
			WHERE e.actor NOT IN ('system', 'applicant') AND e.at >= $1 AND e.at < $2 AND e.act = 'request.submit' AND e.role = 'counter') begun
		GROUP BY actor ORDER BY actor`
	selectCallers = `SELECT DISTINCT staff_id FROM ticket WHERE day = $1 AND staff_id <> ''`
	selectHelped  = `
		SELECT h.actor AS first, c.actor AS second, count(DISTINCT c.object) AS n, coalesce(CAST(max(c.at) AS bigint), 0) AS latest
		FROM audit_entry c JOIN audit_entry h ON h.object = c.object AND h.role = 'helper' AND h.actor <> c.actor
		WHERE c.actor NOT IN ('system', 'applicant') AND c.at >= $1 AND c.at < $2 AND c.act LIKE 'view.%' AND c.role = 'checker'
		GROUP BY h.actor, c.actor ORDER BY h.actor, c.actor`
)

// readHistory reads what the signals compare a day with.
func (s *Store) readHistory(ctx context.Context, r *record, day rules.Day) error {
	before := r.from.Add(-weeks)
	if err := s.readOpenings(ctx, r, day); err != nil {
		return err
	}
	if err := s.readUsual(ctx, r, before); err != nil {
		return err
	}
	closed, err := db.Select[struct {
		Object   string
		ClosedAt time.Time
	}](ctx, s.DB, selectClosed, r.from, r.until)
	if err != nil {
		return err
	}
	r.closed = map[string]time.Time{}
	for _, c := range closed {
		r.closed[c.Object] = c.ClosedAt
	}
	earlier, err := db.Select[struct{ StaffID, Object string }](ctx, s.DB, selectEarlier, r.from, r.until)
	if err != nil {
		return err
	}
	r.earlier = map[[2]string]bool{}
	for _, e := range earlier {
		r.earlier[[2]string{e.StaffID, e.Object}] = true
	}
	if r.pairs, err = db.Select[together](ctx, s.DB, selectPairs, before, r.until); err != nil {
		return err
	}
	if r.begun, err = db.Select[begun](ctx, s.DB, selectBegun, r.from, r.until); err != nil {
		return err
	}
	if r.callers, err = db.Select[string](ctx, s.DB, selectCallers, day.String()); err != nil {
		return err
	}
	r.helped, err = db.Select[together](ctx, s.DB, selectHelped, before, r.until)
	return err
}

// readOpenings asks when the places of those who read were open.
func (s *Store) readOpenings(ctx context.Context, r *record, day rules.Day) error {
	r.open = map[string][]Span{}
	if s.Hours == nil {
		return nil
	}
	for _, v := range r.views {
		place := r.members[v.Actor].Place
		if _, asked := r.open[place]; asked || place == "" {
			continue
		}
		spans, known, err := s.Hours(ctx, place, day)
		if err != nil {
			return fmt.Errorf("hours of a place: %w", err)
		}
		if known {
			r.open[place] = spans
		}
	}
	return nil
}

// readUsual counts at which hours of the day people of each place read.
func (s *Store) readUsual(ctx context.Context, r *record, before time.Time) error {
	hours, err := db.Select[struct {
		Actor string
		Hour  int64
		N     int64
	}](ctx, s.DB, selectHours, before, r.from)
	if err != nil {
		return err
	}
	r.usual = map[string]map[int]int64{}
	for _, h := range hours {
		place := r.members[h.Actor].Place
		if r.usual[place] == nil {
			r.usual[place] = map[int]int64{}
		}
		r.usual[place][time.Unix(h.Hour*3600, 0).In(s.Zone).Hour()] += h.N
	}
	return nil
}
