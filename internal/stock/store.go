package stock

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/rules"
)

// What a pack says of stock: lists, and settings.
const (
	listProducts   = "products"
	listCauses     = "pause_causes"
	listSpared     = "spared"
	listPauses     = "pauses"
	listStatements = "stock_statements"

	setFloor = "stock_floor"     // how many of each product are not promised
	setLead  = "stock_lead_days" // from the expected day to the day on which it can be handed out
)

// Store keeps stock.
type Store struct{ Parts }

// Parts is what the store is made with. All are needed.
type Parts struct {
	DB     *db.DB
	Audit  *audit.Log
	Pack   *rules.Pack
	Places func() []rules.Item // where there can be stock
	Zone   *time.Location      // of the clocks on the wall
	Now    func() time.Time
	Random io.Reader
}

// NewStore returns the store.
func NewStore(parts Parts) *Store { return &Store{parts} }

func (s *Store) now() time.Time { return s.Now().Truncate(time.Second) }

// Today returns the day it is where things are handed out.
func (s *Store) Today() rules.Day { return rules.DayOf(s.Now().In(s.Zone)) }

// setting returns a number of the pack; zero where it has none.
func (s *Store) setting(id string) int {
	value, _ := s.Pack.Setting(id, s.Today(), s.Today())
	n, _ := value.Value.(int)
	return n
}

const insertProduct = `
	INSERT INTO stock_product (product, version, promised, counted, settled) VALUES ($1, 0, 0, FALSE, '') ON CONFLICT (product) DO NOTHING`

// Begin makes the row of each product of the pack, in which everybody meets. It may be
// done again.
func (s *Store) Begin(ctx context.Context) error {
	for _, item := range s.Pack.List(listProducts) {
		if _, err := db.Exec(ctx, s.DB, insertProduct, item.ID); err != nil {
			return fmt.Errorf("begin the stock of %s: %w", item.ID, err)
		}
	}
	return nil
}

type productRow struct {
	Product  string
	Version  int64
	Promised int64
	Counted  bool
	Settled  string
}

const (
	selectProducts = `SELECT product, version, promised, counted, settled FROM stock_product ORDER BY product`
	selectOnHand   = `
		SELECT product, location_id, coalesce(CAST(sum(n) AS bigint), 0) AS n FROM
			(SELECT product, location_id, n FROM stock_move UNION ALL SELECT product, location_id, -n AS n FROM stock_issue) AS all_moves
		GROUP BY product, location_id`
	selectIssued   = `SELECT product, '' AS location_id, coalesce(CAST(sum(n) AS bigint), 0) AS n FROM stock_issue GROUP BY product`
	selectExpected = `
		SELECT id, product, location_id, day, n, confidence, owner, stated_on FROM stock_delivery WHERE state = 'expected' ORDER BY day, id`
	selectStatements = `SELECT product, says, owner, stated_on FROM stock_statement ORDER BY stated_at, id`
)

type countRow struct {
	Product    string
	LocationID string
	N          int64
}

type deliveryRow struct {
	ID, Product, LocationID, Day string
	N                            int64
	Confidence, Owner, StatedOn  string
}

type statementRow struct{ Product, Says, Owner, StatedOn string }

// Sheets returns the sheet of each product that is begun, in the order of the pack. What
// is read of promises after it agrees with it, or Take fails: the row of the product is
// read before anything else.
func (s *Store) Sheets(ctx context.Context, q db.Queryer) ([]Sheet, error) {
	rows, err := db.Select[productRow](ctx, q, selectProducts)
	if err != nil {
		return nil, fmt.Errorf("read products: %w", err)
	}
	var sheets []Sheet
	for _, item := range s.Pack.List(listProducts) {
		if i := slices.IndexFunc(rows, func(r productRow) bool { return r.Product == item.ID }); i >= 0 {
			r := rows[i]
			sheets = append(sheets, Sheet{Product: r.Product, Counted: r.Counted, OnHand: map[string]int64{}, Version: r.Version, promised: r.Promised,
				settled: r.Settled, today: s.Today(), now: s.now(), floor: int64(s.setting(setFloor)), lead: s.setting(setLead)})
		}
	}
	return sheets, s.fill(ctx, q, sheets)
}

// Sheet returns the sheet of one product; a fault.NotFound where there is none.
func (s *Store) Sheet(ctx context.Context, q db.Queryer, product string) (Sheet, error) {
	sheets, err := s.Sheets(ctx, q)
	if err != nil {
		return Sheet{}, err
	}
	for _, sheet := range sheets {
		if sheet.Product == product {
			return sheet, nil
		}
	}
	return Sheet{}, fault.New(fault.NotFound, "", "there is no product %s", product)
}

// fill adds counts, deliveries, pauses and statements to some sheets.
func (s *Store) fill(ctx context.Context, q db.Queryer, sheets []Sheet) error {
	of := map[string]*Sheet{}
	for i := range sheets {
		of[sheets[i].Product] = &sheets[i]
	}
	counts, err := db.Select[countRow](ctx, q, selectOnHand)
	if err != nil {
		return fmt.Errorf("read counts: %w", err)
	}
	for _, c := range counts {
		if sheet := of[c.Product]; sheet != nil {
			sheet.OnHand[c.LocationID] = c.N
		}
	}
	issued, err := db.Select[countRow](ctx, q, selectIssued)
	if err != nil {
		return fmt.Errorf("read what was handed out: %w", err)
	}
	for _, c := range issued {
		if sheet := of[c.Product]; sheet != nil {
			sheet.Issued = c.N
		}
	}
	if err := s.addDeliveries(ctx, q, of); err != nil {
		return err
	}
	if err := s.addStatements(ctx, q, of); err != nil {
		return err
	}
	return s.addPauses(ctx, q, of)
}

func (s *Store) addDeliveries(ctx context.Context, q db.Queryer, of map[string]*Sheet) error {
	rows, err := db.Select[deliveryRow](ctx, q, selectExpected)
	if err != nil {
		return fmt.Errorf("read deliveries: %w", err)
	}
	for _, r := range rows {
		day, err := rules.ParseDay(r.Day)
		stated, wrong := rules.ParseDay(r.StatedOn)
		if sheet := of[r.Product]; sheet != nil && err == nil && wrong == nil {
			sheet.Deliveries = append(sheet.Deliveries, Delivery{r.ID, r.LocationID, day, r.N, Confidence(r.Confidence), r.Owner, stated})
		}
	}
	return nil
}

// addStatements takes the last statement of each product: what staff say stands before
// what the pack tells.
func (s *Store) addStatements(ctx context.Context, q db.Queryer, of map[string]*Sheet) error {
	if err := s.statementsOfPack(of); err != nil {
		return err
	}
	rows, err := db.Select[statementRow](ctx, q, selectStatements)
	if err != nil {
		return fmt.Errorf("read statements: %w", err)
	}
	for _, r := range rows {
		on, err := rules.ParseDay(r.StatedOn)
		if sheet := of[r.Product]; sheet != nil && err == nil {
			sheet.Said = Statement{Enough: r.Says == saysEnough, Owner: r.Owner, On: on}
		}
	}
	return nil
}

// What a statement says.
const (
	saysEnough  = "enough"
	saysNothing = "nothing"
)

const (
	updateTaken = `UPDATE stock_product SET promised = promised + 1 WHERE product = $1 AND version = $2 AND promised = $3`
	// Of what nobody counts no more is known after a promise than before; the row is locked until it is made.
	updateHeld   = `UPDATE stock_product SET version = version WHERE product = $1 AND version = $2`
	updateIssued = `UPDATE stock_product SET promised = promised + 1 WHERE product = $1`
	upsertIssue  = `
		INSERT INTO stock_issue (day, product, location_id, n) VALUES ($1, $2, $3, 1)
		ON CONFLICT (day, product, location_id) DO UPDATE SET n = stock_issue.n + 1`
	updateSettled = `UPDATE stock_product SET settled = $2 WHERE product = $1 AND version = $3 AND promised = $4`
)

// Take says, in the transaction that promises some of a product, that it was decided by a
// sheet. It is a fault.TooLate when the sheet does not hold any more: somebody promised,
// handed out or changed some since. The sheet is brought up to date for the next promise,
// which counts if the transaction does.
func (s *Store) Take(ctx context.Context, tx *db.Tx, sheet Sheet) error {
	var n int64
	var err error
	if sheet.Counted {
		n, err = db.Exec(ctx, tx, updateTaken, sheet.Product, sheet.Version, sheet.promised)
	} else {
		n, err = db.Exec(ctx, tx, updateHeld, sheet.Product, sheet.Version)
	}
	if err != nil {
		return fmt.Errorf("take from stock: %w", err)
	}
	if n == 0 {
		return fault.New(fault.TooLate, "", "the stock of %s is not as it was", sheet.Product)
	}
	return nil
}

// Taken returns a sheet after a Take that was committed.
func (s Sheet) Taken() Sheet {
	if s.Counted {
		s.promised++
	}
	return s
}

// Lock keeps others from promising, handing out and changing a product until the
// transaction ends, and returns its sheet.
func (s *Store) Lock(ctx context.Context, tx *db.Tx, product string) (Sheet, error) {
	if _, err := db.Exec(ctx, tx, updateIssued, product); err != nil {
		return Sheet{}, fmt.Errorf("lock the stock of %s: %w", product, err)
	}
	return s.Sheet(ctx, tx, product)
}

// Issue counts that one of a product was handed out at a location, in the transaction that
// does it. It is counted too where nobody counts what is left.
func (s *Store) Issue(ctx context.Context, tx *db.Tx, product, locationID string) error {
	if _, err := db.Exec(ctx, tx, insertProduct, product); err != nil {
		return fmt.Errorf("begin the stock of %s: %w", product, err)
	}
	if _, err := db.Exec(ctx, tx, updateIssued, product); err != nil {
		return fmt.Errorf("count what is handed out: %w", err)
	}
	if _, err := db.Exec(ctx, tx, upsertIssue, s.Today().String(), product, locationID); err != nil {
		return fmt.Errorf("count what is handed out: %w", err)
	}
	return nil
}

// looks is the same for sheets by which the same may be promised.
func (s Sheet) looks() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %v %d %d", s.Version, s.today, s.Pauses, s.floor, s.lead))
	return hex.EncodeToString(sum[:])
}

// Settled reports whether what is promised was brought into agreement with a sheet.
func (s Sheet) Settled() bool { return s.settled == s.looks() }

// Settle says that what is promised agrees with a sheet; nothing happens when the sheet
// does not hold any more.
func (s *Store) Settle(ctx context.Context, sheet Sheet) error {
	if _, err := db.Exec(ctx, s.DB, updateSettled, sheet.Product, sheet.looks(), sheet.Version, sheet.promised); err != nil {
		return fmt.Errorf("settle the stock of %s: %w", sheet.Product, err)
	}
	return nil
}

// Move is one line in the book of a product.
type Move struct {
	Location string
	Kind     Kind
	N        int64 // added; negative is taken away
	Ground   string
	By       string
	At       time.Time
}

type moveRow struct {
	LocationID string
	Kind       string
	N          int64
	Ground     string
	MovedBy    string
	MovedAt    time.Time
}

const selectMoves = `
	SELECT location_id, kind, n, ground, moved_by, moved_at FROM stock_move WHERE product = $1 ORDER BY moved_at DESC, id DESC LIMIT 50`

// Moves returns the last movements of a product, the last first, without what was handed
// out at desks.
func (s *Store) Moves(ctx context.Context, product string) ([]Move, error) {
	rows, err := db.Select[moveRow](ctx, s.DB, selectMoves, product)
	if err != nil {
		return nil, fmt.Errorf("read movements: %w", err)
	}
	moves := make([]Move, len(rows))
	for i, r := range rows {
		moves[i] = Move{r.LocationID, Kind(r.Kind), r.N, r.Ground, r.MovedBy, r.MovedAt.In(s.Zone)}
	}
	return moves, nil
}

// Causes returns why a product can be paused, and Spared what a pause can leave alone.
func (s *Store) Causes() []rules.Item { return s.Pack.List(listCauses) }

// Spared returns what a pause can leave alone, of which each names at least one (P-50).
func (s *Store) Spared() []rules.Item { return s.Pack.List(listSpared) }

func has(items []rules.Item, id string) bool {
	return slices.ContainsFunc(items, func(i rules.Item) bool { return i.ID == id })
}

func byDay(a, b Delivery) int { return cmp.Or(a.Day.Compare(b.Day), strings.Compare(a.ID, b.ID)) }
