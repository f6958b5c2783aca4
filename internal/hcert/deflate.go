package hcert

import (
	"encoding/binary"
	"hash/adler32"
	"math/bits"
)

// compress/flate is built for long streams: to pack the 400 bytes of a
// certificate it clears and sorts tables for nearly as long as a signature takes.
// This file writes a zlib stream (RFC 1950, RFC 1951) of one block with the fixed
// codes. On so few bytes that is mostly shorter than level 9, which looks for no
// copies of three bytes and ends in an empty block.

const (
	maxFixed   = 4096 // bytes, more than any QR symbol holds
	minMatch   = 3
	maxMatch   = 258
	maxChain   = 48
	hashBits   = 10
	blockFixed = 3 // final block, fixed codes: bits 1, 01
)

// bitWriter appends bits, the lowest first.
type bitWriter struct {
	out  []byte
	acc  uint64
	nbit uint
}

func (w *bitWriter) write(v uint32, n uint) {
	w.acc |= uint64(v) << w.nbit
	w.nbit += n
	for w.nbit >= 8 {
		w.out = append(w.out, byte(w.acc))
		w.acc >>= 8
		w.nbit -= 8
	}
}

// huffman writes a code of n bits, which stands with its highest bit first.
func (w *bitWriter) huffman(code uint32, n uint) {
	w.write(bits.Reverse32(code)>>(32-n), n)
}

// symbol writes a literal or length symbol with its fixed code (RFC 1951 §3.2.6).
func (w *bitWriter) symbol(s int) {
	switch {
	case s < 144:
		w.huffman(uint32(0x30+s), 8)
	case s < 256:
		w.huffman(uint32(0x190+s-144), 9)
	case s < 280:
		w.huffman(uint32(s-256), 7)
	default:
		w.huffman(uint32(0xc0+s-280), 8)
	}
}

// match writes a length of 3 to 258 and a distance of 1 to 4096 (§3.2.5). Both
// kinds of code double their step every few symbols, so that the symbol follows
// from the position of the highest bit.
func (w *bitWriter) match(length, distance int) {
	switch n := length - minMatch; {
	case length == maxMatch:
		w.symbol(285)
	case n < 8:
		w.symbol(257 + n)
	default:
		extra := bits.Len(uint(n)) - 3
		w.symbol(257 + 4*extra + n>>extra)
		w.write(uint32(n&(1<<extra-1)), uint(extra))
	}
	d := distance - 1
	if d < 4 {
		w.huffman(uint32(d), 5)
		return
	}
	extra := bits.Len(uint(d)) - 2
	w.huffman(uint32(2*extra+d>>extra), 5)
	w.write(uint32(d&(1<<extra-1)), uint(extra))
}

// deflateFixed packs a message of at most maxFixed bytes.
func deflateFixed(message []byte) []byte {
	w := bitWriter{out: make([]byte, 2, len(message)+len(message)/8+16)}
	w.out[0], w.out[1] = 0x78, 0x9c
	w.write(blockFixed, 3)
	f := finder{src: message}
	for i := 0; i < len(message); {
		length, distance := f.find(i)
		if length >= minMatch && length < 32 {
			// One step later there may be a longer one.
			if later, _ := f.find(i + 1); later > length {
				length = 0
			}
		}
		if length < minMatch {
			w.symbol(int(message[i]))
			i++
			continue
		}
		w.match(length, distance)
		i += length
	}
	w.symbol(256)
	w.write(0, (8-w.nbit)%8)
	return binary.BigEndian.AppendUint32(w.out, adler32.Checksum(message))
}

// finder looks for earlier copies of what follows a position. Positions with the
// same hash of three bytes form a chain, the latest first; 0 ends it, as positions
// are stored plus one.
type finder struct {
	src  []byte
	next int // positions before it are in the chains
	head [1 << hashBits]uint16
	prev [maxFixed]uint16
}

func (f *finder) hash(i int) uint32 {
	return (uint32(f.src[i]) | uint32(f.src[i+1])<<8 | uint32(f.src[i+2])<<16) * 0x9e3779b1 >> (32 - hashBits)
}

// find returns the longest earlier copy of what stands at i, or a length of 0.
func (f *finder) find(i int) (length, distance int) {
	if i+minMatch > len(f.src) {
		return 0, 0
	}
	for ; f.next < i; f.next++ {
		h := f.hash(f.next)
		f.prev[f.next], f.head[h] = f.head[h], uint16(f.next+1)
	}
	at := f.head[f.hash(i)]
	for range maxChain {
		if at == 0 {
			break
		}
		j := int(at) - 1
		n := 0
		for n < maxMatch && i+n < len(f.src) && f.src[j+n] == f.src[i+n] {
			n++
		}
		if n > length && j < i {
			length, distance = n, i-j
		}
		at = f.prev[j]
	}
	return length, distance
}
