package photo

import (
	"bytes"
	"encoding/binary"
	"image"
)

// turn is the orientation tag of EXIF 2.32 (0x0112): how the stored picture must
// be turned and mirrored to be upright. 1 is as it is.
type turn uint16

// swaps reports whether width and height change places.
func (t turn) swaps() bool { return t >= 5 && t <= 8 }

// apply returns the picture upright.
func (t turn) apply(from *image.RGBA) *image.RGBA {
	if t < 2 || t > 8 {
		return from
	}
	w, h := from.Rect.Dx(), from.Rect.Dy()
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if t.swaps() {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			to := t.place(x, y, w, h)
			copy(out.Pix[out.PixOffset(to.X, to.Y):][:4], from.Pix[from.PixOffset(x, y):])
		}
	}
	return out
}

// place returns where a pixel of a picture of w by h goes.
func (t turn) place(x, y, w, h int) image.Point {
	switch t {
	case 2:
		return image.Pt(w-1-x, y)
	case 3:
		return image.Pt(w-1-x, h-1-y)
	case 4:
		return image.Pt(x, h-1-y)
	case 5:
		return image.Pt(y, x)
	case 6:
		return image.Pt(h-1-y, x)
	case 7:
		return image.Pt(h-1-y, w-1-x)
	case 8:
		return image.Pt(y, w-1-x)
	}
	return image.Pt(x, y)
}

// orientation finds the tag in a JPEG or PNG. Whatever is odd counts as upright:
// a photo on its side can still be read.
func orientation(raw []byte) turn {
	if isPNG(raw) {
		return tagOf(chunkOf(raw[8:], "eXIf"))
	}
	return tagOf(exifOf(raw))
}

// exifOf returns the TIFF structure in the first APP1 segment with EXIF data of a
// JPEG, nil if there is none.
func exifOf(raw []byte) []byte {
	rest := raw[min(len(raw), 2):]
	for len(rest) >= 4 && rest[0] == 0xff {
		if rest[1] == 0xff { // filling
			rest = rest[1:]
			continue
		}
		size := int(binary.BigEndian.Uint16(rest[2:]))
		if rest[1] == 0xda || size < 2 || 2+size > len(rest) { // the picture itself begins
			return nil
		}
		if content, found := bytes.CutPrefix(rest[4:2+size], []byte("Exif\x00\x00")); found && rest[1] == 0xe1 {
			return content
		}
		rest = rest[2+size:]
	}
	return nil
}

// chunkOf returns the content of the first chunk of a PNG with a name.
func chunkOf(rest []byte, name string) []byte {
	for len(rest) >= 12 {
		size := binary.BigEndian.Uint32(rest)
		if uint64(size)+12 > uint64(len(rest)) {
			return nil
		}
		if string(rest[4:8]) == name {
			return rest[8 : 8+size]
		}
		rest = rest[12+size:]
	}
	return nil
}

// tagOf returns the orientation in the first directory of a TIFF structure.
func tagOf(tiff []byte) turn {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(tiff[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := uint64(order.Uint32(tiff[4:]))
	if order.Uint16(tiff[2:]) != 42 || at+2 > uint64(len(tiff)) {
		return 1
	}
	const entrySize, tag, short = 12, 0x0112, 3
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < entrySize {
			return 1
		}
		if order.Uint16(entries) == tag && order.Uint16(entries[2:]) == short && order.Uint32(entries[4:]) == 1 {
			if t := turn(order.Uint16(entries[8:])); t >= 1 && t <= 8 {
				return t
			}
			return 1
		}
		entries = entries[entrySize:]
	}
	return 1
}
