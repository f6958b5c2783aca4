package location_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/rules"
	"loket/internal/staff"
)

// listed gives a world the checklist of these tests.
func listed(w *world) {
	w.Checklist = func() []rules.Item { return []rules.Item{{ID: "people"}, {ID: "computers"}, {ID: "signs"}} }
}

func (w *world) tick(t testing.TB, id string, items ...string) {
	t.Helper()
	for _, item := range items {
		check(t, w.Tick(t.Context(), editor(), id, item, true))
	}
}

func (w *world) opening(t testing.TB, id string) location.Opening {
	t.Helper()
	o, err := w.Opening(t.Context(), id)
	check(t, err)
	return o
}

func missing(o location.Opening) (ids []string) {
	for _, item := range o.Missing() {
		ids = append(ids, item.ID)
	}
	return ids
}

func TestAnOpeningNeedsItsChecklist(t *testing.T) { // H-51
	each(t, func(t *testing.T, w *world) {
		listed(w)
		refused := func() {
			t.Helper()
			if err := w.Change(t.Context(), lead(), opened(t, "north", w.one(t, "north").Version)); !fault.Is(err, fault.Invalid) || fault.Key(err) != "location.checklist" {
				t.Fatalf("opened without its list: %v", err)
			}
		}
		refused()
		if _, err := w.Preview(t.Context(), lead(), opened(t, "north", 0)); fault.Key(err) != "location.checklist" {
			t.Errorf("previewed: %v", err)
		}
		w.tick(t, "north", "people", "signs")
		refused()
		if got := missing(w.opening(t, "north")); !slices.Equal(got, []string{"computers"}) {
			t.Errorf("missing is %q", got)
		}
		w.tick(t, "north", "computers", "computers")
		check(t, w.Tick(t.Context(), lead(), "north", "signs", false))
		refused()
		pause := location.Change{ID: "north", State: location.Paused, Ground: "a way around", Seen: 0}
		check(t, w.Change(t.Context(), lead(), pause))
		refused()
		w.tick(t, "north", "signs")
		check(t, w.Change(t.Context(), lead(), opened(t, "north", 1)))
		o := w.opening(t, "north")
		if len(missing(o)) != 0 || !o.Over || !o.Bound || o.Ticks[0].By != "stf_editor" || !o.Ticks[0].At.Equal(w.clock.Now()) {
			t.Errorf("%+v", o)
		}
		if err := w.Tick(t.Context(), lead(), "north", "signs", false); !fault.Is(err, fault.TooLate) {
			t.Errorf("taken back while it is open: %v", err)
		}
		n, err := db.Get[int64](t.Context(), w.db, `SELECT count(*) AS n FROM audit_entry WHERE object = 'north' AND act IN ('location.tick', 'location.untick')`)
		if err != nil || n != 5 {
			t.Errorf("%d entries: %v", n, err)
		}
	})
}

// Each opening has a list of its own; a pause is no end.
func TestAnotherOpeningHasAnotherChecklist(t *testing.T) { // H-51
	each(t, func(t *testing.T, w *world) {
		listed(w)
		w.tick(t, "north", "people", "signs", "computers")
		check(t, w.Change(t.Context(), lead(), opened(t, "north", 0)))
		for n, state := range []location.State{location.Paused, location.Open, location.Closed} {
			c := opened(t, "north", int64(n)+1)
			c.State = state
			check(t, w.Change(t.Context(), lead(), c))
		}
		if err := w.Change(t.Context(), lead(), opened(t, "north", 4)); fault.Key(err) != "location.checklist" {
			t.Errorf("opened again by the old list: %v", err)
		}
		if got := len(missing(w.opening(t, "north"))); got != 3 {
			t.Errorf("%d items are missing", got)
		}
		w.tick(t, "north", "people", "signs", "computers")
		check(t, w.Change(t.Context(), lead(), opened(t, "north", 4)))
	})
}

// A day that staff gave comes and goes, unless all is done; nothing is promised for it.
func TestADayDoesNotOpenWithoutTheChecklist(t *testing.T) { // H-51
	each(t, func(t *testing.T, w *world) {
		listed(w)
		c := opened(t, "north", 0)
		c.State, c.OpensOn = location.Dated, day(t, "2021-12-27")
		c.Plan = &location.Plan{Horizon: day(t, "2021-12-31"), Bookable: w.clock.Now().Add(time.Hour), Desks: []location.Desks{{Number: 1, Minutes: 30}},
			Products: []location.Offering{{Product: "card"}}}
		check(t, w.Change(t.Context(), lead(), c))
		l := w.one(t, "north")
		if l.On(w.Today()) != location.Dated || len(l.Slots(day(t, "2021-12-27"), w.Zone)) != 0 {
			t.Errorf("it is %s, with slots", l.On(w.Today()))
		}
		w.clock.Advance(2 * time.Hour)
		if w.one(t, "north").BookableAt(w.Here()) {
			t.Error("it gives slots")
		}
		w.clock.Advance(8 * 24 * time.Hour)
		if l = w.one(t, "north"); l.On(w.Today()) != location.Announced || l.OpenAt(w.Here()) {
			t.Errorf("its day came, and it is %s", l.On(w.Today()))
		}
		w.tick(t, "north", "people", "signs", "computers")
		if l = w.one(t, "north"); l.On(w.Today()) != location.Open {
			t.Errorf("all is done, and it is %s", l.On(w.Today()))
		}
	})
}

// What the pack opens needs nothing, and stays so when staff change its desks.
func TestTheDaysOfThePackNeedNoChecklist(t *testing.T) { // H-51
	each(t, func(t *testing.T, w *world) {
		planned(w)
		listed(w)
		w.Counters = func() []rules.Item {
			return []rules.Item{{ID: "north", Fields: map[string]string{"stands": "2021-12-01 dated; 2021-12-27 open", "hours": "mon 09:00-10:00", "address": "Voorbeeldplein 1"}}}
		}
		w.tick(t, "north", "people")
		c := as(w.one(t, "north"))
		c.Week = week(t, "tue 09:00-11:00")
		check(t, w.Change(t.Context(), lead(), c))
		w.clock.Advance(8 * 24 * time.Hour)
		if l := w.one(t, "north"); l.On(w.Today()) != location.Open || l.Unready() {
			t.Errorf("it is %s", l.On(w.Today()))
		}
		c = as(w.one(t, "north"))
		c.OpensOn, c.State = rules.Day{}, location.Open
		check(t, w.Change(t.Context(), lead(), c))
		c.State, c.Seen = location.Paused, c.Seen+1
		check(t, w.Change(t.Context(), lead(), c))
		c.State, c.Seen = location.Open, c.Seen+1
		check(t, w.Change(t.Context(), lead(), c))
	})
}

func TestTheChecklistIsForThoseWhoOpen(t *testing.T) { // H-51
	each(t, func(t *testing.T, w *world) {
		listed(w)
		carla := staff.Member{ID: "stf_carla", Roles: []staff.Role{staff.Counter}}
		if err := w.Tick(t.Context(), carla, "north", "signs", true); !fault.Is(err, fault.Denied) {
			t.Errorf("ticked by a counter: %v", err)
		}
		if err := w.Tick(t.Context(), lead(), "north", "flowers", true); fault.Key(err) != "location.list-item" {
			t.Errorf("ticked what is not on it: %v", err)
		}
		if err := w.Tick(t.Context(), lead(), "nowhere", "signs", true); !fault.Is(err, fault.NotFound) {
			t.Errorf("ticked for no location: %v", err)
		}
	})
}

// Of one who opens and one who takes back, at one time, one is too late: it is never open
// without its list.
func TestNobodyTakesBackWhatOpens(t *testing.T) { // H-51
	each(t, func(t *testing.T, w *world) {
		listed(w)
		for range 4 {
			w.tick(t, "south", "people", "signs", "computers")
			seen := w.one(t, "south").Version
			var all sync.WaitGroup
			all.Go(func() {
				if err := w.Change(t.Context(), lead(), opened(t, "south", seen)); err != nil && fault.Key(err) != "location.checklist" {
					t.Error(err)
				}
			})
			all.Go(func() {
				if err := w.Tick(t.Context(), editor(), "south", "signs", false); err != nil && !fault.Is(err, fault.TooLate) {
					t.Error(err)
				}
			})
			all.Wait()
			l, o := w.one(t, "south"), w.opening(t, "south")
			if l.State == location.Open != (len(missing(o)) == 0) {
				t.Fatalf("it is %s, and %q is missing", l.State, missing(o))
			}
			if l.State == location.Open {
				c := opened(t, "south", l.Version)
				c.State = location.Closed
				check(t, w.Change(t.Context(), lead(), c))
			}
		}
	})
}
