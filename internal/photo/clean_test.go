package photo

import (
	"bytes"
	"image/jpeg"
	"os"
	"testing"

	"loket/internal/fault"
)

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

func TestClean(t *testing.T) {
	raw := drawCard(card{w: 3000, h: 2250, noise: 4}).jpeg(90)
	p, err := ownCleaner(t).Clean(t.Context(), raw, "Copy for the counter of an invented city, 12 May 2026. Not for anything else.")
	if err != nil {
		t.Fatal(err)
	}
	config, err := jpeg.DecodeConfig(bytes.NewReader(p.JPEG))
	if err != nil || config.Width != p.Width || config.Height != p.Height {
		t.Errorf("%v, %d by %d; said %d by %d", err, config.Width, config.Height, p.Width, p.Height)
	}
	t.Logf("%d by %d, %d bytes of %d, advice %v", p.Width, p.Height, len(p.JPEG), len(raw), p.Advice)
	if dir := os.Getenv("X_OUT"); dir != "" {
		os.WriteFile(dir, p.JPEG, 0o644)
	}
}
