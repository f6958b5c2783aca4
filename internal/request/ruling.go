package request

import (
	"context"
	"fmt"

	"loket/internal/certificate"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/mailbox"
	"loket/internal/person"
	"loket/internal/rules"
	"loket/internal/upload"
)

const (
	questionManual = "manual"
	choiceApprove  = "approve"
	choiceRefuse   = "refuse"

	outcomeSave   = "save"
	outcomeSecond = "second-person"
)

// mayRule asks the pack about a ruling by one person, or by two. alone says that one is
// enough; a ruling that lacks something is a fault.Invalid.
func (s *Store) mayRule(r Ruling, second bool) (d rules.Decision, alone bool, err error) {
	today := s.Today()
	d, err = rules.Decide(s.Pack, questionManual, rules.Facts{
		"decision": choiceOf(r), "reason_given": !r.Reason.IsZero(), "next_step_given": !r.NextStep.IsZero(), "second_person": second,
	}, today, today)
	if err != nil {
		return d, false, fmt.Errorf("decide whether the ruling may be kept: %w", err)
	}
	alone = d.Outcome == outcomeSave
	if !alone && (second || d.Outcome != outcomeSecond) {
		return d, false, fault.New(fault.Invalid, "request.ruling."+d.Outcome, "ruling is %s", d.Outcome)
	}
	d.Outcome = choiceOf(r)
	return d, alone, nil
}

const updateSealed = `UPDATE request SET sealed = $2 WHERE id = $1`

// decide keeps a ruling that was confirmed, in the transaction of its last confirmation:
// the decision, what follows from it, and the end of the photos.
func (s *Store) decide(ctx context.Context, tx *db.Tx, t task, made Proposed, d rules.Decision, plan []certificate.Intent) error {
	r := made.Ruling
	to, rule := Refused, upload.Refusal
	if r.Approve {
		to, rule = Decided, upload.Decision
	}
	if err := s.moveOrFail(ctx, tx, t.request, to); err != nil {
		return err
	}
	decisionID, err := s.keepRuling(ctx, tx, t.box, t.request, d,
		certificate.Decision{Actor: t.member.ID, Role: string(t.role), Proposal: made.ID})
	if err != nil {
		return err
	}
	if err := s.Uploads.End(ctx, tx, t.request.ID, rule); err != nil {
		return err
	}
	if t.request.State == Counter {
		t.body.Held = t.request.Round
	}
	if r.Approve {
		err = s.approved(ctx, tx, t, r, decisionID, plan)
	} else {
		err = s.refused(ctx, tx, t, r)
	}
	if err != nil {
		return err
	}
	return s.noteTask(ctx, tx, t, "request.decide", d.Outcome)
}

func (s *Store) approved(ctx context.Context, tx *db.Tx, t task, r Ruling, decisionID string, plan []certificate.Intent) error {
	body := t.body
	body.Chosen, body.SeenDocument = r.RecordID, r.Seen.Document
	if err := s.reseal(ctx, tx, t, body); err != nil {
		return err
	}
	// Only a document that somebody held in their hand finds its person again (G-40).
	if r.Seen.Document != "" && body.Answers.keepsDocument() {
		if _, err := s.People.Verify(ctx, tx, t.request.PersonID, person.Document(body.Answers.DocumentNumber)); err != nil {
			return err
		}
	}
	return s.Certificates.Intend(ctx, tx, decisionID, plan)
}

func (s *Store) refused(ctx context.Context, tx *db.Tx, t task, r Ruling) error {
	if err := s.reseal(ctx, tx, t, t.body); err != nil {
		return err
	}
	object, err := s.whereToObject(t.request.Lang)
	if err != nil {
		return err
	}
	body := mailbox.Body{Kind: MessageRefused, Pack: s.Pack.ID, Fields: map[string]string{
		"reason": r.Reason.Reveal(), "next_step": r.NextStep.Reveal(), "object": object}}
	_, err = s.Mailbox.Post(ctx, tx, t.box, mailbox.Post{Lang: lang.Tag(t.request.Lang), Body: body, Release: s.Now(),
		Hold: t.body.held(t.request)})
	if err != nil {
		return err
	}
	return s.count(ctx, tx, pathRefused, s.Now().Sub(t.request.ReceivedAt))
}

// keepsDocument reports whether the number of a document was given with permission.
func (a Answers) keepsDocument() bool {
	return a.KeepNumber != nil && *a.KeepNumber && !a.DocumentNumber.IsZero()
}

const selectDecidedOne = selectDecidedColumns + ` AND request.id = $1`

// answerAt hands the answer of a case out at once, where its person stands at the counter.
// A failure is reported, and the worker takes the case up.
func (s *Store) answerAt(ctx context.Context, t task) {
	if t.request.State != Counter {
		return
	}
	rows, err := db.Select[decidedRow](ctx, s.DB, selectDecidedOne, t.request.ID)
	var a answer
	for _, r := range rows {
		if a, err = s.prepare(ctx, r); err == nil {
			err = s.handOut(ctx, []answer{a})
		}
	}
	if err != nil {
		s.Report(ctx, "request.answer", fmt.Errorf("%s: %w", t.request.ID, err))
	}
}
