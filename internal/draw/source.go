package draw

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
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

// known reports whether anything is there that is known only after closing.
func (s Source) known() bool {
	return s.Signature != "" || s.Dice != "" || len(s.Officials) > 0 ||
		slices.ContainsFunc(s.Parties, func(p Party) bool { return p.Value != "" })
}

// check reports a source that is not complete, or says more than its kind does.
func (s Source) check() error {
	beacon := s.Chain != "" || s.PublicKey != "" || s.Round != 0 || s.Signature != ""
	dice := s.Dice != "" || len(s.Officials) > 0
	switch s.Kind {
	case FromBeacon:
		if !isHex(s.Chain, sha256.Size) || !isHex(s.PublicKey, keySize) || s.Round == 0 {
			return wrong("source", "a beacon has a chain of 32 bytes, a key of %d bytes and a round from one", keySize)
		}
		if s.Fallback < 0 || len(s.Parties) > 0 || dice && (s.Fallback == 0 || s.Signature != "") {
			return wrong("source", "a beacon has no parties, and dice only instead of its own value and where they were named before")
		}
	case FromDice:
		if beacon || len(s.Parties) > 0 || s.Fallback != 0 {
			return wrong("source", "dice have no beacon, no parties and no fall-back")
		}
	case FromReveal:
		if beacon || s.Fallback < 1 {
			return wrong("source", "who reveals has no beacon, and some hours")
		}
		return s.checkParties()
	default:
		return wrong("source", "%q is neither beacon nor dice nor reveal", s.Kind)
	}
	return nil
}

// How many parties reveal.
const (
	leastParties = 2
	mostParties  = 16
)

func (s Source) checkParties() error {
	if len(s.Parties) < leastParties || len(s.Parties) > mostParties {
		return wrong("source", "%d parties, and not %d to %d", len(s.Parties), leastParties, mostParties)
	}
	for i, p := range s.Parties {
		if !IsParty(p.Name) || !isHex(p.Commit, sha256.Size) {
			return wrong("source", "party %d has no name of letters and digits, or no hash of 32 bytes", i+1)
		}
		if slices.ContainsFunc(s.Parties[:i], func(other Party) bool { return other.Name == p.Name || other.Commit == p.Commit }) {
			return wrong("source", "party %d has the name or the hash of another", i+1)
		}
	}
	return nil
}

// IsParty reports whether a party can have this name: 1 to 32 letters of ASCII, digits, "-"
// and "_".
func IsParty(name string) bool { return isName(name, maxTicket) }

// IsCommit reports whether text can be the hash of a value: 32 bytes, hex in lower case.
func IsCommit(text string) bool { return isHex(text, sha256.Size) }

// Commit returns the hash of a value that a party chose, hex. The value is 32 bytes, hex in
// lower case; the hash is SHA-256 of the bytes. Anything else is a fault.Invalid.
func Commit(value string) (string, error) {
	sum, err := commit(value)
	return hex.EncodeToString(sum[:]), err
}

func commit(value string) (sum [sha256.Size]byte, err error) {
	data, err := hex.DecodeString(value)
	if err != nil || !isHex(value, sha256.Size) {
		return sum, wrong("reveal", "a value is not 32 bytes in hexadecimal")
	}
	return sha256.Sum256(data), nil
}

// randomness returns the value, which must be there and right.
func (s Source) randomness() ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	switch {
	case s.Kind == FromReveal:
		return s.revealed()
	case s.Kind == FromDice || len(s.Officials) > 0 || s.Dice != "":
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

// revealed returns the value of parties. Dice are there if, and only if, one withheld.
func (s Source) revealed() ([]byte, error) {
	h := sha256.New()
	var dice []byte
	if s.Dice != "" || len(s.Officials) > 0 {
		var err error
		if dice, err = s.thrown(); err != nil {
			return nil, err
		}
	}
	withheld := 0
	for _, p := range s.Parties {
		if p.Value == "" {
			withheld++
			h.Write(dice)
			continue
		}
		sum, err := commit(p.Value)
		if err != nil {
			return nil, err
		}
		if hex.EncodeToString(sum[:]) != p.Commit {
			return nil, wrong("reveal", "the value of %s is not the one whose hash it said", p.Name)
		}
		value, err := hex.DecodeString(p.Value)
		if err != nil {
			return nil, wrong("reveal", "the value of %s is not hexadecimal", p.Name)
		}
		h.Write(value)
	}
	if (withheld > 0) != (dice != nil) {
		return nil, wrong("reveal", "%d values were withheld, and dice stand in for those that are", withheld)
	}
	return h.Sum(nil), nil
}

// AreDice reports whether text is how dice fell: enough digits from 1 to 6.
func AreDice(text string) bool {
	return len(text) >= leastDice && len(text) <= mostDice && strings.Trim(text, "123456") == ""
}

func (s Source) thrown() ([]byte, error) {
	if !AreDice(s.Dice) {
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
