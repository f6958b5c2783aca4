// Package wrong holds queries with one mistake each, and some without: a line
// with a want comment has the finding that it quotes, the others have none.
package wrong

import (
	"context"
	"database/sql"
	"time"

	"loket/internal/db"
)

type seat struct {
	ID      string
	Room    string
	TakenBy *string
	Since   sql.Null[time.Time]
	N       int64
}

type bare struct {
	ID      string
	TakenBy string
}

type colour string

type total struct{ Count int64 }

func right(ctx context.Context, d *db.DB, tx *db.Tx, at time.Time, who *string, c colour) {
	db.Get[seat](ctx, d, `SELECT since, taken_by, room, id, n FROM seat WHERE id = $1`, "a")
	db.Select[seat](ctx, d, `SELECT s.id, s.room, s.taken_by, s.since, s.n FROM seat s JOIN room r ON r.name = s.room WHERE r.name = $1`, c)
	db.Get[int64](ctx, d, `SELECT count(*) FROM seat WHERE since < $1 OR taken_by = $2`, at, who)
	db.Get[int64](ctx, d, `SELECT coalesce(max(n), 0) FROM seat`)
	db.Get[*int64](ctx, d, `SELECT max(n) FROM seat`)
	db.Get[bool](ctx, d, `SELECT open FROM room WHERE picture = $1`, []byte{1})
	db.Get[bool](ctx, d, `SELECT n > 3 FROM seat`)
	db.Select[string](ctx, d, `SELECT taken_by FROM seat WHERE n > 1 AND taken_by IS NOT NULL`)
	db.Get[total](ctx, d, `SELECT count(*) AS count FROM seat`)
	db.Get[string](ctx, tx, `UPDATE seat SET since = $1 WHERE id = (SELECT id FROM seat LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id`, at)
	db.Exec(ctx, d, `INSERT INTO seat (id, room, n) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, "a", c, 3)
	db.Exec(ctx, tx, `UPDATE seat SET taken_by = $1 WHERE id = $2`, nil, "a")
}

const misspelt = `SELECT idd FROM seat`

func mistakes(ctx context.Context, d *db.DB, tx *db.Tx, at time.Time) {
	db.Get[string](ctx, d, misspelt)                                                        // want "SQLite: .*no such column: idd" "PostgreSQL: .*idd"
	db.Get[string](ctx, d, `SELECT id FROM chair`)                                          // want "SQLite: .*no such table" "PostgreSQL: .*chair"
	db.Exec(ctx, d, `UPDATE seat SET room = $1 WHERE id = $2`, "blue")                      // want "1 arguments for 2 places"
	db.Exec(ctx, d, `UPDATE seat SET room = $1 WHERE id = $2`, 3, "a")                      // want "argument .1 is a int where text belongs"
	db.Exec(ctx, d, `UPDATE seat SET n = $1 WHERE id = $2`, "a", 3)                         // want "argument .1 is a string where int8" "argument .2 is a int where text"
	db.Exec(ctx, d, `UPDATE seat SET room = $1`, at)                                        // want "argument .1 is a time.Time where text belongs"
	db.Exec(ctx, d, `UPDATE room SET picture = $1`, "x")                                    // want "argument .1 is a string where bytea belongs"
	db.Get[string](ctx, d, `SELECT date_trunc('day', now()) FROM seat`)                     // want "SQLite: .*no such function" "column date_trunc is timestamptz"
	db.Get[string](ctx, d, `SELECT group_concat(id) FROM seat`)                             // want "PostgreSQL: .*group_concat"
	db.Get[bare](ctx, d, `SELECT id, taken_by FROM seat`)                                   // want "column taken_by may be NULL .as the table says."
	db.Get[int64](ctx, d, `SELECT n FROM seat WHERE room = 3`)                              // want "PostgreSQL: .*operator does not exist"
	db.Get[seat](ctx, d, `SELECT id, room, taken_by, since FROM seat`)                      // want "wrong.seat wants a column n"
	db.Get[bare](ctx, d, `SELECT id, room AS taken_by, n FROM seat`)                        // want "column n has no field of its own in wrong.bare"
	db.Get[int64](ctx, d, `SELECT room FROM seat`)                                          // want "column room is text, and int64 cannot hold it"
	db.Get[string](ctx, d, `SELECT id, room FROM seat`)                                     // want "2 columns for one string"
	db.Get[int64](ctx, d, `SELECT max(n) FROM seat`)                                        // want "column max may be NULL .max without coalesce."
	db.Get[bool](ctx, d, `SELECT since < 3 FROM seat`)                                      // want "may be NULL .it uses seat.since."
	db.Get[bool](ctx, d, `SELECT r.open FROM seat s LEFT JOIN room r ON s.id = r.name`)     // want "column open may be NULL .a LEFT JOIN."
	db.Get[string](ctx, d, `SELECT s.id FROM seat s FULL JOIN room r ON s.id = r.name`)     // want "may be NULL .a RIGHT or FULL JOIN"
	db.Get[total](ctx, d, `SELECT count(*) FROM seat`)                                      // want "column count is called count... on SQLite"
	db.Get[string](ctx, d, `SELECT taken_by FROM seat WHERE n > 1 OR taken_by IS NOT NULL`) // want "taken_by may be NULL"
	db.Get[int64](ctx, d, `SELECT n FROM seat WHERE id = 'costs $1'`)                       // want "a . and a digit in 'costs .1'"
	db.Get[string](ctx, d, `DELETE FROM seat RETURNING id`)                                 // want "cannot write or lock"
	db.Get[string](ctx, d, `SELECT id FROM seat FOR UPDATE`)                                // want "cannot write or lock"
	db.Select[int64](ctx, tx, `SELECT sum(n) FROM seat GROUP BY room`)                      // want "column sum is numeric" "may be NULL"
}

func dynamic(ctx context.Context, d *db.DB, q string, args []any) {
	db.Exec(ctx, d, q)                           // want "not constant"
	db.Exec(ctx, d, `DELETE FROM seat`, args...) // want "not constant"
	//sqlcheck:dynamic TestForms
	db.Exec(ctx, d, q)
	db.Exec(ctx, d, q) //sqlcheck:dynamic TestMissing // want "there is no test TestMissing"
}
