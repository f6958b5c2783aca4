package photo

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

const (
	markBytes = 200 // the longest mark
	stripMax  = 120 // pixels: the highest strip
)

// burn returns the picture with the mark: in a strip below, which covers nothing,
// and in faint slanting lines all over, so that it is also on what somebody cuts
// out. The lines make light pixels darker and dark ones lighter by a tenth:
// letters below them stay readable.
func burn(picture *image.RGBA, mark string) (*image.RGBA, error) {
	letters, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	w, h := picture.Rect.Dx(), picture.Rect.Dy()
	size := float64(min(max(w/45, 12), 36))
	face, err := opentype.NewFace(letters, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return nil, err
	}
	defer face.Close()
	slant(picture, line(face, mark+"      ", size), size)

	lines := wrap(face, mark, w-int(size))
	lineHeight := int(size * 1.3)
	strip := min(len(lines)*lineHeight+int(size/2), stripMax)
	out := image.NewRGBA(image.Rect(0, 0, w, h+strip))
	draw.Draw(out, out.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(out, picture.Rect, picture, image.Point{}, draw.Src)
	pen := font.Drawer{Dst: out, Src: image.NewUniform(color.Black), Face: face}
	for i, text := range lines {
		pen.Dot = fixed.P(int(size/2), h+(i+1)*lineHeight)
		pen.DrawString(text)
	}
	return out, nil
}

// line draws a text as a mask as long as itself.
func line(face font.Face, text string, size float64) *image.Alpha {
	mask := image.NewAlpha(image.Rect(0, 0, max(1, font.MeasureString(face, text).Ceil()), int(size*1.4)))
	pen := font.Drawer{Dst: mask, Src: image.Opaque, Face: face, Dot: fixed.P(0, int(size))}
	pen.DrawString(text)
	return mask
}

// slant repeats a line of text over the picture, rising to the right.
func slant(picture *image.RGBA, mask *image.Alpha, size float64) {
	const strength = 26 // of 255
	angle := -math.Pi / 7
	sin, cos := math.Sincos(angle)
	apart := int(size * 7)
	long, high := mask.Rect.Dx(), mask.Rect.Dy()
	for y := range picture.Rect.Dy() {
		for x := range picture.Rect.Dx() {
			along := int(math.Floor(float64(x)*cos + float64(y)*sin))
			across := int(math.Floor(float64(y)*cos - float64(x)*sin))
			nth := floorDiv(across, apart)
			if across -= nth * apart; across >= high {
				continue
			}
			along += nth * long / 3 // so that the words do not stand below each other
			alpha := int(mask.Pix[across*mask.Stride+along-floorDiv(along, long)*long])
			if alpha == 0 {
				continue
			}
			pix := picture.Pix[picture.PixOffset(x, y):][:3]
			shade := alpha * strength / 255
			if int(pix[0])+int(pix[1])+int(pix[2]) > 3*110 {
				shade = -shade
			}
			for c, v := range pix {
				pix[c] = byte(min(max(int(v)+shade, 0), 255))
			}
		}
	}
}

func floorDiv(a, b int) int {
	if a < 0 {
		return -((-a + b - 1) / b)
	}
	return a / b
}

// wrap breaks a text into lines of at most so many pixels, between words.
func wrap(face font.Face, text string, width int) []string {
	var lines []string
	for _, word := range strings.Fields(text) {
		if last := len(lines) - 1; last >= 0 && font.MeasureString(face, lines[last]+" "+word).Ceil() <= width {
			lines[last] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return lines
}
