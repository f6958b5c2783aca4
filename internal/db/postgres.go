package db

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"loket/internal/fault"
)

const (
	maxTries      = 5
	firstWait     = 5 * time.Millisecond // between tries; doubles
	updateTimeout = 30 * time.Second     // of one try, once it has its turn
	maxPool       = 16                   // connections that write, and as many that read
)

// openPostgreSQL opens two pools: the one for reading cannot write, as on SQLite.
func openPostgreSQL(ctx context.Context, url string) (*DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		// The cause repeats the url, and a password with it.
		return nil, fault.New(fault.Invalid, "", "open database: the postgres:// url cannot be read")
	}
	config.RuntimeParams["timezone"] = "UTC"
	config.RuntimeParams["application_name"] = "loket"
	write := stdlib.OpenDB(*config)
	reading := config.Copy()
	reading.RuntimeParams["default_transaction_read_only"] = "on"
	read := stdlib.OpenDB(*reading)
	for _, pool := range []*sql.DB{write, read} {
		pool.SetMaxOpenConns(maxPool)
		pool.SetMaxIdleConns(maxPool)
		pool.SetConnMaxIdleTime(5 * time.Minute)
	}
	d := &DB{engine: PostgreSQL, read: read, reads: read, write: write}
	if err := write.PingContext(ctx); err != nil {
		d.Close()
		return nil, classify("open database", err)
	}
	return d, nil
}

// updatePostgreSQL is DB.Update. A deadlock or a serialization failure undoes
// everything, so the function can run again.
func (d *DB) updatePostgreSQL(ctx context.Context, timeout time.Duration, fn func(*Tx) error) error {
	wait := firstWait
	for try := 1; ; try++ {
		err := d.try(ctx, timeout, fn)
		if err == nil || !again(err) || try == maxTries {
			return err
		}
		select {
		case <-ctx.Done():
			return fault.New(fault.Unavailable, "", "wait to try again: %w", ctx.Err())
		case <-time.After(wait):
		}
		wait *= 2
	}
}

func (d *DB) try(ctx context.Context, timeout time.Duration, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return fault.New(fault.Unavailable, "", "wait to write: %w", err)
	}
	conn, err := d.write.Conn(ctx) // waits for a connection under the request's context
	if err != nil {
		return classify("wait to write", err)
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	sqlTx, err := conn.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return classify("begin", err)
	}
	defer sqlTx.Rollback() // after a commit it does nothing
	tx := &Tx{db: d, ctx: ctx, exec: sqlTx}
	if err := runUpdate(tx, fn); err != nil {
		return err
	}
	return classify("commit", sqlTx.Commit())
}

// again reports whether a new try can succeed: SQLSTATE serialization_failure
// and deadlock_detected.
func again(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "40001" || e.Code == "40P01")
}
