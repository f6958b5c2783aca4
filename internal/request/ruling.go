package request

import (
	"context"
	"fmt"

	"loket/internal/certificate"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/mailbox"
	"loket/internal/registry"
	"loket/internal/rules"
	"loket/internal/seal"
)

const (
	questionManual = "manual"
	roleApprover   = "approver"
)

// Rule keeps a ruling, if the pack says that it may be kept: a refusal needs a
// reason and the next step, and the pack may ask for two people. An approval leads to
// the proof, a refusal to a message, both in the mailbox.
func (s *Store) Rule(ctx context.Context, ruling Ruling) error {
	d, err := s.mayRule(ruling)
	if err != nil {
		return err
	}
	r, err := db.Get[row](ctx, s.DB, selectRequest, ruling.RequestID)
	if err != nil {
		return fmt.Errorf("find request: %w", err)
	}
	to := Refused
	if ruling.Approve {
		to = Decided
	}
	if !r.State.May(to) {
		return fault.New(fault.TooLate, "request.state", "request %s is %s", r.ID, r.State)
	}
	c, body, err := s.open(ctx, s.DB, r)
	if err != nil {
		return err
	}
	if ruling.Approve {
		return s.approve(ctx, r, c, body, d, ruling)
	}
	return s.refuse(ctx, r, c, d, ruling)
}

// mayRule asks the pack.
func (s *Store) mayRule(ruling Ruling) (rules.Decision, error) {
	choice := "refuse"
	if ruling.Approve {
		choice = "approve"
	}
	today := s.Today()
	d, err := rules.Decide(s.Pack, questionManual, rules.Facts{
		"decision": choice, "reason_given": !ruling.Reason.IsZero(), "next_step_given": !ruling.NextStep.IsZero(),
		"second_person": ruling.Second != "" && ruling.Second != ruling.Actor,
	}, today, today)
	if err != nil {
		return d, fmt.Errorf("decide whether the ruling may be kept: %w", err)
	}
	if d.Outcome != "save" {
		return d, fault.New(fault.Invalid, "request.ruling."+d.Outcome, "ruling is %s", d.Outcome)
	}
	d.Outcome = choice
	return d, nil
}

const updateSealed = `UPDATE request SET sealed = $2 WHERE id = $1`

func (s *Store) approve(ctx context.Context, r row, c seal.Case, body sealedBody, d rules.Decision, ruling Ruling) error {
	plan, err := s.planOf(ctx, body.Answers, ruling.RecordID)
	if err != nil {
		return err
	}
	body.Chosen = ruling.RecordID
	sealed, err := c.Seal(purposeBody, body)
	if err != nil {
		return err
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		if err := s.moveOrFail(ctx, tx, r, Decided); err != nil {
			return err
		}
		if _, err := db.Exec(ctx, tx, updateSealed, r.ID, sealed); err != nil {
			return fmt.Errorf("keep chosen record: %w", err)
		}
		decisionID, err := s.keepDecision(ctx, tx, c, r, d, ruling.Actor, roleApprover)
		if err != nil {
			return err
		}
		if err := s.Certificates.Intend(ctx, tx, decisionID, plan); err != nil {
			return err
		}
		return s.noteSealed(ctx, tx, c, ruling.Actor, roleApprover, "request.decide", d.Outcome)
	})
}

// planOf returns the certificates that follow from the record that staff chose.
func (s *Store) planOf(ctx context.Context, a Answers, recordID string) ([]certificate.Intent, error) {
	chosen, err := s.candidate(ctx, a, recordID)
	if err != nil {
		return nil, err
	}
	return s.Certificates.Plan(chosen.Events)
}

// candidate returns the record that staff chose, if the registry still gives it for
// these answers; a fault.Invalid if not.
func (s *Store) candidate(ctx context.Context, a Answers, recordID string) (registry.Record, error) {
	candidates, err := s.Registry.Candidates(ctx, registry.Query{Number: a.Number, Name: a.Name, Birth: a.Birth})
	if err != nil {
		return registry.Record{}, fmt.Errorf("ask registry: %w", err)
	}
	for _, candidate := range candidates {
		if candidate.ID == recordID {
			return candidate, nil
		}
	}
	return registry.Record{}, fault.New(fault.Invalid, "request.ruling.record", "the chosen record is no candidate")
}

func (s *Store) refuse(ctx context.Context, r row, c seal.Case, d rules.Decision, ruling Ruling) error {
	body := mailbox.Body{Kind: MessageRefused, Pack: s.Pack.ID, Fields: map[string]string{
		"reason": ruling.Reason.Reveal(), "next_step": ruling.NextStep.Reveal()}}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		if err := s.moveOrFail(ctx, tx, r, Refused); err != nil {
			return err
		}
		if _, err := s.keepDecision(ctx, tx, c, r, d, ruling.Actor, roleApprover); err != nil {
			return err
		}
		if _, err := s.Mailbox.Post(ctx, tx, c, mailbox.Post{Lang: lang.Tag(r.Lang), Body: body, Release: s.Now()}); err != nil {
			return err
		}
		if err := s.count(ctx, tx, pathRefused, s.Now().Sub(r.ReceivedAt)); err != nil {
			return err
		}
		return s.noteSealed(ctx, tx, c, ruling.Actor, roleApprover, "request.decide", d.Outcome)
	})
}
