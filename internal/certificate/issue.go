package certificate

import (
	"context"
	"crypto/hmac"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/hcert"
	"loket/internal/ident"
	"loket/internal/registry"
	"loket/internal/rules"
)

// life is how long a certificate's signature is meant to last: the container's
// expiry, which is not the validity of what it says. A year is what the eHealth
// Network recommends for vaccinations (technical specifications, volume 1).
const life = 365 * 24 * time.Hour

// Grounds are what a decision was made on, to make it again.
type Grounds struct {
	Facts  rules.Facts // of the question "automatic"; nil for a decision of staff
	Record registry.Record
}

const (
	selectDecision = `
		SELECT id, request_id, round, question, outcome, pack_hash, on_day, known_at, actor, role, proposal, proof FROM decision WHERE id = $1`
	selectIntents = `SELECT id, kind, event, of FROM certificate WHERE decision_id = $1 AND state <> 'revoked' ORDER BY event`
)

// Decision is what a certificate may rest on, as it is stored.
type Decision struct {
	ID        string
	RequestID string
	Round     int64
	Question  string
	Outcome   string
	PackHash  string
	OnDay     string // YYYY-MM-DD
	KnownAt   string // YYYY-MM-DD
	Actor     string
	Role      string
	Proposal  string // what passkeys confirmed; empty for the system
}

type storedDecision struct {
	Decision
	Proof []byte
}

// Prove returns what shows that a decision was written by this program: a sum under
// a key that is not in the database. Whoever can write into the database alone cannot
// make a decision that Issue takes.
func (i *Issuer) Prove(d Decision) []byte {
	said := []string{d.ID, d.RequestID, fmt.Sprint(d.Round), d.Question, d.Outcome, d.PackHash, d.OnDay, d.KnownAt, d.Actor, d.Role}
	if d.Proposal != "" { // those of the system were written before there were any
		said = append(said, d.Proposal)
	}
	return i.index.Sum("decision", said...)
}

type intent struct {
	ID    string
	Kind  string
	Event int64
	Of    []byte
}

// Issue signs the certificates intended under a stored decision. It is a
// fault.Denied when the decision, made again from the grounds, does not say that
// there may be any.
func (i *Issuer) Issue(ctx context.Context, decisionID string, g Grounds) ([]Certificate, error) {
	d, err := db.Get[storedDecision](ctx, i.DB, selectDecision, decisionID)
	if err != nil {
		return nil, fmt.Errorf("find decision: %w", err)
	}
	if !hmac.Equal(d.Proof, i.Prove(d.Decision)) {
		return nil, fault.New(fault.Denied, "", "decision %s was not written by this program", decisionID)
	}
	intents, err := db.Select[intent](ctx, i.DB, selectIntents, decisionID)
	if err != nil {
		return nil, fmt.Errorf("find intended certificates: %w", err)
	}
	if err := i.recheck(ctx, d.Decision, intents, g); err != nil {
		return nil, err
	}
	signer, err := i.Signer(i.Now())
	if err != nil {
		return nil, err
	}
	certificates := make([]Certificate, 0, len(intents))
	for _, in := range intents {
		c, err := i.sign(signer, in, g.Record)
		if err != nil {
			return nil, fmt.Errorf("certificate %d of decision %s: %w", in.Event, decisionID, err)
		}
		certificates = append(certificates, c)
	}
	return certificates, nil
}

// recheck makes the decision again, by the pack as it is now: a change of its texts in
// between takes nothing away, a change of its rules does.
func (i *Issuer) recheck(ctx context.Context, d Decision, intents []intent, g Grounds) error {
	if d.Question == questionManual {
		planned := make([]Intent, 0, len(intents))
		for _, in := range intents {
			planned = append(planned, Intent{in.ID, hcert.Kind(in.Kind), int(in.Event), in.Of})
		}
		return i.Recheck(ctx, d, planned, &g.Record)
	}
	if d.Question != "automatic" || d.Outcome != "issue" {
		return fault.New(fault.Denied, "", "decision does not allow a certificate")
	}
	on, err1 := rules.ParseDay(d.OnDay)
	knownAt, err2 := rules.ParseDay(d.KnownAt)
	if err1 != nil || err2 != nil {
		return fault.New(fault.Denied, "", "decision has no days")
	}
	again, err := rules.Decide(i.Route, d.Question, g.Facts, on, knownAt)
	if err != nil {
		return fmt.Errorf("decide again: %w", err)
	}
	if again.Outcome != d.Outcome {
		return fault.New(fault.Denied, "", "decided again, the outcome is another")
	}
	return nil
}

const (
	questionManual = "manual"
	outcomeApprove = "approve"
)

// Recheck says whether a decision of staff has the confirmations that the pack asks for on
// its day: by one person or by two different ones, over exactly this decision. If not it
// is a fault.Denied. Before signing, from is the record whose name and events are signed.
func (i *Issuer) Recheck(ctx context.Context, d Decision, intents []Intent, from *registry.Record) error {
	if d.Question != questionManual || d.Outcome != outcomeApprove {
		return fault.New(fault.Denied, "", "decision %s is no approval by staff", d.ID)
	}
	if i.Confirmed == nil {
		return fault.New(fault.Denied, "", "nobody tells who confirmed decision %s", d.ID)
	}
	people, err := i.Confirmed(ctx, d, intents, from)
	if err != nil {
		return fmt.Errorf("look who confirmed: %w", err)
	}
	slices.Sort(people)
	people = slices.Compact(people)
	if !slices.Contains(people, d.Actor) {
		return fault.New(fault.Denied, "", "decision %s was not confirmed by its actor", d.ID)
	}
	on, err1 := rules.ParseDay(d.OnDay)
	knownAt, err2 := rules.ParseDay(d.KnownAt)
	if err1 != nil || err2 != nil {
		return fault.New(fault.Denied, "", "decision has no days")
	}
	again, err := rules.Decide(i.Route, d.Question, rules.Facts{"decision": d.Outcome, "second_person": len(people) > 1}, on, knownAt)
	if err != nil {
		return fmt.Errorf("decide again: %w", err)
	}
	if again.Outcome != "save" {
		return fault.New(fault.Denied, "", "decision %s has the confirmations of %d people", d.ID, len(people))
	}
	return nil
}

func (i *Issuer) sign(signer *hcert.Signer, in intent, r registry.Record) (Certificate, error) {
	event, err := i.find(in, r)
	if err != nil {
		return Certificate{}, err
	}
	payload, err := i.payload(in, event, r)
	if err != nil {
		return Certificate{}, err
	}
	now := i.Now().Truncate(time.Second)
	text, err := hcert.Issue(signer, hcert.Claims{Issuer: i.Country, IssuedAt: now, Expires: earlier(now.Add(life), signer.Expires())}, &payload)
	if err != nil {
		return Certificate{}, err
	}
	return Certificate{
		Intent: Intent{in.ID, hcert.Kind(in.Kind), int(in.Event), in.Of}, Text: text, Payload: payload,
		KID: kidText(signer.KID()), Digest: hcert.SignatureID(text),
	}, nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// find returns the event that was decided about, wherever it stands in the record now.
func (i *Issuer) find(in intent, r registry.Record) (registry.Event, error) {
	for _, event := range r.Events {
		of, err := i.eventSum(event)
		if err != nil {
			return event, err
		}
		if hmac.Equal(of, in.Of) {
			return event, nil
		}
	}
	return registry.Event{}, fault.New(fault.Denied, "", "the record no longer has the event")
}

func (i *Issuer) payload(in intent, e registry.Event, r registry.Record) (hcert.Payload, error) {
	random, err := hex.DecodeString(in.ID)
	if err != nil || len(random) != 16 {
		return hcert.Payload{}, fault.New(fault.Internal, "", "intended certificate has another form of id")
	}
	id := hcert.NewUVCI(i.Country, [16]byte(random))
	p := hcert.Payload{Version: hcert.SchemaVersion, Name: holder(r), BirthDate: birth(r.Birth)}
	switch hcert.Kind(in.Kind) {
	case hcert.KindVaccination:
		p.Vaccinations = []hcert.Vaccination{{
			Target: e.Disease, Prophylaxis: e.Prophylaxis, Product: e.Product, Manufacturer: e.Manufacturer,
			Dose: e.Dose, SeriesDoses: e.Doses, Date: e.Day, Country: e.Country, Issuer: i.Name, ID: id,
		}}
	case hcert.KindTest:
		p.Tests = []hcert.Test{{
			Target: e.Disease, Type: e.TestType, Name: e.TestName, Device: e.TestDevice, Collected: e.Sampled,
			Result: hcert.ResultNotDetect, Centre: e.Centre, Country: e.Country, Issuer: i.Name, ID: id,
		}}
	case hcert.KindRecovery:
		from, until, err := i.recoveryDays(e)
		if err != nil {
			return hcert.Payload{}, err
		}
		p.Recoveries = []hcert.Recovery{{
			Target: e.Disease, FirstPositive: e.Day, Country: e.Country, Issuer: i.Name,
			ValidFrom: from.String(), ValidUntil: until.String(), ID: id,
		}}
	}
	return p, nil
}

// recoveryDays returns the first and last day of a recovery certificate.
func (i *Issuer) recoveryDays(e registry.Event) (from, until rules.Day, err error) {
	day, err := rules.ParseDay(e.Day)
	if err != nil {
		return from, until, fault.New(fault.Invalid, "", "day of event: %w", err)
	}
	today := i.today()
	first, _ := i.Rules.Setting("recovery_from_days", today, today)
	last, _ := i.Rules.Setting("eu_recovery_days", today, today)
	after, ok1 := first.Value.(int)
	before, ok2 := last.Value.(int)
	if !ok1 || !ok2 {
		return from, until, fault.New(fault.Invalid, "", "the rules have no term for recovery")
	}
	return day.Add(after), day.Add(before), nil
}

// holder writes the name of a record as a certificate wants it. A record has one full
// name, as people have; it goes where the family name stands.
func holder(r registry.Record) hcert.Name {
	full, latin := r.Name.Full.Reveal(), r.Name.Latin.Reveal()
	if latin == "" {
		latin = full
	}
	return hcert.Name{Family: full, FamilyStandardised: ident.Standardised(latin)}
}

// birth writes a birth date with its unknown parts left out.
func birth(b ident.BirthDate) string {
	day := b.Reveal()
	for _, unknown := range []string{"-00", "-00"} {
		if n := len(day) - len(unknown); n > 0 && day[n:] == unknown {
			day = day[:n]
		}
	}
	return day
}
