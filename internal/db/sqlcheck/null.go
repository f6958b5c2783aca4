package sqlcheck

import (
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

var (
	leftJoin  = regexp.MustCompile(`(?i)\bLEFT\s+(?:OUTER\s+)?JOIN\s+(\w+|\()`)
	otherJoin = regexp.MustCompile(`(?i)\b(?:RIGHT|FULL)\s+(?:OUTER\s+)?JOIN\b`)
	neverNull = regexp.MustCompile(`(?i)^(?:NOT\s+)?(?:count|coalesce|exists|row_number|rank)\s*\(`)
	oftenNull = regexp.MustCompile(`(?i)\b(?:max|min|sum|avg|string_agg|nullif|lag|lead|first_value|last_value|CASE|NULL)\b|\(\s*SELECT\b`)
	orWord    = regexp.MustCompile(`\bOR\b`)
	word      = regexp.MustCompile(`\w+`)
)

// mayBeNull says why column i of a query can be NULL, "" if it cannot.
func (l *live) mayBeNull(query string, f pgconn.FieldDescription, i int) string {
	bare := literal.ReplaceAllStringFunc(query, func(s string) string {
		if strings.HasPrefix(s, `"`) {
			return s
		}
		return "''"
	})
	if otherJoin.MatchString(bare) {
		return "a RIGHT or FULL JOIN; write it as a LEFT JOIN"
	}
	if table, ok := l.tables[f.TableOID]; ok {
		column := l.columns[attribute{f.TableOID, f.TableAttributeNumber}]
		if l.nullable[table][column] && !excluded(bare, column) {
			return "as the table says"
		}
		for _, m := range leftJoin.FindAllStringSubmatch(bare, -1) {
			if m[1] == table || m[1] == "(" {
				return "a LEFT JOIN"
			}
		}
		return ""
	}
	expression := nth(resultList(bare), i)
	if neverNull.MatchString(expression) || strings.HasPrefix(strings.ToLower(expression), "cast(count(") {
		return ""
	}
	if m := oftenNull.FindString(expression); m != "" {
		return oneLine(m) + " without coalesce"
	}
	for _, name := range word.FindAllString(expression, -1) {
		for table, columns := range l.nullable {
			if columns[name] && strings.Contains(bare, table) {
				return "it uses " + table + "." + name
			}
		}
	}
	return ""
}

// excluded reports whether a condition without OR lets no row through whose
// column is NULL.
func excluded(query, column string) bool {
	_, condition, ok := strings.Cut(strings.ToUpper(query), "WHERE")
	if !ok || orWord.MatchString(condition) {
		return false
	}
	return regexp.MustCompile(`\b` + strings.ToUpper(column) + `\s*(?:IS\s+NOT\s+NULL|[<>])`).MatchString(condition)
}

// resultList is the text between the SELECT or RETURNING that gives the result
// and what follows it.
func resultList(query string) string {
	depth, start, end := 0, -1, len(query)
	for _, at := range tokens.FindAllStringIndex(query, -1) {
		switch token := strings.ToUpper(query[at[0]:at[1]]); token {
		case "(":
			depth++
		case ")":
			depth--
		case "SELECT", "RETURNING":
			if depth == 0 && start < 0 {
				start = at[1]
			}
		case "FROM", "WHERE", "UNION", "ORDER", "GROUP", "LIMIT":
			if depth == 0 && start >= 0 && end == len(query) {
				end = at[0]
			}
		}
		if start >= 0 && end < len(query) {
			break
		}
	}
	if start < 0 {
		return ""
	}
	return query[start:end]
}

var tokens = regexp.MustCompile(`\w+|[(),]`)

// nth is item i of a list with commas.
func nth(list string, i int) string {
	depth, from := 0, 0
	for _, at := range tokens.FindAllStringIndex(list, -1) {
		switch list[at[0]:at[1]] {
		case "(":
			depth++
		case ")":
			depth--
		case ",":
			if depth == 0 {
				if i == 0 {
					return strings.TrimSpace(list[from:at[0]])
				}
				i, from = i-1, at[1]
			}
		}
	}
	if i > 0 {
		return ""
	}
	return strings.TrimSpace(list[from:])
}
