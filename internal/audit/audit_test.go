package audit_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/testclock"
)

type fixture struct {
	db        *db.DB
	clock     *testclock.Clock
	log       *audit.Log
	sequencer *audit.Sequencer
	key       string
	verifier  note.Verifier
}

func newFixture(t *testing.T, d *db.DB) *fixture {
	t.Helper()
	seed := bytes.Repeat([]byte{7}, 32)
	clock := testclock.At("2026-11-23T10:00:00Z")
	key, err := audit.VerifierKey("loket.example", seed)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		t.Fatal(err)
	}
	sequencer, err := audit.NewSequencer(d, "loket.example", seed, clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	return &fixture{d, clock, audit.NewLog(clock.Now, rand.Reader), sequencer, key, verifier}
}

// sealer stands for the key of a case: what it gives differs each time.
type sealer struct{}

func (sealer) Seal(string, any) ([]byte, error) {
	b := make([]byte, 24)
	_, err := rand.Read(b)
	return b, err
}

func (f *fixture) add(t *testing.T, n int) {
	t.Helper()
	err := f.db.Update(t.Context(), func(tx *db.Tx) error {
		for i := range n {
			e := audit.Entry{Actor: audit.System, Role: "worker", Act: "request.match", Object: fmt.Sprint("req_", i), Result: "ok"}
			if i%2 == 0 {
				e.Sealer, e.Subject = sealer{}, "x"
			}
			if err := f.log.Add(t.Context(), tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.sequencer.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) verify(t *testing.T, witnessed ...string) audit.Report {
	t.Helper()
	report, err := audit.Verify(t.Context(), f.db, f.verifier, witnessed, f.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func (f *fixture) latest(t *testing.T) string {
	t.Helper()
	text, err := audit.Latest(t.Context(), f.db)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (f *fixture) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(t.Context(), f.db, query, args...); err != nil {
		t.Fatal(err)
	}
}

func TestALogThatOnlyGrewVerifies(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		if r := f.verify(t); len(r.Problems) > 0 || r.Entries != 0 {
			t.Errorf("empty log: %+v", r)
		}
		var witnessed []string
		for _, n := range []int{1, 2, 5, 17} {
			f.add(t, n)
			witnessed = append(witnessed, f.latest(t))
		}
		r := f.verify(t, witnessed...)
		if len(r.Problems) > 0 || r.Entries != 25 || r.Checkpoints != 4 || r.Witnessed != 4 {
			t.Errorf("report %+v", r)
		}
	})
}

// Promise 7: every way of changing what was written shows.
func TestEveryChangeShows(t *testing.T) {
	changes := map[string]string{
		"actor":            `UPDATE audit_entry SET actor = 'staff_x' WHERE seq = 3`,
		"act":              `UPDATE audit_entry SET act = 'request.view' WHERE seq = 3`,
		"result":           `UPDATE audit_entry SET result = 'no' WHERE seq = 0`,
		"moment":           `UPDATE audit_entry SET at = at + 1 WHERE seq = 4`,
		"lease":            `UPDATE audit_entry SET lease = 'lse_1' WHERE seq = 9`,
		"commitment":       `UPDATE audit_entry SET commitment = subject WHERE seq = (SELECT min(seq) FROM audit_entry WHERE subject IS NOT NULL)`,
		"subject":          `UPDATE audit_entry SET subject = commitment WHERE seq = (SELECT min(seq) FROM audit_entry WHERE subject IS NOT NULL)`,
		"last one dropped": `DELETE FROM audit_entry WHERE seq = 9`,
		"middle dropped":   `DELETE FROM audit_entry WHERE seq = 4`,
		"swapped":          `UPDATE audit_entry SET seq = CASE seq WHEN 2 THEN -1 ELSE 2 END WHERE seq IN (2)`,
		"stored hash":      `UPDATE audit_hash SET hash = (SELECT hash FROM audit_hash WHERE position = 0) WHERE position = 1`,
		"hash dropped":     `DELETE FROM audit_hash WHERE position = (SELECT max(position) FROM audit_hash)`,
		"checkpoint":       `UPDATE audit_checkpoint SET note = 'nothing'`,
		"no checkpoint":    `DELETE FROM audit_checkpoint`,
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, dbtest.SQLite(t))
			f.add(t, 10)
			f.exec(t, change)
			if r := f.verify(t); len(r.Problems) == 0 {
				t.Error("the change does not show")
			}
		})
	}
}

// Whoever holds database and key can make a log that agrees with itself; the
// witness outside is what finds it.
func TestTheWitnessFindsARewrittenLog(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		f.add(t, 10)
		witnessed := f.latest(t)
		for _, table := range []string{"audit_entry", "audit_hash", "audit_checkpoint"} {
			f.exec(t, "DELETE FROM "+table)
		}
		f.add(t, 9)
		if r := f.verify(t); len(r.Problems) > 0 {
			t.Errorf("the rewritten log does not agree with itself: %v", r.Problems)
		}
		if r := f.verify(t, witnessed); !contains(r.Problems, "taken away") {
			t.Errorf("a shorter log is not found: %v", r.Problems)
		}
		f.add(t, 3)
		if r := f.verify(t, witnessed); !contains(r.Problems, "were changed") {
			t.Errorf("a longer one is not found: %v", r.Problems)
		}
	})
}

func contains(problems []string, part string) bool {
	return strings.Contains(strings.Join(problems, "\n"), part)
}

func TestAWitnessTakesOnlyWhatContinues(t *testing.T) {
	f := newFixture(t, dbtest.SQLite(t))
	path := t.TempDir() + "/witness"
	w, err := audit.NewWitness(path, f.key)
	if err != nil {
		t.Fatal(err)
	}
	take := func() error {
		older, err := w.Newest()
		if err != nil {
			return err
		}
		newer, err := audit.ParseCheckpoint(f.latest(t), f.verifier)
		if err != nil {
			return err
		}
		if older.Size == 0 || older.Size >= newer.Size {
			return w.Take(newer.Note, nil)
		}
		proof, err := audit.Consistency(t.Context(), f.db, older.Size, newer.Size)
		return errors.Join(err, w.Take(newer.Note, proof))
	}
	for _, n := range []int{3, 4, 1} {
		f.add(t, n)
		if err := take(); err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range []string{"audit_entry", "audit_hash", "audit_checkpoint"} {
		f.exec(t, "DELETE FROM "+table)
	}
	f.add(t, 12)
	if err := take(); err == nil {
		t.Error("took a log that does not continue the one it saw")
	}
	texts, err := audit.ReadWitnessed(path)
	if err != nil || len(texts) != 3 {
		t.Errorf("the file holds %d checkpoints, %v; want 3", len(texts), err)
	}
}

func TestAnEntryWithoutANumberForAMinuteIsTold(t *testing.T) {
	f := newFixture(t, dbtest.SQLite(t))
	f.add(t, 1)
	err := f.db.Update(t.Context(), func(tx *db.Tx) error {
		return f.log.Add(t.Context(), tx, audit.Entry{Actor: audit.System, Act: "a"})
	})
	if err != nil {
		t.Fatal(err)
	}
	if r := f.verify(t); len(r.Problems) > 0 {
		t.Errorf("at once: %v", r.Problems)
	}
	f.clock.Advance(2 * time.Minute)
	if r := f.verify(t); !contains(r.Problems, "waited") {
		t.Errorf("after two minutes: %v", r.Problems)
	}
}

// Two replicas number at once: no entry is numbered twice or left out.
func TestTwoSequencersDoNotDisturbEachOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				for range 10 {
					err := d.Update(t.Context(), func(tx *db.Tx) error {
						return f.log.Add(t.Context(), tx, audit.Entry{Actor: audit.System, Act: "a"})
					})
					if err != nil {
						t.Error(err)
					}
					// The one that loses by the unique index changes nothing and comes back later.
					_ = f.sequencer.Sequence(t.Context())
				}
			})
		}
		both.Wait()
		if err := f.sequencer.Sequence(t.Context()); err != nil {
			t.Fatal(err)
		}
		if r := f.verify(t); r.Entries != 20 || len(r.Problems) > 0 {
			t.Errorf("report %+v", r)
		}
	})
}

func FuzzParseCheckpoint(f *testing.F) {
	key, err := audit.VerifierKey("loket.example", bytes.Repeat([]byte{7}, 32))
	if err != nil {
		f.Fatal(err)
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("loket.example\n10\nAAAA\n\n— loket.example AAAA\n")
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := audit.ParseCheckpoint(text, verifier); err == nil {
			t.Errorf("took a checkpoint of %d that nobody signed", c.Size)
		}
	})
}
