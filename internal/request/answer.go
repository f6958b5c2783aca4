package request

import (
	"context"
	"fmt"
	"time"

	"loket/internal/audit"
	"loket/internal/certificate"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/mailbox"
	"loket/internal/point"
	"loket/internal/seal"
	"loket/internal/upload"
)

// Kinds of message.
const (
	MessageProof   = "proof"
	MessageAsked   = "document-asked"
	MessageRefused = "refused"
	// MessageComparing says that nothing more is needed: staff compare.
	MessageComparing = "comparing"
)

const selectDecidedColumns = `
	SELECT request.id, number, person_id, lang, state, request.round, code_version, tries, tries_day, received_at, expires_at,
		closed_at, sealed, decision.id AS decision_id, decision.question, decision.outcome
	FROM request
	JOIN decision ON decision.request_id = request.id AND decision.round = request.round
	WHERE state = 'decided' AND (decision.question = 'manual' OR decision.question = 'automatic' AND NOT EXISTS (
		SELECT 1 FROM decision staff
		WHERE staff.request_id = request.id AND staff.round = request.round AND staff.question = 'manual'))`

const selectDecided = selectDecidedColumns + `
	ORDER BY received_at LIMIT $1`

type decidedRow struct {
	row
	DecisionID string
	Question   string
	Outcome    string
}

// answer is a message that is ready to be handed out.
type answer struct {
	request      decidedRow
	box          seal.Case
	body         mailbox.Body
	to           State
	certificates []certificate.Certificate
	sealed       []byte // what lies sealed in the request from now on; nil leaves it
	hold         bool   // its person is at the counter
}

// Answer hands out the answers to all decided requests, a batch in one
// transaction, released at one moment and in random order: what leaves the house tells
// nothing of which is which. What a crash interrupts is taken up here.
func (s *Store) Answer(ctx context.Context) error {
	for {
		rows, err := db.Select[decidedRow](ctx, s.DB, selectDecided, int64(batch))
		if err != nil {
			return fmt.Errorf("find decided requests: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		answers := make([]answer, 0, len(rows))
		for _, r := range rows {
			a, err := s.prepare(ctx, r)
			if fault.Is(err, fault.Unavailable) {
				return fmt.Errorf("answer %s: %w", r.ID, err)
			}
			if err != nil {
				s.Report(ctx, "request.answer", fmt.Errorf("%s: %w", r.ID, err))
				continue
			}
			answers = append(answers, a)
		}
		if len(answers) == 0 {
			return nil
		}
		if err := s.shuffle(len(answers), func(i, j int) { answers[i], answers[j] = answers[j], answers[i] }); err != nil {
			return err
		}
		point.Reach("request.signed")
		if err := s.handOut(ctx, answers); err != nil {
			return fmt.Errorf("hand out answers: %w", err)
		}
		point.Reach("request.answered")
	}
}

// prepare signs what is to be signed and writes the message.
func (s *Store) prepare(ctx context.Context, r decidedRow) (answer, error) {
	c, body, err := s.open(ctx, s.DB, r.row)
	if err != nil {
		return answer{}, err
	}
	ask := answer{request: r, box: c, to: Asked, body: mailbox.Body{Kind: MessageAsked, Pack: s.Pack.ID,
		Fields: map[string]string{"document": body.Answers.Document}}}
	if r.Outcome == outcomeAsk {
		return s.orCompare(ctx, ask, body)
	}
	certificates, err := s.prove(ctx, r, body)
	switch {
	case fault.Is(err, fault.Denied) || fault.Is(err, fault.Invalid):
		// The registry changed since the decision, or holds what no certificate may say.
		if r.Question == questionManual {
			return answer{request: r, box: c, to: anew(r.row, body)}, nil
		}
		return s.orCompare(ctx, ask, body)
	case err != nil:
		return answer{}, err
	}
	proof := answer{request: r, box: c, to: Proved, certificates: certificates, hold: body.held(r.row), body: mailbox.Body{Kind: MessageProof, Pack: s.Pack.ID}}
	for _, made := range certificates {
		proof.body.Proofs = append(proof.body.Proofs, mailbox.Proof{Kind: string(made.Kind), QR: made.Text})
	}
	return proof, nil
}

// prove has the certificates signed, on grounds found anew.
func (s *Store) prove(ctx context.Context, r decidedRow, body sealedBody) ([]certificate.Certificate, error) {
	if r.Question == questionAuto {
		best, err := s.compare(ctx, body.Answers)
		if err != nil {
			return nil, err
		}
		return s.Certificates.Issue(ctx, r.DecisionID, certificate.Grounds{Facts: best.facts(), Record: best.record})
	}
	chosen, err := s.candidate(ctx, body, body.Chosen)
	if err != nil {
		return nil, err
	}
	return s.Certificates.Issue(ctx, r.DecisionID, certificate.Grounds{Record: chosen})
}

func (s *Store) handOut(ctx context.Context, answers []answer) error {
	release := s.Now()
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		for _, a := range answers {
			if err := s.handOutOne(ctx, tx, a, release); err != nil {
				return fmt.Errorf("%s: %w", a.request.ID, err)
			}
		}
		return nil
	})
}

func (s *Store) handOutOne(ctx context.Context, tx *db.Tx, a answer, release time.Time) error {
	if a.body.Kind == "" {
		return s.beginAnew(ctx, tx, a)
	}
	moved, err := s.move(ctx, tx, a.request.row, a.to)
	if err != nil || !moved {
		return err
	}
	if a.sealed != nil {
		if _, err := db.Exec(ctx, tx, updateSealed, a.request.ID, a.sealed); err != nil {
			return fmt.Errorf("keep earlier case: %w", err)
		}
	}
	path := pathAsked
	if a.to == Proved {
		path = pathAutomatic
		if a.request.Question == questionManual {
			path = pathApproved
		}
		if err := s.Certificates.List(ctx, tx, a.certificates); err != nil {
			return err
		}
		if err := s.Uploads.End(ctx, tx, a.request.ID, upload.Decision); err != nil {
			return err
		}
	}
	_, err = s.Mailbox.Post(ctx, tx, a.box, mailbox.Post{Lang: lang.Tag(a.request.Lang), Body: a.body, Release: release,
		WantsReply: a.to == Asked, Hold: a.hold})
	if err != nil {
		return err
	}
	if err := s.count(ctx, tx, path, s.Now().Sub(a.request.ReceivedAt)); err != nil {
		return err
	}
	return s.noteSealed(ctx, tx, a.box, audit.System, roleWorker, "request.answer", string(a.to))
}
