package request

import (
	"context"
	"fmt"

	"loket/internal/certificate"
	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/rules"
	"loket/internal/seal"
)

// Kept is a decision about a request, with its reasons.
type Kept struct {
	Question string
	Outcome  string
	PackHash string   // of the pack as it was
	Reasons  []string // ids of rules and settings, such as "rule:digital"
}

const selectKept = `
	SELECT id, question, outcome, pack_hash, reasons FROM decision WHERE request_id = $1 ORDER BY round, question`

type keptRow struct {
	ID, Question, Outcome, PackHash string
	Reasons                         []byte
}

// Decisions returns what was decided about a request, round after round. It is a
// fault.NotFound when the case has ended: the reasons ended with it.
func (s *Store) Decisions(ctx context.Context, requestID string) ([]Kept, error) {
	c, err := s.Vault.Open(ctx, s.DB, requestID)
	if err != nil {
		return nil, err
	}
	rows, err := db.Select[keptRow](ctx, s.DB, selectKept, requestID)
	if err != nil {
		return nil, fmt.Errorf("find decisions: %w", err)
	}
	list := make([]Kept, 0, len(rows))
	for _, r := range rows {
		kept := Kept{Question: r.Question, Outcome: r.Outcome, PackHash: r.PackHash}
		if err := c.Open(purposeReasons(r.ID), r.Reasons, &kept.Reasons); err != nil {
			return nil, err
		}
		list = append(list, kept)
	}
	return list, nil
}

const insertDecision = `
	INSERT INTO decision (id, request_id, round, question, outcome, pack, pack_hash, on_day, known_at, reasons, actor, role, at, proof, proposal)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`

// keepDecision stores a decision. Its reasons are sealed in the case: which of them
// asked for a document would tell what the registry knows.
func (s *Store) keepDecision(ctx context.Context, tx *db.Tx, c seal.Case, r row, d rules.Decision, actor, role string) (string, error) {
	return s.keepRuling(ctx, tx, c, r, d, certificate.Decision{Actor: actor, Role: role})
}

// keepRuling stores a decision by an actor in a role, about a proposal if it was confirmed.
func (s *Store) keepRuling(ctx context.Context, tx *db.Tx, c seal.Case, r row, d rules.Decision, by certificate.Decision) (string, error) {
	kept := certificate.Decision{
		ID: ident.NewID(s.Random, "dec"), RequestID: r.ID, Round: r.Round, Question: d.Question, Outcome: d.Outcome, PackHash: d.Hash,
		OnDay: d.On.String(), KnownAt: d.KnownAt.String(), Actor: by.Actor, Role: by.Role, Proposal: by.Proposal,
	}
	reasons, err := c.Seal(purposeReasons(kept.ID), d.IDs())
	if err != nil {
		return "", err
	}
	_, err = db.Exec(ctx, tx, insertDecision, kept.ID, r.ID, r.Round, d.Question, d.Outcome, d.Pack, d.Hash,
		kept.OnDay, kept.KnownAt, reasons, by.Actor, by.Role, s.Now(), s.Certificates.Prove(kept), by.Proposal)
	if err != nil {
		return "", fmt.Errorf("keep decision: %w", err)
	}
	return kept.ID, nil
}

func purposeReasons(decisionID string) string { return "reasons of " + decisionID }
