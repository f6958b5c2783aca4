// Package slip makes and reads the signed code on an appointment.
//
// People who buy an appointment, or copy a code from a stranger, cannot see whether it is
// true. A slip is what one appointment says of itself under a key of the installation:
//
//	text, err := slip.Slip{Appointment: id, Location: "amsterdam", Starts: at, Person: tag}.Sign(key)
//	s, err := slip.Read(text, publicKey)
//
// Read returns the slip, or fault.Invalid: a text of which one character is another is not
// genuine, whatever was meant. It needs no network. What it cannot know is what became of
// the appointment afterwards; for that there is a list, signed too:
//
//	list, err := slip.ReadRevoked(file, publicKey)
//	list.Has(s)
//
// A slip names a place, a time and an appointment, and no person. Person is a sum that only
// the installation can make of somebody's number and this appointment: a slip beside
// another person is worth nothing, and two slips of one person look like those of two.
//
// Asked is the same for an ask: a receipt that says when it was there, and on which list.
//
// The text is a version, then the bytes below in the base 32 of Crockford, in capitals:
// all in the alphanumeric mode of QR symbols. There is one spelling of a slip.
//
//	16      the random bits of the id of the appointment
//	1 + n   the location
//	4       the start, in minutes since 1970 in UTC
//	2       the issue
//	8       the sum for the person
//	64      the signature, Ed25519 over a heading and the bytes before
package slip

import (
	"crypto/ed25519"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"loket/internal/fault"
)

// KeyFalse is the message key of what is not genuine.
const KeyFalse = "slip.false"

const (
	heading = "LOKET1/"
	signed  = "loket slip 1\n" // before the bytes that are signed, so that they are nothing else

	idPrefix = "apt_"
	idBits   = 16
	fixed    = idBits + 1 + 4 + 2 + PersonSize

	maxLocation = 64
	maxIssue    = 1<<16 - 1
	maxText     = 512 // of what is read at all
)

// PersonSize is the length of a sum for a person, in bytes.
const PersonSize = 8

// Slip is what the code on an appointment says.
type Slip struct {
	Appointment string           // id
	Location    string           // id
	Starts      time.Time        // a whole minute, UTC
	Issue       int              // from zero; each move makes another
	Person      [PersonSize]byte // sum of a number and the appointment
}

// letters is the base 32 of Crockford.
const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

func encoding() *base32.Encoding { return base32.NewEncoding(letters).WithPadding(base32.NoPadding) }

// bytes returns what is signed of a slip, without its heading.
func (s Slip) bytes() ([]byte, error) {
	id, ok := strings.CutPrefix(s.Appointment, idPrefix)
	bits, err := encoding().DecodeString(strings.ToUpper(id))
	if !ok || err != nil || len(bits) != idBits {
		return nil, fault.New(fault.Internal, "", "make a slip: %q is no id of an appointment", s.Appointment)
	}
	minutes := s.Starts.Unix() / 60
	switch {
	case len(s.Location) == 0 || len(s.Location) > maxLocation:
		return nil, fault.New(fault.Internal, "", "make a slip: a location of %d bytes", len(s.Location))
	case s.Starts.Unix()%60 != 0 || minutes < 0 || minutes >= 1<<32:
		return nil, fault.New(fault.Internal, "", "make a slip: no start at %v", s.Starts)
	case s.Issue < 0 || s.Issue > maxIssue:
		return nil, fault.New(fault.Internal, "", "make a slip: no issue %d", s.Issue)
	}
	b := append(bits, byte(len(s.Location)))
	b = append(b, s.Location...)
	b = binary.BigEndian.AppendUint32(b, uint32(minutes))
	b = binary.BigEndian.AppendUint16(b, uint16(s.Issue))
	return append(b, s.Person[:]...), nil
}

// Sign returns the text of a slip. The same slip has the same text. It is a fault.Internal
// when the slip is none.
func (s Slip) Sign(key ed25519.PrivateKey) (string, error) {
	b, err := s.bytes()
	if err != nil {
		return "", err
	}
	return heading + encoding().EncodeToString(append(b, ed25519.Sign(key, append([]byte(signed), b...))...)), nil
}

// Looks reports whether a text is meant as the text of a slip.
func Looks(text string) bool { return strings.HasPrefix(strings.TrimSpace(text), heading[:5]) }

// Read returns the slip of a text that was signed with one of the keys. Space around and
// within it, as paper and messages add, is left out. Every other text is fault.Invalid.
func Read(text string, keys ...ed25519.PublicKey) (Slip, error) {
	s, b, signature, err := parse(text)
	if err != nil {
		return Slip{}, err
	}
	for _, key := range keys {
		if len(key) == ed25519.PublicKeySize && ed25519.Verify(key, append([]byte(signed), b...), signature) {
			return s, nil
		}
	}
	return Slip{}, notGenuine("its signature is of no key that is trusted")
}

func notGenuine(format string, args ...any) error {
	return fault.New(fault.Invalid, KeyFalse, "read a slip: "+format, args...)
}

// parse takes a text apart, and verifies nothing.
func parse(text string) (s Slip, b, signature []byte, err error) {
	if len(text) > maxText {
		return s, nil, nil, notGenuine("%d bytes are too many", len(text))
	}
	coded, ok := strings.CutPrefix(strings.Join(strings.Fields(text), ""), heading)
	if !ok {
		return s, nil, nil, notGenuine("it does not begin as one")
	}
	all, err := encoding().DecodeString(coded)
	if err != nil || encoding().EncodeToString(all) != coded {
		return s, nil, nil, notGenuine("it has a letter that has no place in it")
	}
	n := len(all) - ed25519.SignatureSize
	if n < fixed+1 || n != fixed+int(all[idBits]) || n > fixed+maxLocation {
		return s, nil, nil, notGenuine("%d bytes are not its length", len(all))
	}
	b, signature = all[:n], all[n:]
	rest := b[idBits+1+int(b[idBits]):]
	s = Slip{
		Appointment: idPrefix + strings.ToLower(encoding().EncodeToString(b[:idBits])),
		Location:    string(b[idBits+1 : n-len(rest)]),
		Starts:      time.Unix(int64(binary.BigEndian.Uint32(rest))*60, 0).UTC(),
		Issue:       int(binary.BigEndian.Uint16(rest[4:])),
	}
	copy(s.Person[:], rest[6:])
	return s, b, signature, nil
}

// ParseKey reads a public key as FormatKey writes it.
func ParseKey(text string) (ed25519.PublicKey, error) {
	key, err := encoding().DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, fault.New(fault.Invalid, "", "%q is not the public key of slips", text)
	}
	return key, nil
}

// FormatKey writes a public key as it is published: 52 letters of the same base 32.
func FormatKey(key ed25519.PublicKey) string { return encoding().EncodeToString(key) }

// String tells no more of a slip than which one it is.
func (s Slip) String() string { return fmt.Sprintf("slip of %s, issue %d", s.Appointment, s.Issue) }
