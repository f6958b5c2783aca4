package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"loket/internal/fault"
)

// violation is the cause of an error of a unique index.
type violation struct {
	index string
	cause error
}

func (v *violation) Error() string { return "unique index " + v.index }
func (v *violation) Unwrap() error { return v.cause }

// Unique returns the name of the unique index that refused a statement, and
// "" if err is something else. An index is named for its table and columns,
// as in slot_location_id_starts_at; a primary key is table_pkey.
func Unique(err error) string {
	if v, ok := errors.AsType[*violation](err); ok {
		return v.index
	}
	return ""
}

// classify gives an error of a driver its kind. The text holds what was tried
// and what the database said of names, never of values.
func classify(query string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return classifyPostgreSQL(query, e)
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return classifySQLite(query, e)
	}
	var network net.Error
	var connect *pgconn.ConnectError
	for _, down := range []error{context.Canceled, context.DeadlineExceeded, driver.ErrBadConn, sql.ErrConnDone,
		io.EOF, io.ErrUnexpectedEOF, net.ErrClosed} {
		if errors.Is(err, down) {
			return fault.New(fault.Unavailable, "", "%s: %w", brief(query), down)
		}
	}
	if errors.As(err, &network) || errors.As(err, &connect) {
		return &fault.Error{Kind: fault.Unavailable, Private: brief(query) + ": no connection to the database", Cause: err}
	}
	return &fault.Error{Kind: fault.Internal, Private: brief(query) + ": the database driver refused", Cause: err}
}

// classifyPostgreSQL follows the SQLSTATE classes of appendix A of the
// PostgreSQL manual. Messages outside classes 23 and 42 can quote values.
func classifyPostgreSQL(query string, e *pgconn.PgError) error {
	out := &fault.Error{Kind: fault.Internal, Private: brief(query) + ": SQLSTATE " + e.Code, Cause: e}
	class := e.Code[:min(2, len(e.Code))]
	switch {
	case e.Code == "23505":
		out.Kind, out.Cause = fault.Taken, &violation{index: e.ConstraintName, cause: e}
		out.Private += " on " + e.ConstraintName
	case class == "23" || class == "42":
		out.Private += ": " + e.Message
	case class == "08" || class == "53" || class == "57" || class == "58" || class == "40" || e.Code == "55P03":
		out.Kind = fault.Unavailable
	}
	return out
}

// classifySQLite follows https://www.sqlite.org/rescode.html.
func classifySQLite(query string, e *sqlite.Error) error {
	out := &fault.Error{Kind: fault.Internal, Private: brief(query) + ": " + e.Error(), Cause: e}
	switch e.Code() {
	case lib.SQLITE_CONSTRAINT_UNIQUE, lib.SQLITE_CONSTRAINT_PRIMARYKEY, lib.SQLITE_CONSTRAINT_ROWID:
		v := &violation{index: indexName(e), cause: e}
		out.Kind, out.Cause = fault.Taken, v
	}
	switch e.Code() & 0xff {
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED, lib.SQLITE_FULL, lib.SQLITE_IOERR, lib.SQLITE_CANTOPEN,
		lib.SQLITE_NOMEM, lib.SQLITE_PROTOCOL, lib.SQLITE_INTERRUPT:
		out.Kind = fault.Unavailable
	}
	return out
}

// indexName makes the name from "…UNIQUE constraint failed: slot.location_id,
// slot.starts_at (2067)", since SQLite tells table and columns only.
func indexName(e *sqlite.Error) string {
	_, list, _ := strings.Cut(e.Error(), "UNIQUE constraint failed: ")
	list, _, _ = strings.Cut(list, " (")
	if name, ok := strings.CutPrefix(list, "index '"); ok { // an index on an expression
		return strings.TrimSuffix(name, "'")
	}
	var name string
	for i, item := range strings.Split(list, ", ") {
		table, column, _ := strings.Cut(item, ".")
		if i == 0 {
			name = table
			if e.Code() != lib.SQLITE_CONSTRAINT_UNIQUE {
				return table + "_pkey"
			}
		}
		name += "_" + column
	}
	return name
}

// scanFault drops the cause: database/sql quotes the value there.
func scanFault(query string, err error) error {
	column := ""
	if _, rest, ok := strings.Cut(err.Error(), `name "`); ok {
		name, _, _ := strings.Cut(rest, `"`)
		column = " " + name
	}
	return fault.New(fault.Internal, "", "%s: column%s does not fit its field", brief(query), column)
}

// brief is the beginning of a query on one line, for errors. Queries are
// constants and hold no values.
func brief(query string) string {
	text := strings.Join(strings.Fields(query), " ")
	if len(text) > 80 {
		text = text[:80] + "…"
	}
	return text
}
