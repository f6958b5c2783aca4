package db_test

import (
	"regexp"
	"strings"
	"testing"

	"loket/internal/db"
)

func TestTranslate(t *testing.T) {
	for query, want := range map[string]string{
		`SELECT a FROM b WHERE c = $1 AND d = $12`:                   `SELECT a FROM b WHERE c = ?1 AND d = ?12`,
		"SELECT a FROM b\n\tFOR UPDATE SKIP LOCKED":                  `SELECT a FROM b`,
		`SELECT a FROM b x FOR UPDATE OF x SKIP LOCKED LIMIT`:        `SELECT a FROM b x LIMIT`,
		`UPDATE b SET a = 1 WHERE c IN (SELECT c FROM b for update)`: `UPDATE b SET a = 1 WHERE c IN (SELECT c FROM b)`,
	} {
		if got := db.Translate(db.SQLite, query); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		if got := db.Translate(db.PostgreSQL, query); got != query {
			t.Errorf("PostgreSQL is given %q", got)
		}
	}
}

func FuzzTranslate(f *testing.F) {
	f.Add(`SELECT a FROM b WHERE c = $1 FOR UPDATE OF b SKIP LOCKED`)
	f.Add(`$1$2 for  no key update nowait ?3`)
	left := regexp.MustCompile(`\$\d`)
	f.Fuzz(func(t *testing.T, query string) {
		got := db.Translate(db.SQLite, query)
		if left.MatchString(got) && !strings.Contains(query, "$$") && !strings.Contains(strings.ToUpper(query), "UPDATE") {
			t.Errorf("a place is left in %q", got)
		}
		if len(got) > len(query) {
			t.Errorf("%q grew to %q", query, got)
		}
	})
}

func TestColumnName(t *testing.T) {
	for field, want := range map[string]string{
		"ID": "id", "LocationID": "location_id", "HMAC": "hmac", "BSNKey": "bsn_key", "StartsAt": "starts_at", "N": "n", "Top5Of": "top5_of",
	} {
		if got := db.ColumnName(field); got != want {
			t.Errorf("column of %s = %s, want %s", field, got, want)
		}
	}
}
