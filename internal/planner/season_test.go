package planner_test

import (
	"crypto/rand"
	"maps"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/location"
	"loket/internal/planner"
	"loket/internal/rules"
	"loket/internal/seal"
	"loket/internal/testclock"
)

// The season of document 002, from the day on which the first could ask to the last of its
// updates.
const (
	seasonBegins = "2022-07-01T00:00:00+02:00"
	seasonEnds   = "2023-02-08T23:00:00+01:00"
	seasonPeople = 76_000
)

// replay is that season, hour by hour, with people whose rhythm is a cartoon: the shares
// are ours, the places, their days and their desks are the pack's.
type replay struct {
	*world
	random   *mathrand.Rand
	comes    []*resident           // who has not asked yet, by their hour
	asked    []*resident           // who did
	byNumber map[string]*resident  // of those
	sparse   bool                  // work is done every four hours, all of Check every four days, to save time
	agenda   map[int64][]errand    // by the second of the hour in which it is done
	places   map[string]placesHeld // at which addresses people were served, by location
	last     time.Time             // until when changes were checked
	offered  string                // the newest offer that was looked at
	tally    map[string]int        // what was done and seen, for the log
}

// placesHeld is addresses by day.
type placesHeld map[string]string

// TestSeason replays the season: openings, more desks, closures, the weeks without
// stickers, what came back, the move. Promises 3 and 9 hold at every hour, all of Check on
// every day, and everybody is offered what comes in the order that was published, or was
// passed over for a reason that is kept and that a model of the order agrees with. The short
// form has a fiftieth of the people and about as much less of hours; the long form is make season.
func TestSeason(t *testing.T) { // P-33 P-34 P-39 P-40 P-66 P-67
	if long() {
		r := begin(t, db.SQLite, 1)
		r.run(t)
		return
	}
	t.Parallel()
	r := begin(t, db.SQLite, 50)
	r.sparse = true
	r.run(t)
}

// The same on the other engine; with LOKET_LONG, for it takes minutes.
func TestSeasonOnPostgreSQL(t *testing.T) {
	if !long() {
		begin(t, db.PostgreSQL, 400).firstDays(t, 4)
		return
	}
	begin(t, db.PostgreSQL, 50).run(t)
}

// firstDays lets some days of the season pass.
func (r *replay) firstDays(t testing.TB, days int) {
	for range 24 * days {
		r.clock.Advance(time.Hour)
		r.hour(t)
	}
	r.promises(t)
	if r.tally["offers were compared with the model"] == 0 {
		t.Error("nobody was offered anything")
	}
}

// begin makes the world of the season, whose people are divided by scale.
func begin(t testing.TB, engine db.Engine, scale int) *replay {
	t.Helper()
	w := &world{clock: testclock.At(seasonBegins), url: dbtest.URL(t, engine), keys: t.TempDir()}
	must(t, seal.InitKeys(w.keys, rand.Reader))
	w.open(t)
	must(t, w.DB.Migrate(t.Context()))
	w.Random = mathrand.NewChaCha8([32]byte{20, 22}) // tickets by a seed
	_, err := db.Exec(t.Context(), w.DB, `CREATE INDEX season_changed ON ask (changed_at)`)
	must(t, err)
	r := &replay{world: w, random: mathrand.New(mathrand.NewPCG(2022, 7)), byNumber: map[string]*resident{}, agenda: map[int64][]errand{},
		places: map[string]placesHeld{}, tally: map[string]int{}}
	if scale > 1 {
		r.has(smaller(r.Pack.List("places"))...)
	}
	r.invent(t, seasonPeople/scale)
	return r
}

// smaller opens places for three quarters of an hour a week, which is a fortieth of theirs.
func smaller(items []rules.Item) []rules.Item {
	list := slices.Clone(items)
	for i := range list {
		list[i].Fields = maps.Clone(list[i].Fields)
		list[i].Fields["hours"] = "mon 09:00-09:30; thu 09:00-09:15"
	}
	return list
}

// dated is something that happens, or is looked at, at an instant of the season. What
// people do about it is theirs; who adds something to the season adds it here.
type dated struct {
	at   string // by the clock on the wall
	what string
	do   func(r *replay, t testing.TB)
}

// happenings are the season as the pack says it, in the order of time.
func happenings() []dated {
	free := func(place string, want bool) func(*replay, testing.TB) {
		return func(r *replay, t testing.TB) {
			t.Helper()
			if n := r.count(t, `SELECT count(*) AS n FROM offer WHERE location_id = $1`, place); (n > 0) != want {
				t.Errorf("%v: %d offers at %s", r.clock.Now(), n, place)
			}
		}
	}
	none := func(places ...string) func(*replay, testing.TB) {
		return func(r *replay, t testing.TB) {
			t.Helper()
			for _, place := range places {
				if n := r.count(t, `SELECT count(*) AS n FROM slot WHERE location_id = $1 AND state IN ('free', 'offered', 'booked') AND starts_at > $2`,
					place, r.clock.Now()); n != 0 {
					t.Errorf("%v: %d slots to come at %s, which is closed", r.clock.Now(), n, place)
				}
			}
		}
	}
	noStickers := func(r *replay, t testing.TB) {
		t.Helper()
		if n := r.count(t, `SELECT count(*) AS n FROM appointment JOIN slot ON slot.id = slot_id
			WHERE appointment.state = 'booked' AND product = 'sticker' AND slot.day >= '2022-09-05' AND slot.day < '2022-10-12'`); n != 0 {
			t.Errorf("%v: %d come for stickers that are not there", r.clock.Now(), n)
		}
	}
	return []dated{
		{"2022-07-02T12:00", "Den Bosch and Rijswijk give places from the first draw on", free("den-bosch", true)},
		{"2022-07-13T10:00", "Assen gives none before ten o'clock", free("assen", false)},
		{"2022-07-15T12:00", "and then it does", free("assen", true)},
		{"2022-07-18T00:00", "Nieuwegein gives none before it opens", free("nieuwegein", false)},
		{"2022-07-22T12:00", "more desks in Amsterdam", func(r *replay, t testing.TB) {
			few := r.count(t, `SELECT count(*) AS n FROM slot WHERE location_id = 'amsterdam' AND day = '2022-07-20'`)
			more := r.count(t, `SELECT count(*) AS n FROM slot WHERE location_id = 'amsterdam' AND day = '2022-07-25' AND state <> 'gone'`)
			if few > more {
				t.Errorf("%d slots on 20 July, %d on 25 July", few, more)
			}
		}},
		{"2022-07-25T00:00", "Deventer gives none before it opens", free("deventer", false)},
		{"2022-09-01T00:00", "Nieuwegein closes", none("nieuwegein")},
		{"2022-09-05T00:00", "no stickers anywhere, and nobody travels for one", noStickers},
		{"2022-10-05T23:00", "nor a month later", noStickers},
		{"2022-10-07T00:00", "three places close", none("den-bosch", "rijswijk", "deventer")},
		{"2022-10-12T12:00", "Rotterdam gives places", free("rotterdam", true)},
		{"2022-11-01T00:00", "only Amsterdam", none("den-bosch", "rijswijk", "assen", "nieuwegein", "deventer", "rotterdam")},
		{"2022-12-01T12:00", "all who came to Amsterdam came to where it was", func(r *replay, t testing.TB) {
			for day, address := range r.places["amsterdam"] {
				if want := map[bool]string{true: "Bijlmerdreef", false: "Gatwickstraat"}[day < "2022-11-16"]; !strings.HasPrefix(address, want) {
					t.Errorf("on %s Amsterdam is at %s", day, address)
				}
			}
			if len(r.places["amsterdam"]) == 0 {
				t.Error("nobody came to Amsterdam")
			}
		}},
	}
}

// run lets the season pass.
func (r *replay) run(t testing.TB) {
	began, list := time.Now(), happenings()
	end, err := time.Parse(time.RFC3339, seasonEnds)
	must(t, err)
	for now := r.clock.Now(); !now.After(end); now = now.Add(time.Hour) {
		r.clock.Advance(now.Sub(r.clock.Now()))
		for len(list) > 0 && list[0].at <= now.In(r.Zone).Format("2006-01-02T15:04") {
			list[0].do(r, t)
			list = list[1:]
		}
		r.hour(t)
		if here := now.In(r.Zone); here.Hour() == 3 {
			if !r.sparse || here.YearDay()%4 == 0 {
				r.promises(t)
			}
			r.published(t)
		}
		if t.Failed() {
			t.Fatalf("at %v", now.In(r.Zone))
		}
	}
	if len(list) > 0 {
		t.Errorf("%s did not happen", list[0].what)
	}
	r.ended(t)
	t.Logf("%d people in %d asks, %v", r.people, len(r.asked), time.Since(began).Round(time.Second))
	for _, what := range slices.Sorted(maps.Keys(r.tally)) {
		t.Logf("%8d %s", r.tally[what], what)
	}
}

// hour is one hour of work and people.
func (r *replay) hour(t testing.TB) {
	t.Helper()
	for !r.sparse || r.clock.Now().In(r.Zone).Hour()%4 == 0 {
		r.work(t)
		made := r.newOffers(t)
		r.inOrder(t, made)
		for _, o := range made {
			r.decides(o)
		}
		if len(made) < offersOfOneWork {
			break // else it works again in a few seconds
		}
		r.clock.Advance(10 * time.Second)
	}
	r.act(t)
	r.consistent(t)
}

// offersOfOneWork is more than one work makes for one region alone.
const offersOfOneWork = 400

// ended looks at everybody once the season is over: they are served, or in one state, and
// whoever waits knows where they stand.
func (r *replay) ended(t testing.TB) {
	t.Helper()
	type count struct {
		State string
		N     int64
	}
	states, err := db.Select[count](t.Context(), r.DB, `SELECT state, count(*) AS n FROM ask GROUP BY state ORDER BY state`)
	must(t, err)
	all := int64(0)
	for _, s := range states {
		all += s.N
		r.tally["asks are "+s.State] = int(s.N)
	}
	if all != int64(len(r.asked)) {
		t.Errorf("%d asks are in a state, %d were acknowledged", all, len(r.asked))
	}
	r.tally["people were served"] = int(r.count(t, `SELECT count(*) AS n FROM appointment WHERE state = 'served'`))
	if r.tally["people were served"] == 0 || r.tally["offers were compared with the model"] == 0 {
		t.Error("nobody was served")
	}
	if n := r.count(t, `SELECT count(*) AS n FROM (SELECT sum FROM ask_member JOIN appointment ON appointment.ask_id = ask_member.ask_id
		AND appointment.member = ask_member.n WHERE appointment.state IN ('booked', 'served') GROUP BY sum HAVING count(*) > 1) AS twice`); n != 0 {
		t.Errorf("%d numbers had two turns", n)
	}
	for i := 0; i < len(r.asked); i += len(r.asked)/50 + 1 { // some of them look themselves
		a := r.asked[i]
		if s := r.status(t, a.receipt); s.State == "" || s.Ticket == "" || s.State == planner.Booked && len(s.Appointments) == 0 {
			t.Errorf("ask %d is %+v", i, s)
		}
	}
}

// regionsOf are the regions whose people can have a slot of a location on a day.
func regionsOf(places []location.Location, id string, day rules.Day) []string {
	i := slices.IndexFunc(places, func(l location.Location) bool { return l.ID == id })
	if i < 0 {
		return nil
	}
	return places[i].Regions(day)
}
