package location_test

import (
	"sync"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/rules"
)

// planned gives a world one place with a plan, on Monday 20 December 2021: open this week,
// two desks, up to the end of the year, and an address that changes on the 27th.
func planned(w *world) {
	w.Counters = func() []rules.Item {
		return []rules.Item{{ID: "north", Name: rules.Words{"en": "North"}, Fields: map[string]string{
			"stands": "2021-12-01 dated; 2021-12-20 open", "first": "2021-12-20", "region": "north", "hours": "mon 09:00-10:00; tue 09:00-10:00",
			"horizon": "2021-12-20 2021-12-31; 2022-01-01 7 days", "desks": ".. 2x30 uk,en", "products": ".. card; ..2021-12-24 sticker",
			"addresses": "2021-12-01 Voorbeeldplein 1; 2021-12-27 Voorbeeldweg 2",
		}}}
	}
}

// as is the change that leaves a place as it stands.
func as(l location.Location) location.Change {
	return location.Change{ID: l.ID, State: l.State, Address: l.Address, OpensOn: l.OpensOn, Week: l.Week, Ground: "more people wait", Seen: l.Version}
}

func slotsOn(t testing.TB, w *world, on string) int {
	t.Helper()
	return len(w.one(t, "north").Slots(day(t, on), w.Zone))
}

func TestThePlanOfThePackHoldsUntilSomebodyChangesIt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		planned(w)
		l := w.one(t, "north")
		if l.State != location.Open || l.Address != "Voorbeeldplein 1" || l.Plan.Horizon.String() != "2021-12-31" || slotsOn(t, w, "2021-12-21") != 4 {
			t.Errorf("%+v", l)
		}
		pause := as(l)
		pause.State = location.Paused
		check(t, w.Change(t.Context(), lead(), pause)) // without a plan
		if n := slotsOn(t, w, "2021-12-21"); n != 0 {
			t.Errorf("%d slots of a place that is paused", n)
		}
		w.clock.Advance(10 * 24 * time.Hour)
		again := as(w.one(t, "north"))
		again.State = location.Open
		check(t, w.Change(t.Context(), lead(), again))
		w.clock.Advance(3 * 24 * time.Hour) // 2 January: the pack's horizon moves on
		if l = w.one(t, "north"); l.Plan.Horizon.String() != "2022-01-09" || l.Address != "Voorbeeldweg 2" || slotsOn(t, w, "2022-01-04") != 4 {
			t.Errorf("%+v", l)
		}
		kept, err := db.Get[string](t.Context(), w.db, `SELECT plan FROM location WHERE id = 'north'`)
		if err != nil || kept != "" {
			t.Errorf("a plan that nobody changed is kept: %q, %v", kept, err)
		}
	})
}

func TestRaisingDesksIsPreviewedAndLogged(t *testing.T) { // P-67
	each(t, func(t *testing.T, w *world) {
		planned(w)
		l := w.one(t, "north")
		more := as(l)
		plan := l.Plan
		plan.Desks = append([]location.Desks{{First: day(t, "2021-12-28"), Number: 3, Minutes: 20, Langs: []string{"en", "nl"}}}, plan.Desks...)
		plan.Ahead = 14
		more.Plan = &plan
		p, err := w.Preview(t.Context(), editor(), more)
		check(t, err)
		// Before: four days of 4 slots, of which the first two have stickers. After: on the
		// 28th 9 more, and two weeks ahead up to 3 January, another 13.
		want := []location.Supply{{Before: 16, After: 16 + 9 + 13}, {Product: "card", Before: 16, After: 16 + 9 + 13}, {Product: "sticker", Before: 8, After: 8}}
		if diff := same(want, p.Supply); diff != "" {
			t.Errorf("preview: %s", diff)
		}
		if slotsOn(t, w, "2021-12-28") != 4 {
			t.Error("the preview changed it")
		}
		check(t, w.Change(t.Context(), editor(), more))
		if n := slotsOn(t, w, "2021-12-28"); n != 13 {
			t.Errorf("%d slots with more desks", n) // P-67
		}
		entries, err := db.Get[int64](t.Context(), w.db, `SELECT count(*) AS n FROM audit_entry WHERE act = 'location.change' AND object = 'north'`)
		if err != nil || entries != 1 {
			t.Errorf("%d entries, %v", entries, err) // P-67
		}
		// A change of something else leaves the desks.
		other := as(w.one(t, "north"))
		other.Week = week(t, "tue 09:00-11:00")
		check(t, w.Change(t.Context(), editor(), other))
		if l = w.one(t, "north"); slotsOn(t, w, "2021-12-28") != 8+18 || l.Plan.Ahead != 14 || len(l.Plan.Addresses) != 2 {
			t.Errorf("%d slots, %+v", slotsOn(t, w, "2021-12-28"), l.Plan)
		}
	})
}

func TestDesksAreTakenAwayAgain(t *testing.T) { // P-67
	each(t, func(t *testing.T, w *world) {
		planned(w)
		for _, n := range []int{5, 1} {
			l := w.one(t, "north")
			c, plan := as(l), l.Plan
			plan.Desks = []location.Desks{{Number: n, Minutes: 30}}
			c.Plan = &plan
			check(t, w.Change(t.Context(), lead(), c))
			if got := slotsOn(t, w, "2021-12-21"); got != 2*n {
				t.Errorf("%d slots at %d desks", got, n) // P-67
			}
		}
	})
}

// What is chosen is what stays: an address that staff give holds from today, and the move
// that is planned stays planned.
func TestAnAddressIsChangedFromTodayOn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		planned(w)
		c := as(w.one(t, "north"))
		c.Address = "Voorbeeldlaan 3"
		check(t, w.Change(t.Context(), lead(), c))
		l := w.one(t, "north")
		for on, want := range map[string]string{"2021-12-19": "Voorbeeldplein 1", "2021-12-20": "Voorbeeldlaan 3", "2021-12-26": "Voorbeeldlaan 3", "2021-12-27": "Voorbeeldweg 2"} {
			if got := l.AddressOn(day(t, on)); got != want {
				t.Errorf("on %s at %q", on, got)
			}
		}
		if l.Address != "Voorbeeldlaan 3" {
			t.Errorf("now at %q", l.Address)
		}
		moving := as(l)
		moving.State = location.Moving
		check(t, w.Change(t.Context(), lead(), moving))
		if l = w.one(t, "north"); l.On(w.Today()) != location.Open || !l.OpenAt(time.Date(2021, 12, 20, 9, 30, 0, 0, w.Zone)) {
			t.Error("closed until it moves")
		}
		w.clock.Advance(8 * 24 * time.Hour)
		moving.Seen++
		if err := w.Change(t.Context(), lead(), moving); fault.Key(err) != "location.moving" {
			t.Errorf("moves nowhere: %v", err)
		}
	})
}

func TestAPlanThatCannotBeIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		planned(w)
		for key, change := range map[string]func(*location.Change){
			"location.desks":    func(c *location.Change) { c.Plan.Desks = []location.Desks{{Number: 1}} },
			"location.products": func(c *location.Change) { c.Plan.Products = []location.Offering{{Product: "A card"}} },
			"location.last":     func(c *location.Change) { c.Plan.Last = day(t, "2021-12-01") },
			"location.address":  func(c *location.Change) { c.Plan.Addresses, c.Address = nil, "" },
			"location.day":      func(c *location.Change) { c.State, c.OpensOn = location.Bookable, day(t, "2021-12-20") },
			"location.no-hours": func(c *location.Change) { c.Week = location.Week{} },
		} {
			l := w.one(t, "north")
			c := as(l)
			plan := l.Plan
			c.Plan = &plan
			change(&c)
			if _, err := w.Preview(t.Context(), lead(), c); !fault.Is(err, fault.Invalid) || fault.Key(err) != key {
				t.Errorf("preview of %s: %v", key, err)
			}
			if err := w.Change(t.Context(), lead(), c); !fault.Is(err, fault.Invalid) || fault.Key(err) != key {
				t.Errorf("%s: %v", key, err)
			}
		}
		if l := w.one(t, "north"); l.Version != 0 {
			t.Errorf("changed to %+v", l)
		}
	})
}

// Of two who raise the desks at once one is told to look again.
func TestPlansAreChangedAsTheyWereSeen(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		planned(w)
		l := w.one(t, "north")
		var all sync.WaitGroup
		won := make(chan int, 8)
		for n := range 8 {
			all.Go(func() {
				c := as(l)
				plan := l.Plan
				plan.Desks = []location.Desks{{Number: n + 1, Minutes: 60}}
				c.Plan = &plan
				if err := w.Change(t.Context(), editor(), c); err == nil {
					won <- n + 1
				} else if !fault.Is(err, fault.TooLate) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		close(won)
		if len(won) != 1 {
			t.Fatalf("%d changes of one version", len(won))
		}
		if n := slotsOn(t, w, "2021-12-21"); n != <-won {
			t.Errorf("%d desks", n)
		}
	})
}

// A place with a date gives its slots when it opens, or from the instant that somebody said.
func TestAPlaceWithADateGivesSlotsWhenItOpens(t *testing.T) { // P-63
	each(t, func(t *testing.T, w *world) {
		w.Counters = func() []rules.Item {
			return []rules.Item{{ID: "north", Fields: map[string]string{"stands": "2021-12-01 announced", "addresses": "2021-12-01 Voorbeeldplein 1"}}}
		}
		c := as(w.one(t, "north"))
		c.Week = week(t, "mon 09:00-17:00")
		c.State, c.OpensOn = location.Dated, day(t, "2021-12-27")
		check(t, w.Change(t.Context(), lead(), c))
		l := w.one(t, "north")
		if opens := time.Date(2021, 12, 27, 0, 0, 0, 0, w.Zone); !l.Plan.Bookable.Equal(opens) || l.BookableAt(opens.Add(-time.Second)) || !l.BookableAt(opens) {
			t.Errorf("slots are given from %v", l.Plan.Bookable)
		}
		plan, said := l.Plan, time.Date(2021, 12, 22, 10, 0, 0, 0, w.Zone)
		plan.Bookable = said
		c = as(l)
		c.Plan = &plan
		check(t, w.Change(t.Context(), lead(), c))
		if l = w.one(t, "north"); !l.Plan.Bookable.Equal(said) || l.BookableAt(said.Add(-time.Second)) || !l.BookableAt(said) { // P-63
			t.Errorf("slots are given from %v", l.Plan.Bookable)
		}
	})
}

// A place of which the pack tells nothing yet is not there.
func TestAPlaceIsThereFromItsAnnouncement(t *testing.T) { // P-34
	each(t, func(t *testing.T, w *world) {
		w.Counters = func() []rules.Item {
			return []rules.Item{{ID: "north", Fields: map[string]string{"stands": "2021-12-21T09:00 announced"}}}
		}
		if list, err := w.Of(t.Context()); err != nil || len(list) != 0 {
			t.Errorf("%+v, %v", list, err)
		}
		if _, err := w.One(t.Context(), "north"); !fault.Is(err, fault.NotFound) {
			t.Errorf("found: %v", err)
		}
		w.clock.Advance(23 * time.Hour)
		if l := w.one(t, "north"); l.State != location.Announced {
			t.Errorf("it is %s", l.State)
		}
	})
}
