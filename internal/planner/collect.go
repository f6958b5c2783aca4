package planner

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/location"
	"loket/internal/point"
	"loket/internal/rules"
	"loket/internal/staff"
)

const (
	selectDocument  = `SELECT ` + documentColumns + ` FROM document WHERE ask_id = $1 AND member = $2`
	updateCollected = `
		UPDATE document SET collected_at = $3 WHERE ask_id = $1 AND member = $2 AND collected_at IS NULL AND returned_at IS NULL AND arrived_on <> '' AND ready_on <= $4`
)

// Collect says that the holder of a card, who is at the desk with their number and code,
// was seen and has got it. Nobody else can: there is no field for them (P-54). Saying it
// again changes nothing: AtDesk shows when it was. When all of an ask have theirs it has
// ended. It is a fault.TooLate before it is ready, and a fault.Denied at another location
// than the one where it lies.
func (s *Store) Collect(ctx context.Context, m staff.Member, leaseID string, memberN int) error {
	lease, err := s.deskLease(ctx, s.DB, m, leaseID)
	if err != nil {
		return err
	}
	r, err := db.Get[documentRow](ctx, s.DB, selectDocument, lease.Object, memberN)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("find document: %w", err)
	}
	if err != nil || r.ArrivedOn == "" {
		return fault.New(fault.TooLate, "planner.collect.none", "person %d of %s has no document to fetch", memberN, lease.Object)
	}
	if err := s.sitsAt(m, r.LocationID); err != nil {
		return err
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		a, err := db.Get[askRow](ctx, tx, lockAsk, lease.Object)
		if err != nil {
			return fmt.Errorf("lock ask: %w", err)
		}
		n, err := db.Exec(ctx, tx, updateCollected, a.ID, memberN, s.now(), s.Today().String())
		if err != nil {
			return fmt.Errorf("hand a document over: %w", err)
		}
		if n == 0 {
			return s.collectedAlready(ctx, tx, a.ID, memberN)
		}
		return s.collected(ctx, tx, lease, a, r)
	})
	if err == nil {
		point.Reach("planner.collected")
	}
	return err
}

func (s *Store) collectedAlready(ctx context.Context, tx *db.Tx, askID string, memberN int) error {
	r, err := db.Get[documentRow](ctx, tx, selectDocument, askID, memberN)
	if err != nil {
		return fmt.Errorf("find document: %w", err)
	}
	if r.ReturnedAt != nil {
		return fault.New(fault.TooLate, "planner.collect.returned", "the document of person %d of %s went back", memberN, askID)
	}
	if r.CollectedAt == nil {
		return fault.New(fault.TooLate, "planner.collect.early", "the document of person %d of %s is not ready", memberN, askID)
	}
	return nil
}

func (s *Store) collected(ctx context.Context, tx *db.Tx, lease staff.Lease, a askRow, r documentRow) error {
	if err := s.Stock.Issue(ctx, tx, r.Product, r.LocationID); err != nil {
		return err
	}
	if err := s.noteDesk(ctx, tx, lease, "ask.collect", a.ID, "ok"); err != nil {
		return err
	}
	left, err := db.Get[int64](ctx, tx, countUncollected, a.ID)
	if err != nil {
		return fmt.Errorf("count documents that are still to be fetched: %w", err)
	}
	if left > 0 || a.State != Making {
		return nil
	}
	return s.allServed(ctx, tx, a, "all")
}

// Arrival is a document that is said to have come to a location.
type Arrival struct {
	Number  ident.CaseNumber // of the ask
	Member  int              // from one
	Product string
	Problem string // message key of why it cannot be; empty if it can
	askID   string
}

// Why a document cannot arrive.
const (
	arrivalUnknown = "planner.arrive.unknown" // no card is made for that number
	arrivalThere   = "planner.arrive.there"   // it arrived before
	arrivalPlace   = "planner.arrive.place"   // it is not handed out here
	arrivalTwice   = "planner.arrive.twice"
)

const selectByNumberDocuments = `
	SELECT ` + documentColumns + ` FROM document WHERE ask_id = (SELECT id FROM ask WHERE number = $1) ORDER BY member`

// Arriving reads the numbers on the cards of a box that came to a location, one a line: the
// number of an ask stands for all its cards, and a number with a slash and which person for
// one. It changes nothing.
func (s *Store) Arriving(ctx context.Context, m staff.Member, locationID, lines string) ([]Arrival, error) {
	if !m.Has(staff.Counter) {
		return nil, s.refuseDesk(ctx, m, locationID)
	}
	if err := s.sitsAt(m, locationID); err != nil {
		return nil, err
	}
	l, err := s.Locations.One(ctx, locationID)
	if err != nil {
		return nil, err
	}
	var list []Arrival
	for line := range strings.Lines(lines) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if len(list) >= mostArrivals {
			return nil, fault.New(fault.Invalid, "planner.arrive.many", "more than %d documents at once", mostArrivals)
		}
		found, err := s.arrivals(ctx, l, line)
		if err != nil {
			return nil, err
		}
		for _, a := range found {
			if slices.ContainsFunc(list, func(b Arrival) bool { return a.askID != "" && a.askID == b.askID && a.Member == b.Member }) {
				a.Problem = arrivalTwice
			}
			list = append(list, a)
		}
	}
	return list, nil
}

// mostArrivals is how many documents are written at once.
const mostArrivals = 200

// arrivals finds the documents of one line.
func (s *Store) arrivals(ctx context.Context, l location.Location, line string) ([]Arrival, error) {
	text, which, one := strings.Cut(line, "/")
	number, err := ident.ParseCaseNumber(text)
	member, wrong := strconv.Atoi(strings.TrimSpace(which))
	if err != nil || one && wrong != nil {
		return []Arrival{{Problem: arrivalUnknown}}, nil
	}
	rows, err := db.Select[documentRow](ctx, s.DB, selectByNumberDocuments, string(number))
	if err != nil {
		return nil, fmt.Errorf("find documents of a number: %w", err)
	}
	var list []Arrival
	for _, r := range rows {
		if one && r.Member != member {
			continue
		}
		a := Arrival{Number: number, Member: r.Member, Product: r.Product, askID: r.AskID}
		switch _, handed := handsFrom(l, r.Product, s.Today()); {
		case r.ArrivedOn != "":
			a.Problem = arrivalThere
		case !handed:
			a.Problem = arrivalPlace
		}
		list = append(list, a)
	}
	if len(list) == 0 {
		list = append(list, Arrival{Number: number, Member: member, Problem: arrivalUnknown})
	}
	return list, nil
}

const updateArrived = `
	UPDATE document SET location_id = $3, arrived_on = $4, ready_on = CASE WHEN due_on > $4 THEN due_on ELSE $4 END
	WHERE ask_id = $1 AND member = $2 AND arrived_on = ''`

// Arrive says that the cards of a box came to a location today, all of them or none. Their
// number has to be how many were counted, which is a fault.Invalid otherwise, as is a card
// with a problem.
func (s *Store) Arrive(ctx context.Context, m staff.Member, locationID, lines string, count int) error {
	list, err := s.Arriving(ctx, m, locationID, lines)
	if err != nil {
		return err
	}
	if len(list) != count || count == 0 {
		return fault.New(fault.Invalid, "planner.arrive.count", "%d documents were counted, and %d have a number", count, len(list))
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		for _, a := range list {
			if a.Problem != "" {
				return fault.New(fault.Invalid, a.Problem, "a document cannot arrive")
			}
			n, err := db.Exec(ctx, tx, updateArrived, a.askID, a.Member, locationID, s.Today().String())
			if err != nil {
				return fmt.Errorf("keep that a document arrived: %w", err)
			}
			if n == 0 { // somebody else wrote it at this moment
				return fault.New(fault.TooLate, arrivalThere, "a document of %s arrived", a.askID)
			}
			if err := s.note(ctx, tx, a.askID, m.ID, string(staff.Counter), "ask.arrive", "ok"); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		point.Reach("planner.arrived")
	}
	return err
}

// Uncollected is a document that waits to be fetched.
type Uncollected struct {
	Number    ident.CaseNumber // of the ask
	Member    int
	Product   string
	Location  string // id
	ReadyOn   rules.Day
	Days      int // since then
	Reminders int
	Returns   bool // it may go back to its maker, see Return
}

type uncollectedRow struct {
	Number     string
	Member     int
	Product    string
	LocationID string
	ReadyOn    string
	Reminders  int
	ToldOn     string
}

const selectUncollected = `
	SELECT ask.number, document.member, document.product, document.location_id, document.ready_on, document.reminders, document.told_on
	FROM document JOIN ask ON ask.id = document.ask_id
	WHERE document.location_id = $1 AND document.collected_at IS NULL AND document.returned_at IS NULL AND document.ready_on <= $2 ORDER BY document.ready_on, ask.number, document.member`

// Uncollected returns the documents that wait at a location, the oldest first. It names
// nobody: the number alone opens nothing (P-57).
func (s *Store) Uncollected(ctx context.Context, m staff.Member, locationID string) ([]Uncollected, error) {
	if !m.Has(staff.Counter, staff.Lead) {
		return nil, s.refuseDesk(ctx, m, locationID)
	}
	if err := s.sitsAt(m, locationID); err != nil {
		return nil, err
	}
	until, err := s.returnsFrom()
	if err != nil {
		return nil, err
	}
	rows, err := db.Select[uncollectedRow](ctx, s.DB, selectUncollected, locationID, s.Today().String())
	if err != nil {
		return nil, fmt.Errorf("list documents that nobody fetched: %w", err)
	}
	list := make([]Uncollected, len(rows))
	for i, r := range rows {
		day, err := rules.ParseDay(r.ReadyOn)
		if err != nil {
			return nil, fmt.Errorf("list documents that nobody fetched: %w", err)
		}
		list[i] = Uncollected{ident.CaseNumber(r.Number), r.Member, r.Product, r.LocationID, day, s.Today().Since(day), r.Reminders,
			!day.After(until) && (r.Reminders == chases || r.ToldOn == "")}
	}
	return list, nil
}
