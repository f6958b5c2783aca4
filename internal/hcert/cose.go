package hcert

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"math/big"
)

// COSE header labels and algorithms (RFC 9052, RFC 9053, RFC 8230).
const (
	headerAlg  = int64(1)
	headerCrit = int64(2)
	headerKID  = int64(4)

	algES256 = int64(-7)
	algPS256 = int64(-37)
)

var errCOSE = errors.New("the content is not a COSE_Sign1 message")

// message is a COSE_Sign1 message, opened but not verified.
type message struct {
	protected   []byte // as signed
	payload     []byte
	signature   []byte
	alg         int64 // 0 if no header names one
	algOutside  bool  // alg stands in the unprotected header only
	kid         []byte
	kidOutside  bool // kid stands in the unprotected header only
	oddTag      bool // other than tag 18 alone
	unknownCrit bool
}

// parseMessage opens a message with no tag, tag 18, or tag 61 around tag 18.
func parseMessage(data []byte) (*message, error) {
	data, cwt := cutTag(data, 61)
	data, tagged := cutTag(data, 18)
	m := &message{oddTag: cwt || !tagged}
	r := &reader{data: data}
	major, n, indefinite, err := r.head()
	if err != nil || major != majorArray || indefinite || n != 4 {
		return nil, errCOSE
	}
	var outside, inside header
	m.protected, err = r.bytes()
	if err != nil || outside.read(r) != nil {
		return nil, errCOSE
	}
	if m.payload, err = r.bytes(); err != nil {
		return nil, errCOSE
	}
	if m.signature, err = r.bytes(); err != nil || len(m.signature) == 0 || len(r.data) > 0 {
		return nil, errCOSE
	}
	if len(m.protected) > 0 {
		r = &reader{data: m.protected}
		if err := inside.read(r); err != nil || len(r.data) > 0 {
			return nil, errCOSE
		}
	}
	if inside.fields == 0 {
		m.protected = nil // RFC 9052 §4.4: an empty map is signed as no bytes
	}
	m.unknownCrit = inside.crit || outside.crit // no critical header is known here
	return m, m.takeHeaders(&inside, &outside)
}

// header is what certificates use of a COSE header.
type header struct {
	fields   int
	alg, kid any
	crit     bool
}

func (h *header) read(r *reader) error {
	return r.pairs(func(k key) error {
		h.fields++
		v, err := r.value()
		if k.text {
			return err
		}
		switch k.number {
		case headerAlg:
			h.alg = v
		case headerKID:
			h.kid = v
		case headerCrit:
			h.crit = true
		}
		return err
	})
}

// takeHeaders takes alg and kid; where both headers have one, the protected one
// counts.
func (m *message) takeHeaders(inside, outside *header) error {
	alg, kid := inside.alg, inside.kid
	if alg == nil && outside.alg != nil {
		alg, m.algOutside = outside.alg, true
	}
	if kid == nil && outside.kid != nil {
		kid, m.kidOutside = outside.kid, true
	}
	var algOK, kidOK bool
	m.alg, algOK = alg.(int64)
	m.kid, kidOK = kid.([]byte)
	if (alg != nil && !algOK) || (kid != nil && !kidOK) {
		return errCOSE
	}
	return nil
}

// cutTag removes CBOR tag n (below 256) in its shortest form.
func cutTag(data []byte, n byte) ([]byte, bool) {
	if n < 24 {
		if len(data) > 0 && data[0] == 0xc0|n {
			return data[1:], true
		}
		return data, false
	}
	if len(data) > 1 && data[0] == 0xd8 && data[1] == n {
		return data[2:], true
	}
	return data, false
}

// digest returns the SHA-256 sum of the Sig_structure (RFC 9052 §4.4) with the
// given external data, which is empty for certificates.
func (m *message) digest(external []byte) [sha256.Size]byte {
	buf := make([]byte, 0, 512)
	buf = append(buf, 0x84)
	buf = append(appendHead(buf, 3, len("Signature1")), "Signature1"...)
	buf = append(appendHead(buf, 2, len(m.protected)), m.protected...)
	buf = append(appendHead(buf, 2, len(external)), external...)
	buf = append(appendHead(buf, 2, len(m.payload)), m.payload...)
	return sha256.Sum256(buf)
}

// appendHead appends the shortest CBOR head of a major type with a length.
func appendHead(dst []byte, major byte, n int) []byte {
	switch {
	case n < 24:
		return append(dst, major<<5|byte(n))
	case n < 1<<8:
		return append(dst, major<<5|24, byte(n))
	case n < 1<<16:
		return append(dst, major<<5|25, byte(n>>8), byte(n))
	}
	return append(dst, major<<5|26, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

var (
	errCurve     = errors.New("the key is on another curve than P-256, the only one allowed")
	errKeyType   = errors.New("the key is neither P-256 nor RSA")
	errAlg       = errors.New("the header names another algorithm than the key is for")
	errSignature = errors.New("the signature does not fit")
)

// algorithmFor returns the one algorithm that a key of this type is used with.
// Letting the header choose would let a forger choose.
func algorithmFor(key crypto.PublicKey) (int64, error) {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		if k.Curve != elliptic.P256() {
			return 0, errCurve
		}
		return algES256, nil
	case *rsa.PublicKey:
		return algPS256, nil
	}
	return 0, errKeyType
}

// verify checks the signature. The algorithm follows from the key; a header can
// only contradict it.
func (m *message) verify(key crypto.PublicKey, external []byte) error {
	alg, err := algorithmFor(key)
	if err != nil {
		return err
	}
	if m.alg != 0 && m.alg != alg {
		return errAlg
	}
	sum := m.digest(external)
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		if !verifyES256(k, sum[:], m.signature) {
			return errSignature
		}
	case *rsa.PublicKey:
		if !verifyPS256(k, sum[:], m.signature) {
			return errSignature
		}
	}
	return nil
}

// verifyES256 takes a signature of exactly two 32-byte numbers (RFC 9053 §2.1).
func verifyES256(key *ecdsa.PublicKey, sum, sig []byte) bool {
	if len(sig) != 64 {
		return false
	}
	der := make([]byte, 0, 72)
	der = append(der, 0x30, 0)
	der = appendDERInteger(der, sig[:32])
	der = appendDERInteger(der, sig[32:])
	der[1] = byte(len(der) - 2)
	return ecdsa.VerifyASN1(key, sum, der)
}

// verifyPS256 takes a salt as long as the sum, as RFC 8230 §2 demands.
func verifyPS256(key *rsa.PublicKey, sum, sig []byte) bool {
	opts := &rsa.PSSOptions{SaltLength: sha256.Size, Hash: crypto.SHA256}
	return rsa.VerifyPSS(key, crypto.SHA256, sum, sig, opts) == nil
}

func appendDERInteger(dst, n []byte) []byte {
	for len(n) > 1 && n[0] == 0 {
		n = n[1:]
	}
	if n[0] >= 0x80 {
		return append(append(dst, 2, byte(len(n)+1), 0), n...)
	}
	return append(append(dst, 2, byte(len(n))), n...)
}

// rawSignature turns an ASN.1 ECDSA signature into two 32-byte numbers, the
// second made low: of the two signatures that fit, always the same one is
// written, so that a list of signatures can be searched.
func rawSignature(der []byte) ([]byte, error) {
	r, s, ok := parseDERSignature(der)
	if !ok || len(r) > 32 || len(s) > 32 {
		return nil, errors.New("the signer returned no P-256 signature")
	}
	raw := make([]byte, 64)
	copy(raw[32-len(r):], r)
	copy(raw[64-len(s):], s)
	lowS(raw[32:])
	return raw, nil
}

// The order of P-256 and half of it.
var (
	p256Order = elliptic.P256().Params().N
	halfOrder = new(big.Int).Rsh(p256Order, 1)
)

// lowS replaces s by the order minus s if that is smaller.
func lowS(s []byte) {
	n := new(big.Int).SetBytes(s)
	if n.Cmp(halfOrder) > 0 && n.Cmp(p256Order) < 0 {
		n.Sub(p256Order, n).FillBytes(s)
	}
}

func parseDERSignature(der []byte) (r, s []byte, ok bool) {
	if len(der) < 2 || der[0] != 0x30 || int(der[1]) != len(der)-2 {
		return nil, nil, false
	}
	r, rest, ok := cutDERInteger(der[2:])
	if !ok {
		return nil, nil, false
	}
	s, rest, ok = cutDERInteger(rest)
	return r, s, ok && len(rest) == 0
}

// cutDERInteger takes a positive integer in its only DER form off the front and
// returns it without the leading zero of its sign.
func cutDERInteger(der []byte) (n, rest []byte, ok bool) {
	if len(der) < 3 || der[0] != 2 || der[1] == 0 || len(der) < 2+int(der[1]) {
		return nil, nil, false
	}
	n, rest = der[2:2+der[1]], der[2+der[1]:]
	switch {
	case n[0] >= 0x80:
		return nil, nil, false // negative
	case n[0] != 0 || len(n) == 1:
		return n, rest, true
	}
	return n[1:], rest, n[1] >= 0x80
}
