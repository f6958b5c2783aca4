package local

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/registry"
)

const (
	// A record is found by its first number through its id, by another through its key.
	findNumber = `SELECT record_id FROM registry_key WHERE kind = 'n' AND key_version = $1 AND hmac = $2
		UNION SELECT id FROM registry_record WHERE id = $3 ORDER BY record_id LIMIT 5`

	// One place for each of maxTokens; a shorter name repeats its last.
	findName = `SELECT record_id, COUNT(*) AS words FROM registry_key
		WHERE kind = 'b' AND key_version = $1
		AND hmac IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		GROUP BY record_id ORDER BY COUNT(*) DESC, record_id LIMIT 5`

	readRecords = `SELECT id, sealed FROM registry_record WHERE id IN ($1, $2, $3, $4, $5)`
)

// Candidates implements registry.Registry.
func (s *Store) Candidates(ctx context.Context, q registry.Query) ([]registry.Record, error) {
	ids, err := s.withNumber(ctx, q.Number)
	if err != nil {
		return nil, err
	}
	more, err := s.withName(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, id := range more {
		if !slices.Contains(ids, id) && len(ids) < registry.MaxCandidates {
			ids = append(ids, id)
		}
	}
	return s.read(ctx, ids)
}

// withNumber returns the ids of the records with a number.
func (s *Store) withNumber(ctx context.Context, n ident.Number) ([]string, error) {
	if n.IsZero() {
		return nil, nil
	}
	var ids []string
	own := s.recordID(registry.Record{Numbers: []ident.Number{n}})
	for version, hmac := range s.sums(numberTerm(n)) {
		found, err := db.Select[string](ctx, s.db, findNumber, version, hmac, own)
		if err != nil {
			return nil, err
		}
		ids = append(ids, found...)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return ids[:min(len(ids), registry.MaxCandidates)], nil
}

// withName returns the ids of the records with the birth date and at least one
// word of the name; those with most words first.
func (s *Store) withName(ctx context.Context, q registry.Query) ([]string, error) {
	words := telling(tokens(q.Name))
	if q.Birth.IsZero() || len(words) == 0 {
		return nil, nil
	}
	sums := map[int64][][]byte{} // by version of the key
	for _, word := range words {
		for version, hmac := range s.sums(nameTerm(q.Birth, word)) {
			sums[version] = append(sums[version], hmac)
		}
	}
	best := map[string]int64{}
	for version, hmacs := range sums {
		h := pad(hmacs, maxTokens)
		found, err := db.Select[struct {
			RecordID string
			Words    int64
		}](ctx, s.db, findName, version, h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7],
			h[8], h[9], h[10], h[11], h[12], h[13], h[14], h[15])
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			best[f.RecordID] = max(best[f.RecordID], f.Words)
		}
	}
	ids := slices.Collect(maps.Keys(best))
	slices.SortFunc(ids, func(a, b string) int {
		return cmp.Or(cmp.Compare(best[b], best[a]), strings.Compare(a, b))
	})
	return ids, nil
}

// telling leaves out words of up to three letters, mostly particles, where two
// longer ones remain. On 1 January, the birthday of many whose day is not
// known, "van" alone leads to thousands of people.
func telling(words []string) []string {
	longer := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return utf8.RuneCountInString(w) <= 3 })
	if len(longer) < 2 {
		return words
	}
	return longer
}

// sealedRow is a row of registry_record.
type sealedRow struct {
	ID     string
	Sealed []byte
}

// read opens the records of ids, in their order. One that was removed in the
// meantime is left out.
func (s *Store) read(ctx context.Context, ids []string) ([]registry.Record, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	p := pad(slices.Clone(ids), registry.MaxCandidates)
	rows, err := db.Select[sealedRow](ctx, s.db, readRecords, p[0], p[1], p[2], p[3], p[4])
	if err != nil {
		return nil, err
	}
	var records []registry.Record
	for _, id := range ids {
		for _, row := range rows {
			if row.ID != id {
				continue
			}
			r, err := s.open(row)
			if err != nil {
				return nil, err
			}
			records = append(records, r)
		}
	}
	return records, nil
}

// pad repeats the last value until there are n, for a list of places in a query.
func pad[T any](values []T, n int) []T {
	for len(values) < n {
		values = append(values, values[len(values)-1])
	}
	return values
}

func (s *Store) open(row sealedRow) (registry.Record, error) {
	r := registry.Record{ID: row.ID}
	err := s.box.OpenValue(row.Sealed, "registry_record "+row.ID, &r)
	return r, err
}

func (s *Store) seal(r registry.Record) ([]byte, error) {
	return s.box.SealValue(r, "registry_record "+r.ID)
}
