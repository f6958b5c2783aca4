package planner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/point"
	"loket/internal/rules"
)

const (
	passesBatch  = 50          // reasons that are written in one transaction
	offersAtOnce = 500         // of one region in one Work
	restBetween  = time.Minute // between two looks at a whole line of which nobody fits
	beforeSlot   = time.Hour   // an offer ends so long before its slot
)

// selectAnybody counts one who waits, and one who has a place and looks for another.
const selectAnybody = `
	SELECT count(*) AS n FROM (
		SELECT * FROM (SELECT id FROM ask WHERE state = 'waiting' AND line IS NOT NULL AND line < $1 LIMIT 1) AS waits
		UNION ALL SELECT * FROM (SELECT ask_id FROM ask_move WHERE state = 'waiting' LIMIT 1) AS moves) AS anybody`

// handOut offers what is free to whoever is next and fits. Regions that share a location
// have one line.
func (s *Store) handOut(ctx context.Context) error {
	all, err := s.Locations.Of(ctx)
	if err != nil {
		return err
	}
	end, err := s.lineEnd(ctx)
	if err != nil {
		return err
	}
	if n, err := db.Get[int64](ctx, s.DB, selectAnybody, end); err != nil {
		return fmt.Errorf("look for anybody who waits: %w", err)
	} else if n == 0 {
		return nil
	}
	first, err := s.newPass()
	if err != nil {
		return err
	}
	if first.rations, err = s.rations(ctx, s.DB); err != nil {
		return err
	}
	if first.lane, err = s.newLane(ctx, end); err != nil {
		return err
	}
	seats, err := s.freeSeats(ctx, all, first.notice.least, first.rations)
	if err != nil {
		return err
	}
	var failed error
	for _, regions := range together(seats) {
		p := first
		p.never = map[string]skip{}
		p.pool = slices.DeleteFunc(slices.Clone(seats), func(s seat) bool { return !slices.Contains(regions, s.regions[0]) })
		if err := s.handOutIn(ctx, &p, regions, end); err != nil {
			failed = errors.Join(failed, fmt.Errorf("offers in %s: %w", words(regions), err))
		}
	}
	return failed
}

// together puts regions together that share a seat.
func together(seats []seat) (groups [][]string) {
	for _, s := range seats {
		all := slices.Clone(s.regions)
		groups = slices.DeleteFunc(groups, func(g []string) bool {
			shared := slices.ContainsFunc(g, func(r string) bool { return slices.Contains(all, r) })
			if shared {
				all = append(all, g...)
			}
			return shared
		})
		slices.Sort(all)
		groups = append(groups, slices.Compact(all))
	}
	slices.SortFunc(groups, slices.Compare)
	return groups
}

// pass is one walk along the line of a region.
type pass struct {
	notice notice
	short  time.Duration // to answer an offer of a slot that is soon
	long   time.Duration // to answer any other
	pool   []seat
	never  map[string]skip // wishes that nothing in the pool fits: it only gets smaller
	over   []passed        // asks that were passed over and are not written yet
	made   int
	line   *line
	lane   *lane // nil where nobody is in the urgent lane

	rations rations
	need    map[string]int // of each product, by what was chosen last
}

// passed is an ask that was passed over.
type passed struct {
	id  string
	why skip
}

// handOutIn walks along the line of some regions while there is something free.
func (s *Store) handOutIn(ctx context.Context, p *pass, regions []string, end int64) error {
	thing, looks := "line of "+words(regions), p.looks(end)
	if s.memory.fresh(thing, looks, s.now()) {
		return nil
	}
	p.line = s.newLine(regions, end)
	if p.lane != nil {
		p.line.addLane(regions)
	}
	for len(p.pool) > 0 && p.made < offersAtOnce {
		if p.pool[len(p.pool)-1].starts.Before(p.notice.full) {
			p.line.onlySoon()
		}
		c, ok, err := p.line.next(ctx)
		if err != nil {
			return err
		}
		if !ok {
			if err := s.tellClaimed(ctx, p.over); err != nil {
				return err
			}
			break
		}
		if err := s.serve(ctx, p, c); fault.Is(err, fault.TooLate) {
			return nil // another process is at it, or the ask moved on: the next Work sees how it is now
		} else if err != nil {
			return err
		}
	}
	if p.made == 0 {
		s.memory.keep(thing, looks, s.now().Add(restBetween))
	}
	return nil
}

func (s *Store) newPass() (pass, error) {
	var hours [3]time.Duration
	for i, id := range [...]string{setShortAnswer, setShortHours, setAnswerHours} {
		n, err := s.setting(id)
		if err != nil {
			return pass{}, err
		}
		hours[i] = time.Duration(n) * time.Hour
	}
	now := s.now()
	return pass{short: hours[0], long: hours[2], notice: notice{least: now.Add(max(hours[0], 2*beforeSlot)), full: now.Add(hours[1])}}, nil
}

// looks tells whether anything is free that was not before.
func (p *pass) looks(end int64) string {
	h := sha256.New()
	for _, s := range p.pool {
		s.looks(h)
	}
	return hex.EncodeToString(h.Sum(nil)) + strconv.FormatInt(end, 10)
}

// serve makes an offer to an ask, or remembers that it was passed over and why.
func (s *Store) serve(ctx context.Context, p *pass, c candidate) error {
	switch {
	case p.line.urgent:
		return s.serveUrgent(ctx, p, c)
	case p.lane != nil && p.lane.given[c.ID]:
		return nil
	}
	m, moves := p.line.moving[c.ID]
	if c.Claimed > 0 {
		p.passOver(c, skipContested)
		return nil
	}
	w, err := s.wishOf(ctx, c)
	if err != nil {
		return err
	}
	if moves {
		w.without = m.day
	}
	key := w.key(p.pool[0].starts)
	why, known := p.never[key]
	var chosen []seat
	if !known {
		chosen, why = p.choose(w)
	}
	if chosen == nil {
		p.never[key] = why
		if !moves { // whoever moves has a place
			p.passOver(c, why)
		}
		return nil
	}
	return s.offer(ctx, p, c, chosen)
}

func (p *pass) passOver(c candidate, why skip) {
	if why != "" && c.Written&why.bit() == 0 {
		p.over = append(p.over, passed{c.ID, why})
	}
}

// key is the same for asks that are alike in what fits them, among slots from first on.
func (w wish) key(first time.Time) string {
	var b strings.Builder
	from := int64(0)
	if w.from.After(first) {
		from = w.from.Unix()
	}
	fmt.Fprint(&b, w.region, w.products, w.coming, w.lang, w.soon, from, w.without)
	return b.String()
}

const (
	updateOffered = `UPDATE ask SET state = 'offered', changed_at = $3 WHERE id = $1 AND state = 'waiting' AND line = $2`
	insertOffer   = `
		INSERT INTO offer (id, ask_id, line, location_id, starts_at, looked_at, made_at, until, state, answered_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', NULL)`
	updateHeld = `UPDATE slot SET state = 'offered', offer_id = $2 WHERE id = $1 AND state = 'free'`
)

// offer offers slots to an ask, in one transaction with the reasons why those further
// ahead were passed over. It is a fault.TooLate when the ask or a slot is not any more
// what it was.
func (s *Store) offer(ctx context.Context, p *pass, c candidate, chosen []seat) error {
	for len(p.over) > passesBatch {
		if err := s.writeSome(ctx, p.over[:passesBatch]); err != nil {
			return err
		}
		p.over = p.over[passesBatch:]
	}
	m, moves := p.line.moving[c.ID]
	if p.line.soon && !m.ahead && !p.line.urgent {
		if err := p.line.passSoon(ctx, c.Line, func(over []passed) error { return s.writeSome(ctx, over) }); err != nil {
			return err
		}
	}
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		if err := s.writePassed(ctx, tx, p.over); err != nil {
			return err
		}
		until := p.until(s.now(), chosen[0].starts)
		var err error
		switch {
		case p.line.urgent:
			err = s.holdUrgent(ctx, tx, p.lane, c, chosen, p.line.began, until)
		case moves:
			err = s.holdMove(ctx, tx, c, m, chosen, p.line.began, earlier(until, m.ends))
		default:
			err = s.holdAs(ctx, tx, c, ident.NewID(s.Random, "off"), c.Line, chosen, p.line.began, until)
		}
		if err != nil {
			return err
		}
		if err := s.promise(ctx, tx, p.rations, p.need); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, c.ID); err != nil || moves {
			return err
		}
		return s.figure(ctx, tx, c.Region, figureOffered)
	})
	if err != nil {
		return err
	}
	point.Reach("planner.offered")
	p.over, p.made = nil, p.made+1
	p.rations.taken(chosen[0].location, chosen[0].day, p.need)
	p.pool = slices.DeleteFunc(p.pool, func(s seat) bool {
		return slices.ContainsFunc(chosen, func(t seat) bool { return t.id == s.id })
	})
	return nil
}

// until is when an offer of slots ends that start then.
func (p *pass) until(now, starts time.Time) time.Time {
	answer := p.long
	if starts.Before(p.notice.full) {
		answer = p.short
	}
	until, last := now.Add(answer), starts.Add(-beforeSlot)
	if last.Before(until) {
		return last
	}
	return until
}

// holdAs holds slots for an ask, as an offer that stands somewhere in the line.
func (s *Store) holdAs(ctx context.Context, tx *db.Tx, c candidate, id string, at int64, chosen []seat, looked, until time.Time) error {
	n, err := db.Exec(ctx, tx, updateOffered, c.ID, c.Line, s.now())
	if err != nil {
		return fmt.Errorf("offer to an ask: %w", err)
	}
	if n == 0 {
		return movedOn(c.ID)
	}
	if int64(len(chosen)) != c.Size {
		if err := s.growUp(ctx, tx, c.ID, chosen[0].day); err != nil {
			return err
		}
	}
	if _, err := db.Exec(ctx, tx, insertOffer, id, c.ID, at, chosen[0].location, chosen[0].starts, looked, s.now(), until); err != nil {
		return fmt.Errorf("keep an offer: %w", err)
	}
	return s.holdSeats(ctx, tx, id, chosen)
}

// tell puts a neutral notice into the outbox; a case that is gone needs none.
func (s *Store) tell(ctx context.Context, tx *db.Tx, askID string) error {
	if err := s.Mailbox.Notice(ctx, tx, askID); err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("tell the person of an ask: %w", err)
	}
	return nil
}

// tellSoon is tell of something that changes on a day: of what changes today or tomorrow a
// phone hears however much it heard before today, within a bound.
func (s *Store) tellSoon(ctx context.Context, tx *db.Tx, askID string, on rules.Day) error {
	if on.Since(s.Today()) > 1 {
		return s.tell(ctx, tx, askID)
	}
	if err := s.Mailbox.NoticeSoon(ctx, tx, askID); err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("tell the person of an ask: %w", err)
	}
	return nil
}

// writeSome is writePassed in a transaction of its own: where many were passed over, only
// the last of them are written with the offer itself.
func (s *Store) writeSome(ctx context.Context, over []passed) error {
	if len(over) == 0 {
		return nil
	}
	if err := s.DB.Update(ctx, func(tx *db.Tx) error { return s.writePassed(ctx, tx, over) }); err != nil {
		return err
	}
	point.Reach("planner.passed")
	return nil
}

const upsertSkip = `
	INSERT INTO ask_skip (ask_id, reason, first_at, last_at, n) SELECT id, $2, $3, $3, 1 FROM ask WHERE id = $1
	ON CONFLICT (ask_id, reason) DO UPDATE SET last_at = excluded.last_at, n = ask_skip.n + 1
	RETURNING n`

// writePassed keeps why asks were passed over. Whose number is claimed elsewhere is told
// once that there is news: a counter has to see a document.
func (s *Store) writePassed(ctx context.Context, tx *db.Tx, over []passed) error {
	for _, one := range over {
		times, err := db.Select[int64](ctx, tx, upsertSkip, one.id, string(one.why), s.now())
		if err != nil {
			return fmt.Errorf("keep why an ask was passed over: %w", err)
		}
		if one.why == skipContested && slices.Equal(times, []int64{1}) {
			if err := s.tell(ctx, tx, one.id); err != nil {
				return err
			}
		}
	}
	return nil
}
