package planner_test

import (
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/planner"
	"loket/internal/rules"
	"loket/internal/staff"
	"loket/internal/testclock"
)

// An ask by each door ends up on the list of the day, with a number, a code and a ticket.
func TestAskByEachDoor(t *testing.T) { // P-27 P-61
	each(t, func(t *testing.T, w *world) {
		seen := map[string]bool{}
		for _, door := range []planner.Door{planner.Web, planner.API} {
			asking := w.person(t)
			asking.Door = door
			receipt := w.ask(t, asking)
			if seen[receipt.Ticket] || len(receipt.Ticket) != 10 {
				t.Errorf("%s: ticket %q", door, receipt.Ticket)
			}
			seen[receipt.Ticket] = true
			status := w.status(t, receipt)
			if status.State != planner.Waiting || status.Draw != 1 || status.Drawn || !status.Closes.Equal(receipt.Closes) {
				t.Errorf("%s: %+v", door, status)
			}
			if got := receipt.Closes.Format("2006-01-02 15:04"); got != "2022-08-16 18:00" {
				t.Errorf("%s: the list closes %s", door, got)
			}
		}
		if n := w.count(t, `SELECT n FROM ask_figure WHERE what = 'asked'`); n != 2 {
			t.Errorf("%d asks in the figures", n)
		}
		w.promises(t)
	})
}

// Nothing of the form that would be needed is missing when it is taken in, and each lack
// has its own words.
func TestAskRefusesWhatIsMissing(t *testing.T) { // P-24 P-31 P-78
	w := newWorld(t, db.SQLite)
	for _, test := range []struct {
		key    string
		change func(*planner.Asking)
	}{
		{"planner.members", func(a *planner.Asking) { a.Members = nil }},
		{"planner.members", func(a *planner.Asking) { *a = w.household(t, 2001, 2002, 2003, 2004, 2005, 2006) }},
		{"planner.member.name", func(a *planner.Asking) { a.Members[0].Name = ident.Name{} }},
		{"planner.member.birth", func(a *planner.Asking) { a.Members[0].Birth = ident.BirthDate{} }},
		{"planner.member.number", func(a *planner.Asking) { a.Members[0].Number = ident.Number{} }},
		{"planner.member.number", func(a *planner.Asking) {
			*a = w.household(t, 1990)
			a.Members[1].Number = ident.Number{}
		}},
		{"planner.member.number-kind", func(a *planner.Asking) { a.Members[0].Number, _ = ident.ParseNumber("AB12") }},
		{"planner.member.twice", func(a *planner.Asking) { a.Members = append(a.Members, a.Members[0]) }},
		{"planner.paper", func(a *planner.Asking) { a.Members[0].Document = "library-card" }},
		{"planner.paper-unclear", func(a *planner.Asking) { a.Members[0].Expires = rules.Day{} }},
		{"planner.region", func(a *planner.Asking) { a.Region = "nowhere" }},
		{"planner.desk-language", func(a *planner.Asking) { a.DeskLang = "fr" }},
		{"planner.way", func(a *planner.Asking) { a.Facts = nil }},
		{"planner.way", func(a *planner.Asking) { a.Facts = rules.Facts{"has_proof": true, "registered": true} }},
		{"planner.way", func(a *planner.Asking) { a.Facts = rules.Facts{"has_proof": false, "registered": false} }},
		{"planner.lang", func(a *planner.Asking) { a.Lang = "" }},
		{"planner.contact", func(a *planner.Asking) { a.Email, a.Phone = ident.Email{}, ident.Phone{} }},
		{"once.key", func(a *planner.Asking) { a.Key = "" }},
		{"planner.nothing", func(a *planner.Asking) { a.Members[0].Birth = w.member(t, 1, 2015).Birth }},
	} {
		asking := w.person(t)
		test.change(&asking)
		_, err := w.Ask(t.Context(), asking)
		if !fault.Is(err, fault.Invalid) || fault.Key(err) != test.key {
			t.Errorf("%s: %v", test.key, err)
		}
	}
	if n := w.count(t, `SELECT count(*) AS n FROM ask`); n != 0 {
		t.Errorf("%d asks were taken in", n)
	}
}

// A form that is sent twice makes one ask; its key for another form is refused.
func TestAFormSentTwiceIsOneAsk(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		asking := w.person(t)
		first := w.ask(t, asking)
		if second := w.ask(t, asking); !same(first, second) {
			t.Errorf("sent again: %v, first %v", second, first)
		}
		other := w.person(t)
		other.Key = asking.Key
		if _, err := w.Ask(t.Context(), other); !fault.Is(err, fault.Invalid) {
			t.Errorf("the key for another form: %v", err)
		}
		w.promises(t)
	})
}

// Whoever asks a second time, on a new page, is shown the ask that stands.
func TestAPersonHasOneAsk(t *testing.T) { // P-29
	each(t, func(t *testing.T, w *world) {
		asking := w.household(t, 1975, 2015)
		first := w.ask(t, asking)
		turned := again(asking)
		turned.Members[1], turned.Members[2] = turned.Members[2], turned.Members[1]
		if second := w.ask(t, turned); !same(first, second) {
			t.Errorf("asked again: %v, first %v", second, first)
		}
		if n := w.count(t, `SELECT count(*) AS n FROM ask`); n != 1 {
			t.Errorf("%d asks", n)
		}
		must(t, w.Withdraw(t.Context(), first.Number, first.Code))
		if third := w.ask(t, again(asking)); same(first, third) {
			t.Error("an ask that was withdrawn stands again")
		}
		w.promises(t)
	})
}

// 1,000 forms of one person at one moment, from two processes, give one ask and 1,000
// times its receipt.
func TestAThousandAsksOfOnePersonAreOne(t *testing.T) { // P-29 P-30
	each(t, func(t *testing.T, w *world) {
		forms := 1000
		if testing.Short() {
			forms = 200
		}
		processes := []*world{w, w.another(t)}
		asking := w.person(t)
		receipts, failed := make([]planner.Receipt, forms), make([]error, forms)
		start := make(chan struct{})
		var all sync.WaitGroup
		for i := range forms {
			mine := again(asking)
			all.Go(func() {
				<-start
				receipts[i], failed[i] = processes[i%2].Ask(t.Context(), mine)
			})
		}
		close(start)
		all.Wait()
		for i := range forms {
			must(t, failed[i])
			if !same(receipts[i], receipts[0]) {
				t.Fatalf("form %d got another ask", i)
			}
		}
		if n := w.count(t, `SELECT count(*) AS n FROM ask`); n != 1 {
			t.Errorf("%d asks", n)
		}
		w.promises(t)
	})
}

// Whoever asks while the list is being closed, by a process whose clock is a little ahead,
// is on this list or on the next: the published list has all that are in its draw.
func TestNoAskSlipsIntoAClosedList(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const asks = 60
		w.ask(t, w.person(t))
		w.clock.Advance(w.untilClosing(t) - time.Second)
		ahead := w.anotherAt(t, testclock.At(w.clock.Now().Add(2*time.Second).Format(time.RFC3339)))
		var all sync.WaitGroup
		for i := range asks {
			form := w.person(t)
			all.Go(func() {
				if _, err := w.Ask(t.Context(), form); err != nil {
					t.Error(err)
				}
			})
			if i == asks/2 {
				all.Go(func() {
					if err := ahead.Work(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
		}
		all.Wait()
		published, err := w.Published(t.Context(), 1)
		must(t, err)
		var list draw.Draw
		must(t, json.Unmarshal(published, &list))
		tickets, err := db.Select[string](t.Context(), w.DB, `SELECT ticket FROM ask JOIN draw ON draw.id = draw_id WHERE draw.n = 1 ORDER BY ticket`)
		must(t, err)
		if !slices.Equal(tickets, list.Tickets) {
			t.Errorf("%d asks are in the draw, %d tickets on its list", len(tickets), len(list.Tickets))
		}
		next := w.count(t, `SELECT count(*) AS n FROM ask JOIN draw ON draw.id = draw_id WHERE draw.n = 2 AND draw.state = 'open'`)
		if len(tickets)+int(next) != asks+1 {
			t.Errorf("%d asks on this list and %d on the next, want %d", len(tickets), next, asks+1)
		}
		w.promises(t)
	})
}

// One address gets no mail without end, and a helper asks for many with one.
func TestAsksForOneAddressAreBounded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		helper, house := w.person(t), []staff.Member{w.hire(t, staff.Helper), w.hire(t, staff.Helper), w.hire(t, staff.Helper)}
		var refused error
		for n := range 101 {
			asking := w.person(t)
			asking.Email, asking.Phone, asking.Door = helper.Email, ident.Phone{}, planner.ByHelper
			if _, refused = w.AskFor(t.Context(), house[n/40], asking); refused != nil {
				break
			}
		}
		if !fault.Is(refused, fault.Throttled) || fault.Key(refused) != "planner.many" {
			t.Errorf("ask 101 for one address: %v", refused)
		}
		if n := w.count(t, `SELECT count(*) AS n FROM ask`); n != 100 {
			t.Errorf("%d asks", n)
		}
		w.promises(t)
	})
}

func same(a, b planner.Receipt) bool {
	return a.Number == b.Number && a.Code.Equal(b.Code) && a.Ticket == b.Ticket && a.Closes.Equal(b.Closes)
}
