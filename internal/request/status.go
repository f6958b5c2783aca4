package request

import (
	"context"
	"fmt"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/rules"
	"loket/internal/upload"
)

// Step is all that number and code show from outside: the same for a person who
// is known and one who is not, until the message is opened.
type Step string

// The steps.
const (
	StepReceived Step = "received"
	StepMessage  Step = "message"
	StepCounter  Step = "counter"
	StepClosed   Step = "closed"
	// StepWithdrawn lasts until the next sweep destroys the request.
	StepWithdrawn Step = "withdrawn"
)

// Status is what the status page shows.
type Status struct {
	Number     ident.CaseNumber
	Step       Step
	Received   rules.Day
	Until      rules.Day // closes then, or is destroyed then if it is closed; zero when it just waits
	Reopenable bool
}

// maxTries is how many wrong codes a day a request takes before it is shut for the
// rest of the day, right codes too: eight digits hold against ten guesses a day.
const maxTries = 10

// Status shows where a request is. Number and code that do not fit, whichever it
// is, are the same fault.NotFound; too many wrong codes a day are a fault.Throttled.
func (s *Store) Status(ctx context.Context, number ident.CaseNumber, code ident.Code) (Status, error) {
	r, err := s.enter(ctx, number, code)
	if err != nil {
		return Status{}, err
	}
	return s.statusOf(ctx, r)
}

func (s *Store) statusOf(ctx context.Context, r row) (Status, error) {
	status := Status{Number: ident.CaseNumber(r.Number), Received: s.day(r.ReceivedAt), Until: s.day(r.ExpiresAt)}
	switch {
	case r.State == Withdrawn:
		status.Step = StepWithdrawn
	case r.ClosedAt != nil:
		status.Step, status.Until = StepClosed, s.day(r.ClosedAt.Add(s.life.closed))
		status.Reopenable = true
	case r.State == Counter:
		status.Step = StepCounter
		open, err := s.Locations.AnyOpen(ctx)
		if err != nil {
			return Status{}, err
		}
		if !open {
			status.Until = rules.Day{}
		}
	case r.State == Received || r.State == Decided:
		status.Step = StepReceived
	default:
		status.Step = StepMessage
	}
	return status, nil
}

const (
	selectByNumber = `SELECT ` + columns + ` FROM request WHERE number = $1`
	updateTries    = `
		UPDATE request SET tries = CASE WHEN tries_day = $2 THEN tries + 1 ELSE 1 END, tries_day = $2
		WHERE id = $1 AND (tries_day <> $2 OR tries < $3)`
)

// enter opens the door to a request by number and code.
func (s *Store) enter(ctx context.Context, number ident.CaseNumber, code ident.Code) (row, error) {
	wrong := fault.New(fault.NotFound, "request.status.wrong", "number and code do not fit")
	r, err := db.Get[row](ctx, s.DB, selectByNumber, string(number))
	if fault.Is(err, fault.NotFound) {
		return row{}, wrong
	}
	if err != nil {
		return row{}, fmt.Errorf("find request by number: %w", err)
	}
	today := s.Today().String()
	shut := fault.New(fault.Throttled, "request.status.shut", "too many wrong codes today")
	if r.TriesDay == today && r.Tries >= maxTries {
		return row{}, shut
	}
	if s.code(r).Equal(code) {
		return r, nil
	}
	counted, err := db.Exec(ctx, s.DB, updateTries, r.ID, today, int64(maxTries))
	if err != nil {
		return row{}, fmt.Errorf("count wrong code: %w", err)
	}
	if counted == 0 {
		return row{}, shut
	}
	return row{}, wrong
}

const reopenRequest = `
	UPDATE request SET state = $4, round = round + 1, closed_at = NULL, expires_at = $3
	WHERE id = $1 AND round = $2 AND closed_at IS NOT NULL AND state <> 'withdrawn'`

// Reopen begins a new round of a request that has ended, with the same number and
// code and all that was told. It is a fault.TooLate when it has not ended or was
// withdrawn.
func (s *Store) Reopen(ctx context.Context, number ident.CaseNumber, code ident.Code) error {
	r, err := s.enter(ctx, number, code)
	if err != nil {
		return err
	}
	return s.reopen(ctx, r, actor{audit.Applicant, roleSelf})
}

// actor is who does something to a request, in which role.
type actor struct{ id, role string }

func (s *Store) reopen(ctx context.Context, r row, by actor) error {
	c, body, err := s.open(ctx, s.DB, r)
	if err != nil {
		return err
	}
	to := Received
	way, decisions, err := s.acceptable(body.Answers)
	if err != nil || way == WayCounter || body.WrongContact { // goes on with a person
		to = Counter
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		n, err := db.Exec(ctx, tx, reopenRequest, r.ID, r.Round, s.Now().Add(s.life.request), string(to))
		if err != nil {
			return fmt.Errorf("reopen request: %w", err)
		}
		if n == 0 {
			return fault.New(fault.TooLate, "request.reopen", "request %s cannot be reopened", r.ID)
		}
		if err := s.Vault.Reopen(ctx, tx, r.ID); err != nil {
			return err
		}
		// A link of the round before must not open, nor close, this one.
		if err := s.Mailbox.RecallCase(ctx, tx, r.ID); err != nil {
			return err
		}
		if err := s.countOpened(ctx, tx, pathReopened, to); err != nil {
			return err
		}
		if !body.WrongContact {
			if err := s.followCounters(ctx, tx, r.ID, to, body.Answers); err != nil {
				return err
			}
		}
		again := r
		again.Round++
		for _, d := range decisions {
			if _, err := s.keepDecision(ctx, tx, c, again, d, audit.System, roleWorker); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, r.ID, by.id, by.role, "request.reopen", "ok")
	})
}

const (
	lockRequest     = selectRequest + ` FOR UPDATE`
	withdrawRequest = `UPDATE request SET state = 'withdrawn', closed_at = $3 WHERE id = $1 AND round = $2 AND state = $4`
)

// Withdraw ends a request as its person asks: it is destroyed by the next sweep,
// with its messages.
func (s *Store) Withdraw(ctx context.Context, number ident.CaseNumber, code ident.Code) error {
	r, err := s.enter(ctx, number, code)
	if err != nil {
		return err
	}
	return s.withdraw(ctx, r, actor{audit.Applicant, roleSelf})
}

// withdraw ends a request, whatever happens to it at this moment: who takes it back does
// not have to press again because somebody answered.
func (s *Store) withdraw(ctx context.Context, r row, by actor) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		r, err := db.Get[row](ctx, tx, lockRequest, r.ID)
		if err != nil {
			return fmt.Errorf("lock request: %w", err)
		}
		if !r.State.May(Withdrawn) {
			return fault.New(fault.TooLate, "request.state", "request %s is %s", r.ID, r.State)
		}
		n, err := db.Exec(ctx, tx, withdrawRequest, r.ID, r.Round, s.Now(), r.State)
		if err != nil {
			return fmt.Errorf("withdraw request: %w", err)
		}
		if n == 0 {
			return fault.New(fault.TooLate, "request.state", "request %s moved on", r.ID)
		}
		path := pathWithdrawn
		if r.State == Received || r.State == Decided {
			path = pathWithdrawnEarly
		}
		if err := s.count(ctx, tx, path, s.Now().Sub(r.ReceivedAt)); err != nil {
			return err
		}
		if err := s.Mailbox.RecallCase(ctx, tx, r.ID); err != nil {
			return err
		}
		if err := s.Uploads.End(ctx, tx, r.ID, upload.Withdrawn); err != nil {
			return err
		}
		if err := s.Vault.End(ctx, tx, r.ID, s.Now()); err != nil {
			return err
		}
		return s.note(ctx, tx, r.ID, by.id, by.role, "request.withdraw", "ok")
	})
}
