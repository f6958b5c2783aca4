package request

import (
	"context"
	"fmt"

	"loket/internal/db"
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
