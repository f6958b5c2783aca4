package location_test

import (
	"math"
	"testing"

	"loket/internal/fault"
	"loket/internal/location"
)

// Distances against the great circle of two towns, as maps give it, and what a circle has
// to be: the same both ways, never negative, shorter than any way round.
func TestKilometres(t *testing.T) { // P-62
	groningen, maastricht := location.Point{North: 53.219, East: 6.566}, location.Point{North: 50.851, East: 5.691}
	if got := groningen.Kilometres(maastricht); math.Abs(got-270) > 3 {
		t.Errorf("from Groningen to Maastricht %.0f km, want about 270", got)
	}
	if a, b := groningen.Kilometres(maastricht), maastricht.Kilometres(groningen); math.Abs(a-b) > 1e-9 || groningen.Kilometres(groningen) != 0 {
		t.Errorf("there %v, back %v", a, b)
	}
	if got := (location.Point{East: 180}).Kilometres(location.Point{}); math.Abs(got-math.Pi*6371) > 1e-6 {
		t.Errorf("half round the earth is %v km", got)
	}
}

func TestPointsThatAreNone(t *testing.T) {
	for _, text := range []string{"", "52", "52,", ",5", "91,5", "52,181", "NaN,5", "52,Inf", "52.1;5", "x,y", "52.1,5.1,3"} {
		if p, err := location.ParsePoint(text); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q is %v, %v", text, p, err)
		}
	}
	for _, text := range []string{"", "52,5 53,5", "52,5 53,5 53,6;", "52,5 53,5 x"} {
		if lines, err := location.ParseLines(text); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q is %v, %v", text, lines, err)
		}
	}
}

func FuzzParseLines(f *testing.F) {
	f.Add("52.31,4.95 52.4,4.9 52.3,5.0; 51,4 51,5 52,5")
	f.Add("-90,180 90,-180 0,0")
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := location.ParseLines(text)
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", text, err)
		}
		for _, line := range lines {
			for _, p := range line {
				if d := p.Kilometres(line[0]); !(d >= 0) || d > 20100 {
					t.Errorf("%q: %v is %v km from %v", text, p, d, line[0])
				}
			}
		}
	})
}
