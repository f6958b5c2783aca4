package speed

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/db/dbtest"
)

// rushers is how many people want one of a twenty-fifth as many slots; LOKET_BENCH_PEOPLE
// is another number.
func rushers(b *testing.B) int {
	b.Helper()
	text := os.Getenv("LOKET_BENCH_PEOPLE")
	if text == "" {
		return 50_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

const (
	rushTables = `CREATE TABLE rush_slot (id BIGINT PRIMARY KEY, person BIGINT); CREATE TABLE rush_booking (slot BIGINT NOT NULL, person BIGINT NOT NULL);
		CREATE INDEX rush_booking_slot ON rush_booking (slot)`
	rushOnce    = `CREATE UNIQUE INDEX rush_slot_person ON rush_slot (person)`
	rushTake    = `UPDATE rush_slot SET person = $2 WHERE id = $1 AND person IS NULL`
	rushTaken   = `SELECT count(*) FROM rush_booking WHERE slot = $1`
	rushBook    = `INSERT INTO rush_booking (slot, person) VALUES ($1, $2)`
	rushLock    = `SELECT id FROM rush_slot WHERE id = $1 FOR UPDATE`
	rushAdvise  = `SELECT pg_advisory_xact_lock($1)`
	rushDoubles = `SELECT count(*) FROM (SELECT slot FROM rush_booking GROUP BY slot HAVING count(*) > 1) AS twice`
	rushHeld    = `SELECT (SELECT count(*) FROM rush_booking) + (SELECT count(*) FROM rush_slot WHERE person IS NOT NULL)`
	rushEmpty   = `DELETE FROM rush_booking; UPDATE rush_slot SET person = NULL`
)

// way is how somebody books a slot, or finds that it is gone.
type way struct {
	name    string
	book    func(ctx context.Context, slot, person int) error
	doubles bool // as a control: this way lets two people have one slot
}

// checkAndBook looks, and books what was free when it looked.
func checkAndBook(ctx context.Context, q interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}, slot, person int) error {
	var taken int
	if err := q.QueryRowContext(ctx, rushTaken, slot).Scan(&taken); err != nil || taken > 0 {
		return err
	}
	_, err := q.ExecContext(ctx, rushBook, slot, person)
	return err
}

// locked does the same in a transaction, after it took a lock.
func locked(pool *sql.DB, options *sql.TxOptions, lock string) func(context.Context, int, int) error {
	return func(ctx context.Context, slot, person int) error {
		tx, err := pool.BeginTx(ctx, options)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		if lock != "" {
			if _, err := tx.ExecContext(ctx, lock, slot); err != nil {
				return err
			}
		}
		if err := checkAndBook(ctx, tx, slot, person); err != nil {
			return err
		}
		return tx.Commit()
	}
}

// again tries what the database refused to serialize, as long as it does.
func again(book func(context.Context, int, int) error) func(context.Context, int, int) error {
	return func(ctx context.Context, slot, person int) error {
		for {
			err := book(ctx, slot, person)
			var refused interface{ SQLState() string }
			if !errors.As(err, &refused) || refused.SQLState() != "40001" && refused.SQLState() != "40P01" {
				return err
			}
		}
	}
}

// conditional is what the planner does with a slot that it offers or that is booked: one
// statement that says what must be so.
func conditional(pool *sql.DB) func(context.Context, int, int) error {
	return func(ctx context.Context, slot, person int) error {
		_, err := pool.ExecContext(ctx, rushTake, slot, person)
		return err
	}
}

// rush has all people book at random, 32 at a time, and returns how many a second. Those of
// a control go on until somebody has what another has.
func rush(b *testing.B, pool *sql.DB, people int, w way) float64 {
	b.Helper()
	for round := range 5 {
		for _, query := range strings.Split(rushEmpty, ";") {
			if _, err := pool.ExecContext(b.Context(), query); err != nil {
				b.Fatal(err)
			}
		}
		began := time.Now()
		var all sync.WaitGroup
		const clients = 32
		for c := range clients {
			all.Go(func() {
				random := rand.New(rand.NewPCG(uint64(c), 7))
				for person := c; person < people; person += clients {
					if err := w.book(b.Context(), random.IntN(people/25), person); err != nil {
						b.Errorf("%s: %v", w.name, err)
						return
					}
				}
			})
		}
		all.Wait()
		rate := float64(people) / time.Since(began).Seconds()
		var doubles, held int
		err := errors.Join(pool.QueryRow(rushDoubles).Scan(&doubles), pool.QueryRow(rushHeld).Scan(&held))
		if err != nil {
			b.Fatal(err)
		}
		switch {
		case w.doubles && doubles == 0 && round < 4:
			continue
		case w.doubles && doubles == 0:
			b.Errorf("%s: nobody had what another had: this control controls nothing", w.name)
		case !w.doubles && (doubles != 0 || held < people/26 || held > people/25):
			b.Errorf("%s: %d slots held twice, %d held", w.name, doubles, held)
		}
		b.ReportMetric(float64(doubles), w.name+"-doubles")
		return rate
	}
	return 0
}

// compare runs all ways by turns and reports each beside the first, which is ours.
func compare(b *testing.B, pool *sql.DB, ways []way) {
	b.Helper()
	people := rushers(b)
	for _, query := range strings.Split(rushTables+";"+rushOnce, ";") {
		if _, err := pool.ExecContext(b.Context(), query); err != nil {
			b.Fatal(err)
		}
	}
	for slot := range people / 25 {
		if _, err := pool.ExecContext(b.Context(), `INSERT INTO rush_slot (id, person) VALUES ($1, NULL)`, slot); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		ours := 0.0
		for _, w := range ways {
			rate := rush(b, pool, people, w)
			if ours == 0 {
				ours = rate
			}
			b.ReportMetric(rate, w.name+"/s")
			b.ReportMetric(ours/rate, "x-"+w.name)
		}
	}
}

// BenchmarkContendedPostgreSQL is 50,000 people who want one of 2,000 slots, each of them
// one at random: the conditional statement beside what planners do. The server does not
// flush, so that the locks are measured and not the disk.
func BenchmarkContendedPostgreSQL(b *testing.B) {
	pool, err := sql.Open("pgx", dbtest.URL(b, db.PostgreSQL))
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	pool.SetMaxOpenConns(32)
	pool.SetMaxIdleConns(32)
	naive := func(ctx context.Context, slot, person int) error { return checkAndBook(ctx, pool, slot, person) }
	compare(b, pool, []way{
		{"conditional", conditional(pool), false},
		{"naive", naive, true},
		{"row-lock", locked(pool, nil, rushLock), false},
		{"advisory-lock", locked(pool, nil, rushAdvise), false},
		{"serializable", again(locked(pool, &sql.TxOptions{Isolation: sql.LevelSerializable}, "")), false},
	})
}

// BenchmarkContendedSQLite is the same on SQLite, where each commit is flushed: our writer,
// which commits for many at once, beside a commit each under the lock of the file, and
// beside looking first and booking then.
func BenchmarkContendedSQLite(b *testing.B) {
	path := filepath.Join(b.TempDir(), "rush.db")
	own, err := db.Open(b.Context(), "sqlite:"+path)
	if err != nil {
		b.Fatal(err)
	}
	defer own.Close()
	pool, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(60000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	pool.SetMaxOpenConns(32)
	pool.SetMaxIdleConns(32)
	var one sync.Mutex
	alone := func(ctx context.Context, slot, person int) error {
		one.Lock()
		defer one.Unlock()
		return locked(pool, nil, "")(ctx, slot, person)
	}
	naive := func(ctx context.Context, slot, person int) error {
		var taken int
		if err := pool.QueryRowContext(ctx, rushTaken, slot).Scan(&taken); err != nil || taken > 0 {
			return err
		}
		one.Lock() // SQLite takes one who writes; what was seen is old by then
		defer one.Unlock()
		_, err := pool.ExecContext(ctx, rushBook, slot, person)
		return err
	}
	compare(b, pool, []way{
		{"group-commit", func(ctx context.Context, slot, person int) error {
			return own.Update(ctx, func(tx *db.Tx) error {
				//sqlcheck:dynamic BenchmarkContendedSQLite
				_, err := db.Exec(ctx, tx, fmt.Sprint(rushTake), int64(slot), int64(person))
				return err
			})
		}, false},
		{"commit-each", alone, false},
		{"naive", naive, true},
	})
}
