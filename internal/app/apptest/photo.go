package apptest

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"testing"

	"loket/internal/photo"
	"loket/internal/seal"
)

// Main runs the tests of a package in which photos come: a child that makes a photo
// harmless is this program again. It is called by TestMain and does not return. Each
// package with a World needs it: without it the child would be the tests once more.
func Main(m *testing.M) {
	if photo.IsChild(os.Args[1:]) {
		os.Exit(photo.Child(os.Args[1:], os.Stdin, os.Stdout))
	}
	os.Setenv(begun, "yes")
	os.Exit(m.Run())
}

// begun tells Open that the program began with Main.
const begun = "LOKET_APPTEST"

// Photo returns a JPEG of an invented card, as a phone would make it: large enough, and
// sharp, with a light card on a darker table. Each seed gives another.
func (w *World) Photo(t testing.TB, seed int) []byte {
	t.Helper()
	const width, height, margin, letter = 1600, 1200, 150, 12
	picture := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			shade := uint8(90)
			inside := x > margin && x < width-margin && y > margin && y < height-margin
			if inside {
				shade = 205
				// Rows of marks like printed letters.
				if row, column := y/(2*letter), x/letter; y/letter%2 == 0 && (row*31+column*17+seed*7)%5 < 2 {
					shade = 40
				}
			}
			picture.SetGray(x, y, color.Gray{Y: shade})
		}
	}
	var file bytes.Buffer
	check(t, jpeg.Encode(&file, picture, &jpeg.Options{Quality: 85}))
	return file.Bytes()
}

// PhotoKeys opens the directory of photo keys beside the program.
func (w *World) PhotoKeys(t testing.TB) *seal.Photos {
	t.Helper()
	keys, err := seal.OpenPhotos(w.Config.Photos.Dir, w.Keys, w.Random())
	check(t, err)
	return keys
}
