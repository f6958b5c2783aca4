package seal

import (
	"context"
	"fmt"
	"time"

	"loket/internal/db"
	"loket/internal/db/schema"
	"loket/internal/fault"
	"loket/internal/point"
)

// sweepBatch is how many cases one transaction ends.
const sweepBatch = 200

// Sweeper ends what is due, as the schema file says: cases with all their rows,
// rows past their instant, old epoch keys and old tombstones.
type Sweeper struct {
	db     *db.DB
	vault  *Vault
	schema *schema.Schema
	now    func() time.Time
	record Record
}

// Record writes the audit entry of a case that is being destroyed, in the
// transaction that does it.
type Record func(ctx context.Context, tx *db.Tx, caseID string) error

// NewSweeper returns a sweeper.
func NewSweeper(database *db.DB, vault *Vault, s *schema.Schema, now func() time.Time, record Record) *Sweeper {
	return &Sweeper{database, vault, s, now, record}
}

// Sweep ends everything that is due now. It is the first act after a start and
// runs every minute. What a crash interrupts, the next sweep finishes.
func (s *Sweeper) Sweep(ctx context.Context) error {
	cases, err := s.endCases(ctx)
	if err != nil {
		return fmt.Errorf("end cases: %w", err)
	}
	rows, err := s.endRows(ctx)
	if err != nil {
		return fmt.Errorf("end rows: %w", err)
	}
	if err := s.turnEpochs(ctx); err != nil {
		return fmt.Errorf("turn epochs: %w", err)
	}
	if err := s.vault.keys.forgetTombstones(s.schema.Lifetimes["tombstone"].Duration()); err != nil {
		return err
	}
	if cases+rows == 0 {
		return nil
	}
	return s.db.Checkpoint(ctx)
}

const selectEnded = `SELECT case_id FROM case_key WHERE ends_at <= $1 ORDER BY ends_at LIMIT $2`

func (s *Sweeper) endCases(ctx context.Context) (int64, error) {
	var total int64
	for {
		ids, err := db.Select[string](ctx, s.db, selectEnded, s.now(), int64(sweepBatch))
		if err != nil || len(ids) == 0 {
			return total, err
		}
		if err := s.vault.keys.Bury(ids); err != nil {
			return total, err
		}
		point.Reach("seal.buried")
		if _, err := s.destroy(ctx, ids); err != nil {
			return total, err
		}
		point.Reach("seal.destroyed")
		total += int64(len(ids))
	}
}

// Replay ends every case that the tombstones name and the database still has. It
// runs before anything listens, so that a restored backup brings nobody back. It
// returns how many cases it ended.
func (s *Sweeper) Replay(ctx context.Context) (int64, error) {
	ids, err := s.vault.keys.Buried()
	if err != nil {
		return 0, err
	}
	var ended int64
	for len(ids) > 0 {
		n := min(len(ids), sweepBatch)
		some, err := s.destroy(ctx, ids[:n])
		if err != nil {
			return ended, fmt.Errorf("replay tombstones: %w", err)
		}
		ended += some
		ids = ids[n:]
	}
	if ended == 0 {
		return 0, nil
	}
	return ended, s.db.Checkpoint(ctx)
}

// destroy deletes the rows of cases from every table that the schema ties to a
// case, the key first. A case of which only other rows are left is finished too.
func (s *Sweeper) destroy(ctx context.Context, ids []string) (int64, error) {
	var ended int64
	err := s.db.Update(ctx, func(tx *db.Tx) error {
		ended = 0
		for _, id := range ids {
			deleted, err := s.destroyCase(ctx, tx, id)
			if err != nil {
				return err
			}
			if deleted == 0 {
				continue
			}
			ended++
			if err := s.record(ctx, tx, id); err != nil {
				return err
			}
		}
		return nil
	})
	return ended, err
}

func (s *Sweeper) destroyCase(ctx context.Context, tx *db.Tx, id string) (int64, error) {
	var deleted int64
	for _, t := range s.schema.Tables {
		if t.Case == "" {
			continue
		}
		//sqlcheck:dynamic TestTombstonesEndACaseAgain
		n, err := db.Exec(ctx, tx, fmt.Sprintf(`DELETE FROM %s WHERE %s = $1`, t.Name, t.Case), id)
		if err != nil {
			return 0, fmt.Errorf("delete from %s: %w", t.Name, err)
		}
		deleted += n
	}
	return deleted, nil
}

// endRows deletes the rows whose own instant has passed.
func (s *Sweeper) endRows(ctx context.Context) (int64, error) {
	var total int64
	for _, t := range s.schema.Tables {
		if t.Until == "" {
			continue
		}
		//sqlcheck:dynamic TestRowsEndAtTheirInstant
		n, err := db.Exec(ctx, s.db, fmt.Sprintf(`DELETE FROM %s WHERE %s <= $1`, t.Name, t.Until), s.now())
		if err != nil {
			return total, fmt.Errorf("delete from %s: %w", t.Name, err)
		}
		total += n
	}
	return total, nil
}

const (
	selectOldKeys = `SELECT case_id, epoch, wrapped FROM case_key WHERE epoch = $1 ORDER BY case_id LIMIT $2`
	updateWrap    = `UPDATE case_key SET epoch = $3, wrapped = $4 WHERE case_id = $1 AND epoch = $2`
	countEpoch    = `SELECT count(*) AS n FROM case_key WHERE epoch = $1`
)

type wrappedKey struct {
	CaseID string
	caseKey
}

// turnEpochs wraps the keys of living cases anew when their epoch grows old, and
// destroys the epoch key at its end.
func (s *Sweeper) turnEpochs(ctx context.Context) error {
	names, err := s.vault.keys.epochNames()
	if err != nil {
		return err
	}
	life := s.schema.Lifetimes["epoch"]
	for _, name := range names {
		start, err := epochStart(name)
		if err != nil {
			return err
		}
		age := s.now().Sub(start)
		if age >= life.Rewrap() {
			if err := s.rewrap(ctx, name); err != nil {
				return fmt.Errorf("wrap the keys of %s anew: %w", name, err)
			}
			point.Reach("seal.rewrapped")
		}
		if age < life.Duration() {
			continue
		}
		left, err := db.Get[int64](ctx, s.db, countEpoch, name)
		if err != nil {
			return err
		}
		if left > 0 {
			return fault.New(fault.Internal, "", "epoch %s still wraps %d keys", name, left)
		}
		if err := s.vault.keys.destroyEpoch(name); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sweeper) rewrap(ctx context.Context, old string) error {
	epoch, wrap, err := s.vault.keys.currentEpoch()
	if err != nil || epoch == old {
		return err
	}
	for {
		rows, err := db.Select[wrappedKey](ctx, s.db, selectOldKeys, old, int64(sweepBatch))
		if err != nil || len(rows) == 0 {
			return err
		}
		err = s.db.Update(ctx, func(tx *db.Tx) error {
			for _, row := range rows {
				key, err := s.vault.unwrap(row.CaseID, row.caseKey)
				if err != nil {
					return err
				}
				anew := wrap.Seal(key, wrapContext(row.CaseID))
				if _, err := db.Exec(ctx, tx, updateWrap, row.CaseID, old, epoch, anew); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}
