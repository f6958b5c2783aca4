package request

import (
	"context"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/jobs"
	"loket/internal/mailbox"
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
	if err != nil || gone || r.ClosedAt != nil || (r.State != Proved && r.State != Refused) {
		return nil, err
	}
	return func(tx *db.Tx) error { return s.close(ctx, tx, r, r.State, "opened") }, nil
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
	if err != nil || gone || r.ClosedAt != nil || !r.State.May(to) {
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
