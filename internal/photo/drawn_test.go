package photo

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// card is a drawn photo of an invented vaccination card on a table.
type card struct {
	w, h  int             // of the photo, 2000 by 1500 if zero
	place image.Rectangle // of the card; in the middle if empty
	paper uint8           // how light the paper is; 226 if zero
	table uint8           // and the table; 96 if zero
	glare int             // radius of a white spot
	blur  int             // radius of a blur
	noise int             // of the camera, up and down
}

type drawn struct{ *image.RGBA }

func drawCard(c card) drawn {
	c.w, c.h = orElse(c.w, 2000), orElse(c.h, 1500)
	c.paper, c.table = orElse(c.paper, 226), orElse(c.table, 96)
	if c.place.Empty() {
		c.place = image.Rect(c.w*12/100, c.h*15/100, c.w*88/100, c.h*85/100)
	}
	m := image.NewRGBA(image.Rect(0, 0, c.w, c.h))
	draw.Draw(m, m.Rect, image.NewUniform(color.Gray{c.table}), image.Point{}, draw.Src)
	draw.Draw(m, c.place, image.NewUniform(color.Gray{c.paper}), image.Point{}, draw.Src)
	parsed, err := opentype.Parse(gomono.TTF)
	if err != nil {
		panic(err)
	}
	size := c.place.Dy() / 16
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: float64(size), DPI: 72})
	if err != nil {
		panic(err)
	}
	defer face.Close()
	pen := font.Drawer{Dst: m, Src: image.NewUniform(color.Gray{c.paper / 7}), Face: face}
	for i, text := range []string{
		"VACCINATION CARD (invented)", "Name    NIEMAND, NORA", "Born    1990-02-30", "", "1  2021-06-01  lot XX0000",
		"2  2021-07-13  lot XX0001", "", "P<XXXNIEMAND<<NORA<<<<<<<<<<<<", "X00000000<0XXX9002300F0000000<",
	} {
		pen.Dot = fixed.P(c.place.Min.X+size, c.place.Min.Y+(i+1)*size*3/2+size/2)
		pen.DrawString(text)
	}
	if c.glare > 0 {
		glare(m, c.place.Min.Add(c.place.Size().Div(2)), c.glare)
	}
	for range 3 { // three box blurs make nearly a Gaussian one
		m = boxBlur(m, c.blur)
	}
	return drawn{shake(m, c.noise)}
}

func orElse[T comparable](v, other T) T {
	var zero T
	if v == zero {
		return other
	}
	return v
}

func glare(m *image.RGBA, at image.Point, radius int) {
	for y := -radius; y <= radius; y++ {
		for x := -radius; x <= radius; x++ {
			if math.Hypot(float64(x), float64(y)) < float64(radius) {
				m.Set(at.X+x, at.Y+y, color.White)
			}
		}
	}
}

func boxBlur(m *image.RGBA, radius int) *image.RGBA {
	if radius == 0 {
		return m
	}
	for _, step := range []image.Point{{1, 0}, {0, 1}} {
		out := image.NewRGBA(m.Rect)
		for y := range m.Rect.Dy() {
			for x := range m.Rect.Dx() {
				sum, n := 0, 0
				for d := -radius; d <= radius; d++ {
					if p := image.Pt(x+d*step.X, y+d*step.Y); p.In(m.Rect) {
						sum, n = sum+int(m.Pix[m.PixOffset(p.X, p.Y)]), n+1
					}
				}
				out.Set(x, y, color.Gray{uint8(sum / n)})
			}
		}
		m = out
	}
	return m
}

// shake adds noise by a small generator of its own: the same each time.
func shake(m *image.RGBA, noise int) *image.RGBA {
	if noise == 0 {
		return m
	}
	state := uint32(1)
	for i := range m.Pix {
		if i%4 == 3 {
			continue
		}
		state = state*1664525 + 1013904223
		m.Pix[i] = uint8(min(max(int(m.Pix[i])+int(state>>16)%(2*noise+1)-noise, 0), 255))
	}
	return m
}

func (d drawn) jpeg(quality int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, d, &jpeg.Options{Quality: quality}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func (d drawn) png() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, d); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// exifBlock is a TIFF structure with an orientation and a place.
func exifBlock(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("MM")
	if order == binary.LittleEndian {
		b = []byte("II")
	}
	b = order.AppendUint32(order.AppendUint16(b, 42), 8)
	b = order.AppendUint16(b, 3)
	entry := func(tag, kind uint16, count, value uint32) {
		b = order.AppendUint32(order.AppendUint32(order.AppendUint16(order.AppendUint16(b, tag), kind), count), value)
	}
	entry(0x010f, 2, uint32(len(secret)), 50)
	b = order.AppendUint32(order.AppendUint16(order.AppendUint16(b, 0x0112), 3), 1)
	b = order.AppendUint16(order.AppendUint16(b, orientation), 0)
	entry(0x8825, 4, 1, 50) // GPS
	b = order.AppendUint32(b, 0)
	return append(b, "GPS "+secret...)
}
