package db_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"loket/internal/db"
	"loket/internal/fault"
)

type kind string

type stamp struct {
	MadeAt time.Time
	UsedAt *time.Time
}

type thing struct {
	ID       string
	Kind     kind
	BSNHash  []byte // column bsn_hash
	Verified bool
	Size     int64
	Note     *string
	SeenAt   sql.Null[time.Time]
	stamp    // embedded: its fields count as ours
}

const (
	makeThing = `CREATE TABLE thing (id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, bsn_hash BYTEA, verified BOOLEAN NOT NULL,
		size BIGINT NOT NULL, note TEXT, seen_at BIGINT, made_at BIGINT NOT NULL, used_at BIGINT)`
	putThing = `INSERT INTO thing (id, kind, bsn_hash, verified, size, note, seen_at, made_at, used_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	getThing = `SELECT used_at, made_at, seen_at, note, size, verified, bsn_hash, kind, id FROM thing WHERE id = $1`
)

// Whatever is stored comes back the same from both engines: instants to the
// second and in UTC, NULL as nil.
func TestValuesComeBack(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		mustExec(t, d, makeThing)
		n := 0
		rapid.Check(t, func(r *rapid.T) {
			n++
			want := drawThing(r)
			want.ID = time.Duration(n).String()
			mustExec(t, d, putThing, want.ID, want.Kind, want.BSNHash, want.Verified, want.Size, want.Note,
				want.SeenAt, want.MadeAt.In(time.FixedZone("", 7200)).Add(time.Nanosecond), want.UsedAt)
			got, err := db.Get[thing](t.Context(), d, getThing, want.ID)
			if err != nil {
				r.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(thing{})); diff != "" {
				r.Fatalf("stored and read (-want +got):\n%s", diff)
			}
		})
	})
}

func drawThing(r *rapid.T) thing {
	at := rapid.Custom(func(r *rapid.T) time.Time {
		return time.Unix(rapid.Int64Range(-1e11, 1e11).Draw(r, "seconds"), 0).UTC()
	})
	text := rapid.String().Filter(func(s string) bool { return !strings.Contains(s, "\x00") }) // PostgreSQL stores no NUL
	x := thing{
		Kind:     kind(text.Draw(r, "kind")),
		BSNHash:  rapid.SliceOf(rapid.Byte()).Draw(r, "hash"),
		Verified: rapid.Bool().Draw(r, "verified"),
		Size:     rapid.Int64().Draw(r, "size"),
		Note:     rapid.Ptr(text, true).Draw(r, "note"),
		stamp:    stamp{MadeAt: at.Draw(r, "made"), UsedAt: rapid.Ptr(at, true).Draw(r, "used")},
	}
	if rapid.Bool().Draw(r, "seen") {
		x.SeenAt = sql.Null[time.Time]{V: at.Draw(r, "seen at"), Valid: true}
	}
	if rapid.Bool().Draw(r, "no hash") {
		x.BSNHash = nil
	}
	return x
}

func TestRowsMustFitTheType(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		type seat struct{ ID, Room string }
		mustExec(t, d, addSeat, "a", "Geheimstraat")
		for query, want := range map[string]string{
			`SELECT id, room, n FROM seat`:           "column n",
			`SELECT id FROM seat`:                    "a column room",
			`SELECT id, room, room FROM seat`:        "column room",
			`SELECT id, taken_by AS room FROM seat`:  "column room",
			`SELECT id, room, n AS "Room" FROM seat`: "column Room",
		} {
			_, err := db.Select[seat](t.Context(), d, query)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error = %v, want it to name %s", query, err, want)
			}
		}
		_, err := db.Get[int64](t.Context(), d, `SELECT room FROM seat`)
		if err == nil || strings.Contains(err.Error(), "Geheim") {
			t.Errorf("error = %v, want one without the value", err)
		}
		if _, err := db.Get[time.Time](t.Context(), d, `SELECT room FROM seat`); err == nil {
			t.Error("a text was taken for an instant")
		}
		if _, err := db.Get[string](t.Context(), d, `SELECT id, room FROM seat`); err == nil {
			t.Error("two columns were taken for one value")
		}
	})
}

func TestGetWantsOneRow(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		const all = `SELECT id FROM seat ORDER BY id`
		if _, err := db.Get[string](t.Context(), d, all); !fault.Is(err, fault.NotFound) {
			t.Errorf("of no rows: %v, want not found", err)
		}
		if got, err := db.Select[string](t.Context(), d, all); err != nil || got != nil {
			t.Errorf("select of no rows = %v, %v", got, err)
		}
		mustExec(t, d, addSeat, "b", "blue")
		mustExec(t, d, addSeat, "a", "blue")
		if _, err := db.Get[string](t.Context(), d, all); !fault.Is(err, fault.Internal) {
			t.Errorf("of two rows: %v, want internal", err)
		}
		got, err := db.Select[string](t.Context(), d, all)
		if diff := cmp.Diff([]string{"a", "b"}, got); err != nil || diff != "" {
			t.Errorf("select: %v\n%s", err, diff)
		}
	})
}

func TestReadingCannotWrite(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		_, err := db.Get[string](t.Context(), d, `INSERT INTO seat (id, room, n) VALUES ('a', 'blue', 0) RETURNING id`)
		if err == nil || count(t, d) != 0 {
			t.Errorf("a *DB wrote outside Update: %v", err)
		}
	})
}

func TestReturningAndLocks(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		mustExec(t, d, addSeat, "a", "$1 for update") // as an argument it is no place
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			id, err := db.Get[string](t.Context(), tx,
				`UPDATE seat SET n = $2, taken_by = $1 WHERE id IN
					(SELECT s.id FROM seat s WHERE s.room = $3 ORDER BY id LIMIT 1 FOR UPDATE OF s SKIP LOCKED)
				RETURNING id`, "x", 11, "$1 for update")
			if id != "a" {
				t.Errorf("id = %q", id)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		n, err := db.Get[int64](t.Context(), d, `SELECT n FROM seat WHERE taken_by = $1`, "x")
		if err != nil || n != 11 {
			t.Errorf("n = %d, %v", n, err)
		}
	})
}
