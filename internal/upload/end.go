package upload

import (
	"context"
	"fmt"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/jobs"
	"loket/internal/point"
)

// jobEnd destroys at once what End marked, so that it need not wait for Sweep.
const jobEnd = "upload.end"

const (
	endPhotos = `UPDATE photo SET state = 'ending', rule = $2 WHERE case_id = $1 AND state IN ('arriving', 'kept')`
	endPhoto  = `UPDATE photo SET state = 'ending', rule = $3 WHERE id = $1 AND case_id = $2 AND state IN ('arriving', 'kept')`
)

// End ends all photos of a case by a rule, in the caller's transaction. From its commit on
// nobody is shown them, and their keys are destroyed within a second. A case without
// photos is left as it is.
func (s *Store) End(ctx context.Context, tx *db.Tx, caseID, rule string) error {
	n, err := db.Exec(ctx, tx, endPhotos, caseID, rule)
	if err != nil {
		return fmt.Errorf("end photos of %s: %w", caseID, err)
	}
	if n == 0 {
		return nil
	}
	return s.Jobs.Add(ctx, tx, jobs.Job{Kind: jobEnd, Args: Event{CaseID: caseID, Rule: rule}})
}

// Remove ends one photo that its person takes back; it is destroyed when this returns.
func (s *Store) Remove(ctx context.Context, caseID, id string) error {
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		n, err := db.Exec(ctx, tx, endPhoto, id, caseID, Removed)
		if err != nil {
			return fmt.Errorf("remove photo: %w", err)
		}
		if n == 0 {
			return gone(id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = s.destroyEnding(ctx)
	return err
}

func (s *Store) ended(ctx context.Context, _ Event) (jobs.Effect, error) {
	return nil, s.destroyAndClear(ctx)
}

// destroyAndClear destroys what is ending, and empties the write-ahead log of the bytes. What
// is left there while somebody reads is sealed under a key that is gone.
func (s *Store) destroyAndClear(ctx context.Context) error {
	n, err := s.destroyEnding(ctx)
	if err != nil || n == 0 {
		return err
	}
	if err := s.DB.Checkpoint(ctx); err != nil {
		s.Report(ctx, "upload.checkpoint", err)
	}
	return nil
}

// batch is how many photos one transaction records.
const batch = 100

const (
	selectEnding = `SELECT id, coalesce(rule, '') AS rule FROM photo WHERE state = 'ending' ORDER BY id LIMIT $1`
	setDestroyed = `
		UPDATE photo SET state = 'destroyed', sealed = NULL, receipt = $2, destroyed_at = $3
		WHERE id = $1 AND state = 'ending'`
)

type ending struct {
	ID, Rule string
	own      bool // it was we who destroyed its key
}

// destroyEnding destroys the keys of photos that end, then records it. The key goes first:
// a crash in between leaves a photo that nothing opens, and the next sweep records it. It
// returns how many there were.
func (s *Store) destroyEnding(ctx context.Context) (n int, err error) {
	for {
		rows, err := db.Select[ending](ctx, s.DB, selectEnding, int64(batch))
		if err != nil {
			return n, fmt.Errorf("find photos that end: %w", err)
		}
		if len(rows) == 0 {
			return n, nil
		}
		point.Reach("upload.ending")
		for i, r := range rows {
			if rows[i].own, err = s.Photos.Destroy(r.ID); err != nil {
				return n, fmt.Errorf("destroy photo %s: %w", r.ID, err)
			}
			point.Reach("upload.unkeyed")
		}
		err = s.DB.Update(ctx, func(tx *db.Tx) error {
			for _, r := range rows {
				if err := s.recordEnd(ctx, tx, r); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return n, fmt.Errorf("record destruction of photos: %w", err)
		}
		n += len(rows)
		point.Reach("upload.destroyed")
	}
}

func (s *Store) recordEnd(ctx context.Context, tx *db.Tx, r ending) error {
	receipt := s.newReceipt()
	n, err := db.Exec(ctx, tx, setDestroyed, r.ID, receipt, s.now())
	if err != nil {
		return err
	}
	if n == 0 { // another recorded it, or its row went with the case
		told, err := db.Get[int64](ctx, tx, countTold, r.ID)
		if err != nil || told > 0 || !r.own {
			return err
		}
	}
	if _, err := db.Exec(ctx, tx, deleteParts, r.ID); err != nil {
		return err
	}
	return s.act(ctx, tx, audit.System, roleWorker, actDestroy, r.ID, r.Rule+" "+receipt)
}

// newReceipt returns the number of a receipt, which is no number of a case.
func (s *Store) newReceipt() string { return "R-" + ident.NewCaseNumber(s.Random).Spoken() }
