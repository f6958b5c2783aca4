package local

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
	"loket/internal/registry"
)

// Any valid set of rows gives the same registry, however it is cut into files and
// batches and however often the import is interrupted.
func TestAnyCutGivesTheSame(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStore(t, d)
		rapid.Check(t, func(rt *rapid.T) {
			rows := rapid.SliceOfN(rapid.Custom(drawRow), 1, 12).Draw(rt, "rows")
			empty(t, d)
			s.batch = batchRows
			load(t, s, head) // nobody; what follows is not the first import, and one transaction
			load(t, s, head+strings.Join(rows, ""))
			want, wantKeys := all(t, s)

			empty(t, d)
			s.batch = rapid.IntRange(1, 6).Draw(rt, "batch")
			s.first = rapid.IntRange(1, 6).Draw(rt, "first")
			s.part = rapid.IntRange(1, 3).Draw(rt, "part")
			for len(rows) > 0 {
				n := rapid.IntRange(1, len(rows)).Draw(rt, "cut")
				file := head + strings.Join(rows[:n], "")
				rows = rows[n:]
				for range rapid.IntRange(0, 2).Draw(rt, "interruptions") {
					looks := rapid.IntRange(1, 30).Draw(rt, "looks")
					if err := stopAtLook(t.Context(), s, file, looks); err != nil {
						rt.Fatal(err)
					}
				}
				load(t, s, file)
			}
			got, gotKeys := all(t, s)
			if diff := cmp.Diff(want, got) + cmp.Diff(wantKeys, gotKeys); diff != "" {
				rt.Fatalf("cut differently (-want +got):\n%s", diff)
			}
			everybodyIsFound(t, s, got)
		})
	})
}

// stopAtLook imports a file, but is interrupted when it looks for the n-th time whether
// it is to stop. It does so before each transaction.
func stopAtLook(ctx context.Context, s *Store, file string, n int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l := &looks{Context: ctx, cancel: cancel}
	l.left.Store(int64(n))
	_, err := s.Import(l, Import{File: strings.NewReader(file)})
	if fault.Is(err, fault.Unavailable) && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// looks is a context that ends when it was looked at so many times.
type looks struct {
	context.Context
	cancel context.CancelFunc
	left   atomic.Int64
}

func (l *looks) Err() error {
	if l.left.Add(-1) <= 0 {
		l.cancel()
	}
	return l.Context.Err()
}

// everybodyIsFound asks for each record by each of its numbers and by its name.
func everybodyIsFound(t *testing.T, s *Store, people map[string]registry.Record) {
	t.Helper()
	found := func(q registry.Query, id string) {
		t.Helper()
		records, err := s.Candidates(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			if r.ID == id {
				return
			}
		}
		t.Errorf("a record is not among the %d found for it", len(records))
	}
	for id, r := range people {
		for _, n := range r.Numbers {
			found(registry.Query{Number: n}, id)
		}
		if !r.Birth.IsZero() {
			found(registry.Query{Name: r.Name, Birth: r.Birth}, id)
		}
	}
}

func empty(t *testing.T, d *db.DB) {
	t.Helper()
	for _, query := range []string{`DELETE FROM registry_key`, `DELETE FROM registry_record`, `DELETE FROM registry_import`} {
		if _, err := db.Exec(t.Context(), d, query); err != nil {
			t.Fatal(err)
		}
	}
}

const head = "bsn,v_number,name,birth_date,phone,kind,day,country,test_type,centre\n"

// drawRow draws a row about one of a few people. A person keeps their birth date, and
// everything else may change from row to row.
func drawRow(t *rapid.T) string {
	who := rapid.IntRange(0, 3).Draw(t, "who")
	birth := fmt.Sprintf("19%d-03-09", 70+who)
	numbers := [...]string{"999990019,", "999990020,2990000017", ",2990000025", ","}[who]
	name := rapid.SampledFrom([]string{"Abena Voorbeeld", "Voorbeeld", "Абена Приклад", "=1+1 Abena"}).Draw(t, "name")
	switch {
	case who < 2 && rapid.Bool().Draw(t, "no birth date"):
		birth = ""
	case who < 3 && rapid.Bool().Draw(t, "partial birth date"):
		birth = fmt.Sprintf("19%d-03-00", 70+who)
	case who == 1 && rapid.Bool().Draw(t, "no V-number"):
		numbers = "999990020,"
	}
	phone := rapid.SampledFrom([]string{"", "0612345678", "+31687654321"}).Draw(t, "phone")
	event := ",,,"
	if rapid.Bool().Draw(t, "event") {
		event = fmt.Sprintf("positive-test,2021-02-%02d,NL,LP6464-4", rapid.IntRange(1, 3).Draw(t, "day"))
		event += "," + rapid.SampledFrom([]string{"", "GGD"}).Draw(t, "centre")
	} else {
		event += ","
	}
	return fmt.Sprintf("%s,%s,%s,%s,%s\n", numbers, name, birth, phone, event)
}
