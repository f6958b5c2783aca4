package hcert

import (
	"bytes"
	"compress/zlib"
	"errors"
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
	if len(message) > maxFixed {
		return "", errTooLong
	}
	packed := deflateFixed(message)
	text := make([]byte, 0, len(prefix)+(len(packed)*3+1)/2)
	text = appendBase45(append(text, prefix...), packed)
	if len(text) > maxText {
		return "", errTooLong
	}
	return string(text), nil
}

var inflaters = sync.Pool{New: func() any { return new(inflater) }}

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
