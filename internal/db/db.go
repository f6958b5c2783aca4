// Package db is Loket's store: one hand-written SQL, in PostgreSQL's dialect,
// that runs on SQLite and on PostgreSQL.
//
//	d, err := db.Open(ctx, "sqlite:loket.db")
//	err = d.Migrate(ctx)
//	err = d.Update(ctx, func(tx *db.Tx) error {
//		n, err := db.Exec(ctx, tx, `UPDATE slot SET taken_by = $1 WHERE id = $2 AND taken_by IS NULL`, who, id)
//		...
//	})
//	s, err := db.Get[Slot](ctx, d, `SELECT id, starts_at, taken_by FROM slot WHERE id = $1`, id)
//
// Places are $1, $2, …; rows are scanned by column name: column location_id
// goes to the field LocationID, the fields of an embedded struct count as the
// outer one's own, and a column without a field or a field without a column is
// an error. A T that is no struct takes the one column there is.
//
// Instants are whole Unix seconds (BIGINT) in the database and time.Time in UTC
// in Go; days are TEXT; a nil pointer, a nil []byte and an invalid [sql.Null]
// are NULL. Types that implement [sql.Scanner] and [driver.Valuer] speak for
// themselves.
//
// Update is the only way to write. It returns after the durable commit, so an
// answer given after it survives a power cut, and a refusal given after it
// takes as long as a success. A function given to Update does nothing but talk
// to its Tx: on PostgreSQL it may run up to five times. After a statement
// failed, the transaction is lost on both engines; a conflict that is expected
// is written as ON CONFLICT or as a condition, and [Unique] names the index
// that refused.
//
// Errors of the drivers become kinds of loket/internal/fault here and nowhere
// else. Their texts hold no values.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"loket/internal/fault"
)

// Engine names a kind of database.
type Engine string

// The engines.
const (
	SQLite     Engine = "sqlite"
	PostgreSQL Engine = "postgresql"
)

// DB is an open database. It is safe for concurrent use.
type DB struct {
	engine Engine
	path   string  // of the file; SQLite only
	read   *sql.DB // sees committed data only and cannot write
	write  *sql.DB
	writer *writer // nil on PostgreSQL, where the server orders the writers

	reads   execer   // read, with prepared statements on SQLite
	texts   sync.Map // query → its text on this engine
	layouts sync.Map // reflect.Type → *layout
}

// Tx is one transaction. It is valid inside the function given to Update only,
// and for one goroutine.
type Tx struct {
	db     *DB
	ctx    context.Context // of the transaction, not of a request: a request that goes away must not break a group
	exec   execer
	failed error // the first statement that failed
	ended  bool
}

// Queryer is what Get, Select and Exec run on: a *DB or a *Tx.
type Queryer interface {
	query(ctx context.Context, query string, args []any) (*sql.Rows, error)
	change(ctx context.Context, query string, args []any) (int64, error)
	base() *DB
}

// execer is the part of database/sql that a transaction needs.
type execer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Open opens the database that url names: sqlite:PATH, which is made with mode
// 0600 if it is not there, or postgres://…. It does not migrate.
func Open(ctx context.Context, url string) (*DB, error) {
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		return openSQLite(ctx, path)
	}
	if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		return openPostgreSQL(ctx, url)
	}
	// The url may hold a password: it is not repeated.
	return nil, fault.New(fault.Invalid, "", "open database: the url must begin with sqlite: or postgres://")
}

// Engine says which kind of database this is.
func (d *DB) Engine() Engine { return d.engine }

// Close waits for the updates that have had their turn and closes the database.
func (d *DB) Close() error {
	if d.writer != nil {
		d.writer.close()
	}
	return errors.Join(d.read.Close(), d.write.Close())
}

// Update runs fn in a transaction: all of it or nothing. It returns after the
// durable commit; if fn fails, its error is returned unchanged and nothing is
// kept. A panic in fn undoes its work and goes on in the caller.
//
// If ctx is done before it is fn's turn, fn does not run. From then on the
// transaction is carried through, whatever becomes of ctx.
//
// fn must not call Update, of this database or another: it gets an error.
// On PostgreSQL fn runs again, up to five times, after a deadlock.
func (d *DB) Update(ctx context.Context, fn func(*Tx) error) error {
	return d.update(ctx, updateTimeout, fn)
}

// update is Update; on PostgreSQL, where a connection can die unseen, each try
// may take as long as timeout.
func (d *DB) update(ctx context.Context, timeout time.Duration, fn func(*Tx) error) error {
	if insideUpdate() {
		return fault.New(fault.Internal, "", "db.Update called from a function that db.Update runs")
	}
	if d.writer != nil {
		return d.writer.update(ctx, fn)
	}
	return d.updatePostgreSQL(ctx, timeout, fn)
}

// runUpdate calls fn and lets no later use of its transaction through. It has
// a frame of its own, by which insideUpdate knows it.
//
//go:noinline
func runUpdate(tx *Tx, fn func(*Tx) error) error {
	defer func() { tx.ended = true }()
	if err := fn(tx); err != nil {
		return err
	}
	if tx.failed != nil {
		return fmt.Errorf("the transaction was lost earlier: %w", tx.failed)
	}
	return nil
}

// insideUpdate reports whether a function run by Update is on the stack: on
// SQLite it would wait for itself. It cannot see through a new goroutine.
func insideUpdate() bool {
	var pcs [64]uintptr
	for skip := 2; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs[:])
		for _, pc := range pcs[:n] {
			if f := runtime.FuncForPC(pc - 1); f != nil && f.Name() == "loket/internal/db.runUpdate" {
				return true
			}
		}
		if n < len(pcs) {
			return false
		}
	}
}
