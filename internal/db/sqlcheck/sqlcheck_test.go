package sqlcheck_test

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"loket/internal/db"
	"loket/internal/db/sqlcheck"
)

// Every query of Loket, against both engines.
func TestQueries(t *testing.T) {
	sqlcheck.Run(t, "loket/...")
}

var (
	want   = regexp.MustCompile(`// want (".*")$`)
	quoted = regexp.MustCompile(`"([^"]*)"`)
)

// Each seeded mistake is found on its line, and nothing else is.
func TestMistakesAreFound(t *testing.T) {
	const file = "testdata/wrong/wrong.go"
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	findings, _, err := sqlcheck.Check(t, seats, "./testdata/wrong")
	if err != nil {
		t.Fatal(err)
	}
	found := map[int][]string{}
	for _, f := range findings {
		if f.Pos.Filename != file {
			t.Errorf("file = %q", f.Pos.Filename)
		}
		found[f.Pos.Line] = append(found[f.Pos.Line], f.Text)
	}
	for i, line := range strings.Split(string(source), "\n") {
		texts := found[i+1]
		var wants []string
		if m := want.FindStringSubmatch(line); m != nil {
			for _, q := range quoted.FindAllStringSubmatch(m[1], -1) {
				wants = append(wants, q[1])
			}
		}
		ok := len(texts) == len(wants)
		for j := 0; ok && j < len(wants); j++ {
			ok = regexp.MustCompile(wants[j]).MatchString(texts[j])
		}
		if !ok {
			t.Errorf("%s:%d\n\tfound %q\n\twant  %q", file, i+1, texts, wants)
		}
	}
}

func seats(ctx context.Context, d *db.DB) error {
	for _, table := range []string{
		`CREATE TABLE seat (id TEXT NOT NULL PRIMARY KEY, room TEXT NOT NULL, taken_by TEXT, since BIGINT, n BIGINT NOT NULL)`,
		`CREATE TABLE room (name TEXT NOT NULL PRIMARY KEY, open BOOLEAN NOT NULL, picture BYTEA)`,
	} {
		err := d.Update(ctx, func(tx *db.Tx) error {
			_, err := db.Exec(ctx, tx, table)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
