package planner_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/db/schema"
	"loket/internal/draw"
	"loket/internal/ident"
	"loket/internal/jobs"
	"loket/internal/lang"
	"loket/internal/location"
	"loket/internal/mailbox"
	"loket/internal/once"
	"loket/internal/outbox"
	"loket/internal/planner"
	"loket/internal/rules"
	"loket/internal/seal"
	"loket/internal/tally"
	"loket/internal/testclock"
	"loket/locales"
	"loket/packs"
)

// opening is what the clock of a new world shows: a Tuesday morning on which the pack's
// counters give slots, with the list of the day open until the evening.
const opening = "2022-08-16T09:00:00+02:00"

// packID is the pack of every world.
const packID = "refugeehelp-2022"

// world is a planner on a database of its own, with a real mailbox whose mails stay in the
// outbox, and a clock that stands still.
type world struct {
	*planner.Store
	clock  *testclock.Clock
	vault  *seal.Vault
	tables *schema.Schema
	people int
	url    string
	keys   string
}

// each runs test as a subtest on each engine, in a new world.
func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, newWorld(t, engine))
		})
	}
}

func newWorld(t testing.TB, engine db.Engine) *world {
	t.Helper()
	w := &world{clock: testclock.At(opening), url: dbtest.URL(t, engine), keys: t.TempDir()}
	must(t, seal.InitKeys(w.keys, rand.Reader))
	w.open(t)
	must(t, w.DB.Migrate(t.Context()))
	return w
}

// another is the same installation as a second process would open it.
func (w *world) another(t testing.TB) *world { return w.anotherAt(t, w.clock) }

// anotherAt is another whose clock is not quite that of the first.
func (w *world) anotherAt(t testing.TB, clock *testclock.Clock) *world {
	t.Helper()
	second := &world{clock: clock, url: w.url, keys: w.keys}
	second.open(t)
	return second
}

func (w *world) open(t testing.TB) {
	t.Helper()
	d, err := db.Open(t.Context(), w.url)
	must(t, err)
	t.Cleanup(func() { must(t, d.Close()) })
	keys, err := seal.OpenKeys(w.keys, w.clock.Now, rand.Reader)
	must(t, err)
	w.vault = seal.NewVault(keys, rand.Reader)
	w.tables, err = schema.Load()
	must(t, err)
	zone, err := time.LoadLocation("Europe/Amsterdam")
	must(t, err)
	pack, err := rules.Load(packs.FS(packID))
	must(t, err)
	w.build(t, d, keys, zone, pack)
}

// build makes the planner of its parts.
func (w *world) build(t testing.TB, d *db.DB, keys *seal.Keys, zone *time.Location, pack *rules.Pack) {
	t.Helper()
	report := func(_ context.Context, what string, err error) { t.Errorf("%s: %v", what, err) }
	texts, err := lang.Load(locales.Files)
	must(t, err)
	beacon, err := draw.NewSigner(strings.NewReader(strings.Repeat("b", 32)),
		draw.Clock{Genesis: time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC), Period: 3 * time.Second}, w.clock.Now)
	must(t, err)
	log, queue := audit.NewLog(w.clock.Now, rand.Reader), jobs.New(d, w.clock.Now, rand.Reader, report)
	guard, counts := once.NewGuard(keys, w.clock.Now, 24*time.Hour), tally.New(keys, zone, w.clock.Now)
	box := outbox.New(d, keys, w.clock.Now, rand.Reader, nil)
	mail := mailbox.NewStore(mailbox.Parts{DB: d, Keys: keys, Vault: w.vault, Audit: log, Jobs: queue, Outbox: box, Once: guard, Tally: counts,
		Schema: w.tables, Texts: texts, Addresses: planner.Addresses{Vault: w.vault}, Region: "NL", Daily: 1000, Abroad: 100, Report: report,
		BaseURL: "https://loket.example", Domain: "loket.example", Zone: zone, Now: w.clock.Now, Random: rand.Reader})
	places := location.NewStore(location.Parts{DB: d, Audit: log, Zone: zone, Now: w.clock.Now, Tell: mail.Notice,
		Counters: func() []rules.Item { return pack.List("places") }, Checklist: func() []rules.Item { return pack.List("opening_checklist") }})
	w.Store, err = planner.NewStore(planner.Parts{DB: d, Keys: keys, Vault: w.vault, Audit: log, Jobs: queue, Once: guard, Tally: counts,
		Mailbox: mail, Locations: places, Schema: w.tables, Beacon: beacon, Pack: pack, Zone: zone, Now: w.clock.Now, Random: rand.Reader,
		Report: report})
	must(t, err)
}

// work does what is due.
func (w *world) work(t testing.TB) {
	t.Helper()
	must(t, w.Work(t.Context()))
}

// pass lets time pass with work every ten minutes, and every hour if that is days.
func (w *world) pass(t testing.TB, d time.Duration) {
	t.Helper()
	every := 10 * time.Minute
	if d > 24*time.Hour {
		every = time.Hour
	}
	for d > 0 {
		step := min(d, every)
		w.clock.Advance(step)
		d -= step
		w.work(t)
	}
}

// untilClosing is how long the list that is open stays open.
func (w *world) untilClosing(t testing.TB) time.Duration {
	t.Helper()
	closes, err := db.Get[time.Time](t.Context(), w.DB, `SELECT closes_at FROM draw WHERE state = 'open'`)
	must(t, err)
	return closes.Sub(w.clock.Now())
}

// promises fails the test when a promise does not hold.
func (w *world) promises(t testing.TB) {
	t.Helper()
	broken, err := w.Check(t.Context())
	must(t, err)
	for _, line := range broken {
		t.Error(line)
	}
}

// person is somebody invented who has not asked yet. Each has another number, birth date
// and contact.
func (w *world) person(t testing.TB) planner.Asking {
	t.Helper()
	w.people++
	n := w.people
	email, err := ident.ParseEmail(fmt.Sprintf("verzonnen%d@example.org", n))
	must(t, err)
	phone, err := ident.ParsePhone(fmt.Sprintf("+316%08d", 12000000+n), "NL")
	must(t, err)
	return planner.Asking{Facts: rules.Facts{"has_proof": false, "registered": true}, Members: []planner.Member{w.member(t, n, 1980)}, Region: w.Pack.List("regions")[0].ID, Email: email, Phone: phone,
		Lang: "uk", Door: planner.Web, Key: ident.NewID(rand.Reader, "key")}
}

// member is somebody born in a year, with a V-number of their own and a good passport.
func (w *world) member(t testing.TB, n, year int) planner.Member {
	t.Helper()
	name, err := ident.NewName(fmt.Sprintf("Oksana Verzonnen %d", n), "")
	must(t, err)
	birth, err := ident.ParseBirthDate(fmt.Sprintf("%d-%02d-%02d", year, 1+n%12, 1+n%28), w.Today().String())
	must(t, err)
	number, err := ident.ParseNumber(fmt.Sprintf("%010d", 2800000000+n))
	must(t, err)
	expires, err := rules.ParseDay("2030-01-01")
	must(t, err)
	return planner.Member{Name: name, Birth: birth, Number: number, Document: "passport", Expires: expires}
}

// household is a person with children born in the years.
func (w *world) household(t testing.TB, years ...int) planner.Asking {
	t.Helper()
	asking := w.person(t)
	for _, year := range years {
		w.people++
		asking.Members = append(asking.Members, w.member(t, w.people, year))
	}
	return asking
}

// again is the same form on a page of its own.
func again(asking planner.Asking) planner.Asking {
	asking.Members = slices.Clone(asking.Members)
	asking.Key = ident.NewID(rand.Reader, "key")
	return asking
}

// ask sends a form.
func (w *world) ask(t testing.TB, asking planner.Asking) planner.Receipt {
	t.Helper()
	receipt, err := w.Ask(t.Context(), asking)
	must(t, err)
	return receipt
}

// status opens the status of a receipt.
func (w *world) status(t testing.TB, r planner.Receipt) planner.Status {
	t.Helper()
	status, err := w.Status(t.Context(), r.Number, r.Code)
	must(t, err)
	return status
}

// count runs a query that counts.
func (w *world) count(t testing.TB, query string, args ...any) int64 {
	t.Helper()
	n, err := db.Get[int64](t.Context(), w.DB, query, args...)
	must(t, err)
	return n
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
