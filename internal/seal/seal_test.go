package seal_test

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/db/schema"
	"loket/internal/fault"
	"loket/internal/seal"
	"loket/internal/testclock"

	"context"
)

const start = "2026-11-23T10:00:00Z"

type fixture struct {
	db      *db.DB
	clock   *testclock.Clock
	dir     string
	vault   *seal.Vault
	sweeper *seal.Sweeper
}

func newFixture(t *testing.T, d *db.DB) *fixture {
	t.Helper()
	f := &fixture{db: d, clock: testclock.At(start), dir: t.TempDir()}
	if err := seal.InitKeys(f.dir, rand.Reader); err != nil {
		t.Fatal(err)
	}
	f.open(t)
	return f
}

// open opens the key directory anew, as a start does.
func (f *fixture) open(t *testing.T) {
	t.Helper()
	keys, err := seal.OpenKeys(f.dir, f.clock.Now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	f.vault = seal.NewVault(keys, rand.Reader)
	f.sweeper = seal.NewSweeper(f.db, f.vault, s, f.clock.Now, func(context.Context, *db.Tx, string) error { return nil })
}

func (f *fixture) create(t *testing.T, id string) (sealed []byte) {
	t.Helper()
	err := f.db.Update(t.Context(), func(tx *db.Tx) error {
		c, err := f.vault.Create(t.Context(), tx, id)
		if err != nil {
			return err
		}
		sealed, err = c.Seal("body", "what was told")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func (f *fixture) read(t *testing.T, id string, sealed []byte) (text string, err error) {
	t.Helper()
	c, err := f.vault.Open(t.Context(), f.db, id)
	if err != nil {
		return "", err
	}
	err = c.Open("body", sealed, &text)
	return text, err
}

func (f *fixture) end(t *testing.T, id string, at time.Time) {
	t.Helper()
	if err := f.db.Update(t.Context(), func(tx *db.Tx) error { return f.vault.End(t.Context(), tx, id, at) }); err != nil {
		t.Fatal(err)
	}
}

func TestACaseIsReadUntilItsEndAndNeverAfter(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		sealed := f.create(t, "req_a")
		other := f.create(t, "req_b")
		if text, err := f.read(t, "req_a", sealed); err != nil || text != "what was told" {
			t.Fatalf("read %q, %v", text, err)
		}
		if _, err := f.read(t, "req_b", sealed); err == nil {
			t.Error("the key of another case opened it")
		}
		f.end(t, "req_a", f.clock.Now().Add(time.Hour))
		f.sweep(t)
		if _, err := f.read(t, "req_a", sealed); err != nil {
			t.Errorf("destroyed an hour early: %v", err)
		}
		f.clock.Advance(time.Hour)
		f.sweep(t)
		if _, err := f.read(t, "req_a", sealed); !fault.Is(err, fault.NotFound) {
			t.Errorf("after its end: %v, want not found", err)
		}
		if _, err := f.read(t, "req_b", other); err != nil {
			t.Errorf("another case went with it: %v", err)
		}
	})
}

func (f *fixture) sweep(t *testing.T) {
	t.Helper()
	if err := f.sweeper.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// A server that died between the tombstone and the deletion, and a backup that
// brings the row back, are the same to the next start.
func TestTombstonesEndACaseAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		sealed := f.create(t, "req_a")
		row, err := db.Get[caseKeyRow](t.Context(), d, `SELECT epoch, wrapped FROM case_key WHERE case_id = 'req_a'`)
		if err != nil {
			t.Fatal(err)
		}
		f.end(t, "req_a", f.clock.Now())
		f.sweep(t)
		_, err = db.Exec(t.Context(), d, `INSERT INTO case_key (case_id, epoch, wrapped, ends_at) VALUES ('req_a', $1, $2, NULL)`, row.Epoch, row.Wrapped)
		if err != nil {
			t.Fatal(err)
		}
		f.open(t)
		if n, err := f.sweeper.Replay(t.Context()); err != nil || n != 1 {
			t.Fatalf("replayed %d, %v; want 1", n, err)
		}
		if _, err := f.read(t, "req_a", sealed); !fault.Is(err, fault.NotFound) {
			t.Errorf("came back: %v", err)
		}
	})
}

type caseKeyRow struct {
	Epoch   string
	Wrapped []byte
}

// A living case outlives the keys of its weeks; the wrap in an old backup opens
// nothing 35 days later.
func TestEpochsTurn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		sealed := f.create(t, "req_a")
		backup, err := db.Get[caseKeyRow](t.Context(), d, `SELECT epoch, wrapped FROM case_key WHERE case_id = 'req_a'`)
		if err != nil {
			t.Fatal(err)
		}
		for range 50 {
			f.clock.Advance(24 * time.Hour)
			f.sweep(t)
			if text, err := f.read(t, "req_a", sealed); err != nil || text != "what was told" {
				t.Fatalf("at %v: %q, %v", f.clock.Now(), text, err)
			}
		}
		if _, err := os.Stat(filepath.Join(f.dir, "epoch", backup.Epoch)); !os.IsNotExist(err) {
			t.Errorf("the epoch key of the backup still exists: %v", err)
		}
		f.open(t)
		if _, err := db.Exec(t.Context(), d, `UPDATE case_key SET epoch = $1, wrapped = $2`, backup.Epoch, backup.Wrapped); err != nil {
			t.Fatal(err)
		}
		if _, err := f.read(t, "req_a", sealed); err == nil {
			t.Error("a backup of 50 days ago still opens the case")
		}
	})
}

func TestRowsEndAtTheirInstant(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		for id, hours := range map[string]int{"past": -1, "now": 0, "future": 1} {
			at := f.clock.Now().Add(time.Duration(hours) * time.Hour)
			if _, err := db.Exec(t.Context(), d, `INSERT INTO draft (id, sealed, expires_at) VALUES ($1, $2, $3)`, id, []byte{1}, at); err != nil {
				t.Fatal(err)
			}
		}
		f.sweep(t)
		left, err := db.Select[string](t.Context(), d, `SELECT id FROM draft`)
		if err != nil || len(left) != 1 || left[0] != "future" {
			t.Errorf("left %v, %v; want the future one", left, err)
		}
	})
}

func TestAMissingKeyIsNeverMadeSilently(t *testing.T) {
	dir := t.TempDir()
	if err := seal.InitKeys(dir, rand.Reader); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "index", "person.1")); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.OpenKeys(dir, time.Now, rand.Reader); err == nil {
		t.Error("opened without the person index key")
	}
}

func TestSumsDifferByAreaKindAndFraming(t *testing.T) {
	f := newKeys(t)
	person, registry := f.Index("person"), f.Index("registry")
	sums := [][]byte{
		person.Sum("number", "bsn", "123456782"), registry.Sum("number", "bsn", "123456782"), person.Sum("phone", "bsn", "123456782"),
		person.Sum("number", "bsn1", "23456782"), person.Sum("number", "bsn123456782"),
	}
	for i := range sums {
		for j := range i {
			if bytes.Equal(sums[i], sums[j]) {
				t.Errorf("sums %d and %d are alike", i, j)
			}
		}
	}
	if !bytes.Equal(sums[0], person.Sum("number", "bsn", "123456782")) {
		t.Error("the same value has two sums")
	}
}

func newKeys(t *testing.T) *seal.Keys {
	t.Helper()
	dir := t.TempDir()
	if err := seal.InitKeys(dir, rand.Reader); err != nil {
		t.Fatal(err)
	}
	keys, err := seal.OpenKeys(dir, time.Now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// A newer version of a key seals what comes, and what lies there still opens.
func TestAKeyIsTurned(t *testing.T) {
	dir := t.TempDir()
	check(t, seal.InitKeys(dir, rand.Reader))
	open := func() seal.Box {
		keys, err := seal.OpenKeys(dir, time.Now, rand.Reader)
		check(t, err)
		return keys.Box("queue")
	}
	old := open().Seal([]byte("old"), "here")
	content, err := os.ReadFile(filepath.Join(dir, "box", "registry.1")) // any other key
	check(t, err)
	check(t, os.WriteFile(filepath.Join(dir, "box", "queue.2"), content, 0o600))
	turned := open()
	if plain, err := turned.Open(old, "here"); err != nil || string(plain) != "old" {
		t.Errorf("what lay there: %q, %v", plain, err)
	}
	fresh := turned.Seal([]byte("new"), "here")
	check(t, os.Remove(filepath.Join(dir, "box", "queue.2")))
	if _, err := open().Open(fresh, "here"); err == nil {
		t.Error("the old key opens what the new one sealed")
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestABoxRefusesEveryChange(t *testing.T) {
	box := newKeys(t).Box("queue")
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		sealed := box.Seal(plain, "here")
		if got, err := box.Open(sealed, "here"); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("opened %x, %v", got, err)
		}
		if _, err := box.Open(sealed, "there"); err == nil {
			t.Fatal("opened in another place")
		}
		i := rapid.IntRange(0, len(sealed)-1).Draw(t, "at")
		sealed[i] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := box.Open(sealed, "here"); err == nil {
			t.Fatal("opened after a change")
		}
	})
}
