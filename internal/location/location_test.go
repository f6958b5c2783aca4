package location_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/rules"
	"loket/internal/staff"
	"loket/internal/testclock"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// world is a store whose messages are rows of a table of their own, in the transaction
// that tells.
type world struct {
	*location.Store
	db     *db.DB
	clock  *testclock.Clock
	broken func(caseID string) error
}

const insertTold = `INSERT INTO told (case_id) VALUES ($1)`

func each(t *testing.T, test func(t *testing.T, w *world)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		_, err := db.Exec(t.Context(), d, `CREATE TABLE told (case_id TEXT NOT NULL)`)
		check(t, err)
		w := &world{db: d, clock: testclock.At("2021-12-20T10:00:00+01:00"), broken: func(string) error { return nil }}
		w.Store = location.NewStore(location.Parts{DB: d, Audit: audit.NewLog(w.clock.Now, rand.Reader), Zone: amsterdam(t), Now: w.clock.Now,
			Counters: func() []rules.Item {
				return []rules.Item{
					{ID: "north", Name: rules.Words{"en": "North"}, Fields: map[string]string{"state": "announced"}, Words: map[string]rules.Words{"when": {"en": "Soon."}}},
					{ID: "south", Name: rules.Words{"en": "South"}, Fields: map[string]string{"state": "announced"}},
				}
			},
			Tell: func(ctx context.Context, tx *db.Tx, caseID string) error {
				if err := w.broken(caseID); err != nil {
					return err
				}
				_, err := db.Exec(ctx, tx, insertTold, caseID)
				return err
			}})
		test(t, w)
	})
}

func lead() staff.Member   { return staff.Member{ID: "stf_lead", Roles: []staff.Role{staff.Lead}} }
func editor() staff.Member { return staff.Member{ID: "stf_editor", Roles: []staff.Role{staff.Editor}} }

// opened is the change that opens a counter.
func opened(t testing.TB, id string, seen int64) location.Change {
	return location.Change{ID: id, State: location.Open, Address: "Voorbeeldplein 1", Week: week(t, "mon 09:00-17:00"), Ground: "city council, 20 December", Seen: seen}
}

func (w *world) follow(t testing.TB, id string, cases ...string) {
	t.Helper()
	check(t, w.db.Update(t.Context(), func(tx *db.Tx) error {
		for _, c := range cases {
			if err := w.Follow(t.Context(), tx, id, c); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (w *world) told(t testing.TB) map[string]int {
	t.Helper()
	cases, err := db.Select[string](t.Context(), w.db, `SELECT case_id FROM told`)
	check(t, err)
	times := map[string]int{}
	for _, c := range cases {
		times[c]++
	}
	return times
}

func (w *world) one(t testing.TB, id string) location.Location {
	t.Helper()
	l, err := w.One(t.Context(), id)
	check(t, err)
	return l
}

func TestAnAnnouncedCounterHasNoDayAndTakesFollowers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		l := w.one(t, "north")
		if l.State != location.Announced || !l.OpensOn.IsZero() || l.Address != "" || l.When["en"] != "Soon." {
			t.Errorf("announced as %+v", l) // G-43
		}
		if open, err := w.AnyOpen(t.Context()); err != nil || open {
			t.Errorf("a counter to go to: %v, %v", open, err)
		}
		w.follow(t, "north", "req_a", "req_b", "req_a") // G-43
		check(t, w.Sweep(t.Context()))
		if told := w.told(t); len(told) != 0 {
			t.Errorf("told of a counter that is not there: %v", told)
		}
		p, err := w.Preview(t.Context(), editor(), opened(t, "north", 0))
		if err != nil || p.Waiting != 2 || !p.Told || p.Before.State != location.Announced || p.After.State != location.Open {
			t.Errorf("preview %+v, %v", p, err)
		}
		if w.one(t, "north").State != location.Announced {
			t.Error("the preview changed it")
		}
		check(t, w.Change(t.Context(), editor(), opened(t, "north", 0)))
		check(t, w.Sweep(t.Context()))
		check(t, w.Sweep(t.Context()))
		if told := w.told(t); len(told) != 2 || told["req_a"] != 1 || told["req_b"] != 1 {
			t.Errorf("told %v", told) // G-43
		}
		if open, err := w.AnyOpen(t.Context()); err != nil || !open {
			t.Errorf("no counter to go to: %v, %v", open, err)
		}
	})
}

func TestADateIsFilledInLaterAndOpensByItself(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.follow(t, "north", "req_a")
		c := opened(t, "north", 0)
		c.State, c.OpensOn = location.Dated, day(t, "2021-12-22")
		check(t, w.Change(t.Context(), lead(), c)) // G-43
		check(t, w.Sweep(t.Context()))
		if told := w.told(t); len(told) != 0 {
			t.Errorf("told before the day: %v", told)
		}
		w.clock.Advance(38 * time.Hour) // past midnight in Amsterdam, not yet in UTC
		check(t, w.Sweep(t.Context()))
		if told := w.told(t); told["req_a"] != 1 {
			t.Errorf("told %v on the day", told)
		}
		if open, err := w.AnyOpen(t.Context()); err != nil || !open {
			t.Errorf("not open on its day: %v, %v", open, err)
		}
	})
}

// Whatever fails between two of them, each is told once, and whoever cannot be told does
// not stop the others.
func TestEachFollowerIsToldOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var cases []string
		for i := range 120 {
			cases = append(cases, fmt.Sprintf("req_%03d", i))
		}
		w.follow(t, "north", cases...)
		w.follow(t, "south", cases[:60]...)
		check(t, w.Change(t.Context(), lead(), opened(t, "north", 0)))
		check(t, w.Change(t.Context(), lead(), opened(t, "south", 0)))
		fails := 0
		w.broken = func(caseID string) error {
			if caseID == "req_070" && fails < 3 {
				fails++
				return errors.New("the power went")
			}
			if caseID == "req_010" {
				return fault.New(fault.NotFound, "", "ended")
			}
			return nil
		}
		for range 3 {
			if err := w.Sweep(t.Context()); err == nil {
				t.Error("what failed was not said")
			}
		}
		check(t, w.Sweep(t.Context()))
		told := w.told(t)
		for _, c := range cases {
			if want := 1; c != "req_010" && told[c] != want {
				t.Errorf("%s was told %d times", c, told[c])
			}
		}
	})
}

// Two who sweep at once tell nobody twice.
func TestTwoSweepersTellNobodyTwice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i := range 200 {
			w.follow(t, "north", fmt.Sprintf("req_%03d", i))
			w.follow(t, "south", fmt.Sprintf("req_%03d", i))
		}
		check(t, w.Change(t.Context(), lead(), opened(t, "north", 0)))
		check(t, w.Change(t.Context(), lead(), opened(t, "south", 0)))
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if err := w.Sweep(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		check(t, w.Sweep(t.Context()))
		told := w.told(t)
		for c, n := range told {
			if n != 1 {
				t.Errorf("%s was told %d times", c, n)
			}
		}
		if len(told) != 200 {
			t.Errorf("%d were told", len(told))
		}
	})
}

func TestWhoFollowsAllHearsOfTheFirst(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := func(c string) {
			check(t, w.db.Update(t.Context(), func(tx *db.Tx) error { return w.FollowAll(t.Context(), tx, c) }))
		}
		all("req_a")
		check(t, w.Change(t.Context(), lead(), opened(t, "south", 0)))
		all("req_b") // follows what is still to come
		check(t, w.Sweep(t.Context()))
		check(t, w.Change(t.Context(), lead(), opened(t, "north", 0)))
		check(t, w.db.Update(t.Context(), func(tx *db.Tx) error { return w.Leave(t.Context(), tx, "req_b") }))
		check(t, w.Sweep(t.Context()))
		if told := w.told(t); told["req_a"] != 1 || told["req_b"] != 0 {
			t.Errorf("told %v", told)
		}
	})
}

func TestWhatCannotBeIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		with := func(change func(*location.Change)) location.Change {
			c := opened(t, "north", 0)
			change(&c)
			return c
		}
		for key, c := range map[string]location.Change{
			"location.announced":  with(func(c *location.Change) { c.State, c.OpensOn = location.Announced, day(t, "2022-01-01") }), // G-43
			"location.day":        with(func(c *location.Change) { c.State = location.Dated }),
			"location.open-later": with(func(c *location.Change) { c.OpensOn = day(t, "2022-01-01") }),
			"location.address":    with(func(c *location.Change) { c.Address = " " }),
			"location.no-hours":   with(func(c *location.Change) { c.Week = location.Week{} }),
			"location.ground":     with(func(c *location.Change) { c.Ground = "" }),
			"location.state":      with(func(c *location.Change) { c.State = "elsewhere" }),
		} {
			if _, err := w.Preview(t.Context(), lead(), c); !fault.Is(err, fault.Invalid) || fault.Key(err) != key {
				t.Errorf("preview of %s: %v", key, err)
			}
			if err := w.Change(t.Context(), lead(), c); !fault.Is(err, fault.Invalid) || fault.Key(err) != key {
				t.Errorf("%s: %v", key, err)
			}
		}
		for _, m := range []staff.Member{{ID: "stf_x", Roles: []staff.Role{staff.Counter, staff.Helper}}, {ID: "stf_y"}} {
			if err := w.Change(t.Context(), m, opened(t, "north", 0)); !fault.Is(err, fault.Denied) {
				t.Errorf("changed by %v: %v", m.Roles, err)
			}
		}
		if err := w.Change(t.Context(), lead(), opened(t, "west", 0)); !fault.Is(err, fault.NotFound) {
			t.Errorf("a counter that the pack does not have: %v", err)
		}
		if w.one(t, "north").State != location.Announced {
			t.Error("something was changed")
		}
	})
}

func TestAChangeIsOfWhatWasSeen(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		check(t, w.Change(t.Context(), lead(), opened(t, "north", 0)))
		pause := opened(t, "north", 0)
		pause.State = location.Paused
		if err := w.Change(t.Context(), editor(), pause); !fault.Is(err, fault.TooLate) {
			t.Errorf("changed what was not seen: %v", err)
		}
		var all sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for range 8 {
			all.Go(func() {
				c := pause
				c.Seen = 1
				err := w.Change(t.Context(), editor(), c)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if !fault.Is(err, fault.TooLate) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if l := w.one(t, "north"); won != 1 || l.Version != 2 || l.State != location.Paused || l.Address == "" {
			t.Errorf("%d changes won, and it is %+v", won, l)
		}
		n, err := db.Get[int64](t.Context(), w.db, `SELECT count(*) AS n FROM audit_entry WHERE act = 'location.change' AND object = 'north'`)
		if err != nil || n != 2 {
			t.Errorf("%d entries for two changes, %v", n, err)
		}
	})
}
