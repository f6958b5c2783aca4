package db_test

import (
	"errors"
	"strings"
	"testing"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
)

func TestUniqueNamesTheIndexAlike(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		mustExec(t, d, `CREATE UNIQUE INDEX seat_taken_by ON seat (taken_by) WHERE n > 5`)
		mustExec(t, d, `CREATE TABLE pair (a BIGINT NOT NULL, b BIGINT NOT NULL, PRIMARY KEY (a, b))`)
		mustExec(t, d, `INSERT INTO seat (id, room, taken_by, n) VALUES ('1', 'blue', 'x', 9)`)
		mustExec(t, d, `INSERT INTO pair (a, b) VALUES (1, 1)`)
		for query, want := range map[string]string{
			`INSERT INTO seat (id, room, n) VALUES ('1', 'red', 0)`:                 "seat_pkey",
			`INSERT INTO seat (id, room, taken_by, n) VALUES ('2', 'blue', 'x', 0)`: "seat_room_taken_by",
			`INSERT INTO seat (id, room, taken_by, n) VALUES ('3', 'red', 'x', 6)`:  "seat_taken_by",
			`INSERT INTO pair (a, b) VALUES (1, 1)`:                                 "pair_pkey",
			`INSERT INTO seat (id, room, n) VALUES ('4', NULL, 0)`:                  "",
			`INSERT INTO chair (id) VALUES (1)`:                                     "",
		} {
			_, err := db.Exec(t.Context(), d, query)
			if err == nil {
				t.Errorf("%s worked", query)
				continue
			}
			if got := db.Unique(err); got != want || fault.Is(err, fault.Taken) != (want != "") {
				t.Errorf("%s: index %q of %v, want %q", query, got, err, want)
			}
		}
		if got := db.Unique(errors.New("seat_pkey")); got != "" {
			t.Errorf("index of another error = %q", got)
		}
	})
}

// An error can end in a log: no value may stand in it.
func TestErrorsHoldNoValues(t *testing.T) {
	const secret = "Geheim-Sanam"
	each(t, func(t *testing.T, d *db.DB) {
		mustExec(t, d, addSeat, secret, secret)
		for _, c := range []struct {
			query string
			args  []any
		}{
			{addSeat, []any{secret, secret}},
			{`SELECT CAST($1 AS bigint) / 0`, []any{secret}},
			{`INSERT INTO seat (id, room, n) VALUES ($1, $2, $3)`, []any{"x", nil, 1}},
			{`INSERT INTO seat (id, room, n) SELECT id, room, n FROM seat WHERE id = $1`, []any{secret}},
			{`UPDATE seat SET n = $1`, []any{struct{ Name string }{secret}}},
			{`UPDATE seat SET nn = $1`, []any{secret}},
		} {
			if _, err := db.Exec(t.Context(), d, c.query, c.args...); err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("%s: %v", c.query, err)
			}
		}
		if _, err := db.Get[int64](t.Context(), d, `SELECT id FROM seat`); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("scan: %v", err)
		}
	})
}

// A commit that fails is a failure for all that took part in it.
func TestAFailedCommitFailsTheGroup(t *testing.T) {
	d := dbtest.SQLite(t)
	mustExec(t, d, `CREATE TABLE a (id BIGINT PRIMARY KEY)`)
	mustExec(t, d, `CREATE TABLE b (a BIGINT REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED)`)
	_, err := db.Exec(t.Context(), d, `INSERT INTO b (a) VALUES (1)`)
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("error = %v, want unavailable", err)
	}
	mustExec(t, d, `INSERT INTO a (id) VALUES (1)`) // and it goes on
	n, err := db.Get[int64](t.Context(), d, `SELECT count(*) FROM b`)
	if err != nil || n != 0 {
		t.Errorf("%d rows, %v; want none", n, err)
	}
}
