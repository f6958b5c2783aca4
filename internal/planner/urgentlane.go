package planner

import (
	"context"
	"fmt"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/point"
	"loket/internal/rules"
)

// lane is what the urgent lane may have of the slots of each week, at each location. A share
// is of a location and not of a region: regions share locations, and whoever keeps to the
// share of each location keeps to that of each region, whichever the locations serve.
type lane struct {
	percent int64
	weeks   map[weekAt]laneWeek
	given   map[string]bool // asks that had an offer of it in this pass
}

// weekAt is a week, by its Monday, at a location.
type weekAt struct {
	location string
	monday   rules.Day
}

// laneWeek is how many slots a week has, and how many of them the lane has.
type laneWeek struct{ Slots, Used int64 }

// left is how many more the lane may have. It is rounded down.
func (w laneWeek) left(percent int64) int64 { return w.Slots*percent/100 - w.Used }

// mondayOf returns the first day of the week of a day.
func mondayOf(day rules.Day) rules.Day {
	t, _ := time.Parse(time.DateOnly, day.String()) // a Day prints as one
	return day.Add(-((int(t.Weekday()) + 6) % 7))
}

const (
	countInLane = `
		SELECT count(*) AS n FROM urgent JOIN ask ON ask.id = urgent.ask_id
		WHERE ask.state = 'waiting' AND line IS NOT NULL AND line < $1 AND ` + inLane
	selectLaneDays = `
		SELECT slot.location_id, day, count(*) AS slots, coalesce(CAST(sum(CASE WHEN urgent_offer.offer_id IS NULL THEN 0 ELSE 1 END) AS bigint), 0) AS used
		FROM slot LEFT JOIN urgent_offer ON urgent_offer.offer_id = slot.offer_id
		WHERE slot.state <> 'gone' AND day >= $1 GROUP BY slot.location_id, day`
)

// newLane returns what the urgent lane may have; nil where nobody waits in it.
func (s *Store) newLane(ctx context.Context, end int64) (*lane, error) {
	n, err := db.Get[int64](ctx, s.DB, countInLane, end)
	if err != nil {
		return nil, fmt.Errorf("count who waits in the urgent lane: %w", err)
	}
	if n == 0 {
		return nil, nil
	}
	percent, err := s.setting(setUrgentShare)
	if err != nil {
		return nil, err
	}
	type row struct {
		LocationID, Day string
		Slots, Used     int64
	}
	rows, err := db.Select[row](ctx, s.DB, selectLaneDays, mondayOf(s.Today()).String())
	if err != nil {
		return nil, fmt.Errorf("count what the urgent lane has: %w", err)
	}
	l := &lane{percent: int64(percent), weeks: map[weekAt]laneWeek{}, given: map[string]bool{}}
	for _, r := range rows {
		day, err := rules.ParseDay(r.Day)
		if err != nil {
			return nil, fmt.Errorf("read the day of a slot: %w", err)
		}
		here := weekAt{r.LocationID, mondayOf(day)}
		sum := l.weeks[here]
		l.weeks[here] = laneWeek{sum.Slots + r.Slots, sum.Used + r.Used}
	}
	return l, nil
}

// room returns the seats of weeks that have as many left for the lane as a wish needs there.
func (l *lane) room(pool []seat, w wish) (list []seat) {
	for _, one := range pool {
		if l.weeks[weekAt{one.location, mondayOf(one.day)}].left(l.percent) >= int64(len(w.on(one.day))) {
			list = append(list, one)
		}
	}
	return list
}

const selectLane = `
	SELECT ask.id, region, size, coalesce(line, 0) AS line, products, desk_lang, soon, not_before,
		coalesce((SELECT count(*) FROM ask_member m WHERE m.ask_id = ask.id), 0) - size AS young,
		coalesce((SELECT count(*) FROM ask_member m WHERE m.ask_id = ask.id AND NOT m.holds), 0) AS claimed
	FROM urgent JOIN ask ON ask.id = urgent.ask_id
	WHERE region = $1 AND ask.state = 'waiting' AND line IS NOT NULL AND line > $2 AND line < $3 AND ` + inLane + `
	ORDER BY ask.line LIMIT $4`

// addLane puts the urgent lane of some regions before their line.
func (l *line) addLane(regions []string) {
	for _, region := range regions {
		l.parts = append(l.parts, part{kind: partUrgent, region: region})
	}
}

// fillLane reads a page of those of a part who are in the urgent lane.
func (l *line) fillLane(ctx context.Context, p *part) error {
	type row struct {
		ID, Region         string
		Size, Line         int64
		Products, DeskLang string
		Soon               bool
		NotBefore          time.Time
		Young, Claimed     int64
	}
	found, err := db.Select[row](ctx, l.store.DB, selectLane, p.region, p.after, l.end, int64(pageSize))
	if err != nil {
		return fmt.Errorf("read the urgent lane: %w", err)
	}
	if p.done = len(found) < pageSize; len(found) > 0 {
		p.after = found[len(found)-1].Line
	}
	for _, r := range found {
		if !l.soon || r.Soon {
			p.page = append(p.page, candidate{ID: r.ID, Region: r.Region, Size: r.Size, Line: r.Line, Products: r.Products, DeskLang: r.DeskLang,
				Soon: r.Soon, NotBefore: r.NotBefore, Young: r.Young, Claimed: r.Claimed})
		}
	}
	return nil
}

// serveUrgent makes an offer to an ask in the urgent lane, if the lane may have one that
// fits. Otherwise the ask waits for its turn in the line, where nobody passed it over: so
// no reason is kept.
func (s *Store) serveUrgent(ctx context.Context, p *pass, c candidate) error {
	if c.Claimed > 0 { // a counter has to see a document first, as its turn in the line tells
		return nil
	}
	w, err := s.wishOf(ctx, c)
	if err != nil {
		return err
	}
	narrow := *p
	if narrow.pool = p.lane.room(p.pool, w); len(narrow.pool) == 0 {
		return nil
	}
	chosen, _ := narrow.choose(w)
	if chosen == nil {
		return nil
	}
	p.need = narrow.need
	if err := s.offer(ctx, p, c, chosen); err != nil {
		return err
	}
	point.Reach("planner.urgent-offered")
	here := weekAt{chosen[0].location, mondayOf(chosen[0].day)}
	sum := p.lane.weeks[here]
	p.lane.weeks[here] = laneWeek{sum.Slots, sum.Used + int64(len(chosen))}
	p.lane.given[c.ID] = true
	return nil
}

const (
	// Its row is what two processes wait for that both give to the lane of a week.
	lockLaneWeek = `
		INSERT INTO urgent_week (location_id, week, slots, used, percent) VALUES ($1, $2, 0, 0, $3)
		ON CONFLICT (location_id, week) DO UPDATE SET percent = excluded.percent`
	countLaneWeek = `
		SELECT count(*) AS slots, coalesce(CAST(sum(CASE WHEN urgent_offer.offer_id IS NULL THEN 0 ELSE 1 END) AS bigint), 0) AS used
		FROM slot LEFT JOIN urgent_offer ON urgent_offer.offer_id = slot.offer_id
		WHERE slot.state <> 'gone' AND slot.location_id = $1 AND day >= $2 AND day <= $3`
	updateLaneWeek    = `UPDATE urgent_week SET slots = $3, used = $4 WHERE location_id = $1 AND week = $2`
	selectGrant       = `SELECT id, ground FROM urgent WHERE ask_id = $1 AND ` + inLane
	insertUrgentOffer = `INSERT INTO urgent_offer (offer_id, ask_id, urgent_id, location_id, week) VALUES ($1, $2, $3, $4, $5)`
)

// holdUrgent holds slots for an ask in the urgent lane, if the lane may still have them. The
// offer stands at no place in the line.
func (s *Store) holdUrgent(ctx context.Context, tx *db.Tx, l *lane, c candidate, chosen []seat, looked, until time.Time) error {
	grant, err := db.Get[struct{ ID, Ground string }](ctx, tx, selectGrant, c.ID)
	if fault.Is(err, fault.NotFound) {
		return movedOn(c.ID)
	}
	if err != nil {
		return fmt.Errorf("find who granted it: %w", err)
	}
	place, monday := chosen[0].location, mondayOf(chosen[0].day)
	if _, err := db.Exec(ctx, tx, lockLaneWeek, place, monday.String(), l.percent); err != nil {
		return fmt.Errorf("lock the urgent lane: %w", err)
	}
	has, err := db.Get[laneWeek](ctx, tx, countLaneWeek, place, monday.String(), monday.Add(6).String())
	if err != nil {
		return fmt.Errorf("count what the urgent lane has: %w", err)
	}
	if has.left(l.percent) < int64(len(chosen)) {
		return fault.New(fault.TooLate, "", "the urgent lane has its share of the week of %s", monday)
	}
	id := ident.NewID(s.Random, "off")
	if err := s.holdAs(ctx, tx, c, id, 0, chosen, looked, until); err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, insertUrgentOffer, id, c.ID, grant.ID, place, monday.String()); err != nil {
		return fmt.Errorf("keep that an offer is urgent: %w", err)
	}
	if _, err := db.Exec(ctx, tx, updateLaneWeek, place, monday.String(), has.Slots, has.Used+int64(len(chosen))); err != nil {
		return fmt.Errorf("keep what the urgent lane has: %w", err)
	}
	return s.urgentFigure(ctx, tx, grant.Ground, "given", len(chosen))
}
