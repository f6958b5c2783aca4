package local

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"

	"loket/internal/db"
	"loket/internal/registry"
)

// An import writes five rows or so for each person. One statement for many rows
// is several times faster on both engines, so each insert exists twice: for
// one row, and for manyRows of them. The second is made of the first.
const (
	insertRecord = `INSERT INTO registry_record (id, sealed, import_id) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO NOTHING RETURNING id`
	insertKey = `INSERT INTO registry_key (kind, key_version, hmac, record_id) VALUES ($1, $2, $3, $4)
		ON CONFLICT (kind, key_version, hmac, record_id) DO NOTHING`
)

// manyRows is how many rows a long insert has.
const manyRows = 100

// forMany returns an insert of one row with places for n.
func forMany(insert string, places, n int) string {
	before, after, _ := strings.Cut(insert, "($1")
	_, after, _ = strings.Cut(after, ")")
	var b strings.Builder
	b.WriteString(before)
	for row := range n {
		if row > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(")
		for place := range places {
			if place > 0 {
				b.WriteString(", ")
			}
			b.WriteString("$" + strconv.Itoa(row*places+place+1))
		}
		b.WriteString(")")
	}
	return b.String() + after
}

// insert adds the records that are not there and returns the ids of those.
func (s *Store) insert(ctx context.Context, tx *db.Tx, importID string, records []registry.Record) (map[string]bool, error) {
	many := forMany(insertRecord, 3, manyRows)
	added := make(map[string]bool, len(records))
	for chunk := range slices.Chunk(records, manyRows) {
		var args []any
		for _, r := range chunk {
			sealed, err := s.seal(r)
			if err != nil {
				return nil, err
			}
			args = append(args, r.ID, sealed, importID)
		}
		err := eachInsert(args, 3, func(whole bool, args []any) error {
			query := insertRecord
			if whole {
				query = many
			}
			//sqlcheck:dynamic TestLongInserts
			ids, err := db.Select[string](ctx, tx, query, args...)
			for _, id := range ids {
				added[id] = true
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return added, nil
}

// indexRow is a row of registry_key.
type indexRow struct {
	kind     string
	hmac     []byte
	recordID string
}

// insertKeys adds index rows that are not there. They are sorted: neighbours lie on
// one page of the index.
func (s *Store) insertKeys(ctx context.Context, tx *db.Tx, rows []indexRow) error {
	slices.SortFunc(rows, func(a, b indexRow) int {
		if d := strings.Compare(a.kind, b.kind); d != 0 {
			return d
		}
		return bytes.Compare(a.hmac, b.hmac)
	})
	many := forMany(insertKey, 4, manyRows)
	for chunk := range slices.Chunk(rows, manyRows) {
		var args []any
		for _, row := range chunk {
			args = append(args, row.kind, s.index.Version(), row.hmac, row.recordID)
		}
		err := eachInsert(args, 4, func(whole bool, args []any) error {
			query := insertKey
			if whole {
				query = many
			}
			//sqlcheck:dynamic TestLongInserts
			_, err := db.Exec(ctx, tx, query, args...)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// eachInsert calls do once with the arguments of manyRows rows, or with those of
// one row at a time where there are fewer.
func eachInsert(args []any, places int, do func(whole bool, args []any) error) error {
	if len(args) == places*manyRows {
		return do(true, args)
	}
	for one := range slices.Chunk(args, places) {
		if err := do(false, one); err != nil {
			return err
		}
	}
	return nil
}
