package photo

import (
	"testing"
)

func BenchmarkClean(b *testing.B) {
	raw := drawCard(card{w: 4000, h: 3000, noise: 6}).jpeg(92)
	cleaner := ownCleaner(b)
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if _, err := cleaner.Clean(b.Context(), raw, "Copy for a test"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkChild is the start of a child and nothing else.
func BenchmarkChild(b *testing.B) {
	cleaner := ownCleaner(b)
	if err := cleaner.Confined(b.Context()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := cleaner.run(b.Context(), nil, send("m", nil)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRemake(b *testing.B) {
	raw := drawCard(card{w: 4000, h: 3000, noise: 6}).jpeg(92)
	for b.Loop() {
		if _, err := remake(raw, "Copy for a test", bounds{MaxPixels, MaxSide}); err != nil {
			b.Fatal(err)
		}
	}
}
