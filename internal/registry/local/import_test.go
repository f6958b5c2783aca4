package local

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
	"loket/internal/registry"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The report of refused rows has line, column and reason of each, and nothing of
// what stands in the file.
func TestRefusals(t *testing.T) {
	for _, file := range []string{"testdata/refused.csv", "testdata/refused.json"} {
		each(t, func(t *testing.T, s *Store) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var report, dry strings.Builder
			write := func(b *strings.Builder) func(Refusal) {
				return func(r Refusal) { fmt.Fprintf(b, "line %d: %s: %s\n", r.Line, r.Column, r.Reason) }
			}
			dryCounts, err := s.DryRun(t.Context(), Import{File: strings.NewReader(string(content)), Refused: write(&dry)})
			if err != nil {
				t.Fatal(err)
			}
			if people, keys := all(t, s); len(people)+len(keys) > 0 {
				t.Errorf("a dry run stored %d records and %d keys", len(people), len(keys))
			}
			counts, err := s.Import(t.Context(), Import{File: strings.NewReader(string(content)), Refused: write(&report)})
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&report, "%+v\n", counts)
			golden(t, file+".golden", report.String())
			if strings.Contains(strings.ToLower(report.String()), "secret") {
				t.Error("the report repeats the file")
			}
			conflicts := int64(strings.Count(report.String(), string(Conflict)))
			if dryCounts.Rows != counts.Rows || dryCounts.Refused != counts.Refused-conflicts || conflicts != 1 {
				t.Errorf("dry run counted %+v, import %+v with %d conflicts, want 1", dryCounts, counts, conflicts)
			}
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// Files that cannot be read on end with an error that names the line and nothing
// that stands there; what came before is kept.
func TestBrokenFiles(t *testing.T) {
	s := newStore(t, dbtest.SQLite(t))
	const good = `{"bsn": "999990019", "name": "Goed Voorbeeld"}`
	long := strings.Repeat("secret ", maxRow)
	for what, test := range map[string]struct {
		file string
		kind fault.Kind
		rows int64
	}{
		"nothing":           {"", fault.Invalid, 0},
		"blanks":            {"\ufeff \r\n\n", fault.Invalid, 0},
		"UTF-16":            {"\xff\xfeb\x00s\x00n\x00", fault.Invalid, 0},
		"unknown column":    {"name,secret\nA,B\n", fault.Invalid, 0},
		"column twice":      {"name,name\nA,B\n", fault.Invalid, 0},
		"no name":           {"bsn\n999990019\n", fault.Invalid, 0},
		"no column names":   {"999990019,Secret\n", fault.Invalid, 0},
		"quote left open":   {"name,bsn\nGoed,999990019\n\"secret,1\n" + long, fault.Invalid, 1},
		"array cut off":     {"[" + good + ",\n{", fault.Invalid, 1},
		"array not closed":  {"[" + good, fault.Invalid, 1},
		"array and more":    {"[" + good + "] secret", fault.Invalid, 1},
		"no array":          {"[" + good + " secret]", fault.Invalid, 1},
		"line too long":     {good + "\n{\"name\": \"" + long + "\"}\n", fault.Invalid, 1},
		"object too long":   {"[" + good + ", {\"name\": \"" + long + "\"}]", fault.Invalid, 1},
		"no CSV for a name": {"na\"me,bsn\n", fault.Invalid, 0},
	} {
		for range 2 { // again: an import that broke off goes on, to the same error
			counts, err := s.Import(t.Context(), Import{File: strings.NewReader(test.file)})
			if err == nil || fault.Of(err) != test.kind || counts.Rows != test.rows {
				t.Errorf("%s: got %v after %d rows, want %v after %d", what, err, counts.Rows, test.kind, test.rows)
			}
			if err != nil && strings.Contains(strings.ToLower(err.Error()), "secret") {
				t.Errorf("%s: the error repeats the file: %v", what, err)
			}
		}
	}
	if people, _ := all(t, s); len(people) != 1 {
		t.Errorf("%d people were kept, want 1", len(people))
	}
}

// Spreadsheets of several countries write CSV in several ways.
func TestCSVDialects(t *testing.T) {
	comma := "name,bsn,birth_date,kind,sampled_at,country,test_type\n\"Goed, Voorbeeld\",999990019,09-03-1984,positive-test,2021-02-03T10:00:00Z,NL,LP6464-4\n"
	plain := newStore(t, dbtest.SQLite(t))
	load(t, plain, comma)
	want, wantKeys := all(t, plain)
	for what, file := range map[string]string{
		"semicolon":      strings.ReplaceAll(strings.ReplaceAll(comma, ",", ";"), "Goed;", "Goed,"),
		"tab":            strings.ReplaceAll(strings.ReplaceAll(comma, ",", "\t"), "Goed\t", "Goed,"),
		"CRLF":           strings.ReplaceAll(comma, "\n", "\r\n"),
		"byte order":     "\ufeff" + comma,
		"no last line":   strings.TrimSuffix(comma, "\n"),
		"lines between":  "\n\r\n" + strings.ReplaceAll(comma, "\n", "\n\n"),
		"capitals":       strings.Replace(comma, "name,bsn", " Name , BSN", 1),
		"JSON a line":    `{"name": "Goed, Voorbeeld", "bsn": "999990019", "birth_date": "1984-03-09", "events": [{"kind": "positive-test", "sampled_at": "2021-02-03T10:00:00Z", "country": "NL", "test_type": "LP6464-4"}]}`,
		"JSON with mark": "\ufeff\n[{\"name\": \"Goed, Voorbeeld\", \"bsn\": \"999990019\", \"birth_date\": \"1984-03-09\", \"events\": [{\"kind\": \"positive-test\", \"sampled_at\": \"2021-02-03T10:00:00Z\", \"country\": \"NL\", \"test_type\": \"LP6464-4\"}]}]\n",
	} {
		s := *plain
		s.db, s.first = dbtest.SQLite(t), 1
		load(t, &s, file)
		got, keys := all(t, &s)
		if diff := cmp.Diff(want, got) + cmp.Diff(wantKeys, keys); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", what, diff)
		}
	}
}

// A later file corrects an earlier one; within one file a contradiction is refused.
func TestSamePersonAgain(t *testing.T) { // G-23
	each(t, func(t *testing.T, s *Store) {
		const head = "bsn,v_number,name,birth_date,phone,kind,day,country,prophylaxis,product,manufacturer,dose,doses\n"
		const shot = ",NL,1119349007,EU/1/20/1528,ORG-100030215,"
		load(t, s, head+"999990019,,Abena Fout,1984-03-09,0612345678,vaccination,2021-06-01"+shot+"1,1\n")
		second := head + "999990019,2990000017,Abena Goed,1985-03-09,,vaccination,2021-06-01" + shot + "1,2\n" +
			"999990019,,Abena Goed,1985-03-09,,vaccination,2021-07-06" + shot + "2,2\n"
		load(t, s, second)
		before, beforeKeys := all(t, s)
		load(t, s, second)                                   // the same file: nothing
		load(t, s, second+"\n")                              // the same people in another file: nothing new
		load(t, s, head+"999990019,,Abena Goed,,,,,,,,,,\n") // knows less
		after, afterKeys := all(t, s)
		if diff := cmp.Diff(before, after) + cmp.Diff(beforeKeys, afterKeys); diff != "" {
			t.Errorf("after importing again (-before +after):\n%s", diff)
		}
		for _, r := range after {
			if len(r.Numbers) != 2 || len(r.Events) != 2 || r.Events[0].Doses != 2 || r.Phone.IsZero() || r.Name.Full.Reveal() != "Abena Goed" {
				t.Errorf("merged: %d numbers, %d events; want 2 and 2, the corrected series, name and the phone", len(r.Numbers), len(r.Events))
			}
			if got := find(t, s, "Abena Fout", "1984-03-09"); len(got) != 0 {
				t.Error("a record is still found under the birth date that was corrected")
			}
			if got := find(t, s, "Abena Goed", "1985-03-09"); len(got) != 1 {
				t.Error("a record is not found under its corrected name and birth date")
			}
		}
	})
}

// A contradiction is refused as well if the row before it was in another batch, and
// leaves nothing by which the record would be found.
func TestConflictAcrossBatches(t *testing.T) { // G-23
	each(t, func(t *testing.T, s *Store) {
		s.first, s.part = 1, 1
		file := "bsn,name,birth_date\n999990019,Abena Voorbeeld,1984-03-09\n999990019,Kofi Voorbeeld,1999-03-09\n"
		var refused []Refusal
		counts, err := s.Import(t.Context(), Import{File: strings.NewReader(file), Refused: func(r Refusal) { refused = append(refused, r) }})
		if diff := cmp.Diff([]Refusal{{3, "birth_date", Conflict}}, refused); err != nil || diff != "" || counts != (Counts{2, 1, 1}) {
			t.Errorf("got %+v, %v, refused (-want +got):\n%s", counts, err, diff)
		}
		if _, keys := all(t, s); len(keys) != 2 {
			t.Errorf("%d keys, want those of two words", len(keys))
		}
	})
}

func find(t *testing.T, s *Store, name, birth string) []registry.Record {
	t.Helper()
	r, wrong := s.parser().record(&rawPerson{Name: name, BirthDate: birth})
	if wrong != nil {
		t.Fatal(wrong)
	}
	got, err := s.Candidates(t.Context(), registry.Query{Name: r.Name, Birth: r.Birth})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Two processes that import one file, or two files about the same people, at once
// leave what one after the other leaves.
func TestTwoImportsAtOnce(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			url := dbtest.URL(t, engine)
			keys, _ := newKeys(t)
			var stores []*Store
			for range 4 {
				d, err := db.Open(t.Context(), url)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { d.Close() })
				if err := d.Migrate(t.Context()); err != nil {
					t.Fatal(err)
				}
				s := New(d, keys, settings())
				s.batch, s.first, s.part = 7, 11, 5
				stores = append(stores, s)
			}
			var files [2]string // the same people with an event each
			for i := range files {
				var b strings.Builder
				for n := range 60 {
					fmt.Fprintf(&b, `{"v_number": "29900%05d", "name": "Iemand Voorbeeld", "events": [{"kind": "positive-test", "day": "2021-02-%02d", "country": "NL", "test_type": "LP6464-4"}]}`+"\n", n, i+1)
				}
				files[i] = b.String()
			}
			var wg sync.WaitGroup
			for i, s := range stores {
				wg.Go(func() {
					for {
						_, err := s.Import(t.Context(), Import{File: strings.NewReader(files[i%2])})
						if err == nil {
							return
						}
						if !fault.Is(err, fault.Taken) {
							t.Errorf("importing: %v", err)
							return
						}
					}
				})
			}
			wg.Wait()
			people, _ := all(t, stores[0])
			for _, r := range people {
				if len(r.Events) != 2 {
					t.Errorf("a record has %d events after two imports at once, want 2", len(r.Events))
				}
			}
			if len(people) != 60 {
				t.Errorf("%d people, want 60", len(people))
			}
		})
	}
}

// Many rows are written by one statement, the rest one by one: both must do the same.
func TestLongInserts(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		var b strings.Builder
		b.WriteString("v_number,name,birth_date\n")
		const n = 2*manyRows + 30
		for i := range n {
			fmt.Fprintf(&b, "29900%05d,Iemand Voorbeeld,19%02d-03-01\n", i, i%90)
		}
		load(t, s, b.String())
		people, keys := all(t, s)
		if len(people) != n || len(keys) != 2*n {
			t.Errorf("%d records and %d keys, want %d and %d", len(people), len(keys), n, 2*n)
		}
		s.batch = 150
		load(t, s, b.String()+"2990000000,Iemand Voorbeeld,\n")
		again, keysAgain := all(t, s)
		if diff := cmp.Diff(people, again) + cmp.Diff(keys, keysAgain); diff != "" {
			t.Errorf("importing again changed something:\n%s", diff)
		}
		for id, r := range people {
			got, err := s.Candidates(t.Context(), registry.Query{Number: r.Numbers[0]})
			if err != nil || len(got) != 1 || got[0].ID != id {
				t.Fatalf("a record is not found by its number: %v", err)
			}
		}
	})
}

// An import that was overtaken by another process with the same file stops, and does
// not put back what stood in rows before.
func TestOvertakenImport(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		s.batch, s.first, s.part = 10, 10, 3
		file := "v_number,name,phone\n"
		for i := range 35 {
			file += fmt.Sprintf("2990000017,Iemand Voorbeeld,06123456%02d\n", i)
		}
		other := *s
		overtaken := false
		counts, err := s.Import(t.Context(), Import{File: strings.NewReader(file), Progress: func(Progress) {
			if !overtaken {
				overtaken = true
				load(t, &other, file)
			}
		}})
		if !fault.Is(err, fault.Taken) || counts.Rows != 10 {
			t.Errorf("got %v after %d rows, want fault.Taken after 10", err, counts.Rows)
		}
		if got := load(t, s, file); got != (Counts{35, 35, 0}) {
			t.Errorf("counts of the finished import: %+v", got)
		}
		people, _ := all(t, s)
		for _, r := range people {
			if r.Phone.Reveal() != "+31612345634" {
				t.Error("the phone is that of an earlier row")
			}
		}
	})
}

// stopAfter imports a file, but is interrupted after so many batches.
func stopAfter(ctx context.Context, s *Store, file string, batches int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	_, err := s.Import(ctx, Import{File: strings.NewReader(file), Progress: func(p Progress) {
		if batches--; batches <= 0 {
			cancel()
		}
	}})
	if fault.Is(err, fault.Unavailable) && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func TestProgress(t *testing.T) {
	s := newStore(t, dbtest.SQLite(t))
	s.batch, s.first = 10, 10
	file := "v_number,name\n" + strings.Repeat("2990000017,Iemand Voorbeeld\n", 35)
	var seen []Progress
	if err := stopAfter(t.Context(), s, file, 2); err != nil {
		t.Fatal(err)
	}
	counts, err := s.Import(t.Context(), Import{File: strings.NewReader(file), Progress: func(p Progress) { seen = append(seen, p) }})
	if err != nil || counts != (Counts{35, 35, 0}) {
		t.Fatalf("got %+v %v, want 35 rows", counts, err)
	}
	size := int64(len(file))
	want := []Progress{{Counts{30, 30, 0}, size, size}, {Counts{35, 35, 0}, size, size}}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("progress after a restart (-want +got):\n%s", diff)
	}
}
