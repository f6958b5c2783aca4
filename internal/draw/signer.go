package draw

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/cloudflare/circl/sign/bls"

	"loket/internal/fault"
)

// Signer is a beacon under a key of its own, for demonstrations and tests. It keeps to what
// drand does, but whoever has the key knows every round beforehand: nobody should trust it
// with anything real, and nobody does who verifies for drand.
type Signer struct {
	key  *bls.PrivateKey[bls.KeyG2SigG1]
	info info
	now  func() time.Time
}

// NewSigner returns a signer whose key is made of 32 bytes of random: the same bytes give the
// same key. Genesis and period of the clock are whole seconds. A round is told when its time
// has come by now.
func NewSigner(random io.Reader, clock Clock, now func() time.Time) (*Signer, error) {
	material := make([]byte, 32)
	if _, err := io.ReadFull(random, material); err != nil {
		return nil, fmt.Errorf("make a beacon: %w", err)
	}
	key, err := bls.KeyGen[bls.KeyG2SigG1](material, nil, []byte("loket demonstration beacon"))
	if err != nil {
		return nil, fmt.Errorf("make a beacon: %w", err)
	}
	public, err := key.PublicKey().MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("make a beacon: %w", err)
	}
	group := sha256.Sum256(public)
	i := info{
		PublicKey: hex.EncodeToString(public), Group: hex.EncodeToString(group[:]), Scheme: scheme, Metadata: metadata{"loket-demo"},
		Period: uint32(clock.Period / time.Second), Genesis: clock.Genesis.Unix(),
	}
	if i.Period == 0 {
		return nil, fault.New(fault.Invalid, "", "make a beacon: a period of %v is less than a second", clock.Period)
	}
	i.Chain = i.hash()
	return &Signer{key, i, now}, nil
}

// PublicKey returns the key under which its rounds verify, hex.
func (s *Signer) PublicKey() string { return s.info.PublicKey }

// Trusted returns what somebody would have to trust.
func (s *Signer) Trusted() Trusted {
	return Trusted{s.info.Chain, s.info.PublicKey,
		Clock{time.Unix(s.info.Genesis, 0).UTC(), time.Duration(s.info.Period) * time.Second}}
}

// Info returns the same as JSON, as ParseTrusted reads it.
func (s *Signer) Info() ([]byte, error) { return json.MarshalIndent(s.info, "", "\t") }

// Sign returns the signature of a round, hex, whenever that comes.
func (s *Signer) Sign(round uint64) string {
	return hex.EncodeToString(bls.Sign(s.key, message(round)))
}

// Source names the first round that comes at t or later.
func (s *Signer) Source(t time.Time) Source { return s.Trusted().Source(t) }

// Value returns the signature of a round, hex; a fault.Unavailable before its time.
func (s *Signer) Value(_ context.Context, round uint64) (string, error) {
	if due := s.Trusted().Clock.TimeOf(round); s.now().Before(due) {
		return "", fault.New(fault.Unavailable, "", "round %d comes at %v", round, due)
	}
	return s.Sign(round), nil
}
