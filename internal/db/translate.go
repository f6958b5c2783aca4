package db

import "regexp"

var (
	place   = regexp.MustCompile(`\$(\d+)`)
	rowLock = regexp.MustCompile(`(?i)\s+FOR\s+(?:NO\s+KEY\s+)?UPDATE(?:\s+OF\s+\w+)?(?:\s+(?:SKIP\s+LOCKED|NOWAIT))?`)
)

// Translate returns the query as the engine is given it. For SQLite $n becomes
// ?n, and FOR UPDATE goes: there is one writer. Both are textual, so a literal
// must not hold a $ and a digit; sqlcheck refuses it.
func Translate(engine Engine, query string) string {
	if engine == PostgreSQL {
		return query
	}
	return place.ReplaceAllString(rowLock.ReplaceAllString(query, ""), "?$1")
}

// text is Translate with a memory.
func (d *DB) text(query string) string {
	if d.engine == PostgreSQL {
		return query
	}
	if t, ok := d.texts.Load(query); ok {
		return t.(string)
	}
	t := Translate(d.engine, query)
	d.texts.Store(query, t)
	return t
}
