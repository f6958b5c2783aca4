package local

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"loket/internal/db"
	"loket/internal/registry"
)

// person is one row on its way into the store: small and sealed, since a batch may
// hold a million.
type person struct {
	line   int64
	id     string // of the record
	sealed []byte // a registry.Record, as it is stored
	keys   []indexRow
	wrong  *problem
}

// take reads, seals and indexes one row. It may run at once for many.
func (s *Store) take(p *parser, r row) person {
	if r.wrong != nil {
		return person{line: r.line, wrong: r.wrong}
	}
	record, wrong := p.record(&r.raw)
	if wrong != nil {
		return person{line: r.line, wrong: wrong}
	}
	record.ID = s.recordID(record)
	sealed, err := s.seal(record)
	if err != nil { // no type of a record does this
		return person{line: r.line, wrong: &problem{"", Malformed}}
	}
	return person{line: r.line, id: record.ID, sealed: sealed, keys: s.indexRows(record)}
}

// indexRows returns what a record is found by.
func (s *Store) indexRows(r registry.Record) []indexRow {
	all := terms(r)
	rows := make([]indexRow, len(all))
	for i, t := range all {
		rows[i] = indexRow{kind: t.kind, hmac: [16]byte(s.index.Sum(t.kind, t.parts[:]...)), recordID: r.ID}
	}
	return rows
}

// draft is what a batch says about one record.
type draft struct {
	id      string
	sealed  []byte
	rows    []*person // in the order of the file
	refused []Refusal // those that contradict what came before
}

// drafts folds the rows of a batch that are about one record. Drafts come in the order
// of their ids and keys in that of the index, for two reasons: neighbours lie on one
// page, and two transactions that lock the same rows do not wait for each other.
func (s *Store) drafts(batch []person) (drafts []draft, keys []indexRow, err error) {
	rows := byRecord(batch)
	drafts = make([]draft, 0, len(rows))
	keys = make([]indexRow, 0, 3*len(rows))
	for len(rows) > 0 {
		first, n := rows[0], 1
		for n < len(rows) && rows[n].id == first.id {
			n++
		}
		d := draft{id: first.id, sealed: first.sealed, rows: rows[:n:n]}
		own := first.keys
		if n > 1 {
			if own, err = s.foldDraft(&d); err != nil {
				return nil, nil, err
			}
		}
		drafts, keys, rows = append(drafts, d), append(keys, own...), rows[n:]
	}
	slices.SortFunc(keys, compareKeys)
	return drafts, keys, nil
}

// byRecord returns the rows that were not refused in the order of their records, and of
// the file within one. Numbers are sorted, since a row takes long to move.
func byRecord(batch []person) []*person {
	order := make([]int, 0, len(batch))
	for i := range batch {
		if batch[i].wrong == nil {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(i, j int) int {
		if d := strings.Compare(batch[i].id, batch[j].id); d != 0 {
			return d
		}
		return i - j
	})
	rows := make([]*person, len(order))
	for i, n := range order {
		rows[i] = &batch[n]
	}
	return rows
}

// foldDraft makes one record of the rows of d.
func (s *Store) foldDraft(d *draft) ([]indexRow, error) {
	records, err := s.openRows(d)
	if err != nil {
		return nil, err
	}
	record, refused := fold(nil, d.rows, records)
	d.refused = refused
	d.sealed, err = s.seal(record)
	return s.indexRows(record), err
}

// openRows opens the rows of d.
func (s *Store) openRows(d *draft) ([]registry.Record, error) {
	var records []registry.Record
	for _, p := range d.rows {
		r, err := s.open(sealedRow{p.id, p.sealed})
		if err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	return records, nil
}

// fold merges rows about one person into what is known from the same import, if
// anything. Rows that contradict what came before them are refused.
func fold(known *registry.Record, rows []*person, records []registry.Record) (registry.Record, []Refusal) {
	var refused []Refusal
	for i, r := range records {
		switch {
		case known == nil:
			known = &r
		case contradicts(*known, r):
			refused = append(refused, Refusal{rows[i].line, "birth_date", Conflict})
		default:
			merged := merge(*known, r)
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

// update merges a draft into the record that is there, unless that is the draft itself, and
// takes away the keys by which it is not to be found any more.
func (s *Store) update(ctx context.Context, tx *db.Tx, importID string, d *draft) error {
	stored, err := db.Get[struct {
		sealedRow
		ImportID string
	}](ctx, tx, lockRecord, d.id)
	if err != nil || bytes.Equal(stored.Sealed, d.sealed) { // each sealing has a nonce of its own
		return err
	}
	old, err := s.open(stored.sealedRow)
	if err != nil {
		return err
	}
	records, err := s.openRows(d)
	if err != nil {
		return err
	}
	drafted, _ := fold(nil, d.rows, records)
	known, rows := &old, d.rows
	if stored.ImportID != importID {
		// A later file corrects an earlier one.
		first := merge(old, records[0])
		known, rows, records = &first, rows[1:], records[1:]
	}
	record, refused := fold(known, rows, records)
	d.refused = refused
	sealed, err := s.seal(record)
	if err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, updateRecord, record.ID, sealed, importID); err != nil {
		return err
	}
	if err := s.dropKeys(ctx, tx, append(terms(old), terms(drafted)...), record); err != nil {
		return err
	}
	keys := s.indexRows(record)
	slices.SortFunc(keys, compareKeys)
	return s.insertKeys(ctx, tx, keys)
}

// dropKeys deletes those of the index rows that record has not, under every version of
// the key.
func (s *Store) dropKeys(ctx context.Context, tx *db.Tx, all []term, record registry.Record) error {
	kept := terms(record)
	for _, t := range all {
		if slices.Contains(kept, t) {
			continue
		}
		for version, hmac := range s.sums(t) {
			if _, err := db.Exec(ctx, tx, deleteKey, t.kind, version, hmac, record.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func compareKeys(a, b indexRow) int {
	if d := strings.Compare(a.kind, b.kind); d != 0 {
		return d
	}
	if d := bytes.Compare(a.hmac[:], b.hmac[:]); d != 0 {
		return d
	}
	return strings.Compare(a.recordID, b.recordID)
}
