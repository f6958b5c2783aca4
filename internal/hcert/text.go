package hcert

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
)

// prefix is the context identifier of version 1 of the container.
const prefix = "HC1:"

const (
	maxText     = 4296    // characters in the largest QR symbol, 40-L alphanumeric
	maxInflated = 1 << 16 // bytes; real certificates stay below 2 KiB
)

var (
	errPrefix   = errors.New("the text does not start with HC1:")
	errTooLong  = errors.New("the text is longer than any QR symbol holds")
	errZlib     = errors.New("the content is not a zlib stream")
	errInflated = errors.New("the content grows too large when decompressed")
)

// unpackText returns the signed message inside a QR text. Line ends around the
// text are dropped, as scanners and editors add them; blanks are not, because a
// blank is a base45 digit.
func unpackText(text string) ([]byte, error) {
	text = strings.Trim(text, "\r\n")
	if len(text) > maxText {
		return nil, errTooLong
	}
	body, ok := strings.CutPrefix(text, prefix)
	if !ok {
		return nil, errPrefix
	}
	packed, err := decodeBase45(body)
	if err != nil {
		return nil, err
	}
	return inflate(packed)
}

// packText is the reverse of unpackText.
func packText(message []byte) (string, error) {
	packed, err := deflate(message)
	if err != nil {
		return "", err
	}
	text := make([]byte, 0, len(prefix)+(len(packed)*3+1)/2)
	return string(appendBase45(append(text, prefix...), packed)), nil
}

var (
	inflaters = sync.Pool{New: func() any { return new(inflater) }}
	fast      = sync.Pool{New: func() any { return newDeflater(zlib.BestSpeed) }}
	best      = sync.Pool{New: func() any { return newDeflater(zlib.BestCompression) }}
)

// inflater keeps what a zlib reader allocates, which is more than it reads.
type inflater struct {
	zr  io.ReadCloser
	src bytes.Reader
	dst bytes.Buffer
}

func inflate(packed []byte) ([]byte, error) {
	f := inflaters.Get().(*inflater)
	defer inflaters.Put(f)
	f.src.Reset(packed)
	f.dst.Reset()
	if f.zr == nil {
		zr, err := zlib.NewReader(&f.src)
		if err != nil {
			return nil, errZlib
		}
		f.zr = zr
	} else if err := f.zr.(zlib.Resetter).Reset(&f.src, nil); err != nil {
		return nil, errZlib
	}
	n, err := f.dst.ReadFrom(io.LimitReader(f.zr, maxInflated+1))
	if err != nil || f.src.Len() > 0 {
		return nil, errZlib // bytes after the stream are refused: nothing signed speaks for them
	}
	if n > maxInflated {
		return nil, errInflated
	}
	return bytes.Clone(f.dst.Bytes()), nil
}

type deflater struct {
	zw  *zlib.Writer
	dst bytes.Buffer
}

func newDeflater(level int) *deflater {
	zw, err := zlib.NewWriterLevel(nil, level)
	if err != nil {
		panic(err) // the level is a constant
	}
	return &deflater{zw: zw}
}

// qrCapacity is how many characters of text QR symbols of versions 10 to 40
// hold at level Q in alphanumeric mode (ISO/IEC 18004 table 7).
var qrCapacity = [...]int{221, 259, 296, 352, 376, 426, 470, 531, 574, 644, 702, 742, 823, 890, 963, 1041, 1094,
	1172, 1263, 1322, 1429, 1499, 1618, 1700, 1787, 1867, 1966, 2071, 2181, 2298, 2420}

// fastSurplus is more than the fast level of deflate was ever seen to need above
// the best one on certificates, in characters.
const fastSurplus = 60

// deflate compresses at the fast level, which on these few hundred bytes takes a
// third of the time of the best level and comes out a few bytes longer. Where
// those bytes might cost a larger QR symbol, it takes the best level instead.
func deflate(message []byte) ([]byte, error) {
	packed, err := deflateWith(&fast, message)
	if err != nil {
		return nil, err
	}
	chars := len(prefix) + (len(packed)*3+1)/2
	for _, room := range qrCapacity {
		if chars > room && chars-fastSurplus <= room {
			return deflateWith(&best, message)
		}
	}
	return packed, nil
}

func deflateWith(pool *sync.Pool, message []byte) ([]byte, error) {
	d := pool.Get().(*deflater)
	defer pool.Put(d)
	d.dst.Reset()
	d.zw.Reset(&d.dst)
	if _, err := d.zw.Write(message); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if err := d.zw.Close(); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	return bytes.Clone(d.dst.Bytes()), nil
}
