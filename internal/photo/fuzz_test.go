package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image/jpeg"
	"testing"

	"loket/internal/fault"
)

var bigEndian binary.AppendByteOrder = binary.BigEndian

// FuzzDecode remakes any bytes without the child, and wants a fault that people
// can read, or a picture with nothing else in it.
func FuzzDecode(f *testing.F) {
	small := drawCard(card{w: 40, h: 30})
	f.Add(small.jpeg(70))
	f.Add(small.png())
	f.Add(withSegment(small.jpeg(70), 0xe1, "Exif\x00\x00"+string(exifBlock(binary.LittleEndian, 6))))
	f.Add(withChunk(small.png(), "eXIf", string(exifBlock(binary.BigEndian, 5))))
	f.Add(grayScans(0xc2, 24, 16, 4, 3))
	f.Add(flatPNG(30000, 30000, 10))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := remake(raw, "Copy for a test", bounds{1 << 16, 1 << 10})
		if err != nil {
			if _, ok := errors.AsType[*fault.Error](err); !ok || !fault.Is(err, fault.Invalid) {
				t.Errorf("%v is no fault for people", err)
			}
			return
		}
		if err := checkBaseline(p.JPEG, p.Width, p.Height); err != nil {
			t.Error(err)
		}
		if _, err := jpeg.Decode(bytes.NewReader(p.JPEG)); err != nil {
			t.Error(err)
		}
	})
}

// FuzzOrientation reads any bytes; where it finds a turn, those after it change nothing.
func FuzzOrientation(f *testing.F) {
	small := drawCard(card{w: 16, h: 16})
	for orientation := range uint16(10) {
		f.Add(withSegment(small.jpeg(50), 0xe1, "Exif\x00\x00"+string(exifBlock(binary.BigEndian, orientation))))
		f.Add(withChunk(small.png(), "eXIf", string(exifBlock(binary.LittleEndian, orientation))))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		found := orientation(raw)
		if found < 1 || found > 8 {
			t.Errorf("orientation %d", found)
		}
		if longer := orientation(append(bytes.Clone(raw), 0xff)); found != 1 && longer != found {
			t.Errorf("orientation %d, and %d with a byte behind it", found, longer)
		}
		tagOf(raw)
	})
}

// FuzzAnswer reads any answer of a child that was taken over.
func FuzzAnswer(f *testing.F) {
	f.Add(append([]byte("ok 40 30 dark\n"), drawCard(card{w: 40, h: 30}).jpeg(70)...))
	f.Add([]byte("no photo.broken\n"))
	f.Fuzz(func(t *testing.T, out []byte) {
		p, err := read(out)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
			return
		}
		if found := bytes.Index(p.JPEG, []byte{0xff, markerEOI}); found != len(p.JPEG)-2 {
			t.Errorf("the end stands at %d of %d", found, len(p.JPEG))
		}
	})
}
