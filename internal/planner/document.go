package planner

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/point"
	"loket/internal/rules"
)

// Of some products nothing is handed out at the appointment: a photo is taken, a card is
// made, and its person fetches it where it is handed out without an appointment. The pack
// says of which, in fields of the product: made, and after how many days it is ready.
const (
	fieldMade  = "made"
	fieldReady = "ready_days"
	yes        = "yes"
)

// madeIn returns after how many days a product is ready, and whether it is made at all.
func (s *Store) madeIn(product string) (days int, made bool, err error) {
	item, ok := s.Pack.Item(listProducts, product)
	if !ok || item.Fields[fieldMade] != yes {
		return 0, false, nil
	}
	if days, err = strconv.Atoi(item.Fields[fieldReady]); err != nil || days < 0 {
		return 0, false, fault.New(fault.Internal, "", "pack %s does not say when %s is ready", s.Pack.ID, product)
	}
	return days, true, nil
}

// Document is a card of one of the people of an ask. It can be fetched when it was made,
// which takes its time, and has arrived.
type Document struct {
	Member    int // from one
	Product   string
	Photo     rules.Day
	Due       rules.Day // made at the earliest
	Arrived   rules.Day // zero before
	From      rules.Day // first day on which it can be fetched, or could if it arrives in time; zero where nobody knows
	Location  location.Location
	Collected time.Time // zero before
	Returned  time.Time // to its maker, for nobody fetched it; or given up, for it never came
}

// Ready reports whether it can be fetched on a day.
func (d Document) Ready(today rules.Day) bool {
	return !d.Arrived.IsZero() && d.Collected.IsZero() && d.Returned.IsZero() && !today.Before(d.Due) && !today.Before(d.Arrived)
}

// documentRow is a document as it is kept.
type documentRow struct {
	AskID       string
	Member      int
	Product     string
	PhotoOn     string
	DueOn       string
	LocationID  string
	ArrivedOn   string
	ReadyOn     string
	ToldOn      string
	Reminders   int64
	CollectedAt *time.Time
	ReturnedAt  *time.Time
}

const documentColumns = `ask_id, member, product, photo_on, due_on, location_id, arrived_on, ready_on, told_on, reminders, collected_at, returned_at`

const (
	insertDocument = `
		INSERT INTO document (ask_id, member, product, photo_on, due_on, location_id, arrived_on, ready_on, told_on, reminders, collected_at, returned_at)
		VALUES ($1, $2, $3, $4, $5, '', '', '', '', 0, NULL, NULL)`
	selectDocuments  = `SELECT ` + documentColumns + ` FROM document WHERE ask_id = $1 ORDER BY member`
	countUncollected = `SELECT count(*) AS n FROM document WHERE ask_id = $1 AND collected_at IS NULL AND returned_at IS NULL`
	updateMaking     = `UPDATE ask SET state = 'making', changed_at = $2 WHERE id = $1 AND state = 'booked'`
)

// handOver is what becomes of a product at the desk: it is handed out and counted, or a
// photo was taken and it is made. It returns what the audit log calls it.
func (s *Store) handOver(ctx context.Context, tx *db.Tx, ap attended) (act string, err error) {
	days, made, err := s.madeIn(ap.Product)
	if err != nil {
		return "", err
	}
	if !made {
		return "ask.serve", s.Stock.Issue(ctx, tx, ap.Product, ap.LocationID)
	}
	today := s.Today()
	if _, err := db.Exec(ctx, tx, insertDocument, ap.AskID, ap.Member, ap.Product, today.String(), today.Add(days).String()); err != nil {
		return "", fmt.Errorf("keep that a document is made: %w", err)
	}
	return "ask.photo", nil
}

// allCame ends an ask of which nobody is still to come, if nothing of it is still made or
// waits to be fetched.
func (s *Store) allCame(ctx context.Context, tx *db.Tx, a askRow, why string) error {
	left, err := db.Get[int64](ctx, tx, countUncollected, a.ID)
	if err != nil {
		return fmt.Errorf("count documents that are still to be fetched: %w", err)
	}
	if left == 0 {
		return s.allServed(ctx, tx, a, why)
	}
	n, err := db.Exec(ctx, tx, updateMaking, a.ID, s.now())
	if err != nil {
		return fmt.Errorf("let an ask wait for its documents: %w", err)
	}
	if n == 0 {
		return movedOn(a.ID)
	}
	return nil
}

// documents returns the documents of an ask, as they stand today.
func (s *Store) documents(ctx context.Context, a askRow) ([]Document, error) {
	rows, err := db.Select[documentRow](ctx, s.DB, selectDocuments, a.ID)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	all, err := s.Locations.Of(ctx)
	if err != nil {
		return nil, err
	}
	var list []Document
	for _, r := range rows {
		d, err := r.document(s.Zone)
		if err != nil {
			return nil, err
		}
		if d.Collected.IsZero() && d.Returned.IsZero() {
			d.Location, d.From = fetching(all, r, a.Region, latest(d.Due, d.Arrived, s.Today()))
		} else if i := slices.IndexFunc(all, func(l location.Location) bool { return l.ID == r.LocationID }); i >= 0 {
			d.Location = all[i]
		}
		list = append(list, d)
	}
	return list, nil
}

func (r documentRow) document(zone *time.Location) (d Document, err error) {
	d = Document{Member: r.Member, Product: r.Product}
	for _, day := range []struct {
		text string
		to   *rules.Day
	}{{r.PhotoOn, &d.Photo}, {r.DueOn, &d.Due}, {r.ArrivedOn, &d.Arrived}} {
		if err := day.to.UnmarshalText([]byte(day.text)); err != nil {
			return d, fmt.Errorf("read the days of a document: %w", err)
		}
	}
	if r.CollectedAt != nil {
		d.Collected = r.CollectedAt.In(zone)
	}
	if r.ReturnedAt != nil {
		d.Returned = r.ReturnedAt.In(zone)
	}
	return d, nil
}

func latest(days ...rules.Day) rules.Day { return slices.MaxFunc(days, rules.Day.Compare) }

// fetching returns where a document is handed out from a day on, with the address that
// holds then, and the first day: at the location where it arrived; before it arrived at the
// one that hands it out first, of those one that serves the region. The day is zero, and
// the location empty, where nobody knows.
func fetching(all []location.Location, r documentRow, region string, from rules.Day) (best location.Location, first rules.Day) {
	near := false
	for _, l := range all {
		if r.LocationID != "" && l.ID != r.LocationID {
			continue
		}
		day, ok := handsFrom(l, r.Product, from)
		if !ok {
			continue
		}
		serves := slices.Contains(l.Regions(day), region)
		if first.IsZero() || day.Before(first) || day == first && serves && !near {
			best, first, near = l, day, serves
			best.Address = l.AddressOn(day)
		}
	}
	return best, first
}

// handsFrom returns the first day from one on, on which a location hands a product out
// without an appointment.
func handsFrom(l location.Location, product string, from rules.Day) (rules.Day, bool) {
	for n := range furthest {
		if hands, walkIn := l.Hands(product, from.Add(n)); hands && walkIn {
			return from.Add(n), true
		}
	}
	return rules.Day{}, false
}

const (
	selectReady = `
		SELECT ` + documentColumns + ` FROM document
		WHERE collected_at IS NULL AND returned_at IS NULL AND told_on = '' AND arrived_on <> '' AND ready_on <= $1 ORDER BY ask_id, member`
	updateTold = `
		UPDATE document SET told_on = $3 WHERE ask_id = $1 AND member = $2 AND told_on = '' AND collected_at IS NULL AND returned_at IS NULL`
	selectWaitingFor = `
		SELECT ` + documentColumns + ` FROM document
		WHERE collected_at IS NULL AND returned_at IS NULL AND told_on <> '' AND told_on <= $1 AND reminders < 3 ORDER BY ask_id, member`
	updateReminded = `
		UPDATE document SET reminders = $4 WHERE ask_id = $1 AND member = $2 AND reminders = $3 AND collected_at IS NULL AND returned_at IS NULL`
)

// tellOfDocuments tells each person once that their document is ready, on the first day on
// which it is handed out where it lies, and reminds them after some days, each once.
func (s *Store) tellOfDocuments(ctx context.Context) error {
	const thing = "documents that are ready"
	if s.memory.fresh(thing, s.Today().String(), s.now()) {
		return nil
	}
	ready, err := db.Select[documentRow](ctx, s.DB, selectReady, s.Today().String())
	if err != nil {
		return fmt.Errorf("find documents that are ready: %w", err)
	}
	open, err := s.Locations.Of(ctx)
	if err != nil {
		return err
	}
	ready = slices.DeleteFunc(ready, func(r documentRow) bool {
		_, from := fetching(open, r, "", s.Today())
		return from != s.Today()
	})
	if err := s.tellEach(ctx, ready, func(tx *db.Tx, r documentRow) (int64, error) {
		return db.Exec(ctx, tx, updateTold, r.AskID, r.Member, s.Today().String())
	}); err != nil {
		return err
	}
	due, err := s.dueReminders(ctx)
	if err != nil {
		return err
	}
	if err := s.tellEach(ctx, due, func(tx *db.Tx, r documentRow) (int64, error) {
		return db.Exec(ctx, tx, updateReminded, r.AskID, r.Member, r.Reminders, r.Reminders+1)
	}); err != nil {
		return err
	}
	s.memory.keep(thing, s.Today().String(), s.now().Add(restBetween))
	return nil
}

// dueReminders returns the documents whose next reminder is due.
func (s *Store) dueReminders(ctx context.Context) ([]documentRow, error) {
	var after [3]int
	for i, id := range [...]string{setCollectFirst, setCollectSecond, setCollectThird} {
		n, err := s.setting(id)
		if err != nil {
			return nil, err
		}
		after[i] = n
	}
	rows, err := db.Select[documentRow](ctx, s.DB, selectWaitingFor, s.Today().Add(-slices.Min(after[:])).String())
	if err != nil {
		return nil, fmt.Errorf("find documents that nobody fetched: %w", err)
	}
	return slices.DeleteFunc(rows, func(r documentRow) bool {
		told, err := rules.ParseDay(r.ToldOn)
		return err != nil || s.Today().Since(told) < after[r.Reminders]
	}), nil
}

// tellEach marks documents and tells their people, who hear once of several. The mark
// decides: whoever makes it sends the message, in this transaction.
func (s *Store) tellEach(ctx context.Context, rows []documentRow, mark func(*db.Tx, documentRow) (int64, error)) error {
	for len(rows) > 0 {
		some := rows[:1]
		for len(some) < len(rows) && rows[len(some)].AskID == some[0].AskID {
			some = rows[:len(some)+1]
		}
		rows = rows[len(some):]
		err := s.DB.Update(ctx, func(tx *db.Tx) error {
			marked := int64(0)
			for _, r := range some {
				n, err := mark(tx, r)
				if err != nil {
					return fmt.Errorf("keep that somebody was told of a document: %w", err)
				}
				marked += n
			}
			if marked == 0 {
				return nil
			}
			return s.tell(ctx, tx, some[0].AskID)
		})
		if err != nil {
			return err
		}
		point.Reach("planner.document-told")
	}
	return nil
}
