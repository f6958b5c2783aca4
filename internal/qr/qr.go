// Package qr turns a text into a QR symbol (ISO/IEC 18004) and draws it as SVG or
// as a PNG with one bit a pixel.
//
//	symbol, err := qr.Encode(text, qr.Q)
//	err = symbol.WriteSVG(w, qr.SVG{Label: "QR code of your certificate"})
//
// Encode takes the smallest version that holds the text at the level of error
// correction asked for, writes the text in numeric, alphanumeric or byte mode as
// a whole, and takes of the eight masks the one with the least penalty, as the
// standard demands; readers find such symbols faster than others. EU certificates
// are alphanumeric; their specification recommends level Q and a printed diagonal
// of 35 to 60 mm.
//
// Both drawings have the quiet zone of four modules around them, without which a
// symbol cannot be relied on, and dark modules on a light ground, whatever the
// colours of the page.
//
// The package does not read symbols and has no structured append, kanji or ECI:
// text beyond ASCII goes as UTF-8 in byte mode, as readers expect.
package qr

import (
	"fmt"
	"strings"

	"rsc.io/qr/coding"

	"loket/internal/fault"
)

// Level is how much of a symbol may be lost and the text still read.
type Level int

// The levels, for about 7, 15, 25 and 30 per cent of loss.
const (
	L Level = iota
	M
	Q
	H
)

// String returns the letter of the level.
func (l Level) String() string {
	if l < L || l > H {
		return fmt.Sprintf("Level(%d)", int(l))
	}
	return "LMQH"[l : l+1]
}

// KeyTooLong is the message key of the error for a text that no symbol holds.
const KeyTooLong = "qr.too-long"

// quietZone is the width of the light border, in modules.
const quietZone = 4

// Symbol is a QR symbol: a square of modules, dark or light.
type Symbol struct {
	version int
	mask    int
	size    int
	rows    grid
}

// Encode makes the symbol of a text. A text that is too long for the largest
// version is fault.Invalid; the error does not repeat it.
func Encode(text string, level Level) (*Symbol, error) {
	if level < L || level > H {
		return nil, fault.New(fault.Internal, "", "encode a QR symbol: no level %d", int(level))
	}
	content := contentOf(text)
	version := 1
	for ; version <= coding.MaxVersion; version++ {
		v := coding.Version(version)
		if content.Bits(v) <= v.DataBytes(coding.Level(level))*8 {
			break
		}
	}
	// Counts of characters have 16 bits at most, so a longer text would wrap round.
	if version > coding.MaxVersion || len(text) > 1<<13 {
		return nil, fault.New(fault.Invalid, KeyTooLong, "encode a QR symbol: %d bytes do not fit level %v", len(text), level)
	}
	v := coding.Version(version)
	var bits coding.Bits
	content.Encode(&bits, v)
	bits.AddCheckBytes(v, coding.Level(level))
	return layouts[version][level]().fill(version, bits.Bytes()), nil
}

// contentOf picks the mode that needs the fewest bits.
func contentOf(text string) coding.Encoding {
	switch {
	case text != "" && strings.Trim(text, "0123456789") == "" && coding.Num(text).Check() == nil:
		return coding.Num(text)
	case coding.Alpha(text).Check() == nil:
		return coding.Alpha(text)
	}
	return coding.String(text)
}

// Size returns the modules on a side, quiet zone not included.
func (s *Symbol) Size() int { return s.size }

// Version returns the version, 1 to 40. A side has 17 + 4 × version modules.
func (s *Symbol) Version() int { return s.version }

// Dark reports whether the module in column x of row y is dark. Modules outside
// the symbol are light.
func (s *Symbol) Dark(x, y int) bool {
	return 0 <= x && x < s.size && 0 <= y && y < s.size && s.rows[y].bit(x)
}
