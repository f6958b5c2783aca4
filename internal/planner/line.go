package planner

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"loket/internal/db"
	"loket/internal/rules"
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

// candidate is an ask in the line.
type candidate struct {
	ID        string
	Region    string
	Size      int64
	Line      int64
	Products  string
	DeskLang  string
	Soon      bool
	NotBefore time.Time
	Young     int64 // people who got nothing on the day of asking
	Claimed   int64 // people whose number another ask has
	Written   int64 // which reasons were written today, in bits
}

// A reason is written once a day for an ask, which is what its count counts. Whoever
// orders by the plain column has the index do it.
const (
	selectCandidates = `
		SELECT id, region, size, coalesce(line, 0) AS line, products, desk_lang, soon, not_before,
			coalesce((SELECT count(*) FROM ask_member m WHERE m.ask_id = ask.id), 0) - size AS young,
			coalesce((SELECT count(*) FROM ask_member m WHERE m.ask_id = ask.id AND NOT m.holds), 0) AS claimed,
			coalesce((SELECT CAST(sum(CASE reason WHEN 'contested' THEN 1 WHEN 'household' THEN 2 WHEN 'language' THEN 4
				WHEN 'notice' THEN 8 WHEN 'not-before' THEN 16 ELSE 32 END) AS bigint)
				FROM ask_skip k WHERE k.ask_id = ask.id AND k.last_at >= $4), 0) AS written
		FROM ask
		WHERE region = $1 AND state = 'waiting' AND line IS NOT NULL AND line > $2 AND line < $3 `
	selectNext     = selectCandidates + `ORDER BY ask.line LIMIT $5`
	selectNextSoon = selectCandidates + `AND soon ORDER BY ask.line LIMIT $5`
)

// bit is the place of a reason in candidate.Written.
func (k skip) bit() int64 {
	order := []skip{skipContested, skipHousehold, skipLanguage, skipNotice, skipNotBefore, skipProduct}
	return 1 << slices.Index(order, k)
}

// pageSize is how many asks of a region are read at a time.
const pageSize = 250

// line is the line of some regions, read page by page.
type line struct {
	store *Store
	end   int64
	began time.Time // who joins it later is met by the next walk along it
	today time.Time
	soon  bool // only those who can come soon
	parts []part

	moving map[string]moving // of those who were read and have a place already
	urgent bool              // who was given last is in the urgent lane
}

// part is the line of one region.
type part struct {
	kind   partKind
	region string
	page   []candidate
	after  int64 // the last that was read
	given  int64 // the last that was given
	left   int64 // up to where those who were left out are written
	done   bool
}

// partKind says who is in a part.
type partKind int

// The kinds, in the order of who comes first where they stand at one place.
const (
	partAhead   partKind = iota // before everybody, for their place is gone
	partUrgent                  // before the line, while the urgent lane has a share
	partWaiting                 // who waits
	partMoving                  // who has a place, and looks for another
)

func (s *Store) newLine(regions []string, end int64) *line {
	l := &line{store: s, end: end, began: s.now(), today: s.midnight(s.Today()), moving: map[string]moving{}}
	for _, region := range regions {
		for _, kind := range []partKind{partAhead, partWaiting, partMoving} {
			l.parts = append(l.parts, part{kind: kind, region: region})
		}
	}
	return l
}

// next returns who is next, of whichever region; false at the end.
func (l *line) next(ctx context.Context) (candidate, bool, error) {
	best := -1
	for i := range l.parts {
		p := &l.parts[i]
		if err := l.fill(ctx, p); err != nil {
			return candidate{}, false, err
		}
		if len(p.page) > 0 && (best < 0 || p.before(&l.parts[best])) {
			best = i
		}
	}
	if best < 0 {
		return candidate{}, false, nil
	}
	p := &l.parts[best]
	c := p.page[0]
	p.page, p.given = p.page[1:], c.Line
	l.urgent = p.kind == partUrgent
	return c, true, nil
}

// before compares parts by who is next in them.
func (p *part) before(q *part) bool {
	if p, q := min(p.kind, partWaiting), min(q.kind, partWaiting); p != q {
		return p < q
	}
	return p.page[0].Line < q.page[0].Line
}

// onlySoon leaves out, from here on, those who cannot come soon. They are passed over, all
// of them for this one reason, which passSoon writes.
func (l *line) onlySoon() {
	if l.soon {
		return
	}
	l.soon = true
	for i := range l.parts {
		p := &l.parts[i]
		p.page, p.after, p.left, p.done = nil, p.given, p.given, false
	}
}

func (l *line) fill(ctx context.Context, p *part) (err error) {
	if len(p.page) > 0 || p.done {
		return nil
	}
	switch p.kind {
	case partAhead, partMoving:
		return l.fillMovers(ctx, p)
	case partUrgent:
		return l.fillLane(ctx, p)
	}
	if l.soon {
		p.page, err = db.Select[candidate](ctx, l.store.DB, selectNextSoon, p.region, p.after, l.end, l.today, int64(pageSize))
	} else {
		p.page, err = db.Select[candidate](ctx, l.store.DB, selectNext, p.region, p.after, l.end, l.today, int64(pageSize))
	}
	if err != nil {
		return fmt.Errorf("read the line: %w", err)
	}
	if p.done = len(p.page) < pageSize; len(p.page) > 0 {
		p.after = p.page[len(p.page)-1].Line
	}
	return nil
}

const selectUnwritten = `
	SELECT id, coalesce(line, 0) AS line FROM ask
	WHERE region = $1 AND state = 'waiting' AND line IS NOT NULL AND line > $2 AND line < $3 AND NOT soon
		AND NOT EXISTS (SELECT 1 FROM ask_skip WHERE ask_skip.ask_id = ask.id AND reason = 'notice' AND last_at >= $4)
	ORDER BY ask.line LIMIT $5`

// passSoon writes down, in batches, who was left out by onlySoon and stands before a place
// in the line.
func (l *line) passSoon(ctx context.Context, before int64, write func([]passed) error) error {
	type left struct {
		ID   string
		Line int64
	}
	for i := range l.parts {
		p := &l.parts[i]
		for p.kind == partWaiting && p.left < before {
			found, err := db.Select[left](ctx, l.store.DB, selectUnwritten, p.region, p.left, before, l.today, int64(passesBatch))
			if err != nil {
				return fmt.Errorf("find who was passed over for want of notice: %w", err)
			}
			over := make([]passed, len(found))
			for i, one := range found {
				over[i] = passed{one.ID, skipNotice}
			}
			if err := write(over); err != nil {
				return err
			}
			if p.left = before; len(found) == passesBatch {
				p.left = found[len(found)-1].Line
			}
		}
	}
	return nil
}

const selectYoung = `SELECT n FROM ask_member WHERE ask_id = $1 AND product = 'none' ORDER BY n`

// wishOf is what an ask needs. Only where there are children who got nothing on the day of
// asking has it to be opened, to see from when on they get something.
func (s *Store) wishOf(ctx context.Context, c candidate) (wish, error) {
	w := wish{region: c.Region, products: strings.Fields(c.Products), lang: c.DeskLang, soon: c.Soon, from: c.NotBefore}
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
	young, err := db.Select[int](ctx, s.DB, selectYoung, a.ID)
	if err != nil {
		return w, fmt.Errorf("find the children of an ask: %w", err)
	}
	for _, n := range young {
		m := body.Members[n-1]
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
	updateMember = `UPDATE ask_member SET product = $3 WHERE ask_id = $1 AND n = $2 AND product = 'none'`
	updateGrown  = `UPDATE ask SET size = $2, products = $3 WHERE id = $1`
)

// growUp counts the children of an ask who are old enough on the day of its slots.
func (s *Store) growUp(ctx context.Context, tx *db.Tx, askID string, day rules.Day) error {
	a, err := s.ask(ctx, tx, askID)
	if err != nil {
		return err
	}
	body, err := s.open(ctx, tx, a)
	if err != nil {
		return err
	}
	for i, m := range body.Members {
		if product := m.productOn(noProduct, day); product != noProduct {
			if _, err := db.Exec(ctx, tx, updateMember, askID, int64(i+1), product); err != nil {
				return fmt.Errorf("count a child: %w", err)
			}
		}
	}
	people, err := db.Select[visitor](ctx, tx, selectVisitors, askID)
	if err != nil {
		return fmt.Errorf("read the people of an ask: %w", err)
	}
	products := make([]string, len(people))
	for i, v := range people {
		products[i] = v.Product
	}
	if _, err = db.Exec(ctx, tx, updateGrown, askID, int64(len(people)), words(products)); err != nil {
		return fmt.Errorf("count the children of an ask: %w", err)
	}
	return nil
}
