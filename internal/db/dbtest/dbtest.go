// Package dbtest gives tests real databases: a fresh SQLite file, or a fresh
// database on a PostgreSQL server that it starts from the installed programs.
//
//	func TestDraw(t *testing.T) {
//		dbtest.Each(t, func(t *testing.T, d *db.DB) { … })
//	}
//
// Where PostgreSQL is not installed the tests fail; they are not skipped.
//
// One server serves all test programs of a run: the first starts it, a lock on
// a file tells who still needs it, and it stops half a minute after the last.
// It listens on a socket in a temporary directory, keeps nothing, and does not
// flush to disk, so it is no use for tests of durability.
package dbtest

import (
	"hash/fnv"
	"os"
	"testing"

	"loket/internal/db"
)

// Each runs test as a subtest on each engine, with a migrated, empty database.
func Each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) { test(t, open(t, engine)) })
	}
}

// SQLite returns a migrated, empty database in a file of its own.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	return open(t, db.SQLite)
}

// PostgreSQL returns a migrated, empty database of its own.
func PostgreSQL(t testing.TB) *db.DB {
	t.Helper()
	return open(t, db.PostgreSQL)
}

// URL returns the url of an empty database that is not migrated, for tests that
// start processes. It is gone when the test ends.
func URL(t testing.TB, engine db.Engine) string {
	t.Helper()
	if engine == db.SQLite {
		return "sqlite:" + t.TempDir() + "/loket.db"
	}
	return newDatabase(t)
}

func open(t testing.TB, engine db.Engine) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), URL(t, engine))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}

// Engines returns on which engines a test of pages, of the API or of another door runs: one
// of the two by its name, so that half of them run on each. What doors call is tested on
// both by the packages that they call; LOKET_ENGINES=both runs the doors on both as well.
func Engines(t testing.TB) []db.Engine {
	both := []db.Engine{db.SQLite, db.PostgreSQL}
	if os.Getenv("LOKET_ENGINES") == "both" {
		return both
	}
	sum := fnv.New32a()
	sum.Write([]byte(t.Name()))
	i := sum.Sum32() % 2
	return both[i : i+1]
}
