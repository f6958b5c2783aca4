package local

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/registry"
)

// run is a row of registry_import.
type run struct {
	ID                          string
	Position, Accepted, Refused int64
	FinishedAt                  *time.Time
}

func (r run) counts() Counts { return Counts{r.Position, r.Accepted, r.Refused} }

const (
	findRun = `SELECT id, position, accepted, refused, finished_at FROM registry_import
		WHERE digest = $1 ORDER BY started_at, id LIMIT 1`

	addRun = `INSERT INTO registry_import (id, source, digest, position, accepted, refused, started_at)
		VALUES ($1, $2, $3, 0, 0, 0, $4)`

	// Two processes may not both go on from one position.
	moveRun = `UPDATE registry_import SET position = $3, accepted = $4, refused = $5
		WHERE id = $1 AND position = $2 AND finished_at IS NULL`

	endRun = `UPDATE registry_import SET finished_at = $3 WHERE id = $1 AND position = $2 AND finished_at IS NULL`
)

// begin finds the import of a file, or makes it.
func (s *Store) begin(ctx context.Context, source string, digest []byte) (run, error) {
	r, err := db.Get[run](ctx, s.db, findRun, digest)
	if !fault.Is(err, fault.NotFound) {
		return r, err
	}
	r = run{ID: ident.NewID(s.settings.Random, "imp")}
	_, err = db.Exec(ctx, s.db, addRun, r.ID, source, digest, s.settings.Now())
	return r, err
}

// finish ends an import and lets PostgreSQL count, for its plans. On SQLite each of our
// queries has one plan with or without statistics, and with them (STAT4) SQLite
// plans a prepared statement again for each new argument: measured, that
// made matching half as fast.
func (s *Store) finish(ctx context.Context, r run) error {
	n, err := db.Exec(ctx, s.db, endRun, r.ID, r.Position, s.settings.Now())
	if err != nil {
		return err
	}
	if n == 0 {
		return takenByOther()
	}
	if s.db.Engine() != db.PostgreSQL {
		return nil
	}
	if _, err := db.Exec(ctx, s.db, `ANALYZE registry_record`); err != nil {
		return err
	}
	_, err = db.Exec(ctx, s.db, `ANALYZE registry_key`)
	return err
}

func takenByOther() error {
	return fault.New(fault.Taken, "registry.import.taken", "another process imports the same file")
}

// store commits a batch with the new position, and returns all rows of it that
// were refused.
func (s *Store) store(ctx context.Context, r run, batch []person) (refused []Refusal, err error) {
	err = s.db.Update(ctx, func(tx *db.Tx) error {
		refused = refusals(batch)
		conflicts, err := s.put(ctx, tx, r.ID, batch)
		if err != nil {
			return err
		}
		refused = append(refused, conflicts...)
		slices.SortStableFunc(refused, func(a, b Refusal) int { return cmp.Compare(a.Line, b.Line) })
		rows, n := int64(len(batch)), int64(len(refused))
		moved, err := db.Exec(ctx, tx, moveRun, r.ID, r.Position, r.Position+rows, r.Accepted+rows-n, r.Refused+n)
		if err == nil && moved == 0 {
			err = takenByOther()
		}
		return err
	})
	return refused, err
}

// put writes the people of a batch. Records that are new are inserted; those
// that turn out to be there, from this or another import, are merged.
func (s *Store) put(ctx context.Context, tx *db.Tx, importID string, batch []person) ([]Refusal, error) {
	people := map[string][]person{}
	for _, p := range batch {
		if p.wrong == nil {
			people[p.record.ID] = append(people[p.record.ID], p)
		}
	}
	var refused []Refusal
	var fresh []registry.Record
	conflicts := map[string][]Refusal{}
	// In order: transactions that lock the same rows must not wait for each other.
	for _, id := range slices.Sorted(maps.Keys(people)) {
		record, contrary := fold(nil, people[id])
		fresh = append(fresh, record)
		conflicts[id] = contrary
	}
	added, err := s.insert(ctx, tx, importID, fresh)
	if err != nil {
		return nil, err
	}
	var keys []indexRow
	for _, record := range fresh {
		if !added[record.ID] {
			merged, contrary, err := s.update(ctx, tx, importID, people[record.ID])
			if err != nil {
				return nil, err
			}
			record, conflicts[record.ID] = merged, contrary
		}
		refused = append(refused, conflicts[record.ID]...)
		for _, t := range terms(record) {
			keys = append(keys, indexRow{t.kind, s.index.Sum(t.kind, t.parts[:]...), record.ID})
		}
	}
	return refused, s.insertKeys(ctx, tx, keys)
}

// fold merges rows about one person into what is known from the same import, if
// anything. Rows that contradict what came before them are refused.
func fold(known *registry.Record, rows []person) (registry.Record, []Refusal) {
	var refused []Refusal
	for _, p := range rows {
		switch {
		case known == nil:
			known = &p.record
		case contradicts(*known, p.record):
			refused = append(refused, Refusal{p.line, "birth_date", Conflict})
		default:
			merged := merge(*known, p.record)
			known = &merged
		}
	}
	return *known, refused
}

const (
	lockRecord   = `SELECT id, sealed, import_id FROM registry_record WHERE id = $1 FOR UPDATE`
	updateRecord = `UPDATE registry_record SET sealed = $2, import_id = $3 WHERE id = $1`
	deleteKey    = `DELETE FROM registry_key WHERE kind = $1 AND key_version = $2 AND hmac = $3 AND record_id = $4`
)

// update merges rows into a record that is there, and takes away the keys by
// which it is not to be found any more.
func (s *Store) update(ctx context.Context, tx *db.Tx, importID string, rows []person) (registry.Record, []Refusal, error) {
	stored, err := db.Get[struct {
		sealedRow
		ImportID string
	}](ctx, tx, lockRecord, rows[0].record.ID)
	if err != nil {
		return registry.Record{}, nil, err
	}
	old, err := s.open(stored.sealedRow)
	if err != nil {
		return registry.Record{}, nil, err
	}
	known := &old
	if stored.ImportID != importID {
		// A later file corrects an earlier one.
		first := merge(old, rows[0].record)
		known, rows = &first, rows[1:]
	}
	record, refused := fold(known, rows)
	sealed, err := s.seal(record)
	if err != nil {
		return record, nil, err
	}
	if _, err := db.Exec(ctx, tx, updateRecord, record.ID, sealed, importID); err != nil {
		return record, nil, err
	}
	return record, refused, s.dropKeys(ctx, tx, old, record)
}

// dropKeys deletes the index rows that old had and record has not, under every
// version of the key.
func (s *Store) dropKeys(ctx context.Context, tx *db.Tx, old, record registry.Record) error {
	kept := terms(record)
	for _, t := range terms(old) {
		if slices.Contains(kept, t) {
			continue
		}
		for version, hmac := range s.sums(t) {
			if _, err := db.Exec(ctx, tx, deleteKey, t.kind, version, hmac, old.ID); err != nil {
				return err
			}
		}
	}
	return nil
}
