package draw

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"

	"github.com/cloudflare/circl/sign/bls"
)

// Lengths in bytes of drand's scheme bls-unchained-g1-rfc9380.
const (
	keySize       = 96 // a point of G2, compressed
	signatureSize = 48 // a point of G1, compressed
)

// How many digits dice give: twenty are fifty bits, which nobody tries out in the minutes
// between closing and throwing.
const (
	leastDice = 20
	mostDice  = 200
)

// check reports a source that is not complete, or says more than its kind does.
func (s Source) check() error {
	switch s.Kind {
	case FromBeacon:
		if !isHex(s.Chain, sha256.Size) || !isHex(s.PublicKey, keySize) || s.Round == 0 {
			return wrong("source", "a beacon has a chain of 32 bytes, a key of %d bytes and a round from one", keySize)
		}
		if s.Dice != "" || len(s.Officials) > 0 {
			return wrong("source", "a beacon has no dice")
		}
	case FromDice:
		if s.Chain != "" || s.PublicKey != "" || s.Round != 0 || s.Signature != "" {
			return wrong("source", "dice have no beacon")
		}
	default:
		return wrong("source", "%q is neither beacon nor dice", s.Kind)
	}
	return nil
}

// randomness returns the value, which must be there and right.
func (s Source) randomness() ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if s.Kind == FromDice {
		return s.thrown()
	}
	if err := VerifyRound(s.PublicKey, s.Round, s.Signature); err != nil {
		return nil, err
	}
	signature, err := hex.DecodeString(s.Signature)
	if err != nil {
		return nil, wrong("signature", "it is not hexadecimal")
	}
	sum := sha256.Sum256(signature)
	return sum[:], nil
}

func (s Source) thrown() ([]byte, error) {
	if len(s.Dice) < leastDice || len(s.Dice) > mostDice || strings.Trim(s.Dice, "123456") != "" {
		return nil, wrong("dice", "they are not %d to %d digits from 1 to 6", leastDice, mostDice)
	}
	if len(s.Officials) != 2 || !isName(s.Officials[0], 64) || !isName(s.Officials[1], 64) || s.Officials[0] == s.Officials[1] {
		return nil, wrong("dice", "they were not typed by two officials")
	}
	sum := sha256.Sum256([]byte(s.Dice))
	return sum[:], nil
}

// VerifyRound reports as fault.Invalid a signature that is not that of the round under
// the public key; both are hex in lower case. The scheme is drand's
// bls-unchained-g1-rfc9380: keys on G2, signatures on G1, over the SHA-256 of the round's
// number in eight bytes, big-endian. There is one signature of a round and no other.
//
// Source: https://docs.drand.love/docs/cryptography/ and
// draft-irtf-cfrg-bls-signature-05.
func VerifyRound(publicKey string, round uint64, signature string) error {
	if !isHex(publicKey, keySize) || !isHex(signature, signatureSize) {
		return wrong("signature", "key and signature are not %d and %d bytes in hexadecimal", keySize, signatureSize)
	}
	keyBytes, err := hex.DecodeString(publicKey)
	if err != nil {
		return wrong("signature", "read the key: %w", err)
	}
	signatureBytes, err := hex.DecodeString(signature)
	if err != nil {
		return wrong("signature", "read it: %w", err)
	}
	var key bls.PublicKey[bls.KeyG2SigG1]
	if err := key.UnmarshalBinary(keyBytes); err != nil {
		return wrong("signature", "the key is none: %w", err)
	}
	if !bls.Verify(&key, message(round), signatureBytes) {
		return wrong("signature", "it is not that of round %d", round)
	}
	return nil
}

// message returns what a beacon signs.
func message(round uint64) []byte {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, round))
	return sum[:]
}

// isHex reports whether s is that many bytes in hexadecimal of lower case, which is the
// only way to write them.
func isHex(s string, size int) bool {
	return len(s) == 2*size && strings.Trim(s, "0123456789abcdef") == ""
}
