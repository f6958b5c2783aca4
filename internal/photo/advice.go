package photo

import (
	"image"
	"slices"
)

// The thresholds of the advice, found with drawn cards (advice_test.go). They are
// rough on purpose: a photo that can hardly be read should get advice, a good
// one never.
const (
	smallSide   = 600  // pixels of the shorter side
	darkLight   = 100  // of 255: the lightest twentieth of a dark picture is below it
	brightPixel = 250  // of 255: white without any drawing
	brightShare = 0.04 // of the picture, in patches that are white altogether
	faint       = 24   // of 255: less difference is no letter
	sharpShare  = 0.22 // of a letter's contrast within one pixel
	documentMin = 0.12 // of a side of the picture, where a document is cut off
	apartMin    = 50   // of 255, between document and what it lies on
)

// advise computes the advice on an upright picture; side is the shorter side of
// what was sent.
func advise(picture *image.RGBA, side int) []Advice {
	var list []Advice
	fine := grayOf(picture, 1600)
	spread := fine.sorted()
	dark := spread.at(0.95) < darkLight
	bright := fine.whitePatches() > brightShare
	if dark {
		list = append(list, Dark)
	}
	if bright {
		list = append(list, Bright)
	}
	if fine.blurred() && !dark {
		list = append(list, Blurred)
	}
	if side < smallSide {
		list = append(list, Small)
	}
	if grayOf(picture, 160).cutOff() {
		list = append(list, CutOff)
	}
	return list
}

// gray is a picture of brightness, row by row.
type gray struct {
	pix  []byte
	w, h int
}

// grayOf returns the brightness of a picture, its longer side at most so many pixels.
func grayOf(picture *image.RGBA, side int) gray {
	w, h := picture.Rect.Dx(), picture.Rect.Dy()
	to := fit(w, h, image.Pt(side, side))
	rows := func(y int, row []byte) {
		pix := picture.Pix[y*picture.Stride:]
		for x := range row { // the weights of ITU-R BT.601, as JPEG has them
			row[x] = byte((299*int(pix[4*x]) + 587*int(pix[4*x+1]) + 114*int(pix[4*x+2])) / 1000)
		}
	}
	return gray{shrink(rows, image.Pt(w, h), to, 1), to.X, to.Y}
}

// histogram counts values from 0 to 255.
type histogram [256]int

// at returns the value below which a share of all lies.
func (h histogram) at(share float64) int {
	total := 0
	for _, n := range h {
		total += n
	}
	limit := int(share * float64(total))
	for v, n := range h {
		if limit -= n; limit < 0 {
			return v
		}
	}
	return 255
}

func (g gray) sorted() histogram {
	var h histogram
	for _, v := range g.pix {
		h[v]++
	}
	return h
}

// whitePatches returns the share of patches of 16 by 16 pixels without a pixel
// that is not white.
func (g gray) whitePatches() float64 {
	const patch = 16
	white, all := 0, 0
	for y := 0; y+patch <= g.h; y += patch {
		for x := 0; x+patch <= g.w; x += patch {
			all++
			if g.leastIn(x, y, patch) >= brightPixel {
				white++
			}
		}
	}
	return float64(white) / float64(max(all, 1))
}

func (g gray) leastIn(x, y, side int) byte {
	least := byte(255)
	for i := range side {
		least = min(least, slices.Min(g.pix[(y+i)*g.w+x:][:side]))
	}
	return least
}

// blurred compares the strongest steps from one pixel to the next with the
// strongest over twelve pixels: at a sharp edge they are nearly the same, at a
// blurred one the single step is a small part.
func (g gray) blurred() bool {
	wide := g.steps(12).at(0.995)
	if wide < faint {
		return true
	}
	return float64(g.steps(1).at(0.995)) < sharpShare*float64(wide)
}

// steps counts the differences between pixels so far apart, across and down.
func (g gray) steps(far int) histogram {
	var h histogram
	for y := range g.h {
		row := g.pix[y*g.w:][:g.w]
		for x, v := range row {
			if x+far < g.w {
				h[difference(v, row[x+far])]++
			}
			if y+far < g.h {
				h[difference(v, g.pix[(y+far)*g.w+x])]++
			}
		}
	}
	return h
}

func difference(a, b byte) byte { return max(a, b) - min(a, b) }

// cutOff parts the picture into light and dark (by Otsu's threshold) and takes
// what most of its border shows for the table. Where a good part of one side shows
// the other, the document reaches over it.
func (g gray) cutOff() bool {
	limit, apart := g.sorted().otsu()
	if apart < apartMin || g.w < 8 || g.h < 8 {
		return false
	}
	var sides [4][]byte
	for x := range g.w {
		sides[0], sides[1] = append(sides[0], g.pix[x]), append(sides[1], g.pix[(g.h-1)*g.w+x])
	}
	for y := range g.h {
		sides[2], sides[3] = append(sides[2], g.pix[y*g.w]), append(sides[3], g.pix[y*g.w+g.w-1])
	}
	light, all := 0, 0
	for _, side := range sides {
		light, all = light+lighter(side, limit), all+len(side)
	}
	for _, side := range sides {
		share := float64(lighter(side, limit)) / float64(len(side))
		if 2*light > all {
			share = 1 - share
		}
		if share > documentMin {
			return true
		}
	}
	return false
}

func lighter(side []byte, limit int) int {
	n := 0
	for _, v := range side {
		if int(v) > limit {
			n++
		}
	}
	return n
}

// otsu returns the limit that best parts dark from light (Otsu 1979), and how far
// the means of both are apart.
func (h histogram) otsu() (limit, apart int) {
	total, sum := 0, 0
	for v, n := range h {
		total, sum = total+n, sum+v*n
	}
	best, below, belowSum := 0.0, 0, 0
	for v, n := range h {
		below, belowSum = below+n, belowSum+v*n
		if below == 0 || below == total {
			continue
		}
		low, high := float64(belowSum)/float64(below), float64(sum-belowSum)/float64(total-below)
		if between := float64(below) * float64(total-below) * (high - low) * (high - low); between > best {
			best, limit, apart = between, v, int(high-low)
		}
	}
	return limit, apart
}
