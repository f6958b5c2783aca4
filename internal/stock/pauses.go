package stock

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/rules"
)

type pauseRow struct {
	ID, Product, LocationID, Cause, Spares, Owner, StartsOn string
	StatedAt                                                time.Time
}

type estimateRow struct {
	PauseID, ExpectedOn, Confidence, Owner string
	StatedAt                               time.Time
}

type restartRow struct {
	PauseID, LocationID, FirstDay, LastDay string
	GivesAt                                time.Time
}

const (
	selectPauses    = `SELECT id, product, location_id, cause, spares, owner, starts_on, stated_at FROM pause ORDER BY stated_at, id`
	selectEstimates = `SELECT pause_id, expected_on, confidence, owner, stated_at FROM pause_estimate ORDER BY stated_at, id`
	selectRestarts  = `SELECT pause_id, location_id, first_day, last_day, gives_at FROM pause_restart ORDER BY stated_at, id`
)

// addPauses adds the pauses of the pack, as they are known by now, those of staff, and what
// staff said of either.
func (s *Store) addPauses(ctx context.Context, q db.Queryer, of map[string]*Sheet) error {
	pauses, err := s.pausesOfPack()
	if err != nil {
		return err
	}
	rows, err := db.Select[pauseRow](ctx, q, selectPauses)
	if err != nil {
		return fmt.Errorf("read pauses: %w", err)
	}
	for _, r := range rows {
		day, err := rules.ParseDay(r.StartsOn)
		if err != nil {
			return fmt.Errorf("read pause %s: %w", r.ID, err)
		}
		pauses = append(pauses, Pause{ID: r.ID, Product: r.Product, Location: r.LocationID, Cause: r.Cause, Spares: strings.Fields(r.Spares),
			Owner: r.Owner, StartsOn: day, Stated: r.StatedAt.In(s.Zone)})
	}
	if err := s.addEstimates(ctx, q, pauses); err != nil {
		return err
	}
	if err := s.addRestarts(ctx, q, pauses); err != nil {
		return err
	}
	for _, p := range pauses {
		if sheet := of[p.Product]; sheet != nil {
			sheet.Pauses = append(sheet.Pauses, p)
		}
	}
	return nil
}

func find(pauses []Pause, id string) *Pause {
	for i := range pauses {
		if pauses[i].ID == id {
			return &pauses[i]
		}
	}
	return nil
}

func (s *Store) addEstimates(ctx context.Context, q db.Queryer, pauses []Pause) error {
	rows, err := db.Select[estimateRow](ctx, q, selectEstimates)
	if err != nil {
		return fmt.Errorf("read estimates: %w", err)
	}
	for _, r := range rows {
		day, err := parseDay(r.ExpectedOn)
		if err != nil {
			return err
		}
		if p := find(pauses, r.PauseID); p != nil {
			p.Estimates = append(p.Estimates, Estimate{day, Confidence(r.Confidence), r.Owner, r.StatedAt.In(s.Zone)})
		}
	}
	return nil
}

func (s *Store) addRestarts(ctx context.Context, q db.Queryer, pauses []Pause) error {
	rows, err := db.Select[restartRow](ctx, q, selectRestarts)
	if err != nil {
		return fmt.Errorf("read restarts: %w", err)
	}
	for _, r := range rows {
		first, err := parseDay(r.FirstDay)
		if err != nil {
			return err
		}
		last, err := parseDay(r.LastDay)
		if err != nil {
			return err
		}
		if p := find(pauses, r.PauseID); p != nil {
			p.Restarts = append(p.Restarts, Restart{r.LocationID, first, last, r.GivesAt})
		}
	}
	return nil
}

// parseDay reads a day; an empty text is none.
func parseDay(text string) (rules.Day, error) {
	var day rules.Day
	if err := day.UnmarshalText([]byte(text)); err != nil {
		return day, fault.New(fault.Invalid, "stock.day", "%q is no day", text)
	}
	return day, nil
}

// pausesOfPack reads the pauses that the pack tells of, with what of them is known by now:
//
//	product: sticker           location: where; everywhere without it
//	known: "2022-09-01"        from when on it was known
//	starts: "2022-09-05"       cause, spares: items of other lists
//	estimates: "2022-09-01 2022-10-15 likely; …"          known from, day or a question mark, confidence
//	restarts: "2022-10-06 assen 2022-10-17..2022-10-31; …"  given from, where, on which days
func (s *Store) pausesOfPack() ([]Pause, error) {
	var list []Pause
	for _, item := range s.Pack.List(listPauses) {
		p, known, err := s.pauseOf(item)
		if err != nil {
			return nil, fmt.Errorf("pause %s of pack %s: %w", item.ID, s.Pack.ID, err)
		}
		if known {
			list = append(list, p)
		}
	}
	return list, nil
}

func (s *Store) pauseOf(item rules.Item) (p Pause, known bool, err error) {
	p = Pause{ID: item.ID, Product: item.Fields["product"], Location: item.Fields["location"], Cause: item.Fields["cause"],
		Spares: strings.Fields(item.Fields["spares"]), Owner: item.Owner}
	if p.Stated, err = s.moment(item.Fields["known"]); err != nil {
		return p, false, err
	}
	if p.StartsOn, err = rules.ParseDay(item.Fields["starts"]); err != nil {
		return p, false, err
	}
	if len(p.Spares) == 0 {
		return p, false, invalid("stock.spares", "a pause that says nothing of what it leaves alone")
	}
	for _, words := range entries(item.Fields["estimates"]) {
		e, err := s.estimateOf(words, item.Owner)
		if err != nil {
			return p, false, err
		}
		if !e.Stated.After(s.now()) {
			p.Estimates = append(p.Estimates, e)
		}
	}
	for _, words := range entries(item.Fields["restarts"]) {
		r, err := s.restartOf(words)
		if err != nil {
			return p, false, err
		}
		if !r.Gives.After(s.now()) {
			p.Restarts = append(p.Restarts, r)
		}
	}
	return p, !p.Stated.After(s.now()), nil
}

func (s *Store) estimateOf(words []string, owner string) (e Estimate, err error) {
	if len(words) != 3 {
		return e, invalid("stock.estimate", "an estimate is a moment, a day and a word")
	}
	if e.Stated, err = s.moment(words[0]); err != nil {
		return e, err
	}
	e.Confidence, e.Owner = Confidence(words[2]), owner
	if words[1] != "?" {
		if e.Expected, err = rules.ParseDay(words[1]); err != nil {
			return e, err
		}
	}
	return e, e.check()
}

func (s *Store) restartOf(words []string) (r Restart, err error) {
	if len(words) != 3 {
		return r, invalid("stock.restart", "a restart is a moment, a location and days")
	}
	if r.Gives, err = s.moment(words[0]); err != nil {
		return r, err
	}
	if r.Location = words[1]; r.Location == "*" {
		r.Location = ""
	}
	first, last, _ := strings.Cut(words[2], "..")
	if r.First, err = rules.ParseDay(first); err != nil {
		return r, err
	}
	if r.Last, err = parseDay(last); err != nil {
		return r, err
	}
	return r, nil
}

// statementsOfPack adds what the pack tells of whether there is enough:
//
//	product: sticker   says: enough   known: "2022-11-01"
func (s *Store) statementsOfPack(of map[string]*Sheet) error {
	for _, item := range s.Pack.List(listStatements) {
		known, err := s.moment(item.Fields["known"])
		if err != nil {
			return fmt.Errorf("statement %s of pack %s: %w", item.ID, s.Pack.ID, err)
		}
		if sheet := of[item.Fields["product"]]; sheet != nil && !known.After(s.now()) {
			sheet.Said = Statement{Enough: item.Fields["says"] == saysEnough, Owner: item.Owner, On: rules.DayOf(known)}
		}
	}
	return nil
}

// entries reads entries of words, with semicolons between.
func entries(text string) (list [][]string) {
	for part := range strings.SplitSeq(text, ";") {
		if words := strings.Fields(part); len(words) > 0 {
			list = append(list, words)
		}
	}
	return list
}

// moment reads a day, which is its midnight, or 2022-07-13T10:00 by the clocks of the zone.
func (s *Store) moment(text string) (time.Time, error) {
	layout := "2006-01-02T15:04"
	if len(text) == len(time.DateOnly) {
		layout = time.DateOnly
	}
	t, err := time.ParseInLocation(layout, text, s.Zone)
	if err != nil {
		return t, invalid("stock.moment", "not a day, or a day and a time")
	}
	return t, nil
}

// check refuses an estimate that cannot be.
func (e Estimate) check() error {
	if e.Expected.IsZero() != (e.Confidence == Unknown) {
		return invalid("stock.confidence", "a day has a word of confidence, and no day is unknown")
	}
	if e.Confidence != Unknown && !slices.Contains(Confidences(), e.Confidence) {
		return invalid("stock.confidence", "not a word of confidence")
	}
	return nil
}
