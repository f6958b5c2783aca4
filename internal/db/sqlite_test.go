package db_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"loket/internal/db"
	"loket/internal/db/dbtest"
)

// The settings that durability and destruction rest on hold on the connection
// that writes and on those that read.
func TestPragmas(t *testing.T) {
	d := dbtest.SQLite(t)
	type settings struct {
		Journal                                            string
		Sync, Keys, SecureDelete, Trusted, Temp, QueryOnly int64
	}
	const query = `SELECT (SELECT journal_mode FROM pragma_journal_mode) AS journal, (SELECT synchronous FROM pragma_synchronous) AS sync,
		(SELECT foreign_keys FROM pragma_foreign_keys) AS keys, (SELECT secure_delete FROM pragma_secure_delete) AS secure_delete,
		(SELECT trusted_schema FROM pragma_trusted_schema) AS trusted, (SELECT temp_store FROM pragma_temp_store) AS temp,
		(SELECT query_only FROM pragma_query_only) AS query_only`
	want := settings{Journal: "wal", Sync: 2, Keys: 1, SecureDelete: 1, Temp: 2}
	err := d.Update(t.Context(), func(tx *db.Tx) error {
		got, err := db.Get[settings](t.Context(), tx, query)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want.QueryOnly = 1
	got, err := db.Get[settings](t.Context(), d, query)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

// What is deleted is readable in no file after a checkpoint.
func TestDeletedRowsLeaveNoBytes(t *testing.T) {
	path := strings.TrimPrefix(dbtest.URL(t, db.SQLite), "sqlite:")
	d, err := db.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	canary := strings.Repeat("canary-", 2000) // over several pages
	mustExec(t, d, `INSERT INTO draft (id, sealed, expires_at) VALUES ('a', $1, 0)`, []byte(canary))
	if !onDisk(t, path, "canary-") {
		t.Error("the search does not find what is there")
	}
	mustExec(t, d, `DELETE FROM draft WHERE id = 'a'`)
	if err := d.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	if onDisk(t, path, "canary-") {
		t.Error("a deleted row can still be read")
	}
}

func onDisk(t *testing.T, path, text string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Dir(path) + "/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		content, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if info, _ := os.Stat(f); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", filepath.Base(f), info.Mode())
		}
		if bytes.Contains(content, []byte(text)) {
			return true
		}
	}
	return false
}

// Several processes may start at once on one new database.
func TestMigrateTwiceAtOnce(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			url := dbtest.URL(t, engine)
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					d, err := db.Open(t.Context(), url)
					if err != nil {
						t.Error(err)
						return
					}
					defer d.Close()
					if err := d.Migrate(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		})
	}
}
