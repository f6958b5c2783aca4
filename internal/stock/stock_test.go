package stock_test

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
	"loket/internal/rules"
	"loket/internal/staff"
	"loket/internal/stock"
	"loket/internal/testclock"
	"loket/packs"
)

// world is the stock of the pack of document 002.
type world struct {
	*stock.Store
	clock *testclock.Clock
}

func each(t *testing.T, at string, test func(t *testing.T, w *world)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, open(t, d, at)) })
}

func open(t *testing.T, d *db.DB, at string) *world {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	must(t, err)
	pack, err := rules.Load(packs.FS("refugeehelp-2022"))
	must(t, err)
	w := &world{clock: testclock.At(at)}
	w.Store = stock.NewStore(stock.Parts{DB: d, Audit: audit.NewLog(w.clock.Now, rand.Reader), Pack: pack, Zone: zone, Now: w.clock.Now, Random: rand.Reader,
		Places: func() []rules.Item { return pack.List("places") }})
	must(t, w.Begin(t.Context()))
	return w
}

func lea() staff.Member { return staff.Member{ID: "stf_lea", Roles: []staff.Role{staff.Lead}} }

// sheet is that of stickers.
func (w *world) sheet(t testing.TB) stock.Sheet {
	t.Helper()
	sheet, err := w.Sheet(t.Context(), w.DB, "sticker")
	must(t, err)
	return sheet
}

// do does a change of what was just looked at.
func (w *world) do(t testing.TB, c stock.Change) {
	t.Helper()
	must(t, w.Do(t.Context(), lea(), c, w.sheet(t).Version))
}

// refuses fails the test unless a change is refused with a key.
func (w *world) refuses(t testing.TB, c stock.Change, key string) {
	t.Helper()
	seen := w.sheet(t).Version
	_, _, err := w.Preview(t.Context(), lea(), c, seen)
	if fault.Key(err) != key {
		t.Errorf("preview of %+v: %v, want %s", c, err, key)
	}
	if err := w.Do(t.Context(), lea(), c, seen); fault.Key(err) != key {
		t.Errorf("%+v: %v, want %s", c, err, key)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const opening = "2022-08-16T09:00:00+02:00"

func TestMovements(t *testing.T) {
	each(t, opening, func(t *testing.T, w *world) {
		if w.sheet(t).Counted {
			t.Error("nobody counted anything")
		}
		move := func(kind stock.Kind, at, to string, n int64) stock.Movement {
			return stock.Movement{Product: "sticker", Kind: kind, Location: at, To: to, N: n, Ground: "box 7"}
		}
		w.refuses(t, move(stock.Damaged, "assen", "", 1), "stock.less")
		w.do(t, move(stock.Delivered, stock.Central, "", 1000))
		w.do(t, move(stock.Moved, stock.Central, "assen", 300))
		w.do(t, move(stock.Damaged, "assen", "", 4))
		must(t, w.DB.Update(t.Context(), func(tx *db.Tx) error { return w.Issue(t.Context(), tx, "sticker", "assen") }))
		w.do(t, move(stock.Recounted, "assen", "", 290))
		sheet := w.sheet(t)
		if sheet.OnHand["assen"] != 290 || sheet.OnHand[stock.Central] != 700 || sheet.Issued != 1 || sheet.Total() != 990 || !sheet.Counted { // P-49
			t.Errorf("%+v", sheet)
		}
		for _, c := range []struct {
			change stock.Movement
			key    string
		}{
			{move(stock.Moved, "assen", "deventer", 291), "stock.less"},
			{move(stock.Moved, "assen", "assen", 1), "stock.place"},
			{move(stock.Delivered, "nowhere", "", 1), "stock.place"},
			{move(stock.Delivered, "assen", "", 0), "stock.number"},
			{move("issued", "assen", "", 1), "stock.kind"},
			{stock.Movement{Product: "sticker", Kind: stock.Delivered, Location: "assen", N: 1}, "stock.ground"},
			{stock.Movement{Product: "sticker", Kind: stock.Delivered, Location: "assen", N: 1, Ground: "x", Delivery: "del_none"}, "stock.delivery"},
		} {
			w.refuses(t, c.change, c.key)
		}
		moves, err := w.Moves(t.Context(), "sticker")
		must(t, err)
		if len(moves) != 5 || moves[0].By != "stf_lea" {
			t.Errorf("book: %+v", moves)
		}
		entries, err := db.Get[int64](t.Context(), w.DB, `SELECT count(*) AS n FROM audit_entry WHERE act LIKE 'stock.%'`)
		must(t, err)
		if entries != 4 {
			t.Errorf("%d entries of 4 movements", entries)
		}
	})
}

// Two who change at one time: the second has not seen what the first did.
func TestChangesAreSeen(t *testing.T) {
	each(t, opening, func(t *testing.T, w *world) {
		seen := w.sheet(t).Version
		c := stock.Movement{Product: "sticker", Kind: stock.Recounted, Location: "assen", N: 10, Ground: "count"}
		must(t, w.Do(t.Context(), lea(), c, seen))
		if err := w.Do(t.Context(), lea(), c, seen); fault.Key(err) != "stock.changed" {
			t.Errorf("unseen: %v", err)
		}
		counter := staff.Member{ID: "stf_carla", Roles: []staff.Role{staff.Counter}}
		if err := w.Do(t.Context(), counter, c, w.sheet(t).Version); !fault.Is(err, fault.Denied) {
			t.Errorf("by somebody at a counter: %v", err)
		}
		if _, _, err := w.Preview(t.Context(), counter, c, w.sheet(t).Version); !fault.Is(err, fault.Denied) {
			t.Errorf("looked at by somebody at a counter: %v", err)
		}
	})
}

func TestDeliveries(t *testing.T) {
	each(t, opening, func(t *testing.T, w *world) {
		today := w.Today()
		expects := func(change func(*stock.Delivery)) stock.Expectation {
			d := stock.Delivery{Location: stock.Central, Day: today.Add(10), N: 500, Confidence: stock.Sure, Owner: "printer", StatedOn: today}
			change(&d)
			return stock.Expectation{Product: "sticker", Delivery: d}
		}
		for key, change := range map[string]func(*stock.Delivery){
			"stock.past":       func(d *stock.Delivery) { d.Day = today.Add(-1) },
			"stock.number":     func(d *stock.Delivery) { d.N = 0 },
			"stock.confidence": func(d *stock.Delivery) { d.Confidence = stock.Unknown },
			"stock.owner":      func(d *stock.Delivery) { d.Owner = " " },
			"stock.stated":     func(d *stock.Delivery) { d.StatedOn = today.Add(1) },
			"stock.place":      func(d *stock.Delivery) { d.Location = "nowhere" },
		} {
			w.refuses(t, expects(change), key)
		}
		w.do(t, stock.Movement{Product: "sticker", Kind: stock.Recounted, Location: "assen", N: 60, Ground: "count"})
		w.do(t, expects(func(*stock.Delivery) {}))
		w.do(t, expects(func(d *stock.Delivery) { d.Day, d.Confidence = today.Add(5), stock.Likely }))
		sheet := w.sheet(t)
		if len(sheet.Deliveries) != 2 || sheet.Deliveries[0].Day != today.Add(5) {
			t.Fatalf("%+v", sheet.Deliveries)
		}
		f := sheet.Forecast() // 50 are kept back
		for in, want := range map[int]int{1: 10, 9: 10, 11: 10, 12: 510} {
			if got := f.Room("assen", today.Add(in)); got != want {
				t.Errorf("in %d days room for %d, want %d", in, got, want)
			}
		}
		w.do(t, stock.Dropped{Product: "sticker", Delivery: sheet.Deliveries[0].ID})
		w.do(t, stock.Movement{Product: "sticker", Kind: stock.Delivered, Location: "assen", N: 480, Ground: "short by 20", Delivery: sheet.Deliveries[1].ID})
		if sheet = w.sheet(t); len(sheet.Deliveries) != 0 || sheet.OnHand["assen"] != 540 {
			t.Errorf("%+v", sheet)
		}
	})
}

// A pause cannot be kept without what it leaves alone, nor without cause, owner and a word
// of confidence.
func TestAPauseIsComplete(t *testing.T) { // P-47 P-50
	each(t, opening, func(t *testing.T, w *world) {
		today := w.Today()
		stop := func(change func(*stock.Stop)) stock.Stop {
			c := stock.Stop{Pause: stock.Pause{Product: "sticker", Cause: "fault", Spares: []string{"stay", "work"}, Owner: "IND", StartsOn: today.Add(3)},
				Expected: stock.Estimate{Expected: today.Add(20), Confidence: stock.Likely}}
			change(&c)
			return c
		}
		for key, change := range map[string]func(*stock.Stop){
			"stock.spares":     func(c *stock.Stop) { c.Pause.Spares = nil },
			"stock.cause":      func(c *stock.Stop) { c.Pause.Cause = "weather" },
			"stock.owner":      func(c *stock.Stop) { c.Pause.Owner = "" },
			"stock.starts":     func(c *stock.Stop) { c.Pause.StartsOn = rules.Day{} },
			"stock.place":      func(c *stock.Stop) { c.Pause.Location = "nowhere" },
			"stock.confidence": func(c *stock.Stop) { c.Expected.Confidence = stock.Unknown },
		} {
			w.refuses(t, stop(change), key)
		}
		w.refuses(t, stop(func(c *stock.Stop) { c.Pause.Spares = []string{"weather"} }), "stock.spares")
		if _, err := db.Exec(t.Context(), w.DB, `INSERT INTO pause (id, product, location_id, cause, spares, owner, starts_on, stated_by, stated_at)
			VALUES ('pau_x', 'sticker', '', 'fault', '', 'IND', '2022-09-01', 'stf_x', 1)`); err == nil {
			t.Error("the database keeps a pause that leaves nothing alone")
		}
		w.do(t, stop(func(*stock.Stop) {}))
		sheet := w.sheet(t)
		if len(sheet.Pauses) != 1 || sheet.Gives("assen", today.Add(3)) || !sheet.Gives("assen", today.Add(2)) {
			t.Fatalf("%+v", sheet.Pauses)
		}
		p := sheet.Pauses[0]
		w.refuses(t, stock.Later{Product: "sticker", Pause: p.ID, Expected: stock.Estimate{Expected: today.Add(20), Confidence: stock.Likely, Owner: "IND"}}, "stock.same")
		w.refuses(t, stock.Later{Product: "sticker", Pause: "pau_none", Expected: stock.Estimate{Confidence: stock.Unknown, Owner: "IND"}}, "stock.pause")
		w.clock.Advance(time.Hour)
		w.do(t, stock.Later{Product: "sticker", Pause: p.ID, Expected: stock.Estimate{Confidence: stock.Unknown, Owner: "IND"}})
		if e := w.sheet(t).Pauses[0].Estimate(); e.Confidence != stock.Unknown || !e.Stated.Equal(w.clock.Now()) {
			t.Errorf("estimate %+v", e)
		}
		resume := func(r stock.Restart) stock.Resume { return stock.Resume{Product: "sticker", Pause: p.ID, Restart: r} }
		w.refuses(t, resume(stock.Restart{First: today.Add(9), Last: today.Add(8), Gives: w.clock.Now()}), "stock.window")
		w.refuses(t, resume(stock.Restart{Location: "nowhere", First: today.Add(9), Gives: w.clock.Now()}), "stock.place")
		w.refuses(t, resume(stock.Restart{First: today.Add(9)}), "stock.gives")
		w.do(t, resume(stock.Restart{Location: "assen", First: today.Add(9), Last: today.Add(12), Gives: w.clock.Now().Add(time.Hour)}))
		if w.sheet(t).Gives("assen", today.Add(9)) {
			t.Error("it is given before it was said")
		}
		w.clock.Advance(time.Hour)
		sheet = w.sheet(t)
		if !sheet.Gives("assen", today.Add(9)) || !sheet.Gives("assen", today.Add(12)) || sheet.Gives("assen", today.Add(13)) ||
			sheet.Gives("assen", today.Add(8)) || sheet.Gives("deventer", today.Add(9)) || sheet.Pauses[0].Over(today.Add(9)) {
			t.Error("it is not given on its days, or on others")
		}
		w.do(t, resume(stock.Restart{First: today.Add(30), Gives: w.clock.Now()}))
		if sheet = w.sheet(t); !sheet.Pauses[0].Over(today.Add(30)) || sheet.Pauses[0].Over(today.Add(29)) {
			t.Error("it is not over, or too early")
		}
	})
}

// Whether there is enough is a fact with owner and date, that can be taken back.
func TestEnoughForEveryone(t *testing.T) { // P-33
	each(t, "2022-10-31T12:00:00+01:00", func(t *testing.T, w *world) {
		if said := w.sheet(t).Said; said.Enough {
			t.Errorf("before anybody said so: %+v", said)
		}
		w.clock.Advance(24 * time.Hour)
		if said := w.sheet(t).Said; !said.Enough || !strings.Contains(said.Owner, "IND") || said.On.String() != "2022-11-01" {
			t.Errorf("as the page said: %+v", said)
		}
		w.refuses(t, stock.Assurance{Product: "sticker", Said: stock.Statement{Enough: true, On: w.Today()}}, "stock.owner")
		w.refuses(t, stock.Assurance{Product: "sticker", Said: stock.Statement{Enough: true, Owner: "IND"}}, "stock.stated")
		w.do(t, stock.Assurance{Product: "sticker", Said: stock.Statement{Owner: "IND", On: w.Today()}})
		if said := w.sheet(t).Said; said.Enough {
			t.Errorf("taken back: %+v", said)
		}
	})
}

// Stickers were paused from 5 September, which was known from the 1st, and came back at each
// place on days of its own, which could be booked from 6 October.
func TestStickersComeBack(t *testing.T) { // P-47 P-48
	each(t, "2022-08-31T23:59:59+02:00", func(t *testing.T, w *world) {
		if sheet := w.sheet(t); len(sheet.Pauses) != 0 || !sheet.Gives("assen", day(t, "2022-09-05")) {
			t.Errorf("known before it was told: %+v", sheet.Pauses)
		}
		w.clock.Advance(time.Second)
		sheet := w.sheet(t)
		if !sheet.Gives("assen", day(t, "2022-09-04")) || sheet.Gives("assen", day(t, "2022-09-05")) || sheet.Gives("amsterdam", day(t, "2022-10-12")) {
			t.Errorf("from 5 September on: %+v", sheet.Pauses)
		}
		e := sheet.Pauses[0].Estimate()
		if e.Expected.String() != "2022-10-15" || e.Confidence != stock.Likely || sheet.Pauses[0].Cause != "materials" || len(sheet.Pauses[0].Spares) != 4 { // P-50
			t.Errorf("%+v", sheet.Pauses[0])
		}
		w.clock.Advance(35*24*time.Hour - time.Second)
		if w.sheet(t).Gives("amsterdam", day(t, "2022-10-12")) {
			t.Error("booked before 6 October")
		}
		w.clock.Advance(time.Second)
		sheet = w.sheet(t)
		for id, first := range map[string]string{"amsterdam": "2022-10-12", "rotterdam": "2022-10-12", "assen": "2022-10-17"} {
			for d := day(t, "2022-10-06"); !d.After(day(t, "2022-11-02")); d = d.Add(1) {
				want := !d.Before(day(t, first)) && !d.After(day(t, "2022-10-31"))
				if got := sheet.Gives(id, d); got != want {
					t.Errorf("%s on %s: %v", id, d, got)
				}
			}
		}
		for _, item := range w.Pack.List("pauses") {
			for _, id := range strings.Fields(item.Fields["spares"]) {
				if _, ok := w.Pack.Item("spared", id); !ok {
					t.Errorf("pause %s spares %s", item.ID, id)
				}
			}
			if _, ok := w.Pack.Item("pause_causes", item.Fields["cause"]); !ok {
				t.Errorf("pause %s has the cause %s", item.ID, item.Fields["cause"])
			}
		}
	})
}

// Whoever read what does not hold any more promises nothing by it.
func TestTake(t *testing.T) {
	each(t, opening, func(t *testing.T, w *world) {
		take := func(sheet stock.Sheet) error {
			return w.DB.Update(t.Context(), func(tx *db.Tx) error { return w.Take(t.Context(), tx, sheet) })
		}
		sheet := w.sheet(t) // not counted: whoever takes disturbs nobody
		must(t, take(sheet))
		must(t, take(sheet))
		w.do(t, stock.Movement{Product: "sticker", Kind: stock.Recounted, Location: "assen", N: 10, Ground: "count"})
		if err := take(sheet); !fault.Is(err, fault.TooLate) {
			t.Errorf("after a change: %v", err)
		}
		sheet = w.sheet(t)
		must(t, take(sheet))
		if err := take(sheet); !fault.Is(err, fault.TooLate) {
			t.Errorf("after somebody else: %v", err)
		}
		must(t, take(sheet.Taken()))
		sheet = w.sheet(t)
		must(t, w.DB.Update(t.Context(), func(tx *db.Tx) error { return w.Issue(t.Context(), tx, "sticker", "assen") }))
		if err := take(sheet); !fault.Is(err, fault.TooLate) {
			t.Errorf("after one was handed out: %v", err)
		}
		sheet = w.sheet(t)
		must(t, w.Settle(t.Context(), sheet))
		if !w.sheet(t).Settled() {
			t.Error("not settled")
		}
		w.clock.Advance(24 * time.Hour)
		if w.sheet(t).Settled() {
			t.Error("settled for another day")
		}
	})
}
