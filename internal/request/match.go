package request

import (
	"context"
	"fmt"
	"time"

	"loket/internal/audit"
	"loket/internal/certificate"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/person"
	"loket/internal/point"
	"loket/internal/registry"
	"loket/internal/rules"
	"loket/internal/seal"
)

// batch is how many requests are matched together, and patience how long that may
// take: a job has a minute.
const (
	batch    = 200
	patience = 20 * time.Second
)

const selectReceived = `SELECT ` + columns + ` FROM request WHERE state = 'received' ORDER BY received_at LIMIT $1`

// verdict is what matching found about one request.
type verdict struct {
	request  row
	box      seal.Case
	decision rules.Decision
	number   ident.Number
	plan     []certificate.Intent
}

// Match decides all requests that wait, in shuffled batches, and then hands out
// the answers. A registry that is down leaves them waiting.
func (s *Store) Match(ctx context.Context) error {
	for {
		n, err := s.matchBatch(ctx)
		if err != nil {
			return fmt.Errorf("match: %w", err)
		}
		if n < batch {
			break
		}
	}
	return s.Answer(ctx)
}

func (s *Store) matchBatch(ctx context.Context) (int, error) {
	rows, err := db.Select[row](ctx, s.DB, selectReceived, int64(batch))
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	if err := s.shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] }); err != nil {
		return 0, err
	}
	verdicts := make([]verdict, 0, len(rows))
	begun := s.Now()
	for _, r := range rows {
		if s.Now().Sub(begun) > patience {
			break // a slow registry: what is matched is kept, the rest comes next
		}
		v, err := s.match(ctx, r)
		if fault.Is(err, fault.Unavailable) {
			return 0, err // the registry is down: all of them wait
		}
		if err != nil {
			s.Report(ctx, "request.match", err)
			continue // one case that cannot be read holds up nobody else
		}
		verdicts = append(verdicts, v)
	}
	if len(verdicts) == 0 {
		return 0, nil
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		for _, v := range verdicts {
			if err := s.keepVerdict(ctx, tx, v); err != nil {
				return fmt.Errorf("keep decision of %s: %w", v.request.ID, err)
			}
		}
		return nil
	})
	point.Reach("request.decided")
	return len(verdicts), err
}

// match asks the registry and the pack about one request.
func (s *Store) match(ctx context.Context, r row) (verdict, error) {
	c, body, err := s.open(ctx, s.DB, r)
	if err != nil {
		return verdict{}, fmt.Errorf("open %s: %w", r.ID, err)
	}
	best, err := s.compare(ctx, body.Answers)
	if err != nil {
		return verdict{}, err
	}
	today := s.Today()
	d, err := rules.Decide(s.Pack, questionAuto, best.facts(), today, today)
	if err != nil {
		return verdict{}, fmt.Errorf("decide %s: %w", r.ID, err)
	}
	v := verdict{request: r, box: c, decision: d, number: body.Answers.Number}
	if d.Outcome == outcomeIssue {
		v.plan = best.plan
	}
	return v, nil
}

// Outcomes of the pack's question "automatic".
const (
	outcomeIssue = "issue"
	outcomeAsk   = "ask-document"
)

// comparison is the candidate that agrees best with a request.
type comparison struct {
	agreement registry.Agreement
	record    registry.Record
	plan      []certificate.Intent
}

// compare asks the registry for candidates and takes the one that agrees best.
func (s *Store) compare(ctx context.Context, a Answers) (comparison, error) {
	query := registry.Query{Number: a.Number, Name: a.Name, Birth: a.Birth}
	candidates, err := s.Registry.Candidates(ctx, query)
	if err != nil {
		return comparison{}, fmt.Errorf("ask registry: %w", err)
	}
	asked := registry.Asked{Query: query, Phone: a.Phone, Email: a.Email}
	var best comparison
	for i, candidate := range candidates {
		agreement := registry.Compare(asked, candidate)
		if i == 0 || weight(agreement) > weight(best.agreement) {
			best = comparison{agreement: agreement, record: candidate}
		}
	}
	tried, err := s.triedOften(ctx, a)
	if err != nil {
		return comparison{}, err
	}
	if tried {
		best.agreement.NumberFound = false
	}
	best.plan, err = s.Certificates.Plan(best.record.Events)
	return best, err
}

// triedOften reports whether a number came so often this week that somebody may be
// trying: then a person looks. Claiming a number blocks nobody.
func (s *Store) triedOften(ctx context.Context, a Answers) (bool, error) {
	if a.Number.IsZero() {
		return false, nil
	}
	n, err := s.Tally.Week(ctx, s.DB, tallyNumber, a.Number.Reveal())
	return n > triesPerNumber, err
}

func weight(a registry.Agreement) int {
	n := 0
	for _, agrees := range []bool{a.NumberFound, a.BirthAgrees, a.NameAgrees, a.ContactAgrees} {
		if agrees {
			n++
		}
	}
	return n
}

// facts returns the comparison as facts of the pack's question "automatic".
func (c comparison) facts() rules.Facts {
	return rules.Facts{
		"number_found": c.agreement.NumberFound, "birth_date_agrees": c.agreement.BirthAgrees,
		"name_agrees": c.agreement.NameAgrees, "basis_found": len(c.plan) > 0,
		"contact_on_file": c.agreement.ContactOnFile, "contact_agrees": c.agreement.ContactAgrees,
	}
}

// keepVerdict stores the decision, with the certificates intended under it. A
// request that moved on in between is left alone.
func (s *Store) keepVerdict(ctx context.Context, tx *db.Tx, v verdict) error {
	moved, err := s.move(ctx, tx, v.request, Decided)
	if err != nil || !moved {
		return err
	}
	decisionID, err := s.keepDecision(ctx, tx, v.box, v.request, v.decision, audit.System, roleWorker)
	if err != nil {
		return err
	}
	if err := s.Certificates.Intend(ctx, tx, decisionID, v.plan); err != nil {
		return err
	}
	if v.decision.Outcome == outcomeIssue {
		if _, err := s.People.Verify(ctx, tx, v.request.PersonID, person.Number(v.number)); err != nil {
			return err
		}
	}
	return s.Audit.Add(ctx, tx, audit.Entry{
		Actor: audit.System, Role: roleWorker, Act: "request.decide", Object: v.request.ID, Result: v.decision.Outcome})
}
