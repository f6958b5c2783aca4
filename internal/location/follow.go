package location

import (
	"context"
	"fmt"

	"loket/internal/db"
	"loket/internal/fault"
)

const insertFollower = `
	INSERT INTO follower (location_id, case_id, told_at) VALUES ($1, $2, NULL)
	ON CONFLICT (location_id, case_id) DO NOTHING`

// Follow lets the person of a case be told when a counter opens. One that follows it
// already is left as it is.
func (s *Store) Follow(ctx context.Context, tx *db.Tx, locationID, caseID string) error {
	if _, err := db.Exec(ctx, tx, insertFollower, locationID, caseID); err != nil {
		return fmt.Errorf("follow counter %s: %w", locationID, err)
	}
	return nil
}

// FollowAll follows every counter that is not open and not closed for good: that of a
// case which waits for whichever comes first. Once one has opened the others tell it
// nothing more.
func (s *Store) FollowAll(ctx context.Context, tx *db.Tx, caseID string) error {
	list, err := s.of(ctx, tx)
	if err != nil {
		return err
	}
	for _, l := range list {
		if state := l.On(s.Today()); state == Open || state == Closed {
			continue
		}
		if err := s.Follow(ctx, tx, l.ID, caseID); err != nil {
			return err
		}
	}
	return nil
}

const deleteFollower = `DELETE FROM follower WHERE case_id = $1`

// Leave ends the following of a case.
func (s *Store) Leave(ctx context.Context, tx *db.Tx, caseID string) error {
	if _, err := db.Exec(ctx, tx, deleteFollower, caseID); err != nil {
		return fmt.Errorf("leave counters: %w", err)
	}
	return nil
}

// batch is how many followers are told in one transaction.
const batch = 50

const (
	selectUntold = `
		SELECT case_id FROM follower WHERE location_id = $1 AND told_at IS NULL ORDER BY case_id LIMIT $2 FOR UPDATE SKIP LOCKED`
	// A case hears of the first counter that opens, and of no other.
	markTold = `UPDATE follower SET told_at = $2 WHERE case_id = $1 AND told_at IS NULL`
)

// Sweep tells the followers of every counter that is open, each once. It may end
// anywhere and be run again, by two processes at a time too.
func (s *Store) Sweep(ctx context.Context) error {
	list, err := s.Of(ctx)
	if err != nil {
		return err
	}
	for _, l := range list {
		if l.On(s.Today()) != Open {
			continue
		}
		for {
			n, err := s.tellSome(ctx, l.ID)
			if err != nil {
				return fmt.Errorf("tell who follows counter %s: %w", l.ID, err)
			}
			if n == 0 {
				break
			}
		}
	}
	return nil
}

// tellSome tells a batch and returns how many it found.
func (s *Store) tellSome(ctx context.Context, locationID string) (found int, err error) {
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		cases, err := db.Select[string](ctx, tx, selectUntold, locationID, int64(batch))
		if err != nil {
			return err
		}
		found = len(cases)
		for _, caseID := range cases {
			// The mark decides: whoever makes it sends the message, in this transaction.
			marked, err := db.Exec(ctx, tx, markTold, caseID, s.Now())
			if err != nil {
				return err
			}
			if marked == 0 {
				continue
			}
			if err := s.Tell(ctx, tx, caseID); err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		return nil
	})
	return found, err
}
