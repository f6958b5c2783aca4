package planner_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/planner"
	"loket/internal/rules"
	"loket/internal/staff"
)

// issuing is where cards of these tests are fetched, without an appointment: as in the
// pack, until the end of October, and from 15 November at another address.
func issuing() rules.Item {
	week := ""
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri"} {
		week += "; " + day + " 09:00-12:00 13:00-16:30"
	}
	return rules.Item{ID: "cards", Name: rules.Words{"nl": "cards"}, Words: map[string]rules.Words{"closed-moves": {"nl": "verhuist"}}, Fields: map[string]string{
		"stands": "2022-08-01 open", "first": "2022-08-01", "region": "north-west", "hours": week[2:], "products": ".. o-document walk-in",
		"closed": "2022-11-01..2022-11-14 moves", "addresses": "2022-08-01 Oude Voorbeeldweg 1, Assen; 2022-11-01 Nieuwe Voorbeeldweg 2, Assen"}}
}

// passTo lets the clock pass to an instant, with work at each midnight and at the end.
func (w *world) passTo(t testing.TB, at string) {
	t.Helper()
	to, err := time.ParseInLocation("2006-01-02 15:04:05", at, w.Zone)
	must(t, err)
	for w.clock.Now().Before(to) {
		next := time.Date(w.clock.Now().In(w.Zone).Year(), w.clock.Now().In(w.Zone).Month(), w.clock.Now().In(w.Zone).Day()+1, 0, 0, 0, 0, w.Zone)
		w.clock.Advance(min(next.Sub(w.clock.Now()), to.Sub(w.clock.Now())))
		w.work(t)
	}
}

// photographed is an ask whose people came to their appointment.
func (w *world) photographed(t testing.TB, asking planner.Asking) (planner.Receipt, planner.Status) {
	t.Helper()
	r := w.ask(t, asking)
	w.toOffers(t)
	must(t, w.Answer(t.Context(), r.Number, r.Code, w.status(t, r).Offer.ID, planner.Accept))
	s := w.status(t, r)
	w.untilTurn(t, s)
	for _, a := range s.Appointments {
		must(t, w.Serve(t.Context(), atDesk(), a.ID))
	}
	return r, s
}

// inJuly is a location that opened a month earlier.
func inJuly(item rules.Item) rules.Item {
	for name, text := range item.Fields {
		item.Fields[name] = strings.ReplaceAll(text, "2022-08-01", "2022-07-01")
	}
	return item
}

// A card is ready three weeks after the photo, at midnight and not before, if it is there;
// its person is told once, fetches it themselves, and a second time shows the first.
func TestACardIsReadyThreeWeeksAfterThePhoto(t *testing.T) { // P-37 P-54
	each(t, func(t *testing.T, w *world) {
		w.has(inJuly(counter("assen", region, 2, "2022-10-31")), issuing())
		w.clock.Advance(-19 * 24 * time.Hour) // Thursday 28 July
		w.work(t)
		r, _ := w.photographed(t, w.without(t))
		if got := w.Today().String(); got != "2022-08-01" {
			t.Fatalf("the photo was taken on %s", got)
		}
		s := w.status(t, r)
		if s.State != planner.Making || len(s.Documents) != 1 || s.Documents[0].From.String() != "2022-08-22" || !s.Documents[0].Arrived.IsZero() {
			t.Fatalf("after the photo: %+v", s)
		}
		w.promises(t)
		w.passTo(t, "2022-08-10 10:00:00")
		carla := w.hire(t, staff.Counter)
		box := r.Number.Spoken() + "\n"
		if err := w.Arrive(t.Context(), carla, "cards", box, 2); fault.Key(err) != "planner.arrive.count" {
			t.Errorf("two were counted: %v", err)
		}
		must(t, w.Arrive(t.Context(), carla, "cards", box, 1))
		w.promises(t)
		told := w.allNotices(t)
		w.passTo(t, "2022-08-21 23:59:59")
		if s = w.status(t, r); s.Documents[0].Ready(w.Today()) || s.Documents[0].From.String() != "2022-08-22" || w.allNotices(t) != told {
			t.Errorf("on 21 August: %+v", s.Documents[0])
		}
		d := w.atDesk(t, carla, r)
		if err := w.Collect(t.Context(), carla, d.Lease.ID, 1); fault.Key(err) != "planner.collect.early" {
			t.Errorf("fetched on 21 August: %v", err)
		}
		w.passTo(t, "2022-08-22 00:00:00")
		if s = w.status(t, r); !s.Documents[0].Ready(w.Today()) || s.Documents[0].Location.ID != "cards" || w.allNotices(t) != told+1 {
			t.Errorf("on 22 August: %+v, %d told", s.Documents[0], w.allNotices(t)-told)
		}
		w.passTo(t, "2022-08-22 10:00:00")
		d = w.atDesk(t, carla, r)
		if len(d.Visitors) != 1 || d.Visitors[0].Document == nil {
			t.Fatalf("at the desk: %d people", len(d.Visitors))
		}
		away := carla
		away.Place = "assen"
		if err := w.Collect(t.Context(), away, d.Lease.ID, 1); fault.Key(err) != "planner.desk.elsewhere" { // P-52
			t.Errorf("at another location: %v", err)
		}
		must(t, w.Collect(t.Context(), carla, d.Lease.ID, 1))
		first := w.clock.Now()
		w.promises(t)
		w.clock.Advance(time.Minute)
		must(t, w.Collect(t.Context(), carla, d.Lease.ID, 1))
		if d, err := w.AtDesk(t.Context(), carla, d.Lease.ID); err != nil || !d.Visitors[0].Document.Collected.Equal(first) {
			t.Errorf("the second time: %+v, %v", d.Visitors, err)
		}
		if s = w.status(t, r); s.State != planner.Served {
			t.Errorf("fetched, and %s", s.State)
		}
		sheet, err := w.Stock.Sheet(t.Context(), w.DB, "o-document")
		must(t, err)
		if n := w.entries(t, "ask.collect", "ok"); n != 1 || sheet.Issued != 1 { // P-49
			t.Errorf("%d entries of one card, %d counted", n, sheet.Issued)
		}
		w.pass(t, time.Hour)
		if n := w.allNotices(t) - told; n != 1 {
			t.Errorf("%d messages of one card", n)
		}
		w.promises(t)
	})
}

// A photo after 11 October: the card is ready at the new address from 15 November, and not
// on the days of the move.
func TestLateCardsAreAtTheNewAddress(t *testing.T) { // P-36 P-38
	each(t, func(t *testing.T, w *world) {
		c := counter("assen", region, 2, "2022-10-31")
		w.has(c, issuing())
		w.clock.Advance(55 * 24 * time.Hour) // Monday 10 October
		w.work(t)
		r, _ := w.photographed(t, w.without(t))
		if got := w.Today().String(); got != "2022-10-12" {
			t.Fatalf("the photo was taken on %s", got)
		}
		carla := w.hire(t, staff.Counter)
		w.passTo(t, "2022-10-28 10:00:00")
		must(t, w.Arrive(t.Context(), carla, "cards", string(r.Number), 1))
		told := w.allNotices(t)
		w.passTo(t, "2022-11-14 23:59:59")
		d := w.status(t, r).Documents[0]
		if d.Due.String() != "2022-11-02" || d.From.String() != "2022-11-15" || d.Location.Address != "Nieuwe Voorbeeldweg 2, Assen" || w.allNotices(t) != told {
			t.Errorf("on 14 November: %+v", d)
		}
		w.passTo(t, "2022-11-15 00:00:00")
		if d = w.status(t, r).Documents[0]; !d.Ready(w.Today()) || w.allNotices(t) != told+1 {
			t.Errorf("on 15 November: %+v, %d told", d, w.allNotices(t)-told)
		}
		w.promises(t)
	})
}

// A card that arrives late is ready when it arrives.
func TestACardThatArrivesLate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 2, "2022-10-31"), issuing())
		w.work(t)
		r, _ := w.photographed(t, w.without(t))
		carla := w.hire(t, staff.Counter)
		w.passTo(t, "2022-09-20 10:00:00")
		if err := w.Withdraw(t.Context(), r.Number, r.Code); !fault.Is(err, fault.TooLate) {
			t.Errorf("withdrawn while it is made: %v", err)
		}
		if d := w.status(t, r).Documents[0]; d.Ready(w.Today()) || d.From.String() != "2022-09-20" {
			t.Errorf("not there: %+v", d)
		}
		must(t, w.Arrive(t.Context(), carla, "cards", string(r.Number)+"/1", 1))
		if d := w.status(t, r).Documents[0]; !d.Ready(w.Today()) || d.Arrived.String() != "2022-09-20" {
			t.Errorf("there: %+v", d)
		}
		w.promises(t)
	})
}

// What nobody fetches is chased on day 7, 21 and 60, each once, and counted by age without
// a name; fewer than five are not told to the public.
func TestUncollectedCardsAreChased(t *testing.T) { // P-49 P-57
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 2, "2022-10-31"), issuing())
		w.work(t)
		asking := w.household(t, 1970, 1971, 1972, 1973, 1974)
		asking.Region = region
		for i := range asking.Members {
			asking.Members[i].Document = "none"
		}
		r, _ := w.photographed(t, asking) // on 18 August
		if supplies, err := w.Supplies(t.Context()); err != nil || supplies[1].Making != 6 || supplies[1].Ages[0].N != 0 {
			t.Errorf("six are made: %+v, %v", supplies, err)
		}
		carla := w.hire(t, staff.Counter)
		w.passTo(t, "2022-09-05 10:00:00")
		must(t, w.Arrive(t.Context(), carla, "cards", string(r.Number), 6))
		told := w.allNotices(t)
		for _, step := range []struct {
			at  string
			n   int64
			age int
		}{
			{"2022-09-08 00:00:00", 1, 0}, {"2022-09-14 23:59:59", 1, 0}, {"2022-09-15 00:00:00", 2, 1}, {"2022-09-28 23:59:59", 2, 1}, {"2022-09-29 00:00:00", 3, 2},
			{"2022-11-06 23:59:59", 3, 2}, {"2022-11-07 00:00:00", 4, 3}, {"2022-12-31 12:00:00", 4, 3},
		} {
			w.passTo(t, step.at)
			if n := w.allNotices(t) - told; n != step.n {
				t.Errorf("by %s %d messages, want %d", step.at, n, step.n)
			}
			supplies, err := w.Supplies(t.Context())
			must(t, err)
			if got := supplies[1].Ages[step.age].N; got != 6 {
				t.Errorf("by %s: %+v", step.at, supplies[1].Ages)
			}
		}
		list, err := w.Uncollected(t.Context(), carla, "cards")
		must(t, err)
		if len(list) != 6 || list[0].Number != r.Number || list[5].Member != 6 || list[0].Days != 114 || list[0].Reminders != 3 {
			t.Errorf("list: %+v", list)
		}
		d := w.atDesk(t, carla, r)
		for n := range 3 {
			must(t, w.Collect(t.Context(), carla, d.Lease.ID, n+1))
		}
		supplies, err := w.Supplies(t.Context())
		must(t, err)
		if supplies[1].Ages[3].N != -1 || supplies[1].Issued != -1 {
			t.Errorf("three left: %+v", supplies[1])
		}
		w.promises(t)
	})
}

// A household with a sticker and a card: the ask lives on until the card is fetched.
func TestAHouseholdWithACard(t *testing.T) { // P-53
	each(t, func(t *testing.T, w *world) {
		w.has(counter("assen", region, 2, "2022-10-31"), issuing())
		w.work(t)
		asking := w.household(t, 2007)
		asking.Region = region
		asking.Members[1].Document = "none"
		r, s := w.photographed(t, asking)
		if s.Appointments[0].Product == s.Appointments[1].Product {
			t.Fatalf("both get %s", s.Appointments[0].Product)
		}
		if s = w.status(t, r); s.State != planner.Making || len(s.Documents) != 1 || s.Documents[0].Member != 2 {
			t.Errorf("%+v", s)
		}
		sheet, err := w.Stock.Sheet(t.Context(), w.DB, "sticker")
		must(t, err)
		if sheet.Issued != 1 {
			t.Errorf("%d stickers were counted", sheet.Issued)
		}
		carla := w.hire(t, staff.Counter)
		for line, key := range map[string]string{"12345": "planner.arrive.unknown", string(r.Number) + "/1": "planner.arrive.unknown",
			string(r.Number) + "\n" + string(r.Number): "planner.arrive.twice"} {
			list, err := w.Arriving(t.Context(), carla, "cards", line)
			must(t, err)
			if list[len(list)-1].Problem != key {
				t.Errorf("%q: %+v", line, list)
			}
		}
		list, err := w.Arriving(t.Context(), carla, "assen", string(r.Number))
		must(t, err)
		if list[0].Problem != "planner.arrive.place" { // P-52
			t.Errorf("at a location that hands out none: %+v", list)
		}
		w.promises(t)
	})
}

// documentDamage is done to a database in which a card is made.
func documentDamage() []struct{ query, wants string } {
	return []struct{ query, wants string }{
		{`UPDATE ask SET state = 'resting'`, "asks wait for a document without one"},
		{`UPDATE document SET collected_at = 1`, "asks wait for a document without one"},
		{`UPDATE document SET returned_at = 1`, "documents went back by nobody"},
		{`UPDATE appointment SET state = 'missed' WHERE state = 'served'`, "documents are made without a photo"},
		{`UPDATE document SET ready_on = photo_on`, "documents are ready before"},
		{`UPDATE document SET told_on = photo_on`, "documents were fetched or told"},
	}
}

// The promises of documents, each broken once.
func TestCheckSeesBrokenDocuments(t *testing.T) {
	w := newWorld(t, db.SQLite)
	w.has(counter("assen", region, 2, "2022-10-31"), issuing())
	w.work(t)
	r, _ := w.photographed(t, w.without(t))
	w.promises(t)
	for i, d := range documentDamage() {
		copied := fmt.Sprintf("%s/%d.db", t.TempDir(), i)
		must(t, w.DB.Backup(t.Context(), copied))
		damaged := &world{clock: w.clock, url: "sqlite:" + copied, keys: w.keys}
		damaged.open(t)
		_, err := db.Exec(t.Context(), damaged.DB, d.query)
		must(t, err)
		broken, err := damaged.Check(t.Context())
		must(t, err)
		if !strings.Contains(strings.Join(broken, "\n"), d.wants) {
			t.Errorf("%s: Check says %q, want %q", d.query, broken, d.wants)
		}
	}
	if s := w.status(t, r); s.State != planner.Making {
		t.Errorf("it is %s", s.State)
	}
}
