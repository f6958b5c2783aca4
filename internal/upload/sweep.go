package upload

import (
	"context"
	"fmt"
	"slices"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/jobs"
	"loket/internal/point"
)

// Sweep ends what is due: photos past their deadline, what is ending, rows without keys and
// keys without rows. It runs every second, and at a start before anything listens.
func (s *Store) Sweep(ctx context.Context) error {
	for _, step := range []func(context.Context) error{s.endDue, s.endLost, s.destroyAndClear, s.destroyOrphans, s.alarm} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

const (
	// An arrival without a piece never was a photo: its key ends as one without a row.
	dropEmpty = `
		DELETE FROM photo WHERE state = 'arriving' AND expires_at <= $1
		AND NOT EXISTS (SELECT 1 FROM photo_part WHERE photo_part.photo_id = photo.id)`
	selectDue = `SELECT id FROM photo WHERE state IN ('arriving', 'kept') AND expires_at <= $1 LIMIT 1`
	endDue    = `
		UPDATE photo SET state = 'ending', rule = CASE WHEN sent THEN 'deadline' ELSE 'left' END
		WHERE state IN ('arriving', 'kept') AND expires_at <= $1 RETURNING case_id, coalesce(rule, '') AS rule`
)

type lost struct{ CaseID, Rule string }

func (s *Store) endDue(ctx context.Context) error {
	now := s.now()
	if _, err := db.Get[string](ctx, s.DB, selectDue, now); fault.Is(err, fault.NotFound) {
		return nil // found out without a write
	}
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		if _, err := db.Exec(ctx, tx, dropEmpty, now); err != nil {
			return err
		}
		due, err := db.Select[lost](ctx, tx, endDue, now)
		if err != nil {
			return err
		}
		return s.tell(ctx, tx, due)
	})
	if err != nil {
		return fmt.Errorf("end photos that are due: %w", err)
	}
	return nil
}

// tell says once a case that it lost photos somebody was to decide on.
func (s *Store) tell(ctx context.Context, tx *db.Tx, list []lost) error {
	var told []string
	for _, l := range list {
		if l.Rule == Left || slices.Contains(told, l.CaseID) {
			continue
		}
		told = append(told, l.CaseID)
		if err := s.Jobs.Add(ctx, tx, jobs.Job{Kind: JobLost, Args: Event{CaseID: l.CaseID, Rule: l.Rule}}); err != nil {
			return err
		}
	}
	return nil
}

const (
	selectKept   = `SELECT id FROM photo WHERE state = 'kept'`
	endLost      = `UPDATE photo SET state = 'ending', rule = 'restored' WHERE id = $1 AND state = 'kept' RETURNING case_id, coalesce(rule, '') AS rule`
	selectLiving = `SELECT id FROM photo WHERE state <> 'destroyed'`
	countTold    = `SELECT count(*) AS n FROM audit_entry WHERE object = $1 AND act = 'photo.destroy'`
)

// endLost ends photos whose key is gone, as after a backup was put back.
func (s *Store) endLost(ctx context.Context) error {
	without, err := s.keyless(ctx)
	if err != nil || len(without) == 0 {
		return err
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		var ended []lost
		for _, id := range without {
			one, err := db.Select[lost](ctx, tx, endLost, id)
			if err != nil {
				return err
			}
			ended = append(ended, one...)
		}
		return s.tell(ctx, tx, ended)
	})
	if err != nil {
		return fmt.Errorf("end photos without a key: %w", err)
	}
	return nil
}

// keyless returns the photos that are kept and have no key. The key is there before a photo
// is kept, so that rows are read before keys.
func (s *Store) keyless(ctx context.Context) ([]string, error) {
	rows, err := db.Select[string](ctx, s.DB, selectKept)
	if err != nil {
		return nil, fmt.Errorf("find photos: %w", err)
	}
	keys, err := s.Photos.List()
	if err != nil {
		return nil, err
	}
	return missing(rows, keys), nil
}

// missing returns what of wanted is not in there.
func missing(wanted, there []string) []string {
	has := make(map[string]bool, len(there))
	for _, id := range there {
		has[id] = true
	}
	return slices.DeleteFunc(wanted, func(id string) bool { return has[id] })
}

// destroyOrphans destroys keys that no living photo has: a backup was put back, or the
// case was destroyed first. Nothing but the key is left to tell of it, so that the entry
// is written while it is still there; whoever dies in between finds both, and writes no
// second one.
func (s *Store) destroyOrphans(ctx context.Context) error {
	orphans, err := s.orphans(ctx)
	if err != nil {
		return err
	}
	for _, id := range orphans {
		if err := s.tellOrphan(ctx, id); err != nil {
			return fmt.Errorf("record destruction of photo key: %w", err)
		}
		point.Reach("upload.orphan-told")
		if _, err := s.Photos.Destroy(id); err != nil {
			return fmt.Errorf("destroy photo key %s: %w", id, err)
		}
	}
	return nil
}

func (s *Store) tellOrphan(ctx context.Context, id string) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		n, err := db.Get[int64](ctx, tx, countTold, id)
		if err != nil || n > 0 { // it ended meanwhile, or somebody died before the key did
			return err
		}
		return s.act(ctx, tx, audit.System, roleWorker, actDestroy, id, Left+" "+s.newReceipt())
	})
}

// orphans returns the keys that no living photo has. A key is made after its row is
// committed, so that keys are listed before rows.
func (s *Store) orphans(ctx context.Context) ([]string, error) {
	keys, err := s.Photos.List()
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	rows, err := db.Select[string](ctx, s.DB, selectLiving)
	if err != nil {
		return nil, fmt.Errorf("find photos: %w", err)
	}
	return missing(keys, rows), nil
}

const (
	selectOld  = `SELECT id FROM photo WHERE state = 'kept' AND NOT alarmed AND received_at <= $1`
	countOld   = `SELECT count(*) AS n FROM photo WHERE state = 'kept' AND received_at <= $1`
	setAlarmed = `UPDATE photo SET alarmed = TRUE WHERE id = $1`
)

// Old returns how many photos have waited for a decision for so long that somebody must
// look.
func (s *Store) Old(ctx context.Context) (int64, error) {
	return db.Get[int64](ctx, s.DB, countOld, s.now().Add(-s.life.alarm))
}

// alarm tells whoever runs the installation of photos that grow old, once each.
func (s *Store) alarm(ctx context.Context) error {
	old, err := db.Select[string](ctx, s.DB, selectOld, s.now().Add(-s.life.alarm))
	if err != nil || len(old) == 0 {
		return err
	}
	s.Report(ctx, "photos_old", fault.New(fault.TooLate, "", "%d photos wait for a decision since %v", len(old), s.life.alarm))
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		for _, id := range old {
			if _, err := db.Exec(ctx, tx, setAlarmed, id); err != nil {
				return err
			}
		}
		return nil
	})
}
