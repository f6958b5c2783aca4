package mailbox

import (
	"context"
	"fmt"
	"strings"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/jobs"
)

// How far a message is.
const (
	stateWaiting  = "waiting"
	stateSent     = "sent"
	stateOpened   = "opened"
	stateExpired  = "expired"
	stateRecalled = "recalled"
)

const (
	lockMessage       = `SELECT id, case_id, state, expires_at, queue_wrap FROM message WHERE id = $1 FOR UPDATE`
	endMessage        = `UPDATE message SET state = $2, body = NULL, queue_wrap = NULL WHERE id = $1`
	deleteLinks       = `DELETE FROM message_link WHERE message_id = $1`
	selectUnsentCodes = `SELECT id FROM message_code WHERE message_id = $1 AND sealed IS NOT NULL ORDER BY id`
	deleteCodes       = `DELETE FROM message_code WHERE message_id = $1`
	deleteSessions    = `DELETE FROM message_session WHERE message_id = $1`
	selectDue         = `SELECT id FROM message WHERE expires_at <= $1 AND state NOT IN ('expired', 'recalled') ORDER BY expires_at LIMIT 500`
	forgetCodes       = `UPDATE message_code SET sealed = NULL WHERE sealed IS NOT NULL AND expires_at <= $1`
	deleteOver        = `DELETE FROM message_session WHERE expires_at <= $1 OR idle_until <= $1`
	expireEvery       = 10 * time.Minute
)

type message struct {
	ID, CaseID, State string
	ExpiresAt         time.Time
	QueueWrap         []byte
}

func (m message) ended() bool { return m.State == stateExpired || m.State == stateRecalled }

// Recall withdraws a message in the caller's transaction: nothing opens it from
// then on. A message that has ended stays as it is.
func (s *Store) Recall(ctx context.Context, tx *db.Tx, messageID string) error {
	m, err := db.Get[message](ctx, tx, lockMessage, messageID)
	if err != nil {
		return fmt.Errorf("recall message %s: %w", messageID, err)
	}
	if m.ended() {
		return nil
	}
	if err := s.end(ctx, tx, m.ID, stateRecalled); err != nil {
		return err
	}
	return s.act(ctx, tx, audit.System, roleWorker, "mailbox.recall", messageID)
}

// jobBury puts a recalled message on the tombstones, so that a restored backup does
// not bring it back with its links.
const jobBury = "mailbox.bury"

func (s *Store) bury(_ context.Context, e Event) (jobs.Effect, error) {
	return nil, s.Keys.Bury([]string{e.MessageID})
}

// Replay recalls again what the tombstones name and the database still has. It runs
// before anything listens, as seal.Sweeper.Replay does.
func (s *Store) Replay(ctx context.Context) error {
	buried, err := s.Keys.Buried()
	if err != nil {
		return err
	}
	for _, id := range buried {
		if !strings.HasPrefix(id, "msg_") {
			continue
		}
		err := s.DB.Update(ctx, func(tx *db.Tx) error { return s.Recall(ctx, tx, id) })
		if err != nil && !fault.Is(err, fault.NotFound) {
			return fmt.Errorf("recall again: %w", err)
		}
	}
	return nil
}

const selectLive = `
	SELECT id FROM message WHERE case_id = $1 AND direction = 'out' AND state NOT IN ('expired', 'recalled') ORDER BY id`

// RecallCase withdraws every message to the person of a case, in the caller's
// transaction: nothing opens them, and no mail about them leaves.
func (s *Store) RecallCase(ctx context.Context, tx *db.Tx, caseID string) error {
	ids, err := db.Select[string](ctx, tx, selectLive, caseID)
	if err != nil {
		return fmt.Errorf("find messages of %s: %w", caseID, err)
	}
	for _, id := range ids {
		if err := s.Recall(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

// end destroys what opens a message, and its body.
func (s *Store) end(ctx context.Context, tx *db.Tx, messageID, state string) error {
	if _, err := db.Exec(ctx, tx, endMessage, messageID, state); err != nil {
		return fmt.Errorf("end message %s: %w", messageID, err)
	}
	if _, err := db.Exec(ctx, tx, deleteLinks, messageID); err != nil {
		return fmt.Errorf("end links of %s: %w", messageID, err)
	}
	unsent, err := db.Select[string](ctx, tx, selectUnsentCodes, messageID)
	if err != nil {
		return fmt.Errorf("find codes of %s: %w", messageID, err)
	}
	for _, code := range unsent {
		if err := s.Outbox.Recall(ctx, tx, code); err != nil {
			return err
		}
	}
	if _, err := db.Exec(ctx, tx, deleteCodes, messageID); err != nil {
		return fmt.Errorf("end codes of %s: %w", messageID, err)
	}
	if _, err := db.Exec(ctx, tx, deleteSessions, messageID); err != nil {
		return fmt.Errorf("end sessions of %s: %w", messageID, err)
	}
	if state == stateRecalled {
		if err := s.Jobs.Add(ctx, tx, jobs.Job{Kind: jobBury, Args: Event{MessageID: messageID}}); err != nil {
			return err
		}
	}
	return s.Outbox.Recall(ctx, tx, messageID)
}

// Expire ends what has expired: messages, codes that were never sent, sessions.
// It is a periodic job.
func (s *Store) Expire(ctx context.Context) error {
	now := s.now()
	for {
		due, err := db.Select[string](ctx, s.DB, selectDue, now)
		if err != nil {
			return fmt.Errorf("find expired messages: %w", err)
		}
		for _, id := range due {
			if err := s.expire(ctx, id, now); err != nil {
				return err
			}
		}
		if len(due) == 0 {
			break
		}
	}
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		if _, err := db.Exec(ctx, tx, forgetCodes, now); err != nil {
			return err
		}
		_, err := db.Exec(ctx, tx, deleteOver, now)
		return err
	})
	if err != nil {
		return fmt.Errorf("end codes and sessions: %w", err)
	}
	return nil
}

func (s *Store) expire(ctx context.Context, messageID string, now time.Time) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		m, err := db.Get[message](ctx, tx, lockMessage, messageID)
		if fault.Is(err, fault.NotFound) {
			return nil // its case has ended
		}
		if err != nil || m.ended() || m.ExpiresAt.After(now) {
			return err
		}
		return s.end(ctx, tx, m.ID, stateExpired)
	})
}
