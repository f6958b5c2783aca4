package canary

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"loket/internal/db"
	"loket/internal/db/schema"
	"loket/internal/seal"
)

// loot is where the sealed columns are, and what each is bound to: the thief has read
// the source.
type loot struct{ column, query string }

var sealedColumns = []loot{
	{"case_key.wrapped", `SELECT wrapped AS sealed, 'case key ' || case_id AS bound FROM case_key`},
	{"audit_entry.subject", `SELECT subject AS sealed, object || ' audit' AS bound FROM audit_entry WHERE subject IS NOT NULL`},
	{"registry_record.sealed", `SELECT sealed, 'registry_record ' || id AS bound FROM registry_record`},
	{"draft.sealed", `SELECT sealed, 'draft ' || id AS bound FROM draft`},
	{"request.sealed", `SELECT sealed, id || ' request' AS bound FROM request`},
	{"decision.reasons", `SELECT reasons AS sealed, request_id || ' reasons of ' || id AS bound FROM decision`},
	{"proposal.sealed", `SELECT sealed, request_id || ' proposal ' || id AS bound FROM proposal`},
	{"ask.sealed", `SELECT sealed, id || ' ask' AS bound FROM ask`},
	{"fraud_report.sealed", `SELECT sealed, id || ' report' AS bound FROM fraud_report`},
	{"text_thread.sealed", `SELECT sealed, id || ' text thread' AS bound FROM text_thread`},
	{"text_answer.sealed", `SELECT sealed, thread_id || ' text answer ' || id AS bound FROM text_answer`},
	{"message.queue_wrap", `SELECT queue_wrap AS sealed, case_id || ' queue ' || id AS bound FROM message WHERE queue_wrap IS NOT NULL`},
	{"message_link.wrap", `SELECT wrap AS sealed, 'message key ' || message_id AS bound FROM message_link`},
	{"message_session.wrap", `SELECT wrap AS sealed, 'message key ' || message_id AS bound FROM message_session`},
	{"message_code.sealed", `SELECT sealed, 'code ' || id AS bound FROM message_code WHERE sealed IS NOT NULL`},
	{"message.body", `SELECT body AS sealed, CASE direction WHEN 'out' THEN 'message ' || id || ' of ' || case_id
		ELSE case_id || ' reply ' || id END AS bound FROM message WHERE body IS NOT NULL`},
}

type cell struct {
	Sealed []byte
	Bound  string
	column string
}

// thief has a database, and tries every key they can think of on every cell.
type thief struct {
	t      *testing.T
	cells  []cell
	boxes  []seal.Box
	had    map[string]bool
	opened map[string]int // cells, by column
	plain  []byte         // all that was opened
}

// steal takes everything from databases.
func steal(t *testing.T, databases ...*db.DB) *thief {
	t.Helper()
	th := &thief{t: t, had: map[string]bool{}, opened: map[string]int{}}
	th.try(make([]byte, seal.KeySize))
	for _, d := range databases {
		for _, l := range sealedColumns {
			cells, err := db.Select[struct {
				Sealed []byte
				Bound  string
			}](t.Context(), d, l.query)
			if err != nil {
				t.Fatalf("%s: %v", l.column, err)
			}
			for _, c := range cells {
				th.cells = append(th.cells, cell{c.Sealed, c.Bound, l.column})
				th.guess(c.Sealed, c.Bound)
			}
		}
		th.guessSums(t.Context(), d)
	}
	return th
}

// guess takes keys from what lies in the open: what stands at the beginning of a cell,
// behind its nonce, at its end, before its tag; and hashes.
func (th *thief) guess(data []byte, text string) {
	const nonce, tag = 12, 16
	for _, from := range []int{0, nonce, len(data) - seal.KeySize, len(data) - seal.KeySize - tag} {
		if from >= 0 && from+seal.KeySize <= len(data) {
			th.try(data[from : from+seal.KeySize])
		}
	}
	for _, of := range [][]byte{data, []byte(text)} {
		sum := sha256.Sum256(of)
		th.try(sum[:])
	}
}

// guessSums takes the keyed sums of the indexes as halves of keys.
func (th *thief) guessSums(ctx context.Context, d *db.DB) {
	for _, query := range []string{`SELECT hmac FROM registry_key`, `SELECT hmac FROM person_identifier`, `SELECT body FROM idempotency`, `SELECT id FROM message_link`} {
		sums, err := db.Select[[]byte](ctx, d, query)
		if err != nil {
			th.t.Fatalf("%s: %v", query, err)
		}
		for _, sum := range sums {
			twice := append(bytes.Clone(sum), sum...)
			th.try(twice[:seal.KeySize])
		}
	}
}

// try adds a key.
func (th *thief) try(key []byte) {
	if th.had[string(key)] {
		return
	}
	th.had[string(key)] = true
	box, err := seal.NewBox(bytes.Clone(key))
	if err != nil {
		th.t.Fatal(err)
	}
	th.boxes = append(th.boxes, box)
}

// find adds the keys in the files of a key directory.
func (th *thief) find(dir string) {
	th.t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text))); err == nil && len(key) == seal.KeySize {
			th.try(key)
		}
		return nil
	})
	if err != nil {
		th.t.Fatal(err)
	}
}

// open tries each key on each cell, and each key that is found in one, until nothing
// more opens.
func (th *thief) open() {
	closed, from := th.cells, 0
	for from < len(th.boxes) {
		boxes := th.boxes[from:]
		from = len(th.boxes)
		var left []cell
		for _, c := range closed {
			if !th.openCell(c, boxes) {
				left = append(left, c)
			}
		}
		closed = left
	}
}

func (th *thief) openCell(c cell, boxes []seal.Box) bool {
	for _, box := range boxes {
		plain, err := box.Open(c.Sealed, c.Bound)
		if err != nil {
			continue
		}
		th.opened[c.column]++
		th.plain = append(append(th.plain, plain...), 0)
		if len(plain) == seal.KeySize {
			th.try(plain)
		}
		return true
	}
	return false
}

// count returns how many cells of a column there are.
func (th *thief) count(column string) (n int) {
	for _, c := range th.cells {
		if c.column == column {
			n++
		}
	}
	return n
}

// The thief knows of every sealed column.
func TestTheThiefKnowsTheSchema(t *testing.T) {
	s, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, l := range sealedColumns {
		known[l.column] = true
	}
	for _, table := range s.Tables {
		for _, column := range table.Columns {
			name := table.Name + "." + column.Name
			if strings.Contains("case queue link registry", string(column.Class)) != known[name] {
				t.Errorf("%s is of class %s, and the thief knows of it: %t", name, column.Class, known[name])
			}
		}
	}
}

func (th *thief) String() string {
	var b strings.Builder
	for _, l := range sealedColumns {
		fmt.Fprintf(&b, "%s %d of %d, ", l.column, th.opened[l.column], th.count(l.column))
	}
	return b.String()
}
