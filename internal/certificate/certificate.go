// Package certificate makes the EU certificates that follow from the vaccinations
// and tests of a registry record, and keeps the list of those issued.
//
// Which certificates follow is a rule of the pack. Signing happens behind one
// function, Issue: it takes a stored decision, checks it again from the facts, and
// finds the certificates intended under it, which were written down before. So
// nothing is signed that was not recorded first, and the function can move into a
// process of its own. A decision of staff is checked again by verifying the passkeys that
// confirmed it, over exactly the certificates intended under it (Recheck).
//
// The list holds random identifiers only. A certificate made with a stolen key is
// not on it.
package certificate

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"github.com/fxamacker/cbor/v2"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/hcert"
	"loket/internal/registry"
	"loket/internal/rules"
	"loket/internal/seal"
)

// Issuer plans, signs and lists certificates.
type Issuer struct {
	Parts
	index *seal.Index
}

// Parts is what an Issuer is made with. All are needed.
type Parts struct {
	DB      *db.DB
	Keys    *seal.Keys
	Route   *rules.Pack    // decides who gets a proof
	Rules   *rules.Pack    // decides which certificates follow from an event
	Signer  SignerAt       // the key that signs at an instant
	Country string         // that issues, ISO 3166-1 alpha-2
	Name    string         // of the issuer, as printed in certificates
	Zone    *time.Location // in which days are counted
	Now     func() time.Time
	Random  io.Reader

	// Confirmed returns the pseudonyms of the people whose passkeys confirmed exactly
	// this decision of staff, with the certificates intended under it and the whole record
	// that they are made from. Every assertion is verified again. Without a record, after
	// the fact, that is not compared. A nil function is nobody.
	Confirmed func(ctx context.Context, d Decision, intents []Intent, from *registry.Record) ([]string, error)
}

// SignerAt returns the signer to use at an instant; a fault.Unavailable when
// there is none now.
type SignerAt func(at time.Time) (*hcert.Signer, error)

// NewIssuer returns an issuer.
func NewIssuer(parts Parts) *Issuer { return &Issuer{parts, parts.Keys.Index("certificate")} }

// Intent is a certificate that is to be made of one event.
type Intent struct {
	ID    string // random part of its identifier, in hex
	Kind  hcert.Kind
	Event int    // place in the record's events at the decision
	of    []byte // what the event was, as a sum
}

// Restored is an intent as it was written down.
func Restored(id string, kind hcert.Kind, event int, of []byte) Intent {
	return Intent{id, kind, event, of}
}

// Sum is what the event was, as a sum under a key that is not in the database.
func (in Intent) Sum() []byte { return in.of }

// Certificate is one that was signed.
type Certificate struct {
	Intent
	Text    string        // of its QR symbol
	Payload hcert.Payload // as signed
	KID     string        // in base64
	Digest  []byte        // canonical signature
}

// Plan returns which certificates follow from events today, in their order, with
// new random identifiers.
func (i *Issuer) Plan(events []registry.Event) ([]Intent, error) {
	var intents []Intent
	for n, event := range events {
		kind, err := i.follows(event)
		if err != nil && !fault.Is(err, fault.Invalid) {
			return nil, fmt.Errorf("event %d: %w", n, err)
		}
		if err != nil || kind == "" {
			continue // nothing follows from an event that cannot be read
		}
		of, err := i.eventSum(event)
		if err != nil {
			return nil, err
		}
		id := make([]byte, 16)
		if _, err := io.ReadFull(i.Random, id); err != nil {
			return nil, fmt.Errorf("read randomness: %w", err)
		}
		intents = append(intents, Intent{hex.EncodeToString(id), kind, n, of})
	}
	return intents, nil
}

// follows asks the rules which certificate follows from an event; "" is none.
func (i *Issuer) follows(e registry.Event) (hcert.Kind, error) {
	facts, err := i.facts(e)
	if err != nil {
		return "", err
	}
	today := i.today()
	d, err := rules.Decide(i.Rules, "eu_certificate", facts, today, today)
	if err != nil {
		return "", err
	}
	switch kind := hcert.Kind(d.Outcome); kind {
	case hcert.KindVaccination, hcert.KindRecovery, hcert.KindTest:
		return kind, nil
	}
	return "", nil
}

func (i *Issuer) facts(e registry.Event) (rules.Facts, error) {
	day, err := rules.ParseDay(e.Day)
	if err != nil {
		return nil, fault.New(fault.Invalid, "", "day of event: %w", err)
	}
	facts := rules.Facts{"event": string(e.Kind), "happened": day}
	if e.Kind == registry.Vaccination {
		facts["doses"] = e.Dose
		facts["approved"] = hcert.CodeName("mp", e.Product) != e.Product
		return facts, nil
	}
	if e.TestType == hcert.TestRAT {
		facts["method"] = "antigen"
	}
	if sampled, err := time.Parse(time.RFC3339, e.Sampled); err == nil {
		facts["hours"] = int(i.Now().Sub(sampled).Hours())
	}
	return facts, nil
}

// eventSum is what the database keeps of an event.
func (i *Issuer) eventSum(e registry.Event) ([]byte, error) {
	encoded, err := cbor.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	return i.index.Sum("event", string(encoded)), nil
}

func (i *Issuer) today() rules.Day { return rules.DayOf(i.Now().In(i.Zone)) }

const insertIntent = `
	INSERT INTO certificate (id, decision_id, kind, event, of, kid, state, intended_day, digest)
	VALUES ($1, $2, $3, $4, $5, '', 'intended', $6, NULL)`

// Intend writes down, under a decision, which certificates are to be made.
func (i *Issuer) Intend(ctx context.Context, tx *db.Tx, decisionID string, intents []Intent) error {
	for _, in := range intents {
		_, err := db.Exec(ctx, tx, insertIntent, in.ID, decisionID, string(in.Kind), int64(in.Event), in.of, i.today().String())
		if err != nil {
			return fmt.Errorf("write down intended certificate: %w", err)
		}
	}
	return nil
}

const updateIssued = `UPDATE certificate SET state = 'issued', kid = $2, digest = $3 WHERE id = $1 AND state IN ('intended', 'issued')`

// List puts signed certificates on the list of those issued. It belongs in the
// transaction that hands them out. A certificate that was signed twice, because a
// worker died in between, is listed with its newest signature.
func (i *Issuer) List(ctx context.Context, tx *db.Tx, certificates []Certificate) error {
	for _, c := range certificates {
		listed, err := db.Exec(ctx, tx, updateIssued, c.ID, c.KID, c.Digest)
		if err != nil {
			return fmt.Errorf("list certificate: %w", err)
		}
		if listed != 1 {
			return fault.New(fault.Denied, "", "certificate was not intended, or is revoked")
		}
	}
	return nil
}

func kidText(kid []byte) string { return base64.StdEncoding.EncodeToString(kid) }
