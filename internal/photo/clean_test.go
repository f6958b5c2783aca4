package photo

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"strings"
	"testing"
	"time"

	"loket/internal/fault"
)

// ownCleaner cleans with this test binary as the child.
func ownCleaner(t testing.TB) *Cleaner {
	t.Helper()
	return New([]string{"/proc/self/exe", childName}, 2)
}

// wantKey wants an error with a key and the kind that belongs to it.
func wantKey(t *testing.T, err error, key string) {
	t.Helper()
	kind := fault.Invalid
	if key == KeyUnavailable || key == KeyBusy {
		kind = fault.Unavailable
	}
	if err == nil || fault.Key(err) != key || fault.Of(err) != kind {
		t.Errorf("%v, want %v %s", err, kind, key)
	}
}

const testMark = "Copy for the counter of an invented city, 12 May 2026. Not for anything else."

func TestClean(t *testing.T) {
	good := drawCard(card{w: 2500 / slow, h: 1875 / slow, noise: 4})
	for name, raw := range map[string][]byte{"JPEG": good.jpeg(90), "PNG": good.png()} {
		p, err := ownCleaner(t).Clean(t.Context(), raw, testMark)
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := jpeg.Decode(bytes.NewReader(p.JPEG))
		if err != nil {
			t.Fatal(err)
		}
		if size := decoded.Bounds().Size(); size != image.Pt(p.Width, p.Height) || size.X > 2400 || size.Y > 2400 {
			t.Errorf("%s: %v, said %d by %d", name, size, p.Width, p.Height)
		}
		if len(p.JPEG) > aimBytes {
			t.Errorf("%s: %d bytes", name, len(p.JPEG))
		}
		if marked := darkest(decoded, image.Rect(0, p.Height-20, p.Width, p.Height)); marked > 90 {
			t.Errorf("%s: nothing in the strip is darker than %d", name, marked)
		}
	}
}

// darkest returns the brightness of the darkest pixel.
func darkest(m image.Image, in image.Rectangle) int {
	least := 255
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			r, _, _, _ := m.At(x, y).RGBA()
			least = min(least, int(r>>8))
		}
	}
	return least
}

// TestMarkIsEverywhere: no piece of a plain picture as large as a third of it is
// without a letter of the mark, and no letter of it hides what is below.
func TestMarkIsEverywhere(t *testing.T) {
	plain := drawCard(card{w: 1200, h: 900, paper: 180, table: 180})
	for i := range plain.Pix {
		plain.Pix[i] = 180
	}
	marked, err := burn(plain.RGBA, testMark)
	if err != nil {
		t.Fatal(err)
	}
	for y := 0; y < 900; y += 300 {
		for x := 0; x < 1200; x += 400 {
			if got := darkest(marked, image.Rect(x, y, x+400, y+300)); got > 180-20 || got < 180-40 {
				t.Errorf("at %d,%d the darkest pixel has %d of 180", x, y, got)
			}
		}
	}
	for _, width := range []int{1, 7, 60, 300} {
		if _, err := burn(image.NewRGBA(image.Rect(0, 0, width, 5)), testMark); err != nil {
			t.Errorf("%d pixels wide: %v", width, err)
		}
	}
}

// TestUpright: whatever the orientation, the upper left of what was photographed
// ends in the upper left.
func TestUpright(t *testing.T) {
	for orientation := turn(1); orientation <= 8; orientation++ {
		// A picture that is light in one corner once it is upright.
		w, h := 64, 48
		if orientation.swaps() {
			w, h = h, w
		}
		stored := image.NewRGBA(image.Rect(0, 0, w, h))
		for y := range h {
			for x := range w {
				v := byte(0)
				if to := orientation.place(x, y, w, h); to.X < 32 && to.Y < 24 {
					v = 255
				}
				copy(stored.Pix[stored.PixOffset(x, y):], []byte{v, v, v, 255})
			}
		}
		raw := withSegment(drawn{stored}.jpeg(95), 0xe1, "Exif\x00\x00"+string(exifBlock(bigEndian, uint16(orientation))))
		if got := corner(t, raw); got != "upper left" {
			t.Errorf("orientation %d: %s", orientation, got)
		}
	}
	// What a camera means by 6 (EXIF 2.32): the 0th row is the right side, the 0th column the top.
	if got := turn(6).place(0, 0, 4, 3); got != image.Pt(2, 0) {
		t.Errorf("6 puts the first pixel at %v", got)
	}
	if got := turn(8).place(0, 0, 4, 3); got != image.Pt(0, 3) {
		t.Errorf("8 puts the first pixel at %v", got)
	}
}

func corner(t *testing.T, raw []byte) string {
	t.Helper()
	p, err := remake(raw, "m", bounds{MaxPixels, MaxSide})
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(p.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	for name, at := range map[string]image.Point{"upper left": {5, 4}, "upper right": {59, 4}, "lower left": {5, 43}, "lower right": {59, 43}} {
		if r, _, _, _ := m.At(at.X, at.Y).RGBA(); r>>8 > 200 {
			return name
		}
	}
	return fmt.Sprintf("nowhere in %v", m.Bounds())
}

// TestBusy: a full room says so at once, and one who goes away waits no longer.
func TestBusy(t *testing.T) {
	raw := drawCard(card{w: 200, h: 150}).jpeg(80)
	cleaner := ownCleaner(t)
	if err := cleaner.Confined(t.Context()); err != nil {
		t.Fatal(err)
	}
	cleaner.running <- struct{}{}
	cleaner.running <- struct{}{}
	gone, leave := context.WithCancel(t.Context())
	leave()
	_, err := cleaner.Clean(gone, raw, testMark)
	wantKey(t, err, KeyBusy)
	for range cap(cleaner.room) {
		cleaner.room <- struct{}{}
	}
	_, err = cleaner.Clean(t.Context(), raw, testMark)
	wantKey(t, err, KeyBusy)
}

// TestPatienceEnds: a child that does nothing is killed, and the photo not blamed.
func TestPatienceEnds(t *testing.T) {
	cleaner := New([]string{"/bin/sleep", "600"}, 1)
	cleaner.confined, cleaner.patience = true, 50*time.Millisecond
	_, err := cleaner.Clean(t.Context(), drawCard(card{w: 100, h: 80}).jpeg(80), testMark)
	wantKey(t, err, KeyBusy)
}

func TestMarkIsAsked(t *testing.T) {
	for _, mark := range []string{"", strings.Repeat("x", markBytes+1)} {
		if _, err := ownCleaner(t).Clean(t.Context(), drawCard(card{w: 100, h: 80}).jpeg(80), mark); !fault.Is(err, fault.Internal) {
			t.Errorf("a mark of %d bytes: %v", len(mark), err)
		}
	}
}

// TestAnswersAreNotBelieved plays a child that was taken over.
func TestAnswersAreNotBelieved(t *testing.T) {
	good := drawCard(card{w: 64, h: 48}).jpeg(80)
	if _, err := read(append([]byte("ok 64 48 dark,small\n"), good...)); err != nil {
		t.Fatal(err)
	}
	for name, out := range map[string]string{
		"nothing":         "",
		"a line":          "ok 64 48 \n",
		"another size":    "ok 63 48 \n" + string(good),
		"advice":          "ok 64 48 <script>\n" + string(good),
		"advice twice":    "ok 64 48 dark,dark\n" + string(good),
		"a key":           "no fault.denied\n",
		"bytes behind":    "ok 64 48 \n" + string(good) + "PK",
		"EXIF":            "ok 64 48 \n" + string(withSegment(good, 0xe1, "Exif\x00\x00")),
		"a comment":       "ok 64 48 \n" + string(withSegment(good, 0xfe, "x")),
		"a second frame":  "ok 64 48 \n" + string(withSegment(good, 0xc0, string(frameOnly(0xc0, 8, 64, 48, 3)[4:]))),
		"another picture": "ok 64 48 \n" + string(good[:len(good)-2]) + string(good),
		"no end":          "ok 64 48 \n" + string(good[:len(good)-2]),
		"a PNG":           "ok 64 48 \n" + string(drawCard(card{w: 64, h: 48}).png()),
	} {
		_, err := read([]byte(out))
		if err == nil {
			t.Errorf("%s was taken", name)
		} else {
			wantKey(t, err, KeyBroken)
		}
	}
}

// TestWritesTooMuch: what a child writes is bounded.
func TestWritesTooMuch(t *testing.T) {
	var c capped
	for range answerBytes >> 20 {
		if _, err := c.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Write([]byte{0}); err == nil {
		t.Error("one byte more was taken")
	}
}
