package schema_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/db/schema"
)

func load(t *testing.T) *schema.Schema {
	t.Helper()
	s, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheLiveSchemaIsTheWrittenOne(t *testing.T) {
	s := load(t)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		different, err := s.Differences(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range different {
			t.Error(line)
		}
	})
}

func TestDifferencesAreFound(t *testing.T) {
	s := load(t)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, change := range []string{
			`ALTER TABLE draft ADD COLUMN nationality TEXT`,
			`ALTER TABLE job DROP COLUMN failure`,
			`CREATE TABLE visitor (address TEXT)`,
			`DROP TABLE request_figure`,
		} {
			if _, err := db.Exec(t.Context(), d, change); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Differences(t.Context(), d)
		want := []string{
			"schema.yaml has job.failure, and the database does not",
			"schema.yaml has table request_figure, and the database does not",
			"the database has draft.nationality, and schema.yaml does not",
			"the database has visitor.address, and schema.yaml does not",
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}

// Both engines hold the same columns with the same types and the same NOT NULL.
func TestTheEnginesAgree(t *testing.T) {
	lite, err := dbtest.SQLite(t).Columns(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	post, err := dbtest.PostgreSQL(t).Columns(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(lite, post); diff != "" || len(lite) == 0 {
		t.Errorf("%d columns, SQLite and PostgreSQL differ:\n%s", len(lite), diff)
	}
}

// db.Unique makes the name of a unique index of SQLite from table and columns.
func TestUniqueIndexesAreNamedForTheirColumns(t *testing.T) {
	names, err := db.Select[string](t.Context(), dbtest.SQLite(t), `
		SELECT i.name || ' should be ' || m.name || '_' || (SELECT group_concat(c.name, '_') FROM pragma_index_info(i.name) c)
		FROM sqlite_schema m, pragma_index_list(m.name) i
		WHERE m.type = 'table' AND i."unique" = 1 AND i.origin <> 'pk'
			AND i.name <> m.name || '_' || (SELECT group_concat(c.name, '_') FROM pragma_index_info(i.name) c)`)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		t.Error("unique index", n)
	}
}

// Backup and Restore copy tables after those they refer to: no table may refer
// to itself, by whatever way.
func TestSomeOrderOfTablesKeepsReferences(t *testing.T) {
	if _, err := dbtest.SQLite(t).Tables(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestLifetimes(t *testing.T) {
	s := load(t)
	for name, want := range map[string]time.Duration{
		"draft": 24 * time.Hour, "message": 30 * 24 * time.Hour, "code": 10 * time.Minute, "request": 21 * 24 * time.Hour,
	} {
		if got := s.Lifetimes[name].Duration(); got != want {
			t.Errorf("%s lives %v, want %v", name, got, want)
		}
	}
	if got, want := s.Lifetimes["photo"].Alarm(), 5*24*time.Hour; got != want {
		t.Errorf("photo alarm after %v, want %v", got, want)
	}
	if got, want := s.Lifetimes["session"].Idle(), 10*time.Minute; got != want {
		t.Errorf("session idle for %v, want %v", got, want)
	}
	i := slices.IndexFunc(s.Tables, func(t schema.Table) bool { return t.Name == "draft" })
	if i < 0 || s.Tables[i].Until != "expires_at" || s.Tables[i].Columns[0].Name != "id" || s.Tables[i].Columns[1].Class != schema.Link {
		t.Errorf("draft = %+v", s.Tables[max(i, 0)])
	}
}

func TestAWrongFileIsRefused(t *testing.T) {
	const head = "lifetimes: {day: {days: 1, why: x}}\ntables:\n  a: {purpose: x, ground: x, "
	for text, want := range map[string]string{
		head + "columns: {}}": "does not say how its rows end",
		head + "forever: x, case: c, columns: {c: {purpose: x, class: open}}}":      "ends and stays",
		head + "case: c, columns: {}}":                                              "column c that it has not",
		head + "lifetime: year, until: u, columns: {u: {purpose: x, class: open}}}": "unknown lifetime year",
		head + "until: u, columns: {u: {purpose: x, class: open}}}":                 "until without a lifetime",
		head + "with: b, columns: {}}":                                              "table b that is not there",
		head + "forever: x, columns: {u: {purpose: x, class: secret}}}":             "known class",
		head + "forever: x, columns: {u: {porpoise: x, class: open}}}":              "porpoise",
		head + "forever: x, colour: red, columns: {}}":                              "colour",
		"lifetimes: {day: {days: 1}}":                                               "a reason",
		"lifetimes: {day: {days: 1, why: x}, day: {days: 2, why: x}}":               "already defined",
	} {
		_, err := schema.Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error = %v, want it to say %q\n%s", err, want, text)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("lifetimes: {day: {days: 1, why: x}}\ntables:\n  a: {purpose: x, ground: x, forever: x, columns: {c: {purpose: x, class: open}}}")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := schema.Parse([]byte(text))
		if err == nil && s == nil {
			t.Error("neither schema nor error")
		}
	})
}
