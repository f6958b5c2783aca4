package ident

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/fxamacker/cbor/v2"
)

// hidden is what a Private shows of itself.
const hidden = "[private]"

// errHidden is returned where a text form is asked that would leave the program.
var errHidden = errors.New("ident: a private text is not marshalled; use Reveal")

// Private is a text that a person gave about themselves. The zero value is the
// empty text.
//
// It cannot be compared with ==, which would stop at the first difference: use
// Equal. It satisfies fmt.Formatter, slog.LogValuer and the marshalling
// interfaces of JSON and text only to keep the text to itself.
type Private struct {
	_ [0]func()
	// A pointer, because fmt prints an unexported field of an outer struct
	// without asking the field's own methods: this way it prints an address.
	text *string
}

// NewPrivate returns text as a Private. Bytes that are not UTF-8 become U+FFFD.
func NewPrivate(text string) Private {
	if text == "" {
		return Private{}
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	return Private{text: &text}
}

// Reveal returns the text. Each call is a place where personal data are used.
func (p Private) Reveal() string {
	if p.text == nil {
		return ""
	}
	return *p.text
}

// IsZero reports whether the text is empty.
func (p Private) IsZero() bool { return p.text == nil }

// Equal reports whether both texts are the same bytes, in a time that depends
// on their lengths only.
func (p Private) Equal(other Private) bool {
	return subtle.ConstantTimeCompare([]byte(p.Reveal()), []byte(other.Reveal())) == 1
}

// Format prints "[private]" for every verb and flag.
func (p Private) Format(f fmt.State, _ rune) { io.WriteString(f, hidden) }

// LogValue returns "[private]".
func (p Private) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText returns an error. It serves JSON, XML and gob alike.
func (p Private) MarshalText() ([]byte, error) { return nil, errHidden }

// MarshalJSON returns an error.
func (p Private) MarshalJSON() ([]byte, error) { return nil, errHidden }

// UnmarshalText takes the text in: what people send may be read from JSON.
func (p *Private) UnmarshalText(text []byte) error {
	*p = NewPrivate(string(text))
	return nil
}

// MarshalCBOR returns the text as a CBOR text string, for sealed bodies only.
func (p Private) MarshalCBOR() ([]byte, error) { return cbor.Marshal(p.Reveal()) }

// UnmarshalCBOR reads what MarshalCBOR wrote.
func (p *Private) UnmarshalCBOR(data []byte) error {
	var text string
	if err := cbor.Unmarshal(data, &text); err != nil {
		return errors.New("ident: a private text is not a CBOR text string")
	}
	*p = NewPrivate(text)
	return nil
}
