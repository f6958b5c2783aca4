package request

import (
	"context"
	"fmt"
	"slices"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/jobs"
	"loket/internal/lang"
	"loket/internal/mailbox"
	"loket/internal/upload"
)

// FieldAgain stands in a message of kind MessageAsked that asks a second time, with an
// apology: nobody decided on the photos in time, or they were lost. It holds the rule by
// which they ended, such as upload.Deadline.
const FieldAgain = "again"

// registerJobs says what requests do when the mailbox or the photos tell something.
func (s *Store) registerJobs() {
	jobs.Handle(s.Jobs, mailbox.JobOpened, s.opened)
	jobs.Handle(s.Jobs, mailbox.JobReplied, s.replied)
	jobs.Handle(s.Jobs, mailbox.JobWrongNumber, s.wrongNumber)
	jobs.Handle(s.Jobs, upload.JobArrived, s.arrived)
	jobs.Handle(s.Jobs, upload.JobLost, s.lost)
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
	r, gone, err := s.find(ctx, e.CaseID)
	if err != nil || gone {
		return nil, err
	}
	if r.State == Refused {
		return func(tx *db.Tx) error { return s.object(ctx, tx, r) }, nil
	}
	if r.State != Asked && r.State != Answered {
		// Somebody decided, or the case goes on at a counter: nobody looks at a photo any more.
		return func(tx *db.Tx) error { return s.Uploads.End(ctx, tx, r.ID, upload.Decision) }, nil
	}
	return s.follow(ctx, e, Answered, "request.reply")
}

// arrived sends photos for a person who forgot to press send. Those of a form that was not
// sent stay where they are.
func (s *Store) arrived(ctx context.Context, e upload.Event) (jobs.Effect, error) {
	r, gone, err := s.find(ctx, e.CaseID)
	if err != nil || gone || r.ClosedAt != nil {
		return nil, err
	}
	if slices.Contains([]State{Decided, Proved, Refused}, r.State) {
		return func(tx *db.Tx) error { return s.Uploads.End(ctx, tx, r.ID, upload.Decision) }, nil
	}
	return func(tx *db.Tx) error { return s.Mailbox.SendFor(ctx, tx, r.ID) }, nil
}

const extendRequest = `UPDATE request SET expires_at = $2 WHERE id = $1 AND expires_at < $2`

// lost asks again for photos that ended before anybody decided, with an apology. The time
// to answer begins anew: the fault was not theirs.
func (s *Store) lost(ctx context.Context, e upload.Event) (jobs.Effect, error) {
	r, gone, err := s.find(ctx, e.CaseID)
	if err != nil || gone || r.ClosedAt != nil || r.State != Answered {
		return nil, err
	}
	c, body, err := s.open(ctx, s.DB, r)
	if err != nil {
		return nil, err
	}
	post := mailbox.Post{Lang: lang.Tag(r.Lang), Release: s.Now(), WantsReply: true, Body: mailbox.Body{Kind: MessageAsked, Pack: s.Pack.ID,
		Fields: map[string]string{"document": body.Answers.Document, FieldAgain: e.Rule}}}
	return func(tx *db.Tx) error {
		moved, err := s.move(ctx, tx, r, Asked)
		if err != nil || !moved {
			return err
		}
		if _, err := db.Exec(ctx, tx, dropWaiting, r.ID); err != nil { // it rests on photos that are gone
			return fmt.Errorf("drop proposal: %w", err)
		}
		if _, err := db.Exec(ctx, tx, extendRequest, r.ID, s.Now().Add(s.life.request)); err != nil {
			return fmt.Errorf("give time to answer again: %w", err)
		}
		if _, err := s.Mailbox.Post(ctx, tx, c, post); err != nil {
			return err
		}
		return s.note(ctx, tx, r.ID, audit.System, roleWorker, "request.ask-again", e.Rule)
	}, nil
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
		// What was proposed on other photos, or of another's contact, is proposed no more.
		if _, err := db.Exec(ctx, tx, dropWaiting, r.ID); err != nil {
			return fmt.Errorf("drop proposal: %w", err)
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
