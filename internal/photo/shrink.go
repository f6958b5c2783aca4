package photo

import (
	"image"
	"image/color"
)

// shrinkImage returns the picture at size to, which is nowhere larger. Each new
// pixel is the mean of the area that it covers. The scalers of x/image/draw keep a
// whole intermediate picture in 64-bit numbers, half a gigabyte for 24 million
// pixels; this one keeps two rows.
func shrinkImage(from image.Image, to image.Point) *image.RGBA {
	b := from.Bounds()
	pixels := shrink(rowsOf(from), image.Pt(b.Dx(), b.Dy()), to, 3)
	out := image.NewRGBA(image.Rectangle{Max: to})
	for i, j := 0, 0; j < len(pixels); i, j = i+4, j+3 {
		out.Pix[i], out.Pix[i+1], out.Pix[i+2], out.Pix[i+3] = pixels[j], pixels[j+1], pixels[j+2], 0xff
	}
	return out
}

// shrink takes rows of pixels with some channels each and returns the mean of the
// areas that the new pixels cover.
func shrink(rows func(y int, row []byte), from, to image.Point, channels int) []byte {
	out := make([]byte, 0, to.X*to.Y*channels)
	row := make([]byte, from.X*channels)
	wide := make([]float32, (to.X+1)*channels) // a source row at the new width
	sum := make([]float32, (to.X+1)*channels)  // the new row that is being filled
	next := make([]float32, (to.X+1)*channels) // and what of the source row falls into the one after
	across, down := shares(from.X, to.X), shares(from.Y, to.Y)
	area := float32(from.X) / float32(to.X) * float32(from.Y) / float32(to.Y)
	for y, part := range down {
		rows(y, row)
		clear(wide)
		spread(wide, row, across, channels)
		for i, v := range wide {
			sum[i] += v * part.first
			next[i] += v * (1 - part.first)
		}
		if y+1 < len(down) && down[y+1].to == part.to {
			continue
		}
		for _, v := range sum[:to.X*channels] {
			out = append(out, byte(min(v/area+0.5, 255)))
		}
		sum, next = next, sum
		clear(next)
	}
	return out
}

// spread adds the pixels of a row to those of the narrower row.
func spread(wide []float32, row []byte, across []share, channels int) {
	for x, part := range across {
		i, j := part.to*channels, x*channels
		for c := range channels {
			v := float32(row[j+c])
			wide[i+c] += v * part.first
			wide[i+channels+c] += v * (1 - part.first)
		}
	}
}

// share says to which new pixel an old one goes, and which part of it; the rest
// goes to the new pixel after that.
type share struct {
	to    int
	first float32
}

func shares(from, to int) []share {
	list := make([]share, from)
	for i := range list {
		at := i * to / from
		list[i] = share{at, 1}
		// The new pixel ends at (at+1)*from/to; the old one at i+1.
		if end := (at + 1) * from; end < (i+1)*to {
			list[i].first = float32(end-i*to) / float32(to)
		}
	}
	return list
}

// rowsOf returns a function that fills a row with red, green and blue. What is
// transparent lies on white.
func rowsOf(from image.Image) func(y int, row []byte) {
	b := from.Bounds()
	switch from := from.(type) {
	case *image.YCbCr:
		return func(y int, row []byte) {
			for x := range b.Dx() {
				i, j := from.YOffset(b.Min.X+x, b.Min.Y+y), from.COffset(b.Min.X+x, b.Min.Y+y)
				row[3*x], row[3*x+1], row[3*x+2] = color.YCbCrToRGB(from.Y[i], from.Cb[j], from.Cr[j])
			}
		}
	case *image.Gray:
		return func(y int, row []byte) {
			for x, v := range from.Pix[from.PixOffset(b.Min.X, b.Min.Y+y):][:b.Dx()] {
				row[3*x], row[3*x+1], row[3*x+2] = v, v, v
			}
		}
	case *image.RGBA: // what the decoder makes of a PNG without transparency
		return func(y int, row []byte) {
			pix := from.Pix[from.PixOffset(b.Min.X, b.Min.Y+y):]
			for x := range b.Dx() {
				row[3*x], row[3*x+1], row[3*x+2] = pix[4*x], pix[4*x+1], pix[4*x+2]
			}
		}
	}
	return func(y int, row []byte) {
		for x := range b.Dx() {
			r, g, bl, a := from.At(b.Min.X+x, b.Min.Y+y).RGBA()
			row[3*x], row[3*x+1], row[3*x+2] = onWhite(r, a), onWhite(g, a), onWhite(bl, a)
		}
	}
}

// onWhite returns a colour, of 16 bits and with its transparency a multiplied in,
// as it looks on white.
func onWhite(v, a uint32) byte { return byte(min(v+0xffff-a, 0xffff) >> 8) }
