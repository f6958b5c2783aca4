package db_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
)

// Two updates lock two rows in opposite order: one of them is the victim of a
// deadlock, runs again, and both succeed.
func TestUpdateRunsAgainAfterADeadlock(t *testing.T) {
	d := dbtest.PostgreSQL(t)
	mustExec(t, d, `CREATE TABLE seat (id TEXT PRIMARY KEY, n BIGINT NOT NULL)`)
	mustExec(t, d, `INSERT INTO seat VALUES ('a', 0), ('b', 0)`)
	const add = `UPDATE seat SET n = n + 1 WHERE id = $1`
	var wg, met sync.WaitGroup
	met.Add(2)
	runs := make([]int, 2)
	for i, order := range [][]string{{"a", "b"}, {"b", "a"}} {
		wg.Go(func() {
			err := d.Update(t.Context(), func(tx *db.Tx) error {
				runs[i]++
				if _, err := db.Exec(t.Context(), tx, add, order[0]); err != nil {
					return err
				}
				if runs[i] == 1 { // both hold their first row
					met.Done()
					met.Wait()
				}
				_, err := db.Exec(t.Context(), tx, add, order[1])
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	sum, err := db.Get[int64](t.Context(), d, `SELECT CAST(sum(n) AS bigint) FROM seat`)
	if err != nil || sum != 4 {
		t.Errorf("sum = %d, %v; want 4: each update once", sum, err)
	}
	if runs[0]+runs[1] != 3 {
		t.Errorf("runs = %v, want one of them twice", runs)
	}
}

func TestUpdateGivesUpAfterFiveTries(t *testing.T) {
	d := dbtest.PostgreSQL(t)
	runs := 0
	err := d.Update(t.Context(), func(tx *db.Tx) error {
		runs++
		_, err := db.Exec(t.Context(), tx, `DO $a$ BEGIN RAISE EXCEPTION USING ERRCODE = 'serialization_failure'; END $a$`)
		return err
	})
	if runs != 5 || !fault.Is(err, fault.Unavailable) {
		t.Errorf("%d runs and %v, want 5 and unavailable", runs, err)
	}
}

func TestAServerThatIsDownIsUnavailable(t *testing.T) {
	_, err := db.Open(t.Context(), "postgres://someone:geheim@127.0.0.1:1/loket")
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("error = %v, want unavailable", err)
	}
	for _, url := range []string{"postgres://someone:geheim@%zz/loket", "mysql://someone:geheim@x/y", "sqlite:"} {
		if _, err := db.Open(t.Context(), url); !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("open %s = %v, want invalid and no password", url, err)
		}
	}
}

func TestALostConnectionIsUnavailable(t *testing.T) {
	d := dbtest.PostgreSQL(t)
	err := d.Update(t.Context(), func(tx *db.Tx) error {
		_, err := db.Exec(t.Context(), tx, `SELECT pg_terminate_backend(pg_backend_pid())`)
		return err
	})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("error = %v, want unavailable", err)
	}
	if _, err := db.Get[int64](t.Context(), d, `SELECT 1`); err != nil {
		t.Errorf("after a lost connection: %v", errors.Unwrap(err))
	}
}
