package local

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"loket/internal/db"
	"loket/internal/seal"
)

// An import writes several rows for each person. One statement for many rows
// is several times faster on both engines, so each insert exists twice: for
// one row, and for manyRows of them. The second is made of the first.
const (
	insertRecord = `INSERT INTO registry_record (import_id, id, sealed) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO NOTHING`
	insertKey = `INSERT INTO registry_key (key_version, kind, hmac, record_id) VALUES ($1, $2, $3, $4)
		ON CONFLICT (kind, key_version, hmac, record_id) DO NOTHING`
)

// manyRows is how many rows a long insert has. More are slower again: the driver of
// SQLite looks up each place by walking through all of them.
const manyRows = 25

// forMany returns an insert of one row with places for n. The first place is the same
// in all rows.
func forMany(insert string, places, n int) string {
	before, after, _ := strings.Cut(insert, "($1")
	_, after, _ = strings.Cut(after, ")")
	var b strings.Builder
	b.WriteString(before)
	for row := range n {
		if row > 0 {
			b.WriteString(", ")
		}
		b.WriteString("($1")
		for place := range places - 1 {
			b.WriteString(", $" + strconv.Itoa(row*(places-1)+place+2))
		}
		b.WriteString(")")
	}
	return b.String() + after
}

// insert adds the records that are not there, and merges the others into those that
// are.
func (s *Store) insert(ctx context.Context, tx *db.Tx, importID string, drafts []draft) error {
	for chunk := range slices.Chunk(drafts, manyRows) {
		args := make([]any, 0, 1+2*manyRows)
		args = append(args, importID)
		for _, d := range chunk {
			args = append(args, d.id, d.sealed)
		}
		added, err := s.insertRows(ctx, tx, insertRecord, s.manyRecords, args, 2)
		if err != nil {
			return err
		}
		if added == int64(len(chunk)) {
			continue
		}
		for i := range chunk {
			if err := s.update(ctx, tx, importID, &chunk[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// indexRow is a row of registry_key.
type indexRow struct {
	kind     string
	hmac     [seal.SumSize]byte
	recordID string
}

// insertKeys adds index rows that are not there.
func (s *Store) insertKeys(ctx context.Context, tx *db.Tx, rows []indexRow) error {
	for chunk := range slices.Chunk(rows, manyRows) {
		args := make([]any, 0, 1+3*manyRows)
		args = append(args, s.index.Version())
		for i := range chunk {
			args = append(args, chunk[i].kind, chunk[i].hmac[:], chunk[i].recordID)
		}
		if _, err := s.insertRows(ctx, tx, insertKey, s.manyKeys, args, 3); err != nil {
			return err
		}
	}
	return nil
}

// insertRows inserts manyRows rows at once, or fewer one by one, and returns how many there
// were not yet. The first of args is shared, own is how many each row has besides.
func (s *Store) insertRows(ctx context.Context, tx *db.Tx, one, many string, args []any, own int) (added int64, err error) {
	if len(args) == 1+own*manyRows {
		//sqlcheck:dynamic TestLongInserts
		return db.Exec(ctx, tx, many, args...)
	}
	for row := range slices.Chunk(args[1:], own) {
		//sqlcheck:dynamic TestLongInserts
		n, err := db.Exec(ctx, tx, one, append(args[:1:1], row...)...)
		if err != nil {
			return added, err
		}
		added += n
	}
	return added, nil
}
