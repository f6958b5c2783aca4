package crash

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loket/internal/app"
	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/staff"
	"loket/packs"
)

// placesPack is the pack of which a copy is changed.
const placesPack = "refugeehelp-2022"

// changesOfPack stand for what a test cannot wait for, or would find too much of: slots are
// given when they are said, and few stand one behind the other, at one desk.
func changesOfPack() *strings.Replacer {
	return strings.NewReplacer("- value: 10\n", "- value: 0\n",
		"09:00-12:00 13:00-16:30", "09:00-09:30 10:00-10:30 11:00-11:30 13:00-13:30",
		"2022-07-21.. 2x15 uk,en; 2022-07-21.. 2x15 en,nl", "2022-07-21.. 2x15 uk,en")
}

// installPlaces is an installation that offers places, with a beacon that lives in this
// process and tells a round as soon as it is asked.
func installPlaces(t testing.TB, engine db.Engine) *installation {
	t.Helper()
	in := &installation{t: t, dir: t.TempDir()}
	beacon, err := draw.NewSigner(strings.NewReader(strings.Repeat("c", 32)), draw.Quicknet().Clock, time.Now)
	in.must(err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var round uint64
		if _, err := fmt.Sscanf(filepath.Base(r.URL.Path), "%d", &round); err != nil {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintf(w, `{"round": %d, "signature": %q}`, round, beacon.Sign(round))
	}))
	t.Cleanup(server.Close)
	says, err := beacon.Info()
	in.must(err)
	in.copyPacks()
	in.more = fmt.Sprintf("[places]\npack = %q\nwork = \"200ms\"\nevery = \"1s\"\nbeacon = %q\ntrust = %q\n",
		placesPack, server.URL, in.write("beacon.json", string(says)))
	in.begin(engine)
	a, err := app.Open(t.Context(), in.loaded, app.Options{})
	in.must(err)
	apptest.Office(a.Staff, in.loaded).Hire(t, staff.Counter)
	in.must(a.Close())
	return in
}

// copyPacks writes the packs into a folder, with the changes.
func (in *installation) copyPacks() {
	in.t.Helper()
	for _, pack := range []string{"gkvi-amsterdam-2021", "covid-2021", placesPack} {
		files := packs.FS(pack)
		in.must(fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
			path := filepath.Join(in.dir, "packs", pack, name)
			if err != nil || entry.IsDir() {
				return errors.Join(err, os.MkdirAll(path, 0o700))
			}
			text, err := fs.ReadFile(files, name)
			if err == nil && pack == placesPack && name == "pack.yaml" {
				changed := changesOfPack().Replace(string(text))
				if changed == string(text) {
					in.t.Error("nothing of the pack was changed")
				}
				text = []byte(changed)
			}
			return errors.Join(err, os.WriteFile(path, text, 0o600))
		}))
	}
}

// The ways time is moved while the program is down, besides minutesPass.
const (
	offersEnd = `UPDATE offer SET until = until - 604800 WHERE state = 'open'`
	// Slots of a day keep their order and stand where no plan has any.
	slotsMove = `UPDATE slot SET starts_at = $1 + (SELECT count(*) FROM slot AS other WHERE other.state = 'booked' AND other.id < slot.id), day = $2
		WHERE state = 'booked'`
	addressesMove  = `UPDATE ask_address SET day = $1 WHERE EXISTS (SELECT 1 FROM ask WHERE ask.id = ask_id AND state = 'booked')`
	nobodyReminded = `DELETE FROM reminder`
)

// move does one of these.
func (in *installation) move(query string, args ...any) {
	in.t.Helper()
	d := in.open()
	defer d.Close()
	_, err := db.Exec(in.t.Context(), d, query, args...)
	in.must(err)
}

// comeTo makes all appointments those of a day, counted from today.
func (in *installation) comeTo(days int) {
	in.t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	in.must(err)
	now := time.Now().In(zone)
	day := time.Date(now.Year(), now.Month(), now.Day()+days, 8, 0, 0, 0, zone)
	in.move(slotsMove, day.Unix()+1, day.Format(time.DateOnly))
	in.move(addressesMove, day.Format(time.DateOnly))
	in.move(nobodyReminded)
}

// served has the counter serve some people, and die at a point if that is not empty.
func (in *installation) served(point string, people []*asker) (string, error) {
	var lines strings.Builder
	for _, a := range people {
		fmt.Fprintln(&lines, a.number, a.code)
	}
	return in.runWith(lines.String(), point, filepath.Join(filepath.Dir(in.program), "desk"), in.config)
}

// placesExactly compares counts in the database with what people were told, and lines with
// what there was.
func (in *installation) placesExactly(people []*asker) {
	in.t.Helper()
	asks := 0
	for _, a := range people {
		asks += a.asks()
	}
	if n := in.count(`SELECT count(*) AS n FROM ask`); n != int64(asks) {
		in.t.Errorf("%d asks, want %d", n, asks)
	}
	if n := in.count(`SELECT count(*) AS n FROM ask WHERE line IS NULL`); n != 0 {
		in.t.Errorf("%d asks have no place in the line", n)
	}
	for what, twice := range map[string]string{
		"offers were answered twice": `SELECT count(*) AS n FROM audit_entry WHERE act = 'ask.answer'`,
		"asks were taken in twice":   `SELECT count(*) AS n FROM audit_entry WHERE act = 'ask.submit'`,
	} {
		want := int64(asks)
		if strings.HasPrefix(what, "offers") {
			want = in.count(`SELECT count(*) AS n FROM offer WHERE state IN ('accepted', 'later', 'other', 'declined')`)
		}
		if n := in.count(twice); n != want {
			in.t.Errorf("%s: %d entries, want %d", what, n, want)
		}
	}
}

// packs is the line of the configuration that names the folder of packs, if there is one.
func (in *installation) packs() string {
	if in.more == "" {
		return ""
	}
	return fmt.Sprintf("packs = %q\n", filepath.Join(in.dir, "packs"))
}
