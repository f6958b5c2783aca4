package slip

import (
	"crypto/ed25519"
	"encoding/binary"
	"strings"
	"time"

	"loket/internal/fault"
)

// KeyAskedFalse is the message key of what is no genuine receipt.
const KeyAskedFalse = "slip.asked-false"

const (
	askedHeading = "LOKETA1/"
	askedSigned  = "loket asked 1\n" // no slip is signed behind it, and no list

	// TicketSize is how many letters and digits a ticket has.
	TicketSize = 10

	askedSize = TicketSize + 4 + 4
	maxList   = 1<<32 - 1
)

// Asked is the signed receipt of an ask: that it was there, and on which list it belongs.
// With it somebody whose ticket is missing from a list that was published can show that it
// should be there. It says nothing of who asked, or for what.
//
// Its text looks like that of a slip, under another heading, and is signed behind other
// words: neither is ever taken for the other. The bytes are
//
//	10      the ticket, as the list has it
//	4       when it was asked, in minutes since 1970 in UTC
//	4       the number of the list
//	64      the signature
type Asked struct {
	Ticket string
	At     time.Time // a whole minute, UTC, not after the ask
	List   int64     // number of the draw, from one
}

// bytes returns what is signed of a receipt, without its heading.
func (a Asked) bytes() ([]byte, error) {
	minutes := a.At.Unix() / 60
	switch {
	case len(a.Ticket) != TicketSize || strings.Trim(a.Ticket, letters) != "":
		return nil, fault.New(fault.Internal, "", "make a receipt: no ticket of %d letters", len(a.Ticket))
	case a.At.Unix()%60 != 0 || minutes < 0 || minutes >= 1<<32:
		return nil, fault.New(fault.Internal, "", "make a receipt: no minute %v", a.At)
	case a.List < 1 || a.List > maxList:
		return nil, fault.New(fault.Internal, "", "make a receipt: no list %d", a.List)
	}
	b := binary.BigEndian.AppendUint32([]byte(a.Ticket), uint32(minutes))
	return binary.BigEndian.AppendUint32(b, uint32(a.List)), nil
}

// Sign returns the text of a receipt. The same receipt has the same text. It is a
// fault.Internal when the receipt is none.
func (a Asked) Sign(key ed25519.PrivateKey) (string, error) {
	b, err := a.bytes()
	if err != nil {
		return "", err
	}
	return askedHeading + encoding().EncodeToString(append(b, ed25519.Sign(key, append([]byte(askedSigned), b...))...)), nil
}

// ReadAsked returns the receipt of a text that was signed with one of the keys. Space
// around and within it is left out. Every other text is fault.Invalid.
func ReadAsked(text string, keys ...ed25519.PublicKey) (Asked, error) {
	if len(text) > maxText {
		return Asked{}, noReceipt("%d bytes are too many", len(text))
	}
	coded, ok := strings.CutPrefix(strings.Join(strings.Fields(text), ""), askedHeading)
	if !ok {
		return Asked{}, noReceipt("it does not begin as one")
	}
	all, err := encoding().DecodeString(coded)
	if err != nil || encoding().EncodeToString(all) != coded {
		return Asked{}, noReceipt("it has a letter that has no place in it")
	}
	if len(all) != askedSize+ed25519.SignatureSize {
		return Asked{}, noReceipt("%d bytes are not its length", len(all))
	}
	b, signature := all[:askedSize], all[askedSize:]
	for _, key := range keys {
		if len(key) == ed25519.PublicKeySize && ed25519.Verify(key, append([]byte(askedSigned), b...), signature) {
			return Asked{string(b[:TicketSize]), time.Unix(int64(binary.BigEndian.Uint32(b[TicketSize:]))*60, 0).UTC(),
				int64(binary.BigEndian.Uint32(b[TicketSize+4:]))}, nil
		}
	}
	return Asked{}, noReceipt("its signature is of no key that is trusted")
}

// Spaced writes a receipt in groups, as it stands on paper: ReadAsked takes the space out.
func Spaced(text string) string {
	const group = 12
	var b strings.Builder
	for i := 0; i < len(text); i += group {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(text[i:min(i+group, len(text))])
	}
	return b.String()
}

func noReceipt(format string, args ...any) error {
	return fault.New(fault.Invalid, KeyAskedFalse, "read a receipt: "+format, args...)
}
