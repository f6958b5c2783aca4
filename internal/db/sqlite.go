package db

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	"loket/internal/fault"
)

// pragmas are set on each connection, in this order. The busy timeout (in
// milliseconds) comes first, since the change to WAL needs a lock. FULL makes a
// commit survive a power cut; secure_delete overwrites what is deleted;
// temp_store keeps temporary tables off the disk.
var pragmas = []string{
	"busy_timeout(10000)",
	"journal_mode(WAL)",
	"synchronous(FULL)",
	"foreign_keys(ON)",
	"secure_delete(ON)",
	"trusted_schema(OFF)",
	"temp_store(MEMORY)",
}

// openSQLite opens a file with one writing connection and several that read.
func openSQLite(ctx context.Context, path string) (*DB, error) {
	if path == "" || strings.HasPrefix(path, ":") {
		return nil, fault.New(fault.Invalid, "", "open database: sqlite: needs the path of a file")
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "", "open database: %w", err)
	}
	if err := file.Close(); err != nil {
		return nil, fault.New(fault.Unavailable, "", "open database: %w", err)
	}
	write, err := sql.Open("sqlite", sourceName(path))
	if err != nil {
		return nil, classify("open database", err)
	}
	write.SetMaxOpenConns(1)
	w, err := newWriter(ctx, write)
	// To become WAL a file must be had alone for a moment, and SQLite does not wait
	// for that while another process opens it too.
	for pause := 10 * time.Millisecond; fault.Is(err, fault.Unavailable) && pause < 3*time.Second && ctx.Err() == nil; pause *= 2 {
		time.Sleep(pause)
		w, err = newWriter(ctx, write)
	}
	if err != nil {
		write.Close()
		return nil, err
	}
	read, err := sql.Open("sqlite", sourceName(path, "query_only(ON)"))
	if err != nil {
		write.Close()
		return nil, classify("open database", err)
	}
	readers := max(4, 2*runtime.GOMAXPROCS(0))
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	d := &DB{engine: SQLite, path: path, read: read, reads: &statements{from: read}, write: write, writer: w}
	w.db = d
	return d, nil
}

// sourceName is the driver's name of a file with our pragmas and more.
func sourceName(path string, more ...string) string {
	q := url.Values{"_pragma": append(pragmas[:len(pragmas):len(pragmas)], more...)}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// Checkpoint moves the write-ahead log of SQLite into the database file and
// truncates it, so that nothing deleted lingers there. It does nothing on
// PostgreSQL.
func (d *DB) Checkpoint(ctx context.Context) error {
	if d.writer == nil {
		return nil
	}
	return d.writer.alone(ctx, func(conn *sql.Conn) error {
		var busy, log, moved int
		err := conn.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &moved)
		if err != nil {
			return classify("checkpoint", err)
		}
		if busy != 0 {
			return fault.New(fault.Unavailable, "", "checkpoint: a reader is busy")
		}
		return nil
	})
}

// Groups returns how many group commits there were since Open and how many
// updates took part in them, for metrics. Both are 0 on PostgreSQL.
func (d *DB) Groups() (commits, updates int64) {
	if d.writer == nil {
		return 0, 0
	}
	return d.writer.commits.Load(), d.writer.updates.Load()
}
