package location

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/rules"
)

// Store keeps how the counters stand.
type Store struct {
	Parts
	mu   sync.Mutex
	last reading
}

// reading is how the counters were read last: nothing that a pack says of one changes
// within a minute, and reading its texts again for each who asks is a quarter of asking.
type reading struct {
	minute time.Time
	said   map[string]row
	list   []Location
}

// Parts is what the store is made with. All are needed but Checklist, Products and Regions.
type Parts struct {
	DB       *db.DB
	Audit    *audit.Log
	Counters func() []rules.Item // the pack's list, always the same
	// Checklist is the pack's list of what has to be done before staff open a counter; nil
	// where nothing has.
	Checklist func() []rules.Item
	// Products and Regions are the pack's: staff can hand out, and serve, no other. Nil where
	// a pack has none.
	Products, Regions func() []rules.Item
	Zone              *time.Location // of the clocks on the wall
	Now               func() time.Time
	// Tell puts one neutral message for the person of a case in the transaction. A case
	// that nobody can be told of any more is no error.
	Tell func(ctx context.Context, tx *db.Tx, caseID string) error
}

// NewStore returns the store.
func NewStore(parts Parts) *Store { return &Store{Parts: parts} }

// Here returns the present moment in the zone of the counters.
func (s *Store) Here() time.Time { return s.Now().In(s.Zone) }

// Today returns the day it is at the counters.
func (s *Store) Today() rules.Day { return rules.DayOf(s.Here()) }

// row is what staff said of a counter.
type row struct {
	ID        string
	State     string
	Address   string
	OpensOn   string
	Hours     string
	Plan      string
	Ground    string
	Version   int64
	ChangedAt time.Time
	Bound     bool // by its checklist
	Ready     bool
}

const columns = `id, state, address, opens_on, hours, plan, ground, version, changed_at`

const selectLocations = `
	SELECT ` + columns + `,
		EXISTS (SELECT 1 FROM location_list WHERE location_list.location_id = location.id AND ended_at IS NULL AND binds) AS bound,
		EXISTS (SELECT 1 FROM location_list WHERE location_list.location_id = location.id AND completed_at IS NOT NULL AND ended_at IS NULL) AS ready
	FROM location`

// Of returns the counters in the order of the pack, without those of which nothing is
// known yet. What they point to is shared: it is read, not changed.
func (s *Store) Of(ctx context.Context) ([]Location, error) { return s.of(ctx, s.DB) }

func (s *Store) of(ctx context.Context, q db.Queryer) ([]Location, error) {
	rows, err := db.Select[row](ctx, q, selectLocations)
	if err != nil {
		return nil, fmt.Errorf("read counters: %w", err)
	}
	said := map[string]row{}
	for _, r := range rows {
		said[r.ID] = r
	}
	here := s.Here().Truncate(time.Minute)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !here.Equal(s.last.minute) || !maps.Equal(said, s.last.said) {
		list, err := s.read(said, here)
		if err != nil {
			return nil, err
		}
		s.last = reading{here, said, list}
	}
	return slices.Clone(s.last.list), nil
}

// read reads the pack and what staff said instead of it.
func (s *Store) read(said map[string]row, here time.Time) ([]Location, error) {
	var list []Location
	for _, item := range s.Counters() {
		l, err := fromPack(item, here)
		if r, ok := said[item.ID]; ok && err == nil {
			l, err = l.with(r, here)
		}
		if err != nil {
			return nil, wrapItem(item.ID, err)
		}
		if l.State != "" {
			list = append(list, l)
		}
	}
	Inherit(list)
	return list, nil
}

func wrapItem(id string, err error) error { return fmt.Errorf("counter %s: %w", id, err) }

// One returns the counter of an id; one that the pack does not have is a fault.NotFound.
func (s *Store) One(ctx context.Context, id string) (Location, error) { return s.one(ctx, s.DB, id) }

// Within is One inside of a transaction.
func (s *Store) Within(ctx context.Context, tx *db.Tx, id string) (Location, error) {
	return s.one(ctx, tx, id)
}

func (s *Store) one(ctx context.Context, q db.Queryer, id string) (Location, error) {
	list, err := s.of(ctx, q)
	if err != nil {
		return Location{}, err
	}
	for _, l := range list {
		if l.ID == id {
			return l, nil
		}
	}
	return Location{}, fault.New(fault.NotFound, "", "the pack has no such counter")
}

// AnyOpen reports whether there is a counter to go to, at whatever hour.
func (s *Store) AnyOpen(ctx context.Context) (bool, error) {
	list, err := s.Of(ctx)
	if err != nil {
		return false, err
	}
	for _, l := range list {
		if l.On(s.Today()) == Open {
			return true, nil
		}
	}
	return false, nil
}

// with takes what staff said, instead of what the pack says. A plan that they did not
// change is the pack's.
func (l Location) with(r row, here time.Time) (Location, error) {
	l.State, l.Address, l.Ground, l.Version, l.Changed = State(r.State), r.Address, r.Ground, r.Version, r.ChangedAt
	l.bound, l.ready = r.Bound, r.Ready
	if !l.State.valid() {
		return l, fault.New(fault.Internal, "", "a state that no counter has")
	}
	var err error
	if l.Week, err = ParseWeek(r.Hours); err != nil {
		return l, err
	}
	if l.OpensOn, err = parseDay(r.OpensOn); err != nil {
		return l, err
	}
	if l.stored = r.Plan; r.Plan != "" {
		if l.Plan, err = ParsePlan(r.Plan); err != nil {
			return l, err
		}
	}
	l.settle(here)
	return l, nil
}

// settle brings what moves with the days to a moment: the horizon, the address, and the
// instant from which slots are given, which is the opening where nobody said another.
func (l *Location) settle(here time.Time) {
	today := rules.DayOf(here)
	l.Plan.at(today)
	if l.State == Dated && l.Plan.Bookable.IsZero() && !l.OpensOn.IsZero() {
		l.Plan.Bookable = onWall(l.OpensOn, 0, here.Location()).UTC()
	}
	if len(l.Plan.Addresses) > 0 {
		l.Address = l.AddressOn(l.firstFrom(today))
	}
}

// firstFrom returns a day, or the first day of a counter that opens later.
func (l Location) firstFrom(day rules.Day) rules.Day {
	if day.Before(l.OpensOn) {
		return l.OpensOn
	}
	return day
}
