package hcert

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"

	"loket/internal/fault"
)

// Message keys of the errors that Issue returns.
const (
	KeyRefused = "certificate.refused" // the order breaks a rule; fault.Invalid
	KeySigner  = "certificate.signer"  // the signing key cannot be used; fault.Unavailable
)

// minRSABits is the least size of an RSA key (specification §3.3.2).
const minRSABits = 2048

// Claims are what an issuer says about a certificate besides its payload.
type Claims struct {
	Issuer   string    // ISO 3166-1 alpha-2 code of the issuing country
	IssuedAt time.Time // whole seconds; not before the signer's certificate starts
	Expires  time.Time // whole seconds; not after the signer's certificate ends
}

// Signer signs certificates with a key and the document signer certificate that
// others know it by. It may be used by many goroutines if its key may.
type Signer struct {
	key   crypto.Signer
	cert  *x509.Certificate
	alg   int64
	uses  usage
	trust Trust
	head  []byte // the protected header
}

// NewSigner returns a signer. The key is P-256, or RSA of at least 2,048 bits,
// and it is the key of the certificate; otherwise the error is fault.Unavailable.
func NewSigner(key crypto.Signer, cert *x509.Certificate) (*Signer, error) {
	alg, err := algorithmFor(key.Public())
	if err != nil {
		return nil, fault.New(fault.Unavailable, KeySigner, "use the signing key: %w", err)
	}
	if k, ok := key.Public().(*rsa.PublicKey); ok && k.N.BitLen() < minRSABits {
		return nil, fault.New(fault.Unavailable, KeySigner, "use the signing key: RSA of %d bits is too small", k.N.BitLen())
	}
	pub, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !pub.Equal(cert.PublicKey) {
		return nil, fault.New(fault.Unavailable, KeySigner, "use the signing key: it is not the key of its certificate")
	}
	s := &Signer{key: key, cert: cert, alg: alg, uses: usageOf(cert)}
	s.trust.Add(cert)
	if s.head, err = encMode().Marshal(map[int64]any{headerAlg: alg, headerKID: KID(cert)}); err != nil {
		return nil, fmt.Errorf("encode the header: %w", err)
	}
	return s, nil
}

// KID returns the key id that the signer's certificates carry.
func (s *Signer) KID() []byte { return KID(s.cert) }

// Expires returns the end of the signer's certificate, which no certificate that
// it signs may outlive.
func (s *Signer) Expires() time.Time { return s.cert.NotAfter }

// Issue makes a certificate and returns the text of its QR symbol.
//
// It refuses, with fault.Invalid and the names of the fields, a payload that
// departs in anything from schema 1.3.3, the value sets or the specification, an
// event after the time of issue, times outside the life of the signer's
// certificate, and a kind that the certificate may not sign. Before the text is
// returned it was read back, its signature verified, and its content compared.
func Issue(s *Signer, c Claims, p *Payload) (string, error) {
	if err := s.accept(c, p); err != nil {
		return "", err
	}
	content, err := encodeClaims(c, p)
	if err != nil {
		return "", err
	}
	if err := checkContent(content); err != nil {
		return "", err
	}
	text, err := s.seal(content)
	if err != nil {
		return "", err
	}
	if err := s.readBack(text, c, content); err != nil {
		return "", fmt.Errorf("check the new certificate: %w", err)
	}
	return text, nil
}

func refuse(text string, args ...any) error {
	return fault.New(fault.Invalid, KeyRefused, "issue a certificate: "+text, args...)
}

// accept checks the order against signer and clock.
func (s *Signer) accept(c Claims, p *Payload) error {
	kind, ok := p.Kind()
	switch {
	case !ok:
		return refuse("there must be exactly one event")
	case p.Version != SchemaVersion:
		return refuse("ver: the schema version is not %s", SchemaVersion)
	case !s.uses.allows(kind):
		return refuse("the signer's certificate is not for a %s", kind)
	case len(c.Issuer) != 2 || !inSet("co", c.Issuer):
		return refuse("the issuer is not a country code")
	case c.IssuedAt.Nanosecond() != 0 || c.Expires.Nanosecond() != 0:
		return refuse("the times are not whole seconds")
	case !c.IssuedAt.Before(c.Expires):
		return refuse("it would expire before it is issued")
	case c.IssuedAt.Before(s.cert.NotBefore) || c.Expires.After(s.cert.NotAfter):
		return refuse("its life is not within that of the signer's certificate")
	case p.lastEvent() > dayOf(c.IssuedAt, p.lastEvent()):
		return refuse("the event lies after the time of issue")
	}
	return nil
}

// lastEvent returns when the event took place: a day, or an instant in UTC.
func (p *Payload) lastEvent() string {
	switch {
	case len(p.Vaccinations) > 0:
		return p.Vaccinations[0].Date
	case len(p.Tests) > 0:
		at, err := time.Parse(time.RFC3339, p.Tests[0].Collected)
		if err != nil {
			return "" // the schema check refuses it
		}
		return at.UTC().Format(time.RFC3339)
	}
	return p.Recoveries[0].FirstPositive
}

// dayOf returns t in the form of an event. Days carry no time zone, so an event
// may have the date of the easternmost zone, fourteen hours ahead of UTC.
func dayOf(t time.Time, event string) string {
	if len(event) == len(time.DateOnly) {
		return t.UTC().Add(14 * time.Hour).Format(time.DateOnly)
	}
	return t.UTC().Format(time.RFC3339)
}

// checkContent refuses any defect, also those a verifier tolerates. It looks at
// the encoded content, which is what gets signed.
func checkContent(content []byte) error {
	c, err := parseClaims(content)
	if err != nil {
		return fmt.Errorf("read the claims back: %w", err)
	}
	_, defects := checkPayload(c.tree)
	if len(defects) == 0 {
		return nil
	}
	lines := make([]string, len(defects))
	for i, d := range defects {
		lines[i] = Finding{Where: d.where, Text: d.text}.String()
	}
	return refuse("%s", strings.Join(lines, "; "))
}

// seal signs the content and packs it into a text.
func (s *Signer) seal(content []byte) (string, error) {
	m := message{protected: s.head, payload: content, alg: s.alg}
	sum := m.digest(nil)
	sig, err := s.sign(sum[:])
	if err != nil {
		return "", fault.New(fault.Unavailable, KeySigner, "sign a certificate: %w", err)
	}
	out := make([]byte, 0, len(content)+len(sig)+len(s.head)+16)
	out = append(out, 0xd2, 0x84) // tag 18 around an array of four
	out = append(appendHead(out, 2, len(s.head)), s.head...)
	out = append(out, 0xa0) // an empty unprotected header
	out = append(appendHead(out, 2, len(content)), content...)
	out = append(appendHead(out, 2, len(sig)), sig...)
	return packText(out)
}

// sign asks the key. It passes the system's randomness: ES256 and PS256
// signatures are meant to differ, and no test depends on their bytes.
func (s *Signer) sign(sum []byte) ([]byte, error) {
	if _, ok := s.key.Public().(*ecdsa.PublicKey); ok {
		der, err := s.key.Sign(rand.Reader, sum, crypto.SHA256)
		if err != nil {
			return nil, err
		}
		return rawSignature(der)
	}
	return s.key.Sign(rand.Reader, sum, &rsa.PSSOptions{SaltLength: sha256.Size, Hash: crypto.SHA256})
}

// readBack verifies a new text as a stranger would, and that it says what was
// ordered, so that a fault of the key or of this package reaches nobody.
func (s *Signer) readBack(text string, c Claims, content []byte) error {
	data, err := unpackText(text)
	if err != nil {
		return err
	}
	m, err := parseMessage(data)
	if err != nil {
		return err
	}
	if !bytes.Equal(m.payload, content) {
		return errors.New("the content changed")
	}
	res := Verify(text, &s.trust, c.IssuedAt)
	if !res.Valid || len(res.Warnings) > 0 {
		return fmt.Errorf("it does not verify: %v", append(res.Problems, res.Warnings...))
	}
	return nil
}
