package photo

import (
	"bytes"

	"loket/internal/fault"
)

// look refuses by length and by the first bytes, as far as they tell what to
// advise: the rest of a file is for the child to read. What a browser says of the
// type does not count.
func look(raw []byte) error {
	switch {
	case len(raw) == 0:
		return fault.New(fault.Invalid, KeyEmpty, "look at a file: it is empty")
	case len(raw) > MaxBytes:
		return fault.New(fault.Invalid, KeyLarge, "look at a file: it has %d bytes", len(raw))
	case isJPEG(raw) || isPNG(raw):
		return nil
	case isHEIC(raw):
		return fault.New(fault.Invalid, KeyHEIC, "look at a file: it is HEIC")
	case bytes.Contains(raw[:min(len(raw), 1024)], []byte("%PDF-")):
		return fault.New(fault.Invalid, KeyPDF, "look at a file: it is PDF")
	}
	return fault.New(fault.Invalid, KeyType, "look at a file: it is neither JPEG nor PNG")
}

func isJPEG(raw []byte) bool { return bytes.HasPrefix(raw, []byte("\xff\xd8\xff")) }

func isPNG(raw []byte) bool { return bytes.HasPrefix(raw, []byte("\x89PNG\r\n\x1a\n")) }

// isHEIC knows the files of ISO 14496-12 that telephones make of pictures: a box
// "ftyp" at the start, with one of the brands of ISO 23008-12 or AVIF.
func isHEIC(raw []byte) bool {
	if len(raw) < 12 || string(raw[4:8]) != "ftyp" {
		return false
	}
	switch string(raw[8:12]) {
	case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif", "avis":
		return true
	}
	return false
}
