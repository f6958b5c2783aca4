package qr

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"sync"

	"loket/internal/fault"
)

// maxScale keeps a picture below some 60 million pixels.
const maxScale = 40

// deflaters keeps what a zlib writer allocates, which is a thousand times a row.
var deflaters = sync.Pool{New: func() any {
	w, err := zlib.NewWriterLevel(nil, zlib.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return w
}}

// WritePNG draws the symbol with one bit a pixel and scale pixels a module, 1 to
// 40. It writes the format itself (PNG specification, third edition), as
// image/png goes pixel by pixel where a row of modules is the same scale times.
func (s *Symbol) WritePNG(w io.Writer, scale int) error {
	if scale < 1 || scale > maxScale {
		return fault.New(fault.Internal, "", "draw a QR symbol: no scale %d", scale)
	}
	var rows bytes.Buffer
	z := deflaters.Get().(*zlib.Writer)
	defer deflaters.Put(z)
	z.Reset(&rows)
	if err := s.writeRows(z, scale); err != nil {
		return fmt.Errorf("write a QR symbol: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write a QR symbol: %w", err)
	}
	side := uint32((s.size + 2*quietZone) * scale)
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, side), side)
	header = append(header, 1, 0, 0, 0, 0) // one bit of grey; deflate, filters, no interlace
	picture := []byte("\x89PNG\r\n\x1a\n")
	picture = appendChunk(picture, "IHDR", header)
	picture = appendChunk(picture, "IDAT", rows.Bytes())
	picture = appendChunk(picture, "IEND", nil)
	if _, err := w.Write(picture); err != nil {
		return fmt.Errorf("write a QR symbol: %w", err)
	}
	return nil
}

// writeRows writes each row of pixels after the byte of its filter: 0 for a new
// row, 2 for the differences, which are none, to the row above.
func (s *Symbol) writeRows(w io.Writer, scale int) error {
	side := (s.size + 2*quietZone) * scale
	row, same := make([]byte, 1+(side+7)/8), make([]byte, 1+(side+7)/8)
	same[0] = 2
	for y := -quietZone; y < s.size+quietZone; y++ {
		for i := range row[1:] {
			row[1+i] = 0xff // light
		}
		for x := range s.size {
			if !s.Dark(x, y) {
				continue
			}
			for p := (x + quietZone) * scale; p < (x+quietZone+1)*scale; p++ {
				row[1+p>>3] &^= 0x80 >> (p & 7)
			}
		}
		if _, err := w.Write(row); err != nil {
			return err
		}
		for range scale - 1 {
			if _, err := w.Write(same); err != nil {
				return err
			}
		}
	}
	return nil
}

func appendChunk(dst []byte, kind string, data []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(data)))
	start := len(dst)
	dst = append(append(dst, kind...), data...)
	return binary.BigEndian.AppendUint32(dst, crc32.ChecksumIEEE(dst[start:]))
}
