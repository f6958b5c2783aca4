package hcert

import (
	"bytes"
	"errors"
	"time"
)

// Verify reads the text of a QR symbol and judges it by the trusted certificates,
// as of an instant. It always returns a result; what is wrong stands in it.
func Verify(text string, trust *Trust, at time.Time) *Result {
	r, m := read(text)
	r.At = &at
	if m == nil {
		return r
	}
	r.judge(m, trust, at)
	r.Valid = len(r.Problems) == 0
	return r
}

// Inspect reads what is inside a text, whoever signed it, if anybody did. The
// result is never valid: its signature was not looked at.
func Inspect(text string) *Result {
	r, _ := read(text)
	return r
}

// read opens all layers. The message is nil if one could not be opened.
func read(text string) (*Result, *message) {
	r := new(Result)
	data, err := unpackText(text)
	if err != nil {
		r.problem(unpackCode(err), "", err.Error())
		return r, nil
	}
	m, err := parseMessage(data)
	if err != nil {
		r.problem("cose", "", err.Error())
		return r, nil
	}
	r.describe(m)
	c, err := parseClaims(m.payload)
	if err != nil {
		r.problem("claims", "", err.Error())
		return r, nil
	}
	r.take(c)
	return r, m
}

func unpackCode(err error) string {
	switch {
	case errors.Is(err, errPrefix), errors.Is(err, errTooLong):
		return "text"
	case errors.Is(err, errBase45):
		return "base45"
	}
	return "zlib"
}

// describe takes over what the envelope says.
func (r *Result) describe(m *message) {
	r.KeyID = m.kid
	switch m.alg {
	case algES256:
		r.Algorithm = "ES256"
	case algPS256:
		r.Algorithm = "PS256"
	}
	if m.unknownCrit {
		r.problem("cose", "", "a header that must be understood is not known")
	}
	if m.oddTag {
		r.warn("tag", "", "the message does not carry tag 18 alone")
	}
	if m.algOutside {
		r.warn("header", "", "the algorithm is not in the protected header")
	}
	if m.kidOutside {
		r.warn("header", "", "the key id is not in the protected header")
	}
	if len(m.kid) != KIDSize {
		r.warn("header", "", "the key id is not eight bytes long")
	}
}

// take takes over what the claims say and checks the payload.
func (r *Result) take(c *claims) {
	r.Issuer, r.payload = c.issuer, c.tree
	if !c.issuedAt.IsZero() {
		r.IssuedAt = &c.issuedAt
	}
	if !c.expires.IsZero() {
		r.Expires = &c.expires
	}
	if c.floats {
		r.warn("claims", "", "a time is written as a fraction")
	}
	if c.issuer == "" {
		r.warn("claims", "", "no issuer is named")
	}
	kind, defects := checkPayload(c.tree)
	r.Kind = kind
	for _, d := range defects {
		if d.grade == fatal {
			r.problem("schema", d.where, d.text)
		} else {
			r.warn("schema", d.where, d.text)
		}
	}
}

// judge checks signature, key usage and times. Of the certificates that share
// the key id, the first that leaves no problem speaks, else the first whose
// signature fits, else the first.
func (r *Result) judge(m *message, trust *Trust, at time.Time) {
	r.checkTimes(at)
	candidates := trust.lookup(m.kid)
	if len(candidates) == 0 {
		r.problem("key", "", "no trusted certificate has this key id")
		return
	}
	var chosen *trial
	for _, c := range candidates {
		t := try(m, c, r.Kind, at)
		if chosen == nil || t.rank() < chosen.rank() {
			chosen = t
		}
	}
	r.Problems = append(r.Problems, chosen.problems...)
	if chosen.signed {
		r.SignedBy = chosen.subject
		if exp := r.Expires; exp != nil && exp.After(chosen.notAfter) {
			r.warn("time", "", "the certificate expires after its signer's")
		}
	}
}

func (r *Result) checkTimes(at time.Time) {
	switch {
	case r.IssuedAt == nil:
		r.warn("claims", "", "the time of issue is missing or unreadable")
	case at.Before(*r.IssuedAt):
		r.problem("time", "", "the certificate is not issued yet")
	}
	switch {
	case r.Expires == nil:
		r.problem("claims", "", "the time of expiry is missing or unreadable")
	case at.After(*r.Expires):
		r.problem("time", "", "the certificate has expired")
	}
}

// trial is what one trusted certificate makes of a message.
type trial struct {
	signed   bool
	subject  string
	notAfter time.Time
	problems []Finding
}

func (t *trial) rank() int {
	if !t.signed {
		return 1000
	}
	return len(t.problems)
}

func try(m *message, c trusted, kind Kind, at time.Time) *trial {
	t := &trial{notAfter: c.cert.NotAfter}
	if err := m.verify(c.cert.PublicKey, nil); err != nil {
		t.problems = []Finding{{"signature", "", err.Error()}}
		return t
	}
	t.signed, t.subject = true, c.subject
	if at.Before(c.cert.NotBefore) {
		t.problems = append(t.problems, Finding{"time", "", "the signer's certificate is not valid yet"})
	}
	if at.After(c.cert.NotAfter) {
		t.problems = append(t.problems, Finding{"time", "", "the signer's certificate has expired"})
	}
	if kind != "" && !c.uses.allows(kind) {
		t.problems = append(t.problems, Finding{"usage", "", "the signer may not sign this kind of certificate"})
	}
	return t
}

// SignatureID returns a canonical form of the signature inside a text, by which a
// deny list can find it: for ES256 both signatures that anybody can make from one
// give the same bytes. It returns nil for a text without a message.
func SignatureID(text string) []byte {
	data, err := unpackText(text)
	if err != nil {
		return nil
	}
	m, err := parseMessage(data)
	if err != nil {
		return nil
	}
	if len(m.signature) != 64 {
		return bytes.Clone(m.signature)
	}
	id := bytes.Clone(m.signature)
	lowS(id[32:])
	return id
}
