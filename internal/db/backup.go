package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"loket/internal/fault"
)

// schemaVersion is what the migrations have reached.
const schemaVersion = `SELECT coalesce(max(version_id), 0) AS version FROM goose_db_version WHERE is_applied`

// copyTimeout bounds a Restore. It is long enough for a register of a country.
const copyTimeout = 12 * time.Hour

// Backup writes a consistent copy of all tables to a new SQLite file of mode
// 0600, whatever the engine, and returns once it is safe on disk. There must be
// no file at path. People go on working meanwhile. What is sealed stays sealed.
func (d *DB) Backup(ctx context.Context, path string) (err error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fault.New(fault.Unavailable, "", "back up: %w", err)
	}
	defer func() {
		if err != nil {
			os.Remove(path) // half a backup is none
		}
	}()
	if err := file.Close(); err != nil {
		return fault.New(fault.Unavailable, "", "back up: %w", err)
	}
	if d.engine == SQLite {
		err = d.backupSQLite(ctx, path)
	} else {
		err = d.backupPostgreSQL(ctx, path)
	}
	if err != nil {
		return err
	}
	if err = errors.Join(syncFile(path), syncFile(filepath.Dir(path))); err != nil {
		return fault.New(fault.Unavailable, "", "back up: %w", err)
	}
	return nil
}

// backupSQLite lets SQLite write the copy; on a connection of its own, since
// those that read must not write, not even another file.
func (d *DB) backupSQLite(ctx context.Context, path string) error {
	own, err := sql.Open("sqlite", sourceName(d.path))
	if err != nil {
		return classify("back up", err)
	}
	defer own.Close()
	_, err = own.ExecContext(ctx, `VACUUM INTO ?`, path)
	return classify("back up", err)
}

// backupPostgreSQL copies the tables as one snapshot shows them.
func (d *DB) backupPostgreSQL(ctx context.Context, path string) (err error) {
	to, err := openSQLite(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	if err := to.Migrate(ctx); err != nil {
		return err
	}
	if err := sameVersion(ctx, d, to); err != nil {
		return err
	}
	snapshot, err := d.read.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return classify("back up", err)
	}
	defer snapshot.Rollback()
	if err := copyAll(ctx, d, snapshot, to); err != nil {
		return err
	}
	// One file without a log beside it, for which no reader may be left.
	if err := to.read.Close(); err != nil {
		return classify("back up", err)
	}
	return to.writer.alone(ctx, func(conn *sql.Conn) error {
		_, err := conn.ExecContext(ctx, `PRAGMA journal_mode = DELETE`)
		return classify("back up", err)
	})
}

// Restore fills an empty, migrated database from a file that Backup wrote with
// the same version of the tables. All of it comes or nothing. The error is of
// kind fault.Taken if the database is not empty, and fault.Invalid if the file
// is of another version. The file is not changed.
func (d *DB) Restore(ctx context.Context, path string) error {
	from, err := openBackup(ctx, path)
	if err != nil {
		return err
	}
	defer from.Close()
	if err := sameVersion(ctx, from, d); err != nil {
		return err
	}
	return copyAll(ctx, from, from.read, d)
}

// openBackup opens a file to read it and nothing more.
func openBackup(ctx context.Context, path string) (*DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fault.New(fault.Invalid, "", "open the backup: %w", err)
	}
	name, _, _ := strings.Cut(sourceName(path), "?")
	read, err := sql.Open("sqlite", name+"?mode=ro&_pragma=query_only(ON)&_pragma=trusted_schema(OFF)")
	if err != nil {
		return nil, classify("open the backup", err)
	}
	var sound string
	if err := read.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&sound); err != nil || sound != "ok" {
		read.Close()
		return nil, fault.New(fault.Invalid, "", "open the backup: it is not a sound SQLite file")
	}
	return &DB{engine: SQLite, read: read, reads: read, write: read}, nil
}

// sameVersion makes sure that two databases have the same tables.
func sameVersion(ctx context.Context, from, to *DB) error {
	var versions [2]int64
	for i, d := range []*DB{from, to} {
		var err error
		if versions[i], err = Get[int64](ctx, d, schemaVersion); err != nil {
			return fmt.Errorf("read the version of the tables: %w", err)
		}
	}
	if versions[0] != versions[1] {
		return fault.New(fault.Invalid, "", "the tables to copy are of version %d, and those to fill of version %d",
			versions[0], versions[1])
	}
	return nil
}

// copyAll copies every table of from, as rows shows it, into to, whose tables
// must be empty: in one transaction, each table after those it refers to.
func copyAll(ctx context.Context, from *DB, rows execer, to *DB) error {
	tables, err := from.Tables(ctx)
	if err != nil {
		return err
	}
	columns, err := from.Columns(ctx)
	if err != nil {
		return err
	}
	of := map[string][]Column{}
	for _, c := range columns {
		of[c.Table] = append(of[c.Table], c)
	}
	return to.update(ctx, copyTimeout, func(tx *Tx) error {
		for _, table := range tables {
			if n, err := Get[int64](ctx, tx, `SELECT count(*) FROM `+quoted(table)); err != nil || n > 0 {
				return errors.Join(err, fault.New(fault.Taken, "", "table %s is not empty", table))
			}
			if err := copyTable(ctx, rows, tx, table, of[table]); err != nil {
				return fmt.Errorf("copy table %s: %w", table, err)
			}
		}
		return nil
	})
}

// copyTable copies one table row by row.
func copyTable(ctx context.Context, from execer, tx *Tx, table string, columns []Column) error {
	var names, places []string
	for i, c := range columns {
		names, places = append(names, quoted(c.Name)), append(places, fmt.Sprintf("$%d", i+1))
	}
	list := strings.Join(names, ", ")
	rows, err := from.QueryContext(ctx, `SELECT `+list+` FROM `+quoted(table))
	if err != nil {
		return classify("read", err)
	}
	defer rows.Close()
	insert := `INSERT INTO ` + quoted(table) + ` (` + list + `) VALUES (` + strings.Join(places, ", ") + `)`
	row, dest := make([]any, len(columns)), make([]any, len(columns))
	for i, c := range columns {
		dest[i] = cell{&row[i], c.Type}
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return scanFault("read", err)
		}
		if _, err := Exec(ctx, tx, insert, row...); err != nil {
			return err
		}
	}
	return classify("read", rows.Err())
}

// cell scans a value as the type of its column says: the drivers give a BOOLEAN
// as a number, and an empty BYTEA as NULL or not.
type cell struct {
	dest *any
	kind string
}

func (c cell) Scan(src any) error {
	switch v := src.(type) {
	case []byte:
		*c.dest = append([]byte{}, v...)
	case int64:
		if *c.dest = v; c.kind == "BOOLEAN" {
			*c.dest = v != 0
		}
	default:
		*c.dest = v
	}
	return nil
}

// syncFile makes a file, or the names in a folder, survive a power cut.
func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
