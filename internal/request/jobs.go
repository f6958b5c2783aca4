package request

import (
	"context"
	"fmt"
	"slices"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/jobs"
	"loket/internal/mailbox"
	"loket/internal/rules"
)

// registerJobs says what requests do when the mailbox tells something.
func (s *Store) registerJobs() {
	jobs.Handle(s.Jobs, mailbox.JobOpened, s.opened)
	jobs.Handle(s.Jobs, mailbox.JobReplied, s.replied)
	jobs.Handle(s.Jobs, mailbox.JobWrongNumber, s.wrongNumber)
}

// opened closes a request whose last word was read.
func (s *Store) opened(ctx context.Context, e mailbox.Event) (jobs.Effect, error) {
	r, gone, err := s.find(ctx, e.CaseID)
	if err != nil || gone || r.ClosedAt != nil || (State(r.State) != Proved && State(r.State) != Refused) {
		return nil, err
	}
	return func(tx *db.Tx) error { return s.close(ctx, tx, r, State(r.State), "opened") }, nil
}

// replied takes an answer in: it waits for staff.
func (s *Store) replied(ctx context.Context, e mailbox.Event) (jobs.Effect, error) {
	return s.follow(ctx, e, Answered, "request.reply")
}

// wrongNumber lets a request go on at a counter only, now and when it is reopened:
// its contact is not its person's.
func (s *Store) wrongNumber(ctx context.Context, e mailbox.Event) (jobs.Effect, error) {
	follow, err := s.follow(ctx, e, Counter, "request.wrong-number")
	if err != nil || follow == nil {
		return nil, err
	}
	r, gone, err := s.find(ctx, e.CaseID)
	if err != nil || gone {
		return nil, err
	}
	c, body, err := s.open(ctx, s.DB, r)
	if err != nil {
		return nil, err
	}
	body.WrongContact = true
	sealed, err := c.Seal(purposeBody, body)
	if err != nil {
		return nil, err
	}
	return func(tx *db.Tx) error {
		if _, err := db.Exec(ctx, tx, updateSealed, r.ID, sealed); err != nil {
			return err
		}
		return follow(tx)
	}, nil
}

func (s *Store) follow(ctx context.Context, e mailbox.Event, to State, act string) (jobs.Effect, error) {
	r, gone, err := s.find(ctx, e.CaseID)
	if err != nil || gone || r.ClosedAt != nil || !State(r.State).May(to) {
		return nil, err
	}
	return func(tx *db.Tx) error {
		moved, err := s.move(ctx, tx, r, to)
		if err != nil || !moved {
			return err
		}
		return s.note(ctx, tx, r.ID, audit.Applicant, roleSelf, act, string(to))
	}, nil
}

// find returns a request, or says that it has been destroyed.
func (s *Store) find(ctx context.Context, id string) (r row, gone bool, err error) {
	r, err = db.Get[row](ctx, s.DB, selectRequest, id)
	if fault.Is(err, fault.NotFound) {
		return r, true, nil
	}
	return r, false, err
}

const (
	closeRequest = `UPDATE request SET closed_at = $3, state = $4 WHERE id = $1 AND round = $2 AND closed_at IS NULL AND state = $5`
	selectDue    = `
		SELECT ` + columns + ` FROM request
		WHERE closed_at IS NULL AND expires_at <= $1 AND (state IN ('proved', 'asked', 'refused') OR state = 'counter' AND $3)
		ORDER BY expires_at LIMIT $2`
)

// close ends a request: it is destroyed when the life of a closed case is over.
func (s *Store) close(ctx context.Context, tx *db.Tx, r row, to State, why string) error {
	now := s.Now()
	n, err := db.Exec(ctx, tx, closeRequest, r.ID, r.Round, now, string(to), r.State)
	if err != nil || n == 0 {
		return err
	}
	if to == Expired {
		if err := s.count(ctx, tx, pathExpired, now.Sub(r.ReceivedAt)); err != nil {
			return err
		}
	}
	if err := s.Vault.End(ctx, tx, r.ID, now.Add(s.life.closed)); err != nil {
		return err
	}
	return s.note(ctx, tx, r.ID, audit.System, roleWorker, "request.close", why)
}

// counterOpen reports whether there is a counter to go to.
func (s *Store) counterOpen() bool {
	return slices.ContainsFunc(s.Pack.List("counters"), func(c rules.Item) bool { return c.Fields["state"] != "announced" })
}

// Expire closes the requests whose person did not come back, without prejudice.
// What waits for us never expires, and neither does what waits for a counter that is
// only announced.
func (s *Store) Expire(ctx context.Context) error {
	for {
		rows, err := db.Select[row](ctx, s.DB, selectDue, s.Now(), int64(batch), s.counterOpen())
		if err != nil {
			return fmt.Errorf("find requests that end: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		err = s.DB.Update(ctx, func(tx *db.Tx) error {
			for _, r := range rows {
				to := State(r.State)
				if to == Asked || to == Counter {
					to = Expired
				}
				if err := s.close(ctx, tx, r, to, "expired"); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("close requests: %w", err)
		}
	}
}
