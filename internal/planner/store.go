package planner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/rules"
	"loket/internal/seal"
	"loket/internal/stock"
)

// What a pack of places has: lists, questions, an outcome, and settings.
const (
	listRegions  = "regions"
	listProducts = "products"
	listPapers   = "papers"

	questionAsk     = "ask"
	questionProduct = "product"
	noProduct       = "none" // there is nothing to be fetched

	setDrawCloses    = "draw_closes"            // "18:00", by the clock on the wall
	setAnswerHours   = "answer_hours"           // how long an offer stands
	setShortHours    = "short_hours"            // slots sooner than this go to who said soon
	setShortAnswer   = "short_answer_hours"     // how long such an offer stands
	setReleaseNotice = "release_notice_minutes" // between saying that slots come and giving them
	setDrawFallback  = "draw_fallback_hours"    // after closing; then dice stand in for a source without a value
	setHelperAsks    = "helper_asks"            // for how many a helper asks a day
	setVoucherDays   = "voucher_days"           // how long a voucher can be used
	setVouchersADay  = "vouchers_a_day"         // how many a member gives
	setPaperValid    = "paper_valid_until"      // a paper that expires before this day is valid too short
	setCollectFirst  = "collect_first_days"     // after so many days a document that waits is asked to be fetched
	setCollectSecond = "collect_second_days"
	setCollectThird  = "collect_third_days"
	setCollectReturn = "collect_return_days" // after so many days a card that nobody fetched can go back to its maker
	setCollectEnd    = "collect_end_days"    // after so many the ask of a card that nobody fetched, or that never came, ends
	setStockFloor    = "stock_floor"         // package stock reads these two
	setStockLead     = "stock_lead_days"
)

// Roles in the audit log.
const (
	roleSelf   = "self"
	roleWorker = "worker"
)

const (
	purposeBody = "ask"
	wallClock   = "15:04"
)

// settings are those without which no pack of places works.
func settings() []string {
	return append(reminderSettings(), setDrawCloses, setAnswerHours, setShortHours, setShortAnswer, setReleaseNotice, setDrawFallback, setPaperValid,
		setHelperAsks, setVoucherDays, setVouchersADay, setMoves, setUrgentShare, setDrawShort, setCollectFirst, setCollectSecond, setCollectThird, setCollectReturn, setCollectEnd, setStockFloor, setStockLead)
}

// NewStore returns the planner. It fails when the pack lacks what every ask needs.
func NewStore(parts Parts) (*Store, error) {
	s := &Store{Parts: parts, index: parts.Keys.Index("planner"), slips: newSlipKeys(parts.Keys)}
	if s.Stock == nil {
		s.Stock = stock.NewStore(stock.Parts{DB: s.DB, Audit: s.Audit, Pack: s.Pack, Places: func() []rules.Item { return s.Locations.Counters() },
			Zone: s.Zone, Now: s.Now, Random: s.Random})
	}
	for _, list := range []string{listRegions, listProducts, listPapers, listDisruptions, listUrgent} {
		if len(s.Pack.List(list)) == 0 {
			return nil, fault.New(fault.Invalid, "", "pack %s has no list %s", s.Pack.ID, list)
		}
	}
	for _, question := range []string{questionAsk, questionProduct} {
		if s.Pack.Question(question) == nil {
			return nil, fault.New(fault.Invalid, "", "pack %s has no question %s", s.Pack.ID, question)
		}
	}
	for _, id := range settings() {
		if !slices.ContainsFunc(s.Pack.Settings(), func(set *rules.Setting) bool { return set.ID == id }) {
			return nil, fault.New(fault.Invalid, "", "pack %s has no setting %s", s.Pack.ID, id)
		}
	}
	if err := s.readPostcodes(); err != nil {
		return nil, err
	}
	return s, s.checkSource()
}

// now is the time as the database keeps it.
func (s *Store) now() time.Time { return s.Now().Truncate(time.Second) }

// Today returns the day it is at the counters.
func (s *Store) Today() rules.Day { return s.day(s.Now()) }

func (s *Store) day(t time.Time) rules.Day { return rules.DayOf(t.In(s.Zone)) }

// midnight is the instant at which a day begins at the counters.
func (s *Store) midnight(day rules.Day) time.Time {
	at, _ := time.ParseInLocation(time.DateOnly, day.String(), s.Zone) // a Day prints as one
	return at
}

// setting returns a number that the pack sets for today.
func (s *Store) setting(id string) (int, error) {
	value, ok := s.Pack.Setting(id, s.Today(), s.Today())
	number, isInt := value.Value.(int)
	if !ok || !isInt {
		return 0, fault.New(fault.Internal, "", "pack %s has no number %s today", s.Pack.ID, id)
	}
	return number, nil
}

// closing returns the time of day at which a list is closed, by the clock on the wall.
func (s *Store) closing() (time.Time, error) {
	value, ok := s.Pack.Setting(setDrawCloses, s.Today(), s.Today())
	text, isText := value.Value.(string)
	if !ok || !isText {
		return time.Time{}, fault.New(fault.Internal, "", "pack %s does not say when a list closes", s.Pack.ID)
	}
	at, err := time.Parse(wallClock, text)
	if err != nil {
		return at, fault.New(fault.Internal, "", "pack %s: %s is no time of day: %w", s.Pack.ID, setDrawCloses, err)
	}
	return at, nil
}

// askRow is an ask as it is kept.
type askRow struct {
	ID          string
	Number      string
	Ticket      string
	DrawID      string
	Line        *int64 // n of its draw in the upper half, place in its order, from one, in the lower; nil until it is drawn
	Region      string
	Products    string // of the people who get one, in their order, with a space between
	Size        int64  // how many they are
	Lang        string
	DeskLang    string
	Door        string
	Soon        bool
	State       State
	Laters      int64
	Silences    int64
	NotBefore   time.Time
	CodeVersion int64
	Tries       int64
	TriesDay    string
	AskedAt     time.Time
	ChangedAt   time.Time
	ClosedAt    *time.Time
	Sealed      []byte
}

const askColumns = `id, number, ticket, draw_id, line, region, products, size, lang, desk_lang, door, soon, state, laters, silences,
	not_before, code_version, tries, tries_day, asked_at, changed_at, closed_at, sealed`

const selectAsk = `SELECT ` + askColumns + ` FROM ask WHERE id = $1`

// ask returns the ask of an id.
func (s *Store) ask(ctx context.Context, q db.Queryer, id string) (askRow, error) {
	a, err := db.Get[askRow](ctx, q, selectAsk, id)
	if err != nil {
		return a, fmt.Errorf("find ask: %w", err)
	}
	return a, nil
}

// drawRow is a draw as it is kept.
type drawRow struct {
	ID        string
	N         int64
	ClosesAt  time.Time
	Source    string
	Round     int64
	State     string
	Tickets   int64
	Published string
	Short     string // JSON of a draw.Short; empty for a list of a day
	DrawnBy   string
	DrawnAt   *time.Time
}

const drawColumns = `id, n, closes_at, source, round, state, tickets, published, short, drawn_by, drawn_at`

const (
	selectDraw = `SELECT ` + drawColumns + ` FROM draw WHERE id = $1`

	// lockDueDraw begins the closing of a list. Whoever asks holds the row by their foreign
	// key until they are committed, so that it waits for them; who comes later sees in
	// stillOpen that it is closed, and goes into the next.
	lockDueDraw = `SELECT ` + drawColumns + ` FROM draw WHERE state = 'open' AND closes_at <= $1 FOR UPDATE`
)

// sealedBody is what lies sealed in an ask. Of papers nothing is kept but which product
// they lead to, and until when they are valid where that could change.
type sealedBody struct {
	Members []sealedMember
	Email   ident.Email
	Phone   ident.Phone
}

// sealedMember is one of the people. Who gets nothing because they are young has the
// first day on which they would get something.
type sealedMember struct {
	Name    ident.Name
	Birth   ident.BirthDate
	Number  ident.Number
	From    string // day, if Then is not empty
	Then    string // product
	Expires string // day until which their paper is valid, where another would lead to another product
}

// open opens what the people of an ask told.
func (s *Store) open(ctx context.Context, q db.Queryer, a askRow) (sealedBody, error) {
	return openBody(ctx, q, s.Vault, a)
}

func openBody(ctx context.Context, q db.Queryer, vault *seal.Vault, a askRow) (sealedBody, error) {
	var body sealedBody
	c, err := vault.Open(ctx, q, a.ID)
	if err != nil {
		return body, err
	}
	return body, c.Open(purposeBody, a.Sealed, &body)
}

// note writes an audit entry about an ask.
func (s *Store) note(ctx context.Context, tx *db.Tx, id, actor, role, act, result string) error {
	return s.Audit.Add(ctx, tx, audit.Entry{Actor: actor, Role: role, Act: act, Object: id, Result: result})
}

// movedOn is the fault of who comes too late.
func movedOn(id string) error {
	return fault.New(fault.TooLate, "planner.state", "ask %s moved on", id)
}
