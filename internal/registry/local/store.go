package local

import (
	"cmp"
	"context"
	"slices"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
)

// run is a row of registry_import.
type run struct {
	ID                          string
	Position, Accepted, Refused int64
	FinishedAt                  *time.Time
	Imports                     int64 // ever begun, this one too
}

// first reports whether no other import was begun before or since: then nobody relies
// on the registry yet.
func (r run) first() bool { return r.Imports == 1 }

func (r run) counts() Counts { return Counts{r.Position, r.Accepted, r.Refused} }

const (
	findRun = `SELECT id, position, accepted, refused, finished_at,
		coalesce((SELECT COUNT(*) FROM registry_import), 0) AS imports FROM registry_import WHERE digest = $1 ORDER BY started_at, id LIMIT 1`

	addRun = `INSERT INTO registry_import (id, source, digest, position, accepted, refused, started_at)
		VALUES ($1, $2, $3, 0, 0, 0, $4)`

	holdRun = `UPDATE registry_import SET position = position WHERE id = $1 AND position = $2 AND finished_at IS NULL`

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
	_, err = db.Exec(ctx, s.db, addRun, ident.NewID(s.settings.Random, "imp"), source, digest, s.settings.Now())
	if err != nil {
		return r, err
	}
	return db.Get[run](ctx, s.db, findRun, digest)
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

// hold makes sure that r is still where it was, and lets nobody move it before tx ends.
func (r run) hold(ctx context.Context, tx *db.Tx) error {
	return oneRow(db.Exec(ctx, tx, holdRun, r.ID, r.Position))
}

// move sets the position after a batch of rows, of which some were refused.
func (r run) move(ctx context.Context, tx *db.Tx, rows, refused int) error {
	all, bad := int64(rows), int64(refused)
	return oneRow(db.Exec(ctx, tx, moveRun, r.ID, r.Position, r.Position+all, r.Accepted+all-bad, r.Refused+bad))
}

func oneRow(n int64, err error) error {
	if err == nil && n == 0 {
		return takenByOther()
	}
	return err
}

// store stores a batch and then its position, and returns all rows of it that were
// refused.
//
// As a rule this is one transaction, so that a record and what it is found by always
// agree. The first import of all has batches of another size, for in a large one many
// rows fall on each page of an index. Their transactions stay short, since
// everybody else who writes waits for them. If such an import breaks off between
// them it goes on at the beginning of the batch, and does no harm to what is there
// already: keys come before their records, and a record that is there is merged.
func (s *Store) store(ctx context.Context, r run, batch []person) ([]Refusal, error) {
	drafts, keys, err := s.drafts(batch)
	if err != nil {
		return nil, err
	}
	var steps []func(*db.Tx) error
	for part := range slices.Chunk(keys, s.part) {
		steps = append(steps, func(tx *db.Tx) error { return s.insertKeys(ctx, tx, part) })
	}
	for part := range slices.Chunk(drafts, s.part) {
		steps = append(steps, func(tx *db.Tx) error { return s.insert(ctx, tx, r.ID, part) })
	}
	var refused []Refusal
	steps = append(steps, func(tx *db.Tx) error {
		refused = refusals(batch)
		for _, d := range drafts {
			refused = append(refused, d.refused...)
		}
		return r.move(ctx, tx, len(batch), len(refused))
	})
	if r.first() {
		err = s.apart(ctx, r, steps)
	} else {
		err = s.together(ctx, steps)
	}
	slices.SortStableFunc(refused, func(a, b Refusal) int { return cmp.Compare(a.Line, b.Line) })
	return refused, err
}

// together runs steps in one transaction.
func (s *Store) together(ctx context.Context, steps []func(*db.Tx) error) error {
	return s.db.Update(ctx, func(tx *db.Tx) error {
		for _, step := range steps {
			if err := step(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// apart runs each step in a transaction of its own, as long as nobody overtook r.
func (s *Store) apart(ctx context.Context, r run, steps []func(*db.Tx) error) error {
	for _, step := range steps {
		hold := func(tx *db.Tx) error { return r.hold(ctx, tx) }
		if err := s.together(ctx, []func(*db.Tx) error{hold, step}); err != nil {
			return err
		}
	}
	return nil
}
