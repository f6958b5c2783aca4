package sqlcheck

import (
	"fmt"
	"go/types"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"loket/internal/db"
)

var (
	literal = regexp.MustCompile(`'(?:[^']|'')*'|"[^"]*"|--[^\n]*`)
	placeIn = regexp.MustCompile(`\$\d`)
	writes  = regexp.MustCompile(`(?i)\b(INSERT\s+INTO|DELETE\s+FROM|UPDATE)\b`) // FOR UPDATE too
)

// check returns what is wrong with a call.
func (l *live) check(c call) []string {
	if !c.constant || c.spread {
		switch {
		case c.test == "":
			return []string{"the query or its arguments are not constant: name the test of all its forms with //sqlcheck:dynamic"}
		case !c.hasTest:
			return []string{"there is no test " + c.test}
		}
		return nil
	}
	var wrong []string
	for _, text := range literal.FindAllString(c.query, -1) {
		if placeIn.MatchString(text) {
			wrong = append(wrong, "a $ and a digit in "+text)
		}
	}
	bare := literal.ReplaceAllString(c.query, "''")
	if c.name != "Exec" && isDB(c.on) && writes.MatchString(bare) {
		wrong = append(wrong, "a query on a *db.DB cannot write or lock: use Update")
	}
	names, err := l.prepareSQLite(c.query, len(c.args))
	if err != nil {
		wrong = append(wrong, "SQLite: "+err.Error())
	}
	known, err := l.postgres.Prepare(l.t.Context(), "", c.query)
	if err != nil {
		return append(wrong, "PostgreSQL: "+err.Error())
	}
	wrong = append(wrong, checkArguments(c, known)...)
	if c.row != nil {
		wrong = append(wrong, l.checkColumns(c, known, names)...)
	}
	return wrong
}

func isDB(t types.Type) bool { return t.String() == "*"+dbPath+".DB" }

// prepareSQLite compiles the query and returns the names of its columns, nil if
// they cannot be had: they are told by a run only, which is undone, and an
// INSERT of nothing but NULL does not get so far.
func (l *live) prepareSQLite(query string, places int) ([]string, error) {
	tx, err := l.sqlite.BeginTx(l.t.Context(), nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	stmt, err := tx.PrepareContext(l.t.Context(), db.Translate(db.SQLite, query))
	if err != nil {
		return nil, err
	}
	defer stmt.Close()
	rows, err := stmt.QueryContext(l.t.Context(), make([]any, places)...)
	if err != nil {
		return nil, nil
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, nil
	}
	return names, nil
}

func checkArguments(c call, known *pgconn.StatementDescription) (wrong []string) {
	if got, want := len(c.args), len(known.ParamOIDs); got != want {
		return []string{fmt.Sprintf("%d arguments for %d places", got, want)}
	}
	for i, t := range c.args {
		if want := known.ParamOIDs[i]; !argumentFits(t, want) {
			wrong = append(wrong, fmt.Sprintf("argument $%d is a %s where %s belongs", i+1, typeName(t), oidName(want)))
		}
	}
	return wrong
}

func (l *live) checkColumns(c call, known *pgconn.StatementDescription, sqliteNames []string) (wrong []string) {
	fields, err := fieldsOf(c.row)
	if err != nil {
		return []string{err.Error()}
	}
	if fields == nil { // one value
		if len(known.Fields) != 1 {
			return []string{fmt.Sprintf("%d columns for one %s", len(known.Fields), typeName(c.row))}
		}
		return l.checkColumn(c, known, 0, c.row)
	}
	seen := map[string]bool{}
	for i, f := range known.Fields {
		name := f.Name
		t, ok := fields[name]
		switch {
		case !ok || seen[name]:
			wrong = append(wrong, fmt.Sprintf("column %s has no field of its own in %s", name, typeName(c.row)))
		case i < len(sqliteNames) && sqliteNames[i] != name:
			wrong = append(wrong, fmt.Sprintf("column %s is called %s on SQLite: name it with AS", name, sqliteNames[i]))
		default:
			wrong = append(wrong, l.checkColumn(c, known, i, t)...)
		}
		seen[name] = true
	}
	for _, name := range sortedKeys(fields) {
		if !seen[name] {
			wrong = append(wrong, fmt.Sprintf("%s wants a column %s", typeName(c.row), name))
		}
	}
	return wrong
}

// checkColumn compares column i with the Go type that takes it.
func (l *live) checkColumn(c call, known *pgconn.StatementDescription, i int, t types.Type) (wrong []string) {
	f := known.Fields[i]
	if !columnFits(t, f.DataTypeOID) {
		wrong = append(wrong, fmt.Sprintf("column %s is %s, and %s cannot hold it", f.Name, oidName(f.DataTypeOID), typeName(t)))
	}
	if why := l.mayBeNull(c.query, f, i); why != "" && !holdsNull(t) {
		wrong = append(wrong, fmt.Sprintf("column %s may be NULL (%s), and %s cannot hold it", f.Name, why, typeName(t)))
	}
	return wrong
}

// oneLine is a text without breaks.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
