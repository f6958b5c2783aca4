package db

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"loket/internal/fault"
)

// Column is one column of the live database.
type Column struct {
	Table    string
	Name     string
	Type     string // TEXT, BIGINT, BYTEA or BOOLEAN; as the database says for others
	Nullable bool
}

// Tables that the machinery of migrations keeps are none of Loket's.
const (
	columnsSQLite = `SELECT m.name AS "table", c.name, upper(c.type) AS type, c."notnull" = 0 AS nullable
		FROM sqlite_schema m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND m.name <> 'goose_db_version'
		ORDER BY m.name, c.name`
	columnsPostgreSQL = `SELECT table_name AS "table", column_name AS name, upper(data_type) AS type, is_nullable = 'YES' AS nullable
		FROM information_schema.columns
		WHERE table_schema = current_schema() AND table_name <> 'goose_db_version'
		ORDER BY table_name COLLATE "C", column_name COLLATE "C"`
	referencesSQLite = `SELECT m.name AS "from", f."table" AS "to"
		FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY 1, 2`
	referencesPostgreSQL = `SELECT conrelid::regclass::text AS "from", confrelid::regclass::text AS "to"
		FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2`
)

// Columns returns the columns of all tables, by table and name.
func (d *DB) Columns(ctx context.Context) ([]Column, error) {
	if d.engine == PostgreSQL {
		return Select[Column](ctx, d, columnsPostgreSQL)
	}
	return Select[Column](ctx, d, columnsSQLite)
}

// Tables returns the names of all tables, each after those it refers to.
func (d *DB) Tables(ctx context.Context) ([]string, error) {
	columns, err := d.Columns(ctx)
	if err != nil {
		return nil, err
	}
	query := referencesSQLite
	if d.engine == PostgreSQL {
		query = referencesPostgreSQL
	}
	references, err := Select[struct{ From, To string }](ctx, d, query)
	if err != nil {
		return nil, err
	}
	var todo, order []string
	for _, c := range columns {
		if !slices.Contains(todo, c.Table) {
			todo = append(todo, c.Table)
		}
	}
	for len(todo) > 0 {
		next := slices.IndexFunc(todo, func(table string) bool {
			for _, r := range references {
				if r.From == table && slices.Contains(todo, r.To) {
					return false
				}
			}
			return true
		})
		if next < 0 {
			return nil, fault.New(fault.Internal, "", "the tables %s refer to each other in a ring", strings.Join(todo, ", "))
		}
		order = append(order, todo[next])
		todo = slices.Delete(todo, next, next+1)
	}
	return order, nil
}

// quoted is a name of a table or column for SQL text.
func quoted(name string) string { return fmt.Sprintf(`"%s"`, strings.ReplaceAll(name, `"`, `""`)) }
