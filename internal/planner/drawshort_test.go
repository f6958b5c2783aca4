package planner_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/planner"
	"loket/internal/rules"
)

// quietTimes is a morning from which on the pack lets lists be short.
const quietTimes = "2023-04-04T09:00:00+02:00"

// inQuietTimes moves a new world there, with counters that have so many desks.
func (w *world) inQuietTimes(t testing.TB, desks int) {
	t.Helper()
	at, err := time.Parse(time.RFC3339, quietTimes)
	must(t, err)
	w.clock.Advance(at.Sub(w.clock.Now()))
	// Of the pack's places the first is the one that has stickers again.
	items := []rules.Item{counter("amsterdam", region, desks, "9 days"), counter("zwolle", w.elsewhere(t), 1, "9 days")}
	for _, item := range items {
		for field, text := range item.Fields {
			item.Fields[field] = strings.ReplaceAll(text, "2022-12-31", "2023-12-31")
		}
	}
	w.has(items...)
	w.work(t)
	w.promises(t)
}

// openList is the list that is open.
func (w *world) openList(t testing.TB) planner.Opened {
	t.Helper()
	o, err := w.Opened(t.Context())
	must(t, err)
	return o
}

// closeOpen lets the open list close on time and be drawn, and what is free be offered.
func (w *world) closeOpen(t testing.TB) {
	t.Helper()
	w.clock.Advance(w.untilClosing(t))
	w.work(t)
	w.promises(t)
	w.clock.Advance(draw.Delay)
	w.work(t)
	w.promises(t)
}

// Where there is plenty the next list closes after two hours, with its closing, its source and
// its reason published while it is open; anybody can do the draw again, and who was there
// before stays before. When more come than there are places a list is of a day again.
func TestListsAreShortWherePlenty(t *testing.T) { // P-66
	each(t, func(t *testing.T, w *world) {
		w.inQuietTimes(t, 3)
		if first := w.openList(t); first.Short != nil {
			t.Errorf("a list is short before there is any slot: %+v", first)
		}
		before := []planner.Receipt{w.ask(t, w.asker(t)), w.ask(t, w.asker(t))}
		w.closeOpen(t)
		open := w.openList(t)
		if open.Short == nil || open.Short.Hours != 2 || !open.Closes.Equal(draw.ShortClosing(w.clock.Now(), 2)) {
			t.Fatalf("there is plenty, and the list is %+v", open)
		}
		if want := w.Beacon.Source(open.Closes.Add(draw.Delay)); open.Source.Round != want.Round {
			t.Errorf("its round is %d and not %d", open.Source.Round, want.Round)
		}
		behind := []planner.Receipt{w.ask(t, w.asker(t)), w.ask(t, w.asker(t))}
		w.closeOpen(t)
		list := w.believed(t, open.N)
		if !list.Drawn() || list.Short == nil || len(list.Order) != 2 || !slices.ContainsFunc(list.Short.Supply, func(l draw.Supply) bool {
			return l.Regions == region && l.Thing == "sticker" && l.Free > 50 && l.People == draw.Step
		}) {
			t.Errorf("drawn as %+v", list)
		}
		for _, b := range behind {
			if status := w.status(t, b); status.State != planner.Offered {
				t.Errorf("after two hours: %+v", status)
			}
			if w.line(t, b) <= max(w.line(t, before[0]), w.line(t, before[1])) {
				t.Error("who asked in a later list stands before one of an earlier")
			}
		}
		for range 120 {
			w.ask(t, w.asker(t))
		}
		w.closeOpen(t)
		if open := w.openList(t); open.Short != nil || !open.Closes.Equal(w.midnight(t, "2023-04-05").Add(18*time.Hour)) && !open.Closes.Equal(w.midnight(t, "2023-04-04").Add(18*time.Hour)) {
			t.Errorf("there is too little, and the list is %+v", open)
		}
	})
}

// Dice need two officials in a room, and parties their time: those lists are of a day.
func TestOnlyBeaconsAreShort(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.inQuietTimes(t, 3)
		w.Source = draw.FromDice
		w.closeOpen(t)
		if open := w.openList(t); open.Short != nil {
			t.Errorf("a list for dice is short: %+v", open)
		}
	})
}

// plentyNow says in the plainest way whether there are as many free slots as people, by a
// model that knows two regions and two things.
func (w *world) plentyNow(t testing.TB) bool {
	t.Helper()
	type seat struct{ LocationID, Products string }
	free, err := db.Select[seat](t.Context(), w.DB, `SELECT slot.location_id, products FROM slot JOIN slot_release ON slot_release.id = release_id
		WHERE state = 'free' AND slot_release.at <= $1 AND starts_at >= $2`, w.clock.Now(), w.clock.Now().Add(24*time.Hour))
	must(t, err)
	type ask struct{ Region, Products, State string }
	asks, err := db.Select[ask](t.Context(), w.DB, `SELECT region, products, state FROM ask`)
	must(t, err)
	last, err := db.Select[ask](t.Context(), w.DB, `SELECT region, products, ask.state FROM ask JOIN draw ON draw.id = draw_id WHERE closes_at > $1`, w.clock.Now().Add(-24*time.Hour))
	must(t, err)
	asks = append(slices.DeleteFunc(asks, func(a ask) bool { return a.State != "waiting" }), last...)
	for place, in := range map[string]string{"amsterdam": region, "zwolle": w.elsewhere(t)} {
		for _, thing := range []string{"", "sticker", "o-document"} {
			seats, people := 0, 0
			for _, s := range free {
				paused := thing == "sticker" && place != "amsterdam"
				if s.LocationID == place && strings.Contains(s.Products, thing) && !paused {
					seats++
				}
			}
			for _, a := range asks {
				if a.Region == in {
					people += strings.Count(a.Products+" ", thing+" ") // each product once for all together
				}
			}
			if seats < (people+4)/5*5 {
				return false
			}
		}
	}
	return len(free) > 0
}

// Over random numbers of asks, also where nothing is, each list is short if a model says so at
// the moment at which it opens, and closes when it said, whatever happens meanwhile: so nobody
// gains by when they ask.
func TestShortListsAreThoseOfTheModel(t *testing.T) { // P-66
	each(t, func(t *testing.T, w *world) {
		w.inQuietTimes(t, 2)
		random := rand.New(rand.NewPCG(3, 7))
		short, long := 0, 0
		for step := range 24 {
			var receipts []planner.Receipt
			for range random.IntN(2 + 10*(step%4)) {
				asking := w.asker(t)
				if random.IntN(10) == 0 {
					asking.Region, asking.Members[0].Document = w.elsewhere(t), "none"
				}
				receipts = append(receipts, w.ask(t, asking))
			}
			open := w.openList(t)
			w.clock.Advance(w.untilClosing(t))
			if now := w.openList(t); !now.Closes.Equal(open.Closes) || now.Source.Round != open.Source.Round {
				t.Errorf("list %d was to close at %v, and now %v", open.N, open.Closes, now.Closes)
			}
			want := w.plentyNow(t)
			w.work(t)
			w.promises(t)
			if now := w.openList(t); (now.Short != nil) != want && draw.ShortClosing(w.clock.Now(), 2).Before(now.Closes) {
				t.Fatalf("step %d: the list is %+v, and the model says %t", step, now, want)
			} else if now.Short != nil {
				short++
			} else {
				long++
			}
			w.clock.Advance(draw.Delay)
			w.work(t)
			w.promises(t)
			w.believed(t, open.N)
			for _, r := range receipts {
				if status := w.status(t, r); status.Offer != nil {
					must(t, w.Answer(t.Context(), r.Number, r.Code, status.Offer.ID, []planner.Answer{planner.Accept, planner.Decline}[random.IntN(2)]))
				}
			}
			w.promises(t)
		}
		if short < 3 || long < 3 {
			t.Errorf("%d lists were short and %d not", short, long)
		}
	})
}

// elsewhere is another region.
func (w *world) elsewhere(t testing.TB) string {
	t.Helper()
	list := w.Pack.List("regions")
	return list[slices.IndexFunc(list, func(i rules.Item) bool { return i.ID != region })].ID
}

// Check sees a list that closed sooner than it may.
func TestCheckSeesListsThatClosedTooSoon(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.inQuietTimes(t, 3)
		w.closeOpen(t)
		w.closeOpen(t)
		if w.openList(t).Short == nil {
			t.Fatal("no list is short")
		}
		for _, damage := range []string{`UPDATE draw SET closes_at = closes_at - 60 WHERE short <> ''`, `UPDATE draw SET short = replace(short, '"people":0', '"people":500')`,
			`UPDATE draw SET short = '{}' WHERE short <> ''`} {
			must(t, w.DB.Update(t.Context(), func(tx *db.Tx) error {
				_, err := db.Exec(t.Context(), tx, damage)
				return err
			}))
			broken, err := w.Check(t.Context())
			must(t, err)
			if !strings.Contains(strings.Join(broken, "\n"), "closed sooner than it may") {
				t.Errorf("%s: Check says %q", damage, broken)
			}
		}
	})
}
