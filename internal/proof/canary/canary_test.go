package canary

import (
	"bytes"
	"io/fs"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"loket/internal/app/apptest"
	"loket/internal/config"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/observe"
	"loket/internal/registry/local"
	"loket/internal/testclock"
)

// T20, promise 5: nothing of what people tell, and no secret that opens it, is readable
// in anything that Loket leaves behind.
func TestNothingIsReadable(t *testing.T) { // G-41
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			dir := t.TempDir()
			conf := configure(t, engine, filepath.Join(dir, "data"))
			// From here on; the server of PostgreSQL has its own folder there.
			t.Setenv("TMPDIR", filepath.Join(dir, "tmp"))
			if err := os.Mkdir(filepath.Join(dir, "tmp"), 0o700); err != nil {
				t.Fatal(err)
			}
			f, log := fly(t, conf)
			if len(f.cage.texts) < 200 {
				t.Errorf("%d canaries, want 200", len(f.cage.texts))
			}
			s := newSearch(f.cage.texts)
			var hits []hit
			for place, data := range f.left(dir, log) {
				look := s.in
				if strings.HasPrefix(place, server) {
					look = s.raw // PostgreSQL deflates nothing, and these are large
				}
				hits = append(hits, look(place, data)...)
			}
			hits = append(hits, f.foreign()...)
			for _, h := range hits {
				t.Errorf("found %v", h)
			}
		})
	}
}

// configure returns the configuration of a Loket whose files lie below data.
func configure(t *testing.T, engine db.Engine, data string) config.Config {
	t.Helper()
	conf := config.Default(data)
	if engine == db.PostgreSQL {
		conf.Database.URL = dbtest.URL(t, engine)
	}
	officer, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	conf.Backup.Recipients = []string{officer.Recipient().String()}
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	return conf
}

// fly makes a Loket that logs all it can, and has all birds fly through it.
func fly(t *testing.T, conf config.Config) (*flight, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}))
	f := &flight{World: apptest.Open(t, conf, testclock.At(apptest.Start), logger), t: t}
	site, err := f.Site()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(observe.Events("public", logger, f.Metrics, f.Clock.Now, site))
	t.Cleanup(server.Close)
	birds := flock()
	f.base, f.cage = server.URL, newCage(birds)
	if _, err := f.Registry.Import(t.Context(), local.Import{File: strings.NewReader(register(birds))}); err != nil {
		t.Fatal(err)
	}
	for _, b := range birds {
		if b.n%3 == 0 {
			f.byCalls(b)
		} else {
			f.byPages(b)
		}
	}
	return f, &log
}

// left returns everything that Loket left, by place. The mails and text messages are
// not among it: see foreign.
func (f *flight) left(dir string, log *bytes.Buffer) map[string][]byte {
	f.t.Helper()
	places := map[string][]byte{"log": log.Bytes()}
	metrics := httptest.NewRecorder()
	f.Metrics.Handler().ServeHTTP(metrics, httptest.NewRequest("GET", "/metrics", nil))
	places["metrics"] = metrics.Body.Bytes()
	var backup bytes.Buffer
	if err := f.Backup(f.t.Context(), &backup); err != nil {
		f.t.Fatal(err)
	}
	places["encrypted backup"] = backup.Bytes()
	copied := filepath.Join(dir, "copy.db")
	if err := f.DB.Backup(f.t.Context(), copied); err != nil {
		f.t.Fatal(err)
	}
	f.readAll(dir, places)
	if f.DB.Engine() == db.PostgreSQL {
		f.readServer(places)
	}
	return places
}

// readAll reads all files below dir but the keys: database, write-ahead log, its
// index, backup, temporary files.
func (f *flight) readAll(dir string, places map[string][]byte) {
	f.t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == f.Config.Keys.Dir {
			return cmpOr(err, fs.SkipDir)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		places[strings.TrimPrefix(path, dir)] = data
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

func cmpOr(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

// server begins the names of places that are files of PostgreSQL.
const server = "server "

// readServer reads what PostgreSQL keeps of this database: a dump, the files of its
// tables, and the write-ahead log, which it shares with other databases.
func (f *flight) readServer(places map[string][]byte) {
	f.t.Helper()
	dump, err := exec.CommandContext(f.t.Context(), "pg_dump", f.Config.Database.URL).Output()
	if err != nil {
		f.t.Fatalf("pg_dump: %v", err)
	}
	places["dump"] = dump
	if _, err := db.Exec(f.t.Context(), f.DB, `CHECKPOINT`); err != nil {
		f.t.Fatal(err)
	}
	folder, err := db.Get[string](f.t.Context(), f.DB, `SELECT setting FROM pg_settings WHERE name = 'data_directory'`)
	if err != nil {
		f.t.Fatal(err)
	}
	base, err := db.Get[string](f.t.Context(), f.DB, `SELECT CAST(oid AS text) AS oid FROM pg_database WHERE datname = current_database()`)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, pattern := range []string{"base/" + base + "/*", "pg_wal/0*"} {
		paths, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil || len(paths) == 0 {
			f.t.Fatalf("no files %s of the server, %v", pattern, err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				f.t.Fatal(err)
			}
			places[server+path] = bytes.TrimRight(data, "\x00")
		}
	}
}

// foreign returns canaries in mails and text messages, but the link or the code that
// is its point and the address it goes to.
func (f *flight) foreign() []hit {
	s := newSearch(f.cage.texts)
	var hits []hit
	note := func(place, to, text, secret string) {
		for _, h := range s.in(place, []byte(text)) {
			what, _, _ := strings.Cut(h.canary, " of ")
			if what == secret || f.owns(to, h.canary) {
				continue
			}
			hits = append(hits, h)
		}
	}
	for _, m := range f.Mail.Messages() {
		note("mail", m.To[0], m.Raw, "link")
	}
	for _, c := range f.Gateway.Calls() {
		note("text message", c.To, c.To+" "+c.Text+" "+c.Reference, "code")
	}
	return hits
}

// owns reports whether the canary is the address to itself.
func (f *flight) owns(to, canary string) bool {
	for _, text := range f.cage.texts[canary] {
		if strings.HasSuffix(to, text) {
			return true
		}
	}
	return false
}
