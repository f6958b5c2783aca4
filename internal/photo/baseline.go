package photo

import (
	"encoding/binary"
	"errors"
)

// The markers of JPEG (ITU-T T.81, table B.1) that a new picture has.
const (
	markerSOF0 = 0xc0 // baseline
	markerDHT  = 0xc4
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerDQT  = 0xdb
)

// checkBaseline reports whether a picture is what a child makes: tables, one
// baseline frame of the size it says, one scan, the end, and nothing besides. There
// is no segment in which anything of the sender could lie.
func checkBaseline(picture []byte, width, height int) error {
	if len(picture) < 4 || picture[0] != 0xff || picture[1] != markerSOI {
		return errors.New("it does not begin as a JPEG")
	}
	framed := false
	for rest := picture[2:]; len(rest) >= 4 && rest[0] == 0xff; {
		marker, size := rest[1], int(binary.BigEndian.Uint16(rest[2:]))
		if size < 2 || 2+size > len(rest) {
			return errors.New("a segment of it ends early")
		}
		content := rest[4 : 2+size]
		rest = rest[2+size:]
		switch marker {
		case markerDQT, markerDHT:
		case markerSOF0:
			if framed || !frameIs(content, width, height) {
				return errors.New("its frame is not of 8 bits and the size that was said")
			}
			framed = true
		case markerSOS:
			if !framed {
				return errors.New("it has no frame")
			}
			return checkScan(rest)
		default:
			return errors.New("it has a segment that no picture of ours has")
		}
	}
	return errors.New("it ends before its scan")
}

// frameIs reads a frame header: precision, height, width, three components.
func frameIs(content []byte, width, height int) bool {
	return len(content) == 6+3*3 && content[0] == 8 && content[5] == 3 &&
		int(binary.BigEndian.Uint16(content[1:])) == height && int(binary.BigEndian.Uint16(content[3:])) == width &&
		width <= maxWidth && height <= maxHeight
}

// checkScan reports whether the first marker in a scan is its end, and the file's.
func checkScan(scan []byte) error {
	for i := 0; i+1 < len(scan); i++ {
		if scan[i] != 0xff || scan[i+1] == 0 {
			continue
		}
		if scan[i+1] == markerEOI && i+2 == len(scan) {
			return nil
		}
		return errors.New("it has a marker within its scan, or goes on behind its end")
	}
	return errors.New("its scan has no end")
}
