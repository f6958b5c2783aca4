package draw_test

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"loket/internal/draw"
	"loket/internal/fault"
)

// The round that drand published is right; with any bit turned it is not, nor is it that of
// another round or under another key.
func TestPublishedRound(t *testing.T) {
	key := draw.Quicknet().PublicKey
	if err := draw.VerifyRound(key, 1000, signature1000); err != nil {
		t.Fatal(err)
	}
	signature, err := hex.DecodeString(signature1000)
	if err != nil {
		t.Fatal(err)
	}
	for bit := range 8 * len(signature) {
		signature[bit/8] ^= 1 << (bit % 8)
		if draw.VerifyRound(key, 1000, hex.EncodeToString(signature)) == nil {
			t.Errorf("accepted with bit %d turned", bit)
		}
		signature[bit/8] ^= 1 << (bit % 8)
	}
	s, _ := newSigner(t, closing)
	for _, c := range []struct {
		key       string
		round     uint64
		signature string
	}{
		{key, 1001, signature1000}, {key, 999, signature1000}, {s.PublicKey(), 1000, signature1000}, {key, 1000, s.Sign(1000)},
		{key, 1000, ""}, {"", 1000, signature1000}, {"c0" + strings.Repeat("0", 190), 1000, "c0" + strings.Repeat("0", 94)},
	} {
		if err := draw.VerifyRound(c.key, c.round, c.signature); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestClock(t *testing.T) {
	c := draw.Quicknet().Clock
	if got := c.TimeOf(1000); !got.Equal(time.Unix(1692806364, 0)) {
		t.Errorf("round 1000 comes at %v", got)
	}
	if got := c.RoundAt(c.Genesis.Add(-time.Hour)); got != 1 {
		t.Errorf("before the first round it is %d", got)
	}
	end := c.TimeOf(1<<64 - 1)
	if end.Before(c.Genesis) || c.RoundAt(end.AddDate(1000, 0, 0)) < c.RoundAt(end) {
		t.Errorf("rounds go round at %v", end)
	}
	rapid.Check(t, func(t *rapid.T) {
		c := draw.Clock{Genesis: time.Unix(rapid.Int64Range(0, 2e9).Draw(t, "genesis"), 0), Period: time.Duration(rapid.IntRange(1, 60).Draw(t, "period")) * time.Second}
		at := c.Genesis.Add(time.Duration(rapid.Int64Range(0, 1e18).Draw(t, "after")))
		round := c.RoundAt(at)
		if c.TimeOf(round).Before(at) || round > 1 && !c.TimeOf(round-1).Before(at) {
			t.Fatalf("round %d at %v is not the first from %v on", round, c.TimeOf(round), at)
		}
	})
}

// What drand says of quicknet is what stands in the code, and its hash binds all of it.
func TestParseTrusted(t *testing.T) {
	text := string(read(t, "quicknet.json"))
	got, err := draw.ParseTrusted([]byte(text))
	if err != nil || got != draw.Quicknet() {
		t.Errorf("quicknet is %+v, %v", got, err)
	}
	for _, c := range []struct{ old, new string }{
		{"83cf0f28", "83cf0f29"}, {`"period": 3`, `"period": 30`}, {`"period": 3`, `"period": 0`}, {"1692803367", "1692803366"},
		{"52db9ba7", "52db9ba8"}, {"f477d5c8", "f477d5c9"}, {`"quicknet"`, `"slownet"`}, {"g1-rfc9380", "on-g1"}, {"{", "["}, {"f477d5c8", "F477D5C8"},
	} {
		changed := strings.Replace(text, c.old, c.new, 1)
		if _, err := draw.ParseTrusted([]byte(changed)); changed == text || !fault.Is(err, fault.Invalid) {
			t.Errorf("%s for %s: %v", c.new, c.old, err)
		}
	}
}

// FuzzParseTrusted: what is accepted has a clock that runs.
func FuzzParseTrusted(f *testing.F) {
	f.Add(read(f, "quicknet.json"))
	f.Add([]byte(`{"period":4294967295,"genesis_time":-9223372036854775808}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if b, err := draw.ParseTrusted(data); err == nil {
			b.Source(b.Clock.TimeOf(5))
		}
	})
}

// A beacon of one's own says of itself what there is to trust, and is the same again
// from the same bytes.
func TestSigner(t *testing.T) {
	s, own := newSigner(t, closing)
	text, err := s.Info()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := draw.ParseTrusted(text); err != nil || got != own.Beacons[0] {
		t.Errorf("%s\nis read as %+v, %v", text, got, err)
	}
	if again, _ := newSigner(t, closing); again.Sign(7) != s.Sign(7) {
		t.Error("the same bytes gave another key")
	}
	if _, err := draw.NewSigner(strings.NewReader("short"), draw.Quicknet().Clock, time.Now); err == nil {
		t.Error("made of too little")
	}
	if _, err := draw.NewSigner(strings.NewReader(strings.Repeat("x", 32)), draw.Clock{}, time.Now); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a clock: %v", err)
	}
}
