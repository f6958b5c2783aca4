package planner

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/location"
	"loket/internal/point"
	"loket/internal/rules"
)

const (
	pageSize     = 250         // asks that are read at a time
	passesBatch  = 50          // reasons that are written in one transaction
	offersAtOnce = 500         // of one region in one Work
	restBetween  = time.Minute // between two looks at a whole line of which nobody fits
	beforeSlot   = time.Hour   // an offer ends so long before its slot
)

const selectUndrawn = `SELECT coalesce(min(n), 0) AS n FROM draw WHERE state <> 'drawn'`

// lineEnd is before which place in the line offers are made: not behind a draw that is
// open, waits for its value, or is half written.
func (s *Store) lineEnd(ctx context.Context) (int64, error) {
	n, err := db.Get[int64](ctx, s.DB, selectUndrawn)
	if err != nil {
		return 0, fmt.Errorf("find the end of the line: %w", err)
	}
	if n == 0 {
		return math.MaxInt64, nil
	}
	return lineOf(n, 0), nil
}

// handOut offers what is free to whoever is next and fits, region by region.
func (s *Store) handOut(ctx context.Context) error {
	all, err := s.Locations.Of(ctx)
	if err != nil {
		return err
	}
	end, err := s.lineEnd(ctx)
	if err != nil {
		return err
	}
	var failed error
	for _, region := range s.Pack.List(listRegions) {
		places := slices.DeleteFunc(slices.Clone(all), func(l location.Location) bool { return l.Plan.Region != region.ID })
		if err := s.handOutIn(ctx, region.ID, places, end); err != nil {
			failed = errors.Join(failed, fmt.Errorf("offers in %s: %w", region.ID, err))
		}
	}
	return failed
}

// pass is one walk along the line of a region.
type pass struct {
	region string
	notice notice
	short  time.Duration // to answer an offer of a slot that is soon
	long   time.Duration // to answer any other
	pool   []seat
	never  map[string]skip // wishes that nothing in the pool fits: it only gets smaller
	over   []passed        // asks that were passed over and are not written yet
	made   int
}

// passed is an ask that was passed over.
type passed struct {
	id  string
	why skip
}

// candidate is an ask in the line.
type candidate struct {
	ID        string
	Line      int64
	Products  string
	DeskLang  string
	Soon      bool
	NotBefore time.Time
	Young     int64 // people who got nothing on the day of asking
	Claimed   int64 // people whose number another ask has
	Written   int64 // which reasons were written today, in bits
}

// A reason is written once a day for an ask, which is what its count counts.
const selectCandidates = `
	SELECT id, coalesce(line, 0) AS line, products, desk_lang, soon, not_before,
		coalesce((SELECT count(*) FROM ask_member m WHERE m.ask_id = ask.id), 0) - size AS young,
		coalesce((SELECT count(*) FROM ask_member m WHERE m.ask_id = ask.id AND NOT m.holds), 0) AS claimed,
		coalesce((SELECT CAST(sum(CASE reason WHEN 'contested' THEN 1 WHEN 'household' THEN 2 WHEN 'language' THEN 4
			WHEN 'notice' THEN 8 WHEN 'not-before' THEN 16 ELSE 32 END) AS bigint)
			FROM ask_skip k WHERE k.ask_id = ask.id AND k.last_at >= $4), 0) AS written
	FROM ask
	WHERE region = $1 AND state = 'waiting' AND line IS NOT NULL AND line > $2 AND line < $3
	ORDER BY line LIMIT $5`

// bit is the place of a reason in candidate.Written.
func (k skip) bit() int64 {
	order := []skip{skipContested, skipHousehold, skipLanguage, skipNotice, skipNotBefore, skipProduct}
	return 1 << slices.Index(order, k)
}

// handOutIn walks along the line of a region while there is something free.
func (s *Store) handOutIn(ctx context.Context, region string, places []location.Location, end int64) error {
	p, err := s.newPass(region)
	if err != nil {
		return err
	}
	if p.pool, err = s.freeSeats(ctx, places, p.notice.least); err != nil || len(p.pool) == 0 {
		return err
	}
	thing, looks := "line of "+region, p.looks(end)
	if s.memory.fresh(thing, looks, s.now()) {
		return nil
	}
	for after := int64(0); len(p.pool) > 0 && p.made < offersAtOnce; {
		page, err := db.Select[candidate](ctx, s.DB, selectCandidates, region, after, end, s.midnight(s.Today()), int64(pageSize))
		if err != nil {
			return fmt.Errorf("read the line: %w", err)
		}
		for _, c := range page {
			after = c.Line
			if err := s.serve(ctx, p, c); fault.Is(err, fault.TooLate) {
				return nil // another process is at it, or the ask moved on: the next Work sees how it is now
			} else if err != nil {
				return err
			}
			if len(p.pool) == 0 || p.made == offersAtOnce {
				return nil
			}
		}
		if len(page) < pageSize {
			break
		}
	}
	if p.made == 0 {
		s.memory.keep(thing, looks, s.now().Add(restBetween))
	}
	return nil
}

func (s *Store) newPass(region string) (*pass, error) {
	var hours [3]time.Duration
	for i, id := range [...]string{setShortAnswer, setShortHours, setAnswerHours} {
		n, err := s.setting(id)
		if err != nil {
			return nil, err
		}
		hours[i] = time.Duration(n) * time.Hour
	}
	now := s.now()
	return &pass{region: region, short: hours[0], long: hours[2], never: map[string]skip{},
		notice: notice{least: now.Add(max(hours[0], 2*beforeSlot)), full: now.Add(hours[1])}}, nil
}

// looks tells whether anything is free that was not before.
func (p *pass) looks(end int64) string {
	h := sha256.New()
	for _, s := range p.pool {
		io.WriteString(h, s.id)
	}
	return hex.EncodeToString(h.Sum(nil)) + strconv.FormatInt(end, 10)
}

// serve makes an offer to an ask, or remembers that it was passed over and why.
func (s *Store) serve(ctx context.Context, p *pass, c candidate) error {
	if c.Claimed > 0 {
		p.passOver(c, skipContested)
		return nil
	}
	w, err := s.wishOf(ctx, c)
	if err != nil {
		return err
	}
	key := w.key(p.pool[0].starts)
	if why, known := p.never[key]; known {
		p.passOver(c, why)
		return nil
	}
	chosen, why := fit(p.pool, w, p.notice)
	if chosen == nil {
		p.never[key] = why
		p.passOver(c, why)
		return nil
	}
	return s.offer(ctx, p, c, chosen)
}

func (p *pass) passOver(c candidate, why skip) {
	if c.Written&why.bit() == 0 {
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
	fmt.Fprint(&b, w.products, w.coming, w.lang, w.soon, from)
	return b.String()
}

// wishOf is what an ask needs. Only where there are children who got nothing on the day of
// asking has it to be opened, to see from when on they get something.
func (s *Store) wishOf(ctx context.Context, c candidate) (wish, error) {
	w := wish{products: strings.Fields(c.Products), lang: c.DeskLang, soon: c.Soon, from: c.NotBefore}
	if c.Young == 0 {
		return w, nil
	}
	a, err := s.ask(ctx, s.DB, c.ID)
	if err != nil {
		return w, err
	}
	body, err := s.open(ctx, s.DB, a)
	if err != nil {
		return w, err
	}
	for _, m := range body.Members {
		if m.Then == "" || m.Then == noProduct {
			continue
		}
		from, err := rules.ParseDay(m.From)
		if err != nil {
			return w, fmt.Errorf("read from when on a child gets something: %w", err)
		}
		w.coming = append(w.coming, coming{from, m.Then})
	}
	return w, nil
}

const (
	updateOffered = `UPDATE ask SET state = 'offered', changed_at = $3 WHERE id = $1 AND state = 'waiting' AND line = $2`
	insertOffer   = `
		INSERT INTO offer (id, ask_id, line, location_id, starts_at, made_at, until, state, answered_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', NULL)`
	updateHeld = `UPDATE slot SET state = 'offered', offer_id = $2 WHERE id = $1 AND state = 'free'`
)

// offer offers slots to an ask, in one transaction with the reasons why those further
// ahead were passed over. It is a fault.TooLate when the ask or a slot is not any more
// what it was.
func (s *Store) offer(ctx context.Context, p *pass, c candidate, chosen []seat) error {
	for len(p.over) > passesBatch {
		err := s.DB.Update(ctx, func(tx *db.Tx) error { return s.writePassed(ctx, tx, p.over[:passesBatch]) })
		if err != nil {
			return err
		}
		p.over = p.over[passesBatch:]
		point.Reach("planner.passed")
	}
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		if err := s.writePassed(ctx, tx, p.over); err != nil {
			return err
		}
		if err := s.hold(ctx, tx, c, chosen, p.until(s.now(), chosen[0].starts)); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, c.ID); err != nil {
			return err
		}
		return s.figure(ctx, tx, p.region, figureOffered)
	})
	if err != nil {
		return err
	}
	point.Reach("planner.offered")
	p.over, p.made = nil, p.made+1
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

func (s *Store) hold(ctx context.Context, tx *db.Tx, c candidate, chosen []seat, until time.Time) error {
	n, err := db.Exec(ctx, tx, updateOffered, c.ID, c.Line, s.now())
	if err != nil {
		return fmt.Errorf("offer to an ask: %w", err)
	}
	if n == 0 {
		return movedOn(c.ID)
	}
	id := ident.NewID(s.Random, "off")
	if _, err := db.Exec(ctx, tx, insertOffer, id, c.ID, c.Line, chosen[0].location, chosen[0].starts, s.now(), until); err != nil {
		return fmt.Errorf("keep an offer: %w", err)
	}
	// Whoever holds several holds them in one order, so that nobody waits for somebody who waits for them.
	for _, one := range slices.SortedFunc(slices.Values(chosen), func(a, b seat) int { return cmp.Compare(a.id, b.id) }) {
		n, err := db.Exec(ctx, tx, updateHeld, one.id, id)
		if err != nil {
			return fmt.Errorf("hold a slot: %w", err)
		}
		if n == 0 {
			return fault.New(fault.TooLate, "", "slot %s is not free any more", one.id)
		}
	}
	return nil
}

// tell puts a neutral notice into the outbox; a case that is gone needs none.
func (s *Store) tell(ctx context.Context, tx *db.Tx, askID string) error {
	if err := s.Mailbox.Notice(ctx, tx, askID); err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("tell the person of an ask: %w", err)
	}
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
