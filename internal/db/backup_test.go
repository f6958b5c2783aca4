package db_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
)

// fill puts rows into tables of which one refers to the other, with every type
// and NULLs.
func fill(t *testing.T, d *db.DB) {
	t.Helper()
	for i := range 20 {
		id := fmt.Sprint("p", i)
		mustExec(t, d, `INSERT INTO person (id, case_id, created_day) VALUES ($1, $2, '2022-03-01')`, id, "c"+id)
		mustExec(t, d, `INSERT INTO person_identifier (person_id, purpose, kind, key_version, hmac, verified) VALUES ($1, 'x', 'y', 1, $2, $3)`,
			id, []byte{byte(i), 0, 0xff}, i%2 == 0)
		mustExec(t, d, `INSERT INTO case_key (case_id, epoch, wrapped, ends_at) VALUES ($1, 'e', $2, $3)`,
			"c"+id, []byte{}, []*int64{nil, new(int64(i))}[i%2])
	}
}

type identifier struct {
	PersonID, Day string
	HMAC          []byte
	Verified      bool
	Wrapped       []byte
	EndsAt        *int64
}

func contents(t *testing.T, d *db.DB) []identifier {
	t.Helper()
	all, err := db.Select[identifier](t.Context(), d, `SELECT i.person_id, p.created_day AS day, i.hmac, i.verified, k.wrapped, k.ends_at
		FROM person_identifier i JOIN person p ON p.id = i.person_id JOIN case_key k ON k.case_id = p.case_id ORDER BY i.person_id`)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A backup of either engine fills either engine.
func TestBackupAndRestore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fill(t, d)
		want := contents(t, d)
		path := filepath.Join(t.TempDir(), "backup ?%41.db")
		if err := d.Backup(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
			t.Errorf("the file: %v, %v", info.Mode(), err)
		}
		if files, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(files) != 1 {
			t.Errorf("files = %q, want one", files)
		}
		dbtest.Each(t, func(t *testing.T, to *db.DB) {
			if err := to.Restore(t.Context(), path); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, contents(t, to)); diff != "" || len(want) != 20 {
				t.Errorf("%d rows, restored:\n%s", len(want), diff)
			}
			if err := to.Restore(t.Context(), path); !fault.Is(err, fault.Taken) {
				t.Errorf("restore over data = %v, want taken", err)
			}
		})
		if err := d.Backup(t.Context(), path); err == nil {
			t.Error("a backup was written over")
		}
		if err := d.Restore(t.Context(), path+".no"); !fault.Is(err, fault.Invalid) {
			t.Errorf("restore of no file = %v, want invalid", err)
		}
	})
}

func TestRestoreRefusesWhatItDoesNotKnow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		path := filepath.Join(t.TempDir(), "torn.db")
		if err := os.WriteFile(path, []byte("SQLite format 3\x00 and then noise"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := d.Restore(t.Context(), path); !fault.Is(err, fault.Invalid) {
			t.Errorf("noise: %v, want invalid", err)
		}
		older := dbtest.SQLite(t)
		mustExec(t, older, `UPDATE goose_db_version SET version_id = version_id + 1000`)
		path = filepath.Join(t.TempDir(), "newer.db")
		if err := older.Backup(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		if err := d.Restore(t.Context(), path); !fault.Is(err, fault.Invalid) {
			t.Errorf("another version: %v, want invalid", err)
		}
	})
}

// While somebody writes two rows at a time, a backup never holds half a pair.
func TestBackupIsOneMoment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		stop := make(chan struct{})
		wg.Go(func() {
			for i := range 300 { // a bound, since a slow machine copies more slowly than it writes
				select {
				case <-stop:
					return
				default:
				}
				err := d.Update(t.Context(), func(tx *db.Tx) error {
					id := fmt.Sprint(i)
					if _, err := db.Exec(t.Context(), tx, `INSERT INTO person (id, case_id, created_day) VALUES ($1, 'c', 'd')`, id); err != nil {
						return err
					}
					_, err := db.Exec(t.Context(), tx, `INSERT INTO case_key (case_id, epoch, wrapped) VALUES ($1, 'e', $2)`, id, []byte{1})
					return err
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
		for i := range 3 {
			path := filepath.Join(t.TempDir(), fmt.Sprint("backup", i))
			if err := d.Backup(t.Context(), path); err != nil {
				t.Error(err)
			}
			copied := dbtest.SQLite(t)
			if err := copied.Restore(t.Context(), path); err != nil {
				t.Error(err)
				break
			}
			n, err := db.Get[int64](t.Context(), copied, `SELECT (SELECT count(*) FROM person) - (SELECT count(*) FROM case_key)`)
			if err != nil || n != 0 {
				t.Errorf("%d rows too many in one table, %v", n, err)
			}
		}
		close(stop)
		wg.Wait()
	})
}
