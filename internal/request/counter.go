package request

import (
	"context"
	"fmt"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/mailbox"
	"loket/internal/person"
	"loket/internal/rules"
	"loket/internal/staff"
)

// atCounter runs an act on the case that a member at the counter has in hand.
func (s *Store) atCounter(ctx context.Context, m staff.Member, leaseID string, act func(*db.Tx, task) error) error {
	t, err := s.takeAtCounter(ctx, m, leaseID, "")
	if err != nil {
		return err
	}
	return s.Staff.Update(ctx, func(tx *db.Tx) error {
		if err := s.again(ctx, tx, t); err != nil {
			return err
		}
		return act(tx, t)
	})
}

func (s *Store) takeAtCounter(ctx context.Context, m staff.Member, leaseID, act string) (task, error) {
	t, err := s.take(ctx, m, leaseID, act)
	if err != nil {
		return t, err
	}
	if t.role != staff.Counter {
		return t, fault.New(fault.Denied, "staff.role.missing", "lease %s is not of the counter", leaseID)
	}
	return t, nil
}

// ToCounter lets a case that came by another way go on at the counter, where its person
// is: mails about it end. It is a fault.TooLate while a worker or a second person has it.
func (s *Store) ToCounter(ctx context.Context, m staff.Member, leaseID string) error {
	return s.atCounter(ctx, m, leaseID, func(tx *db.Tx, t task) error {
		r := t.request
		if r.State == Counter {
			return nil
		}
		if !r.State.May(Counter) || r.ClosedAt != nil {
			return fault.New(fault.TooLate, "request.state", "request %s is %s", r.ID, r.State)
		}
		if err := s.nothingWaits(ctx, tx, r); err != nil {
			return err
		}
		n, err := db.Exec(ctx, tx, updateState, r.ID, r.State, r.Round, string(Counter))
		if err != nil {
			return fmt.Errorf("move request to the counter: %w", err)
		}
		if n == 0 {
			return fault.New(fault.TooLate, "request.state", "request %s moved on", r.ID)
		}
		if err := s.Mailbox.RecallCase(ctx, tx, r.ID); err != nil {
			return err
		}
		return s.noteTask(ctx, tx, t, "request.to-counter", string(r.State))
	})
}

// nothingWaits says that no proposal about a request waits for a second person.
func (s *Store) nothingWaits(ctx context.Context, q db.Queryer, r row) error {
	_, err := db.Get[proposal](ctx, q, selectOpenProposal, r.ID, r.Round)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for a proposal: %w", err)
	}
	return fault.New(fault.TooLate, "request.proposal.there", "a proposal waits for %s", r.ID)
}

// AskDocument lets somebody come back with a document, or send photos of it. Who has an
// address and a phone gets the message there; for others it is printed, and opens with a
// code on paper.
func (s *Store) AskDocument(ctx context.Context, m staff.Member, leaseID string) error {
	return s.atCounter(ctx, m, leaseID, func(tx *db.Tx, t task) error {
		r, a := t.request, t.body.Answers
		if r.State != Counter || r.ClosedAt != nil {
			return fault.New(fault.TooLate, "request.state", "request %s is %s", r.ID, r.State)
		}
		if err := s.nothingWaits(ctx, tx, r); err != nil {
			return err
		}
		if err := s.moveOrFail(ctx, tx, r, Asked); err != nil {
			return err
		}
		if err := s.decideToAsk(ctx, tx, t); err != nil {
			return err
		}
		t.body.Held = r.Round
		if err := s.reseal(ctx, tx, t, t.body); err != nil {
			return err
		}
		_, err := s.Mailbox.Post(ctx, tx, t.box, mailbox.Post{Lang: lang.Tag(r.Lang), Release: s.Now(), WantsReply: true,
			Hold: a.Email.IsZero() || a.Phone.IsZero(),
			Body: mailbox.Body{Kind: MessageAsked, Pack: s.Pack.ID, Fields: map[string]string{"document": a.Document}}})
		if err != nil {
			return err
		}
		if err := s.count(ctx, tx, pathCounterAsked, s.Now().Sub(r.ReceivedAt)); err != nil {
			return err
		}
		return s.noteTask(ctx, tx, t, "request.ask", "ok")
	})
}

const (
	questionCounter = "counter"
	selectAskedHere = `SELECT count(*) AS n FROM decision WHERE request_id = $1 AND round = $2 AND question = 'counter'`
)

// decideToAsk keeps that somebody at the counter asked for a document: once a round.
func (s *Store) decideToAsk(ctx context.Context, tx *db.Tx, t task) error {
	n, err := db.Get[int64](ctx, tx, selectAskedHere, t.request.ID, t.request.Round)
	if err != nil || n > 0 {
		return err
	}
	today := s.Today()
	d := rules.Decision{Pack: s.Pack.ID, Hash: s.Pack.Hash, Question: questionCounter, On: today, KnownAt: today, Outcome: outcomeAsk}
	_, err = s.keepDecision(ctx, tx, t.box, t.request, d, t.member.ID, string(t.role))
	return err
}

// WithdrawAt withdraws a case as its person asks at the counter.
func (s *Store) WithdrawAt(ctx context.Context, m staff.Member, leaseID string) error {
	t, err := s.takeAtCounter(ctx, m, leaseID, "")
	if err != nil {
		return err
	}
	if err := s.withdraw(ctx, t.request, actor{m.ID, string(staff.Counter)}); err != nil {
		return err
	}
	return s.Staff.Update(ctx, func(tx *db.Tx) error { return s.Staff.Release(ctx, tx, t.lease, "withdrawn") })
}

// Print returns the message of a case that was decided at the counter, to be printed
// there: the proofs, or the refusal with its reason. It can be printed again under the same
// lease. A message that goes to somebody's address is a fault.Denied: whoever sent a form
// in another's name knows its number and code, and would fetch what the address protects.
func (s *Store) Print(ctx context.Context, m staff.Member, leaseID string) (mailbox.Body, error) {
	t, err := s.takeAtCounter(ctx, m, leaseID, "print")
	if err != nil {
		return mailbox.Body{}, err
	}
	if !t.body.held(t.request) {
		return mailbox.Body{}, fault.New(fault.Denied, "request.print.elsewhere", "request %s was not decided at the counter", t.request.ID)
	}
	var body mailbox.Body
	err = s.Staff.Update(ctx, func(tx *db.Tx) (err error) {
		if err := s.again(ctx, tx, t); err != nil {
			return err
		}
		if _, body, err = s.Mailbox.Held(ctx, tx, t.box); err != nil {
			return err
		}
		if r := t.request; r.ClosedAt == nil && (r.State == Proved || r.State == Refused) {
			return s.close(ctx, tx, r, r.State, "printed")
		}
		return nil
	})
	return body, err
}

const updateCode = `UPDATE request SET code_version = code_version + 1, tries = 0 WHERE id = $1 RETURNING code_version`

// NewCode makes another code of a case, for paper; the one before opens nothing any more.
func (s *Store) NewCode(ctx context.Context, m staff.Member, leaseID string) (code ident.Code, err error) {
	err = s.atCounter(ctx, m, leaseID, func(tx *db.Tx, t task) error {
		version, err := db.Get[int64](ctx, tx, updateCode, t.request.ID)
		if err != nil {
			return fmt.Errorf("make another code: %w", err)
		}
		t.request.CodeVersion = version
		code = s.code(t.request)
		return s.noteTask(ctx, tx, t, "request.new-code", "ok")
	})
	return code, err
}

// PaperCode makes a code on paper that opens the messages of a case without a phone.
func (s *Store) PaperCode(ctx context.Context, m staff.Member, leaseID string) (code ident.Code, err error) {
	err = s.atCounter(ctx, m, leaseID, func(tx *db.Tx, t task) (err error) {
		if code, err = s.Mailbox.PaperCode(ctx, tx, t.box); err != nil {
			return err
		}
		return s.noteTask(ctx, tx, t, "request.paper-code", "ok")
	})
	return code, err
}

// KeepDocument keeps the number of a document that the person of a case showed at the
// counter, after they allowed it (G-38). It is a sum, and sealed in the case. Where the same
// document was seen before, its record comes first from now on.
func (s *Store) KeepDocument(ctx context.Context, m staff.Member, leaseID string, number ident.DocumentNumber) error {
	if number.IsZero() {
		return fault.New(fault.Invalid, "ident.document-number.length", "no document number")
	}
	return s.atCounter(ctx, m, leaseID, func(tx *db.Tx, t task) error {
		if t.request.State != Counter || t.request.ClosedAt != nil {
			return fault.New(fault.TooLate, "request.state", "request %s is %s", t.request.ID, t.request.State)
		}
		yes := true
		body := t.body
		body.Answers.KeepNumber, body.Answers.DocumentNumber = &yes, number
		earlier, _, err := s.earlierCase(ctx, tx, t.request.ID, body.Answers)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err == nil {
			body.Earlier = earlier
		}
		if err := s.People.Forget(ctx, tx, t.request.PersonID, person.DocumentKind); err != nil {
			return err
		}
		if err := s.People.Claim(ctx, tx, t.request.PersonID, person.Document(number)); err != nil {
			return err
		}
		if err := s.reseal(ctx, tx, t, body); err != nil {
			return err
		}
		return s.noteTask(ctx, tx, t, "request.keep-document", "ok")
	})
}

func (s *Store) reseal(ctx context.Context, tx *db.Tx, t task, body sealedBody) error {
	sealed, err := t.box.Seal(purposeBody, body)
	if err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, updateSealed, t.request.ID, sealed); err != nil {
		return fmt.Errorf("seal request again: %w", err)
	}
	return nil
}
