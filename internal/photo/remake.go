package photo

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"loket/internal/fault"
)

// How large a new picture is: enough to read the small print of a card, few
// enough bytes for a slow line.
const (
	maxWidth, maxHeight = 2400, 2400 // pixels, upright, with the strip of the mark
	aimBytes            = 700 << 10
)

// qualities are tried in turn until the picture has at most aimBytes. Below the
// last, letters get a fringe.
var qualities = []int{84, 74, 64}

// bounds are what a picture may have before it is decoded.
type bounds struct{ pixels, side int }

// remake makes the new picture. It runs in the child.
func remake(raw []byte, mark string, within bounds) (Picture, error) {
	decoded, err := decode(raw, within)
	if err != nil {
		return Picture{}, err
	}
	turn := orientation(raw)
	width, height := decoded.Bounds().Dx(), decoded.Bounds().Dy()
	room := image.Pt(maxWidth, maxHeight-stripMax)
	if turn.swaps() {
		room.X, room.Y = room.Y, room.X
	}
	small := turn.apply(shrinkImage(decoded, fit(width, height, room)))
	advice := advise(small, min(width, height))
	marked, err := burn(small, mark)
	if err != nil {
		return Picture{}, fmt.Errorf("burn in the mark: %w", err)
	}
	p := Picture{Width: marked.Rect.Dx(), Height: marked.Rect.Dy(), Advice: advice}
	for _, quality := range qualities {
		var out bytes.Buffer
		if err := jpeg.Encode(&out, marked, &jpeg.Options{Quality: quality}); err != nil {
			return Picture{}, fmt.Errorf("write the new picture: %w", err)
		}
		if p.JPEG = out.Bytes(); len(p.JPEG) <= aimBytes {
			break
		}
	}
	return p, nil
}

// decode decodes a JPEG or PNG, if its own header says that it is small enough:
// the decoders take memory for what the header says.
func decode(raw []byte, within bounds) (image.Image, error) {
	config, picture := jpeg.DecodeConfig, jpeg.Decode
	switch {
	case len(raw) == 0:
		return nil, fault.New(fault.Invalid, KeyEmpty, "decode a picture: it is empty")
	case isPNG(raw):
		config, picture = png.DecodeConfig, png.Decode
	case !isJPEG(raw):
		return nil, fault.New(fault.Invalid, KeyType, "decode a picture: it is neither JPEG nor PNG")
	}
	header, err := config(bytes.NewReader(raw))
	if err != nil {
		return nil, fault.New(fault.Invalid, KeyBroken, "read the header of a picture: %w", err)
	}
	width, height := header.Width, header.Height
	if width < 1 || height < 1 {
		return nil, fault.New(fault.Invalid, KeyBroken, "read the header of a picture: it has no pixels")
	}
	if width > within.side || height > within.side || width*height > within.pixels {
		return nil, fault.New(fault.Invalid, KeyPixels, "read the header of a picture: %d by %d pixels", width, height)
	}
	decoded, err := picture(bytes.NewReader(raw))
	if err != nil {
		return nil, fault.New(fault.Invalid, KeyBroken, "decode a picture: %w", err)
	}
	if decoded.Bounds().Dx() != width || decoded.Bounds().Dy() != height {
		return nil, fault.New(fault.Invalid, KeyBroken, "decode a picture: it is not as large as its header says")
	}
	return decoded, nil
}

// fit returns the size of a picture within room, its shape kept. It never grows.
func fit(width, height int, room image.Point) image.Point {
	to := image.Pt(width, height)
	if to.X > room.X {
		to = image.Pt(room.X, max(1, (height*room.X+width/2)/width))
	}
	if to.Y > room.Y {
		to = image.Pt(max(1, (width*room.Y+height/2)/height), room.Y)
	}
	return to
}
