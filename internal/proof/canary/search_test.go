package canary

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// minNeedle is how long each form of a canary is at least, in bytes: shorter ones
// would be found by chance.
const minNeedle = 8

// needle is one form of one canary.
type needle struct {
	canary, form string
	bytes        []byte
}

// hit says which canary was found, in which form and where.
type hit struct{ canary, form, place string }

func (h hit) String() string { return fmt.Sprintf("%s as %s in %s", h.canary, h.form, h.place) }

// search looks for many needles at once: by the hash of their first bytes, then whole.
type search struct {
	needles []needle
	starts  []bool           // by hash of the first four bytes
	at      map[uint64][]int // by the first eight bytes
}

// newSearch returns a search for canaries, each a name and the texts by which it
// would be known.
func newSearch(canaries map[string][]string) *search {
	s := &search{starts: make([]bool, 1<<16), at: map[uint64][]int{}}
	for name, texts := range canaries {
		for _, text := range texts {
			for _, n := range forms(name, text) {
				s.add(n)
			}
		}
	}
	return s
}

func (s *search) add(n needle) {
	if len(n.bytes) < minNeedle {
		panic("a canary is too short to be searched as " + n.form)
	}
	first := binary.LittleEndian.Uint64(n.bytes)
	s.starts[hash(uint32(first))] = true
	s.at[first] = append(s.at[first], len(s.needles))
	s.needles = append(s.needles, n)
}

func hash(first uint32) uint32 { return first * 2654435761 >> 16 }

// forms returns text as programs are known to write it.
func forms(name, text string) []needle {
	var list []needle
	put := func(form string, b []byte) {
		if len(b) >= minNeedle && !slices.ContainsFunc(list, func(n needle) bool { return bytes.Equal(n.bytes, b) }) {
			list = append(list, needle{name, form, b})
		}
	}
	for _, spelled := range []string{text, strings.ToLower(text), strings.ToUpper(text)} {
		raw := []byte(spelled)
		put("raw", raw)
		put("hex", []byte(hex.EncodeToString(raw)))
		put("HEX", []byte(strings.ToUpper(hex.EncodeToString(raw))))
		for shift := range 3 {
			put("base64", inBase64(base64.RawStdEncoding, raw, shift))
			put("base64url", inBase64(base64.RawURLEncoding, raw, shift))
		}
		put("UTF-16 little", inUTF16(binary.LittleEndian, spelled))
		put("UTF-16 big", inUTF16(binary.BigEndian, spelled))
		for _, unreserved := range []string{"", "-._~", "-._~@:", "*-._"} {
			put("percent", inPercent(spelled, unreserved, "%20", "%%%02X"))
			put("percent", inPercent(spelled, unreserved, "%20", "%%%02x"))
			put("form", inPercent(spelled, unreserved, "+", "%%%02X"))
		}
		put("JSON", inEscapes(spelled, `\u%04x`))
		put("HTML", inEntities(spelled))
	}
	return list
}

// inBase64 returns the part of an encoding that depends on raw alone when shift
// bytes stand before it.
func inBase64(encoding *base64.Encoding, raw []byte, shift int) []byte {
	text := encoding.EncodeToString(append(make([]byte, shift), raw...))
	bits := 8 * (shift + len(raw))
	return []byte(text[(8*shift+5)/6 : bits/6])
}

func inUTF16(order binary.AppendByteOrder, text string) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return b
}

func inPercent(text, unreserved, space, format string) []byte {
	var b []byte
	for _, c := range []byte(text) {
		switch {
		case c == ' ':
			b = append(b, space...)
		case c >= '0' && c <= '9', c|0x20 >= 'a' && c|0x20 <= 'z', strings.IndexByte(unreserved, c) >= 0:
			b = append(b, c)
		default:
			b = fmt.Appendf(b, format, c)
		}
	}
	return b
}

func inEscapes(text, format string) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		if unit < 0x80 {
			b = append(b, byte(unit))
			continue
		}
		b = fmt.Appendf(b, format, unit)
	}
	return b
}

func inEntities(text string) []byte {
	var b []byte
	for _, r := range text {
		if r < 0x80 {
			b = append(b, byte(r))
			continue
		}
		b = fmt.Appendf(b, "&#%d;", r)
	}
	return b
}

// in returns what is found in data, and in what is compressed in it.
func (s *search) in(place string, data []byte) []hit {
	hits := s.raw(place, data)
	inflated(data, func(from int, plain []byte) {
		hits = append(hits, s.raw(fmt.Sprintf("%s, inflated at %d", place, from), plain)...)
	})
	return hits
}

func (s *search) raw(place string, data []byte) []hit {
	found := map[hit]bool{}
	for i := 0; i+minNeedle <= len(data); i++ {
		first := binary.LittleEndian.Uint64(data[i:])
		if !s.starts[hash(uint32(first))] {
			continue
		}
		for _, n := range s.at[first] {
			if bytes.HasPrefix(data[i:], s.needles[n].bytes) {
				found[hit{s.needles[n].canary, s.needles[n].form, place}] = true
			}
		}
	}
	hits := make([]hit, 0, len(found))
	for h := range found {
		hits = append(hits, h)
	}
	slices.SortFunc(hits, func(a, b hit) int { return strings.Compare(a.String(), b.String()) })
	return hits
}
