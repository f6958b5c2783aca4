package request

import (
	"context"
	"crypto/hmac"
	"fmt"
	"slices"

	"loket/internal/certificate"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/hcert"
	"loket/internal/registry"
	"loket/internal/staff"
)

const selectKeptProposal = `SELECT ` + proposalColumns + ` FROM proposal WHERE request_id = $1 AND round = $2 AND state = 'kept'`

// Confirmed returns whose passkeys confirmed a decision of staff, for
// certificate.Issuer: only what they confirmed may be signed. The content that they
// confirmed must be about this case, this round, this choice, this pack and exactly these
// certificates, and each assertion is verified over it again. Whoever proposed counts as
// the first, and only in the roles that decide. The record that is signed from must be the
// one that they confirmed, with all that it held: name and birth date too; a nil record is
// not compared.
func (s *Store) Confirmed(ctx context.Context, d certificate.Decision, intents []certificate.Intent, from *registry.Record) ([]string, error) {
	p, err := db.Get[proposal](ctx, s.DB, selectKeptProposal, d.RequestID, d.Round)
	if fault.Is(err, fault.NotFound) && from == nil {
		return s.outlived(ctx, d)
	}
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find what was confirmed: %w", err)
	}
	box, err := s.Vault.Open(ctx, s.DB, d.RequestID)
	if err != nil {
		return nil, err
	}
	kept, err := s.openProposal(box, p)
	if err != nil {
		return nil, fault.New(fault.Denied, "", "what was confirmed does not open: %w", err)
	}
	c, err := parseContent(kept.Content)
	if err != nil {
		return nil, err
	}
	if c.Proposal != p.ID || d.Proposal != p.ID || c.Case != d.RequestID || c.Round != d.Round || c.Choice != d.Outcome || c.PackHash != d.PackHash ||
		!slices.EqualFunc(c.Proofs, intents, sameProof) {
		return nil, fault.New(fault.Denied, "", "what was confirmed is not what decision %s says", d.ID)
	}
	if from != nil {
		known, err := s.recordSum(*from)
		if err != nil {
			return nil, err
		}
		if c.Record != from.ID || !hmac.Equal(c.Known, known) {
			return nil, fault.New(fault.Denied, "", "the record of decision %s is not the one that was confirmed", d.ID)
		}
	}
	list, err := s.Staff.Confirmed(ctx, s.DB, p.ID, kept.Content)
	if err != nil && fault.Of(err) == fault.Internal {
		return nil, fault.New(fault.Denied, "", "a confirmation of %s does not verify: %w", p.ID, err)
	}
	if err != nil {
		return nil, err
	}
	var people []string
	for _, one := range list {
		proposed := one.StaffID == p.StaffID && (one.Role == staff.Checker || one.Role == staff.Counter)
		if proposed || one.StaffID != p.StaffID && one.Role == staff.Approver {
			people = append(people, one.StaffID)
		}
	}
	return people, nil
}

// outlived returns whose passkeys confirmed a decision whose case was destroyed. The content
// went with the case; that each signed the digest that is kept, and who did, still verifies.
func (s *Store) outlived(ctx context.Context, d certificate.Decision) ([]string, error) {
	_, gone, err := s.find(ctx, d.RequestID)
	if err != nil || !gone || d.Proposal == "" {
		return nil, err
	}
	list, err := s.Staff.Signed(ctx, s.DB, d.Proposal)
	if err != nil && fault.Of(err) == fault.Internal {
		return nil, fault.New(fault.Denied, "", "a confirmation of %s does not verify: %w", d.Proposal, err)
	}
	var people []string
	for _, one := range list {
		people = append(people, one.StaffID)
	}
	return people, err
}

func sameProof(c contentProof, in certificate.Intent) bool {
	return hcert.Kind(c.Kind) == in.Kind && string(c.Of) == string(in.Sum())
}

const (
	selectManual = `
		SELECT id, request_id, round, question, outcome, pack_hash, on_day, known_at, actor, role, proposal, proof FROM decision
		WHERE question = 'manual' AND outcome = 'approve' AND id > $1 ORDER BY id LIMIT $2`
	selectIntended = `SELECT id, kind, event, of FROM certificate WHERE decision_id = $1 ORDER BY event`
)

type intendedRow struct {
	ID, Kind string
	Event    int64
	Of       []byte
}

type provedDecision struct {
	certificate.Decision
	Proof []byte
}

// unconfirmed counts the approvals by staff that lack a confirmation the pack asks for.
func (s *Store) unconfirmed(ctx context.Context) (n int, err error) {
	for last := ""; ; {
		rows, err := db.Select[provedDecision](ctx, s.DB, selectManual, last, int64(batch))
		if err != nil {
			return n, fmt.Errorf("find decisions of staff: %w", err)
		}
		for _, r := range rows {
			d := r.Decision
			last = d.ID
			if !hmac.Equal(r.Proof, s.Certificates.Prove(d)) {
				n++
				continue
			}
			intended, err := db.Select[intendedRow](ctx, s.DB, selectIntended, d.ID)
			if err != nil {
				return n, fmt.Errorf("find what was intended: %w", err)
			}
			intents := make([]certificate.Intent, 0, len(intended))
			for _, in := range intended {
				intents = append(intents, certificate.Restored(in.ID, hcert.Kind(in.Kind), int(in.Event), in.Of))
			}
			err = s.Certificates.Recheck(ctx, d, intents, nil)
			if fault.Is(err, fault.Denied) || fault.Is(err, fault.NotFound) {
				n++
			} else if err != nil {
				return n, err
			}
		}
		if len(rows) < batch {
			return n, nil
		}
	}
}
