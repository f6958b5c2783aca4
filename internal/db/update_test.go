package db_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
)

// each runs test on both engines with one small table besides Loket's own.
func each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		mustExec(t, d, `CREATE TABLE seat (id TEXT NOT NULL PRIMARY KEY, room TEXT NOT NULL, taken_by TEXT, n BIGINT NOT NULL)`)
		mustExec(t, d, `CREATE UNIQUE INDEX seat_room_taken_by ON seat (room, taken_by)`)
		test(t, d)
	})
}

func mustExec(t testing.TB, d *db.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(t.Context(), d, query, args...); err != nil {
		t.Fatal(err)
	}
}

const addSeat = `INSERT INTO seat (id, room, n) VALUES ($1, $2, 0)`

func count(t testing.TB, d *db.DB) int64 {
	t.Helper()
	n, err := db.Get[int64](t.Context(), d, `SELECT count(*) FROM seat`)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestUpdateKeepsAllOrNothing(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		refusal := errors.New("no room")
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			if _, err := db.Exec(t.Context(), tx, addSeat, "a", "blue"); err != nil {
				return err
			}
			n, err := db.Get[int64](t.Context(), tx, `SELECT count(*) FROM seat`)
			if err != nil || n != 1 {
				t.Errorf("inside: %d rows, %v; want its own row", n, err)
			}
			if got := count(t, d); got != 0 {
				t.Errorf("outside: %d rows before the commit", got)
			}
			return refusal
		})
		if err != refusal {
			t.Errorf("error = %v, want the function's own", err)
		}
		if got := count(t, d); got != 0 {
			t.Errorf("%d rows after a refusal, want none", got)
		}
		mustExec(t, d, addSeat, "a", "blue")
		if got := count(t, d); got != 1 {
			t.Errorf("%d rows after a success, want 1", got)
		}
	})
}

func TestUpdateUndoesAPanicAndLetsItThrough(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		func() {
			defer func() {
				if got := recover(); got != "broken" {
					t.Errorf("recovered %v, want the panic", got)
				}
			}()
			d.Update(t.Context(), func(tx *db.Tx) error {
				db.Exec(t.Context(), tx, addSeat, "a", "blue")
				panic("broken")
			})
		}()
		var wg sync.WaitGroup
		wg.Go(func() { // a failed test leaves its goroutine in the same way
			d.Update(t.Context(), func(tx *db.Tx) error {
				db.Exec(t.Context(), tx, addSeat, "b", "blue")
				runtime.Goexit()
				return nil
			})
		})
		wg.Wait()
		mustExec(t, d, addSeat, "c", "blue") // the writer goes on
		if got := count(t, d); got != 1 {
			t.Errorf("%d rows, want only the last", got)
		}
	})
}

func TestUpdateRefusesToBeNested(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			_, err := db.Exec(t.Context(), d, addSeat, "a", "blue") // d where tx was meant
			return err
		})
		if !fault.Is(err, fault.Internal) || count(t, d) != 0 {
			t.Errorf("error = %v, want an internal fault and no row", err)
		}
	})
}

func TestUpdateSkipsWhoLeft(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := d.Update(ctx, func(*db.Tx) error {
			t.Error("the function ran")
			return nil
		})
		if !fault.Is(err, fault.Unavailable) || !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v, want unavailable for the context", err)
		}
	})
}

func TestUpdateCarriesThroughWhoLeavesLate(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		err := d.Update(ctx, func(tx *db.Tx) error {
			cancel()
			_, err := db.Exec(ctx, tx, addSeat, "a", "blue")
			return err
		})
		if err != nil || count(t, d) != 1 {
			t.Errorf("error = %v with %d rows, want the row", err, count(t, d))
		}
	})
}

// A caller that leaves while it waits must not leave the group open.
func TestUpdateCommitsAfterAWaiterLeft(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			started := make(chan struct{})
			wg.Go(func() {
				close(started)
				d.Update(ctx, func(*db.Tx) error { return nil })
			})
			<-started
			runtime.Gosched()
			cancel()
			_, err := db.Exec(t.Context(), tx, addSeat, "a", "blue")
			return err
		})
		wg.Wait()
		if err != nil {
			t.Error(err)
		}
	})
}

func TestTxEndsWithItsUpdate(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var kept *db.Tx
		if err := d.Update(t.Context(), func(tx *db.Tx) error { kept = tx; return nil }); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(t.Context(), kept, addSeat, "a", "blue"); !fault.Is(err, fault.Internal) {
			t.Errorf("error = %v, want an internal fault", err)
		}
	})
}

// PostgreSQL gives a transaction up after an error; so must SQLite.
func TestAFailedStatementLosesTheTransaction(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			db.Exec(t.Context(), tx, addSeat, "a", "blue")
			db.Exec(t.Context(), tx, addSeat, "a", "red")
			if _, err := db.Exec(t.Context(), tx, addSeat, "b", "red"); err == nil {
				t.Error("a statement after a failed one worked")
			}
			return nil // the error is dropped
		})
		if got := db.Unique(err); got != "seat_pkey" {
			t.Errorf("index = %q of %v, want seat_pkey", got, err)
		}
		if got := count(t, d); got != 0 {
			t.Errorf("%d rows, want none", got)
		}
	})
}

func TestUpdateAfterClose(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if err := d.Update(t.Context(), func(*db.Tx) error { return nil }); err == nil {
			t.Error("a closed database took an update")
		}
	})
}

// Sixty-four goroutines add, refuse, panic and leave; what was answered with
// success is there and nothing else is.
func TestUpdateUnderLoad(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		var accepted atomic.Int64
		for g := range 64 {
			wg.Go(func() {
				for i := range 20 {
					if mayhem(t, d, fmt.Sprint(g, "-", i), i) {
						accepted.Add(1)
					}
				}
			})
		}
		wg.Wait()
		if got, want := count(t, d), accepted.Load(); got != want {
			t.Errorf("%d rows, but %d answers of success", got, want)
		}
		if accepted.Load() < 64*10 {
			t.Errorf("only %d successes", accepted.Load())
		}
	})
}

// mayhem tries to add a seat in one of several ways and reports success.
func mayhem(t *testing.T, d *db.DB, id string, way int) (added bool) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	defer func() { recover() }()
	if way%7 == 3 {
		go cancel() // before its turn, or after
	}
	err := d.Update(ctx, func(tx *db.Tx) error {
		if _, err := db.Exec(ctx, tx, addSeat, id, id); err != nil {
			return err
		}
		switch way % 7 {
		case 1:
			return errors.New("refused")
		case 2:
			panic("broken")
		}
		return nil
	})
	return err == nil
}

// However fast the disk is: who waits while somebody has the turn shares one commit.
func TestGroupCommitGroups(t *testing.T) {
	d := dbtest.SQLite(t)
	before, _ := d.Groups()
	const writers = 64
	insert := func(g int) error {
		_, err := db.Exec(t.Context(), d, `INSERT INTO audit_hash (position, hash) VALUES ($1, $2)`, g, []byte{1})
		return err
	}
	var wg sync.WaitGroup
	var begun atomic.Int64
	err := d.Update(t.Context(), func(*db.Tx) error {
		for g := range writers {
			wg.Go(func() {
				begun.Add(1)
				if err := insert(g); err != nil {
					t.Error(err)
				}
			})
		}
		for begun.Load() < writers {
			runtime.Gosched()
		}
		time.Sleep(50 * time.Millisecond) // from having begun to waiting for the turn
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	after, updates := d.Groups()
	t.Logf("%d updates in %d commits", updates, after-before)
	if updates != writers+1 {
		t.Errorf("%d updates counted, want %d", updates, writers+1)
	}
	if after-before > writers/4 {
		t.Errorf("%d commits for %d updates: they do not share", after-before, updates)
	}
}
