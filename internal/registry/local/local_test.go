package local

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/ident"
	"loket/internal/registry"
	"loket/internal/registry/registrytest"
	"loket/internal/seal"
)

// newKeys makes a key directory. openKeys opens it again, as after a rotation.
func newKeys(t testing.TB) (keys *seal.Keys, dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := seal.InitKeys(dir, rand.Reader); err != nil {
		t.Fatal(err)
	}
	return openKeys(t, dir), dir
}

func openKeys(t testing.TB, dir string) *seal.Keys {
	t.Helper()
	keys, err := seal.OpenKeys(dir, noon, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// noon of the day of registrytest.
func noon() time.Time { return time.Date(2021, 11, 20, 12, 0, 0, 0, time.UTC) }

func settings() Settings {
	return Settings{Now: noon, Random: rand.Reader, Zone: time.UTC, Region: "NL"}
}

func newStore(t testing.TB, d *db.DB) *Store {
	keys, _ := newKeys(t)
	return New(d, keys, settings())
}

// each runs a test on a store in each engine.
func each(t *testing.T, test func(t *testing.T, s *Store)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newStore(t, d)) })
}

// load imports a text whose rows are all good.
func load(t testing.TB, s *Store, file string) Counts {
	t.Helper()
	counts, err := s.Import(t.Context(), Import{File: strings.NewReader(file), Refused: func(r Refusal) {
		t.Errorf("line %d refused: %s %s", r.Line, r.Column, r.Reason)
	}})
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

// asJSON writes records as a file.
func asJSON(t testing.TB, records []registry.Record) string {
	t.Helper()
	var people []rawPerson
	for _, r := range records {
		p := rawPerson{Name: r.Name.Full.Reveal(), LatinName: r.Name.Latin.Reveal(), BirthDate: r.Birth.Reveal(),
			Phone: r.Phone.Reveal(), Email: r.Email.Reveal()}
		for _, n := range r.Numbers {
			if n.Kind() == ident.BSN {
				p.BSN = n.Reveal()
			} else {
				p.VNumber = n.Reveal()
			}
		}
		for _, e := range r.Events {
			raw := rawEvent{Kind: string(e.Kind), Day: e.Day, Country: e.Country, Centre: e.Centre, Disease: e.Disease,
				Prophylaxis: e.Prophylaxis, Product: e.Product, Manufacturer: e.Manufacturer,
				TestType: e.TestType, TestName: e.TestName, TestDevice: e.TestDevice, SampledAt: e.Sampled,
				Dose: json.Number(fmt.Sprint(e.Dose)), Doses: json.Number(fmt.Sprint(e.Doses))}
			p.Events = append(p.Events, raw)
		}
		people = append(people, p)
	}
	text, err := json.Marshal(people)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestRegistry(t *testing.T) { // G-23 G-25
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		registrytest.Run(t, func(t *testing.T, people []registry.Record) registry.Registry {
			s := newStore(t, d)
			load(t, s, asJSON(t, people))
			return s
		})
	})
}

// all returns every record of a registry by its id, opened, and its index rows. Only a
// test has this.
func all(t testing.TB, s *Store) (map[string]registry.Record, map[string]bool) {
	t.Helper()
	rows, err := db.Select[sealedRow](t.Context(), s.db, `SELECT id, sealed FROM registry_record`)
	if err != nil {
		t.Fatal(err)
	}
	records := map[string]registry.Record{}
	for _, row := range rows {
		if records[row.ID], err = s.open(row); err != nil {
			t.Fatal(err)
		}
	}
	index, err := db.Select[struct {
		Kind       string
		KeyVersion int64
		Hmac       []byte
		RecordID   string
	}](t.Context(), s.db, `SELECT kind, key_version, hmac, record_id FROM registry_key`)
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for _, k := range index {
		keys[fmt.Sprintf("%s %d %x %s", k.Kind, k.KeyVersion, k.Hmac, k.RecordID)] = true
	}
	return records, keys
}

const abena = `bsn,v_number,name,birth_date,phone,email,kind,day,country,prophylaxis,product,manufacturer,dose,doses
999990019,2990000017,Abena Voorbeeld,1984-03-09,0612345678,abena@example.org,vaccination,2021-06-01,NL,1119349007,EU/1/20/1528,ORG-100030215,1,2
`

// A stolen database shows nothing of a person.
func TestNothingReadable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "thief.db")
	d, err := db.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	load(t, newStore(t, d), abena)
	var disk []byte
	for _, name := range []string{path, path + "-wal"} {
		content, err := os.ReadFile(name)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		disk = append(disk, content...)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(disk, []byte("registry_record")) {
		t.Fatal("the test read no database")
	}
	for _, secret := range []string{"999990019", "2990000017", "Abena", "ABENA", "1984", "0612345678", "31612345678", "abena@", "2021-06-01", "1528"} {
		if bytes.Contains(disk, []byte(secret)) {
			t.Errorf("the database holds %q in the clear", secret)
		}
	}
}

// A sealed record cannot be put in the place of another.
func TestRecordsAreBound(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		load(t, s, abena+"999990020,,Kofi Voorbeeld,1990-01-01,,,,,,,,,,\n")
		if _, err := db.Exec(t.Context(), s.db, `UPDATE registry_record SET sealed = (SELECT sealed FROM registry_record ORDER BY id LIMIT 1)`); err != nil {
			t.Fatal(err)
		}
		failed := 0
		for _, text := range []string{"999990019", "999990020"} {
			n, err := ident.ParseNumber(text)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Candidates(t.Context(), registry.Query{Number: n}); err != nil {
				failed++
			}
		}
		if failed != 1 {
			t.Errorf("%d of two records could not be opened after one took the place of the other, want 1", failed)
		}
	})
}

// After a rotation of the index key what was imported before is still found, and
// importing again does not double it.
func TestKeyRotation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		keys, dir := newKeys(t)
		load(t, New(d, keys, settings()), abena)
		text, err := os.ReadFile(filepath.Join(dir, "box", "registry.1")) // any key will do
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "index", "registry.2"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		s := New(d, openKeys(t, dir), settings())
		people, _ := all(t, s)
		for _, want := range people {
			for what, q := range map[string]registry.Query{
				"number": {Number: want.Numbers[1]},
				"name":   {Name: want.Name, Birth: want.Birth},
			} {
				got, err := s.Candidates(t.Context(), q)
				if diff := cmp.Diff([]registry.Record{want}, got); err != nil || diff != "" {
					t.Errorf("by %s after a rotation: %v %s", what, err, diff)
				}
			}
		}
		load(t, s, abena+"\n") // another digest
		if people, _ := all(t, s); len(people) != 1 {
			t.Errorf("%d records after importing again under a new key, want 1", len(people))
		}
	})
}
