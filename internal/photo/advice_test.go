package photo

import (
	"image"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAdvice draws photos with one fault each, and good ones.
func TestAdvice(t *testing.T) {
	good := card{w: 1600, h: 1200}
	with := func(change func(*card)) card {
		c := good
		change(&c)
		return c
	}
	for name, test := range map[string]struct {
		card
		want []Advice
	}{
		"good":             {good, nil},
		"good, noisy":      {with(func(c *card) { c.noise = 12 }), nil},
		"good, light desk": {with(func(c *card) { c.table, c.paper = 240, 150 }), nil},
		"good, large":      {with(func(c *card) { c.w, c.h = 3200, 2400 }), nil},
		"good, upright":    {with(func(c *card) { c.w, c.h = 1200, 1600 }), nil},
		"good, fills most": {with(func(c *card) { c.place = image.Rect(30, 30, 1570, 1170) }), nil},
		"a little soft":    {with(func(c *card) { c.blur = 1 }), nil},
		"dusk":             {with(func(c *card) { c.paper, c.table = 70, 25 }), []Advice{Dark}},
		"night":            {with(func(c *card) { c.paper, c.table, c.noise = 28, 14, 6 }), []Advice{Dark}},
		"lamp":             {with(func(c *card) { c.glare = 220 }), []Advice{Bright}},
		"shaken":           {with(func(c *card) { c.blur = 5 }), []Advice{Blurred}},
		"very much shaken": {with(func(c *card) { c.blur = 14 }), []Advice{Blurred}},
		"tiny":             {with(func(c *card) { c.w, c.h = 640, 480 }), []Advice{Small}},
		"off to the right": {with(func(c *card) { c.place = image.Rect(300, 200, 1800, 1000) }), []Advice{CutOff}},
		"off at the top":   {with(func(c *card) { c.place = image.Rect(200, -300, 1400, 900) }), []Advice{CutOff}},
		"off at three":     {with(func(c *card) { c.place = image.Rect(150, -50, 1700, 1250) }), []Advice{CutOff}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := remake(drawCard(test.card).jpeg(88), "Copy for a test", bounds{MaxPixels, MaxSide})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, p.Advice); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAdviceOfPlainPictures has nothing to go by, and says so by advice.
func TestAdviceOfPlainPictures(t *testing.T) {
	for grey, want := range map[uint8]Advice{1: Dark, 120: Blurred, 255: Bright} {
		m := drawCard(card{w: 800, h: 700, paper: grey, table: grey})
		for i := range m.Pix {
			if i%4 < 3 {
				m.Pix[i] = grey
			}
		}
		p, err := remake(m.png(), "Copy for a test", bounds{MaxPixels, MaxSide})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(p.Advice, want) {
			t.Errorf("%d: %v, want %s", grey, p.Advice, want)
		}
	}
}
