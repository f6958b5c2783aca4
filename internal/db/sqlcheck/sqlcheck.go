// Package sqlcheck compares every query of a program with live databases,
// before anybody uses it.
//
// It finds the calls of db.Get, db.Select and db.Exec in the source, asks
// PostgreSQL for the types of the places and columns of their queries and
// prepares them on SQLite too. Each of these is a finding with file and line:
//
//   - a query that one of the engines does not take,
//   - a wrong number of arguments, or one of another type,
//   - a column without a field, a field without a column, or one of another type,
//   - a column that may be NULL in a field that cannot hold it,
//   - an unnamed expression, which the engines name differently,
//   - a $ and a digit in a literal, which the translation for SQLite would break,
//   - a query on a *db.DB that writes or locks, which belongs in an Update,
//   - a query that is not a constant.
//
// A query that is built at run time is let through if the line of the call or
// the one above says which test builds all its forms and runs them on both
// engines, and the package has a test of that name:
//
//	//sqlcheck:dynamic TestEveryFilter
//
// Whether an expression can be NULL is judged from its text: aggregates,
// subqueries, CASE and columns that can be NULL make it so; coalesce, count and
// EXISTS do not.
package sqlcheck

import (
	"context"
	"database/sql"
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"golang.org/x/tools/go/packages"

	"loket/internal/db"
	"loket/internal/db/dbtest"
)

// Finding is one thing that is wrong with a call.
type Finding struct {
	Pos  token.Position
	Text string
}

func (f Finding) String() string {
	return fmt.Sprintf("%s:%d: %s", f.Pos.Filename, f.Pos.Line, f.Text)
}

// Run checks the packages that the patterns name, as in go list, against
// migrated databases of both engines. Each finding is an error of t.
func Run(t *testing.T, patterns ...string) {
	t.Helper()
	findings, calls, err := Check(t, migrate, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d calls", calls)
	for _, f := range findings {
		t.Error(f)
	}
}

// Check is Run for databases that prepare fills. It returns the findings by
// position and the number of calls it looked at.
func Check(t testing.TB, prepare func(context.Context, *db.DB) error, patterns ...string) (findings []Finding, calls int, err error) {
	live, err := newLive(t, prepare)
	if err != nil {
		return nil, 0, err
	}
	// Without NeedDeps the imports come from the build cache, not from source.
	pkgs, err := packages.Load(&packages.Config{
		Context: t.Context(),
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedTypes |
			packages.NeedSyntax | packages.NeedTypesInfo,
	}, patterns...)
	if err != nil {
		return nil, 0, fmt.Errorf("load packages: %w", err)
	}
	for _, pkg := range pkgs {
		if len(pkg.Errors) > 0 {
			where := token.Position{Filename: pkg.PkgPath}
			findings = append(findings, Finding{where, "does not compile: " + pkg.Errors[0].Error()})
			continue
		}
		if pkg.PkgPath == dbPath {
			continue // asks each engine for its own catalog
		}
		for _, c := range find(pkg) {
			calls++
			for _, text := range live.check(c) {
				findings = append(findings, Finding{c.pos, text})
			}
		}
	}
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return strings.Compare(a.Pos.Filename, b.Pos.Filename)*2 + min(1, max(-1, a.Pos.Line-b.Pos.Line))
	})
	return findings, calls, nil
}

// live is a database of each engine to ask.
type live struct {
	t        testing.TB
	postgres *pgx.Conn
	sqlite   *sql.DB
	// nullable columns by table and by name alone, of PostgreSQL
	nullable map[string]map[string]bool
	tables   map[uint32]string // oid → name
	columns  map[attribute]string
}

// attribute is a column as PostgreSQL's answers name it.
type attribute struct {
	table  uint32
	number uint16
}

func newLive(t testing.TB, prepare func(context.Context, *db.DB) error) (*live, error) {
	l := &live{t: t, nullable: map[string]map[string]bool{}, tables: map[uint32]string{}, columns: map[attribute]string{}}
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		url := dbtest.URL(t, engine)
		d, err := db.Open(t.Context(), url)
		if err != nil {
			return nil, err
		}
		err = prepare(t.Context(), d)
		if closed := d.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return nil, fmt.Errorf("prepare %s: %w", engine, err)
		}
		if engine == db.SQLite {
			l.sqlite, err = sql.Open("sqlite", "file:"+strings.TrimPrefix(url, "sqlite:"))
			t.Cleanup(func() { l.sqlite.Close() })
		} else if l.postgres, err = pgx.Connect(t.Context(), url); err == nil {
			t.Cleanup(func() { l.postgres.Close(t.Context()) })
			err = l.readCatalog()
		}
		if err != nil {
			return nil, fmt.Errorf("connect to %s: %w", engine, err)
		}
	}
	return l, nil
}

func (l *live) readCatalog() error {
	rows, err := l.postgres.Query(l.t.Context(), `SELECT c.oid, c.relname, a.attnum, a.attname, NOT a.attnotnull
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'v') AND a.attnum > 0`)
	if err != nil {
		return err
	}
	var oid uint32
	var number uint16
	var table, column string
	var nullable bool
	_, err = pgx.ForEachRow(rows, []any{&oid, &table, &number, &column, &nullable}, func() error {
		l.tables[oid], l.columns[attribute{oid, number}] = table, column
		if l.nullable[table] == nil {
			l.nullable[table] = map[string]bool{}
		}
		l.nullable[table][column] = nullable
		return nil
	})
	return err
}

// short is a path relative to the module, for people.
func short(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(here, path); err == nil {
		return rel
	}
	return path
}

func migrate(ctx context.Context, d *db.DB) error { return d.Migrate(ctx) }
