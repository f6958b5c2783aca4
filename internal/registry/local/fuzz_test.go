package local

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"loket/internal/fault"
	"loket/internal/registry"
)

func FuzzCSV(f *testing.F) {
	seed(f, "testdata/refused.csv")
	f.Add([]byte("name;bsn\r\n\"a\"\"b\";999990019\r\n"))
	f.Add([]byte("\ufeffname\tbirth_date\n\x00\xff\t1-1-1990\n\"open"))
	f.Add([]byte("name,phone,email\n=HYPERLINK(\"x\"),@SUM,+31612345678\n"))
	s := newFuzzStore(f)
	f.Fuzz(func(t *testing.T, file []byte) { readAny(t, s, file) })
}

func FuzzJSON(f *testing.F) {
	seed(f, "testdata/refused.json")
	f.Add([]byte(`{"name": "a", "birth_date": "XX-XX-1990"}` + "\n" + `{"name": "b", "bsn": "999990019"}`))
	f.Add([]byte("[\n\n{}\n,{}]"))
	f.Add([]byte(`[{"name": "\ud800", "email": "a@b.c", "events": [{"dose": 1e3}, {"doses": -0}]}`))
	s := newFuzzStore(f)
	f.Fuzz(func(t *testing.T, file []byte) { readAny(t, s, file) })
}

func seed(f *testing.F, path string) {
	content, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(content)
}

// newFuzzStore returns a store without a database: it reads files only.
func newFuzzStore(f *testing.F) *Store { return newStore(f, nil) }

// readAny reads a file and checks what holds for every one: refusals name our
// columns and lines of the file, in order, and a record that was taken is
// taken again, and is the same, when it is written as JSON.
func readAny(t *testing.T, s *Store, file []byte) {
	r, err := s.start(Import{File: bytes.NewReader(file)})
	if err != nil {
		wantInvalid(t, err)
		return
	}
	defer r.stop()
	lines, before := int64(bytes.Count(file, []byte("\n")))+1, int64(0)
	for {
		batch, err := r.batch(t.Context(), s, s.batch)
		if err != nil {
			wantInvalid(t, err)
			return
		}
		if len(batch) == 0 {
			return
		}
		for _, p := range batch {
			// Two people may stand on one line of JSON.
			if p.line < max(before, 1) || p.line > lines {
				t.Fatalf("a row at line %d after one at %d, of %d", p.line, before, lines)
			}
			before = p.line
			if p.wrong != nil {
				if c := p.wrong.column; c != "" && c != "events" && ourColumn(c) == "" {
					t.Fatalf("refused for column %q, which is none of ours", c)
				}
				continue
			}
			record := opened(t, s, p)
			if diff := cmp.Diff(record, reread(t, s, record)); diff != "" {
				t.Fatalf("written and read again: %s", diff)
			}
		}
	}
}

func wantInvalid(t *testing.T, err error) {
	t.Helper()
	if !fault.Is(err, fault.Invalid) {
		t.Fatalf("got %v, want fault.Invalid", err)
	}
}

func reread(t *testing.T, s *Store, record registry.Record) registry.Record {
	t.Helper()
	r, err := s.start(Import{File: strings.NewReader(asJSON(t, []registry.Record{record}))})
	if err != nil {
		t.Fatal(err)
	}
	defer r.stop()
	batch, err := r.batch(t.Context(), s, s.batch)
	if err != nil || len(batch) != 1 || batch[0].wrong != nil {
		t.Fatalf("a record that was taken is refused when it is written and read again: %v %+v", err, batch[0].wrong)
	}
	return opened(t, s, batch[0])
}

func opened(t *testing.T, s *Store, p person) registry.Record {
	t.Helper()
	record, err := s.open(sealedRow{p.id, p.sealed})
	if err != nil {
		t.Fatal(err)
	}
	return record
}
