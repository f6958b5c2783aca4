package hcert

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// CWT claim keys (RFC 8392) and the claim of health certificates, whose entry 1
// is the EU certificate.
const (
	claimIssuer   = int64(1)
	claimExpires  = int64(4)
	claimIssuedAt = int64(6)
	claimHCERT    = int64(-260)
	hcertEU       = int64(1)
)

// encMode is the core deterministic encoding of RFC 8949 §4.2.
var encMode = sync.OnceValue(func() cbor.EncMode {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(err) // the options are constants
	}
	return mode
})

// claims is the signed content, read but not judged.
type claims struct {
	issuer   string
	issuedAt time.Time // zero if absent or no time
	expires  time.Time // zero if absent or no time
	floats   bool      // a time is written as a float
	tree     map[string]any
}

var errClaims = errors.New("the signed content is not a map of claims")

// parseClaims reads the CWT claims and the payload in them.
func parseClaims(data []byte) (*claims, error) {
	c := new(claims)
	r := &reader{data: data}
	found := false
	err := r.pairs(func(k key) error {
		if !k.text && k.number == claimHCERT {
			found = true
			return c.readHCERT(r)
		}
		v, err := r.value()
		if err != nil || k.text {
			return err
		}
		switch k.number {
		case claimIssuer:
			c.issuer, _ = v.(string) // another type is as good as none
		case claimIssuedAt:
			c.issuedAt = c.time(v)
		case claimExpires:
			c.expires = c.time(v)
		}
		return nil
	})
	switch {
	case errors.Is(err, errContainer), errors.Is(err, errTree):
		return nil, err
	case err != nil, len(r.data) > 0:
		return nil, errClaims
	case !found:
		return nil, errContainer
	case c.tree == nil:
		return nil, errors.New("the health certificate is not an EU certificate")
	}
	return c, nil
}

var (
	errContainer = errors.New("there is no health certificate claim, or it is not a map")
	errTree      = errors.New("the EU certificate is not a map of named fields")
)

// readHCERT takes the EU certificate out of the claim of health certificates.
func (c *claims) readHCERT(r *reader) error {
	if len(r.data) == 0 || r.data[0]>>5 != majorMap {
		return errContainer
	}
	return r.pairs(func(k key) error {
		isEU := k == key{number: hcertEU}
		r.named = isEU
		v, err := r.value()
		r.named = false
		if !isEU {
			return err
		}
		tree, ok := v.(map[string]any)
		if err != nil || !ok {
			return errTree
		}
		c.tree = tree
		return nil
	})
}

// latest is the end of the year 9999, the last that RFC 3339 can write.
const latest = 253402300799

// time reads a NumericDate in whole seconds; a fraction is cut off. It returns
// the zero time for a claim that is absent or means no time.
func (c *claims) time(v any) time.Time {
	switch n := v.(type) {
	case int64:
		if n >= 0 && n <= latest {
			return time.Unix(n, 0).UTC()
		}
	case float64:
		c.floats = true
		if n >= 0 && n <= latest { // never true of NaN
			return time.Unix(int64(n), 0).UTC()
		}
	}
	return time.Time{}
}

// encodeClaims writes the claims of an order, deterministically.
func encodeClaims(c Claims, p *Payload) ([]byte, error) {
	type container struct {
		EU *Payload `cbor:"1,keyasint"`
	}
	data, err := encMode().Marshal(struct {
		Issuer   string    `cbor:"1,keyasint"`
		Expires  int64     `cbor:"4,keyasint"`
		IssuedAt int64     `cbor:"6,keyasint"`
		HCERT    container `cbor:"-260,keyasint"`
	}{c.Issuer, c.Expires.Unix(), c.IssuedAt.Unix(), container{p}})
	if err != nil {
		return nil, fmt.Errorf("encode the claims: %w", err)
	}
	return data, nil
}
