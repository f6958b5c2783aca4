package hcert

import (
	"errors"
	"fmt"
	"reflect"
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

// maxNesting is twice the depth of a real certificate.
const maxNesting = 12

// decMode decodes untrusted CBOR: no duplicate map keys, little nesting, small
// containers, text that is UTF-8, maps of text inside payloads.
var decMode = sync.OnceValue(func() cbor.DecMode {
	mode, err := cbor.DecOptions{
		DupMapKey:        cbor.DupMapKeyEnforcedAPF,
		MaxNestedLevels:  maxNesting,
		MaxArrayElements: 256,
		MaxMapPairs:      256,
		IntDec:           cbor.IntDecConvertSigned,
		TimeTagToAny:     cbor.TimeTagToRFC3339,
		BignumTag:        cbor.BignumTagForbidden,
		DefaultMapType:   reflect.TypeFor[map[string]any](),
	}.DecMode()
	if err != nil {
		panic(err) // the options are constants
	}
	return mode
})

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
	var m map[any]cbor.RawMessage
	if err := decMode().Unmarshal(data, &m); err != nil {
		return nil, errClaims
	}
	c := new(claims)
	if raw, ok := m[claimIssuer]; ok {
		if err := decMode().Unmarshal(raw, &c.issuer); err != nil {
			return nil, errors.New("the issuer claim is not text")
		}
	}
	c.issuedAt = c.time(m[claimIssuedAt])
	c.expires = c.time(m[claimExpires])
	var h map[any]cbor.RawMessage
	if raw, ok := m[claimHCERT]; !ok || decMode().Unmarshal(raw, &h) != nil {
		return nil, errors.New("there is no health certificate claim, or it is not a map")
	}
	raw, ok := h[hcertEU]
	if !ok {
		return nil, errors.New("the health certificate is not an EU certificate")
	}
	if err := decMode().Unmarshal(raw, &c.tree); err != nil || c.tree == nil {
		return nil, errors.New("the EU certificate is not a map of texts")
	}
	return c, nil
}

// latest is the end of the year 9999, the last that RFC 3339 can write.
const latest = 253402300799

// time reads a NumericDate in whole seconds; a fraction is cut off. It returns
// the zero time for a claim that is absent or means no time.
func (c *claims) time(raw cbor.RawMessage) time.Time {
	var v any
	if raw == nil || decMode().Unmarshal(raw, &v) != nil {
		return time.Time{}
	}
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
