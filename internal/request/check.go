package request

import (
	"context"
	"fmt"
	"time"

	"loket/internal/db"
)

// Invariants of requests as queries that must count nothing, with the sentence
// that tells what is broken.
func invariants() [][2]string {
	return [][2]string{
		{`SELECT count(*) AS n FROM request WHERE state IN ('decided', 'proved', 'asked', 'refused') AND NOT EXISTS
			(SELECT 1 FROM decision WHERE decision.request_id = request.id AND decision.round = request.round
			AND decision.question IN ('automatic', 'manual', 'counter'))`,
			"requests went on without a decision"},
		{`SELECT count(*) AS n FROM certificate JOIN decision ON decision.id = certificate.decision_id
			WHERE NOT (decision.question = 'automatic' AND decision.outcome = 'issue' OR decision.question = 'manual' AND decision.outcome = 'approve')`,
			"certificates rest on a decision that allows none"},
		{`SELECT count(*) AS n FROM certificate WHERE state = 'issued' AND (digest IS NULL OR kid = '')`,
			"issued certificates have no signature on the list"},
		{`SELECT count(*) AS n FROM request WHERE state = 'proved' AND closed_at IS NULL AND NOT EXISTS
			(SELECT 1 FROM decision JOIN certificate ON certificate.decision_id = decision.id
			WHERE decision.request_id = request.id AND decision.round = request.round AND certificate.state IN ('issued', 'revoked'))`,
			"proved requests have no certificate on the list"},
		{`SELECT count(*) AS n FROM request WHERE state IN ('proved', 'asked', 'refused') AND closed_at IS NULL AND NOT EXISTS
			(SELECT 1 FROM message WHERE message.case_id = request.id AND message.direction = 'out')`,
			"answered requests have no message"},
		{`SELECT count(*) AS n FROM request WHERE NOT EXISTS (SELECT 1 FROM case_key WHERE case_key.case_id = request.id)`,
			"requests have no key"},
		{`SELECT count(*) AS n FROM request WHERE (closed_at IS NULL) <>
			EXISTS (SELECT 1 FROM case_key WHERE case_key.case_id = request.id AND case_key.ends_at IS NULL)`,
			"requests that ended have no day of destruction, or living ones have one"},
		{`SELECT count(*) AS n FROM request WHERE NOT EXISTS
			(SELECT 1 FROM audit_entry WHERE audit_entry.object = request.id AND audit_entry.act = 'request.submit')`,
			"requests have no audit entry"},
	}
}

const (
	selectBalance = `
		SELECT coalesce(CAST(sum(CASE WHEN path IN ('opened', 'reopened') THEN cases ELSE 0 END) AS bigint), 0) AS came,
			coalesce(CAST(sum(CASE WHEN path IN ('automatic', 'document-asked', 'counter', 'withdrawn-early')
				THEN cases ELSE 0 END) AS bigint), 0) AS answered
		FROM request_figure`
	countWaiting = `
		SELECT count(*) AS n FROM request WHERE state = 'received' OR state = 'decided' AND EXISTS
			(SELECT 1 FROM decision WHERE decision.request_id = request.id AND decision.round = request.round AND decision.question = 'automatic')
			AND NOT EXISTS
			(SELECT 1 FROM decision WHERE decision.request_id = request.id AND decision.round = request.round AND decision.question = 'manual')`
)

// lateAfter is how long a request may wait for its answer.
const lateAfter = time.Hour

const countLate = `SELECT count(*) AS n FROM request WHERE state IN ('received', 'decided') AND expires_at < $1`

// overdueAfter is how long after its end a request may stay open: the worker that closes
// them may have been down.
const overdueAfter = 14 * 24 * time.Hour

// What waits for us, or for a counter, has no end.
const countOverdue = `
	SELECT count(*) AS n FROM request WHERE closed_at IS NULL AND state IN ('proved', 'asked', 'refused') AND expires_at < $1`

// overdue says which requests should have ended long ago.
func (s *Store) overdue(ctx context.Context) (string, error) {
	n, err := db.Get[int64](ctx, s.DB, countOverdue, s.Now().Add(-overdueAfter))
	if err != nil {
		return "", fmt.Errorf("look for requests that never end: %w", err)
	}
	if n == 0 {
		return "", nil
	}
	return fmt.Sprintf("%d requests are open more than %v after their end", n, overdueAfter), nil
}

type balance struct{ Came, Answered int64 }

// Check returns a line for each promise about requests that does not hold: that
// answers rest on decisions, certificates on the list, keys on living cases, and
// that the figures add up to the cases (G-56).
func (s *Store) Check(ctx context.Context) ([]string, error) {
	var broken []string
	for _, invariant := range invariants() {
		//sqlcheck:dynamic TestAKnownPersonGetsTheProofWithoutStaff
		n, err := db.Get[int64](ctx, s.DB, invariant[0])
		if err != nil {
			return nil, fmt.Errorf("check that no %s: %w", invariant[1], err)
		}
		if n > 0 {
			broken = append(broken, fmt.Sprintf("%d %s", n, invariant[1]))
		}
	}
	unconfirmed, err := s.unconfirmed(ctx)
	if err != nil {
		return nil, err
	}
	if unconfirmed > 0 {
		broken = append(broken, fmt.Sprintf("%d approvals by staff lack a confirmation", unconfirmed))
	}
	// A request expires a fixed time after it was received or reopened.
	late, err := db.Get[int64](ctx, s.DB, countLate, s.Now().Add(s.life.request-lateAfter))
	if err != nil {
		return nil, fmt.Errorf("look for requests without an answer: %w", err)
	}
	if late > 0 {
		broken = append(broken, fmt.Sprintf("%d requests have waited for an answer for more than %v", late, lateAfter))
	}
	overdue, err := s.overdue(ctx)
	if err != nil {
		return nil, err
	}
	if overdue != "" {
		broken = append(broken, overdue)
	}
	b, err := db.Get[balance](ctx, s.DB, selectBalance)
	if err != nil {
		return nil, fmt.Errorf("add up figures: %w", err)
	}
	waiting, err := db.Get[int64](ctx, s.DB, countWaiting)
	if err != nil {
		return nil, fmt.Errorf("count waiting requests: %w", err)
	}
	if b.Came != b.Answered+waiting {
		broken = append(broken, fmt.Sprintf("%d requests came, %d were answered and %d wait", b.Came, b.Answered, waiting))
	}
	return broken, nil
}
