package canary

import (
	"bytes"
	"compress/flate"
	"io"
	"math/bits"
)

// maxPlain is how much of a stream is read, in bytes.
const maxPlain = 1 << 20

// inflated calls found with what each stream of DEFLATE (RFC 1951) in data holds.
// That is also what zlib, gzip, ZIP and PNG hold, behind headers of their own. A stream
// can begin at any byte; most beginnings are refused by their first bits.
func inflated(data []byte, found func(from int, plain []byte)) {
	reader := bytes.NewReader(nil)
	stream := flate.NewReader(reader)
	plain := make([]byte, maxPlain)
	for from := range data {
		if !begins(data[from:]) {
			continue
		}
		reader.Reset(data[from:])
		if err := stream.(flate.Resetter).Reset(reader, nil); err != nil {
			return
		}
		// What came before an error counts too: a stream may be cut off.
		n, _ := io.ReadFull(stream, plain[:64])
		if n == 64 {
			more, _ := io.ReadFull(stream, plain[64:])
			n += more
		}
		if n >= minNeedle {
			found(from, plain[:n])
		}
	}
}

// begins reports whether a stream could begin here.
func begins(b []byte) bool {
	if len(b) < 5 {
		return false
	}
	switch b[0] >> 1 & 3 {
	case 0: // stored: its length stands twice, once inverted
		return b[1] == ^b[3] && b[2] == ^b[4]
	case 1: // fixed codes
		return true
	case 2:
		return completeCodes(b)
	}
	return false
}

// completeCodes reports whether the code of code lengths of a dynamic block uses
// up all its room, as that of every encoder does.
func completeCodes(b []byte) bool {
	if len(b) < 16 {
		return false
	}
	at := 3
	next := func(n int) int {
		v := 0
		for i := range n {
			v |= int(b[(at+i)/8]>>((at+i)%8)&1) << i
		}
		at += n
		return v
	}
	if next(5) > 29 || next(5) > 29 {
		return false
	}
	room := 0
	for range next(4) + 4 {
		if length := next(3); length > 0 {
			room += 1 << (7 - length)
		}
	}
	return bits.OnesCount(uint(room)) == 1 && room == 128
}
