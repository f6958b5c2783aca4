package hcert

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"testing"
	"time"
)

// compare runs f and, in turn with it, the raw primitive that bounds it, and
// reports how often f runs in the time of one raw run. In turn and by medians,
// because on a shared machine the speed changes and some runs are interrupted.
func compare(b *testing.B, unit string, raw, f func()) {
	var rawTimes, times []time.Duration
	for b.Loop() {
		start := time.Now()
		raw()
		middle := time.Now()
		f()
		rawTimes = append(rawTimes, middle.Sub(start))
		times = append(times, time.Since(middle))
	}
	slices.Sort(rawTimes)
	slices.Sort(times)
	median := times[len(times)/2]
	b.ReportMetric(float64(rawTimes[len(rawTimes)/2])/float64(median), unit)
	b.ReportMetric(1/median.Seconds(), "each/s")
	b.ReportMetric(0, "ns/op") // would count both
}

// BenchmarkIssue has two parts: text is what a certificate costs from its payload
// over CBOR to base45; whole is all of Issue, which also verifies what it made and
// so cannot be faster than one signature and one verification.
func BenchmarkIssue(b *testing.B) {
	key := newP256(b)
	s := newSigner(b, key)
	sum := sha256.Sum256([]byte("raw"))
	rawSign := func() {
		if _, err := ecdsa.SignASN1(rand.Reader, key, sum[:]); err != nil {
			b.Fatal(err)
		}
	}
	p := vaccination()
	b.Run("text", func(b *testing.B) {
		compare(b, "of-raw-sign", rawSign, func() {
			content, err := encodeClaims(testClaims, p)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := s.seal(content); err != nil {
				b.Fatal(err)
			}
		})
	})
	b.Run("whole", func(b *testing.B) {
		compare(b, "of-raw-sign", rawSign, func() {
			if _, err := Issue(s, testClaims, p); err != nil {
				b.Fatal(err)
			}
		})
	})
}

func BenchmarkVerify(b *testing.B) {
	key := newP256(b)
	s := newSigner(b, key)
	sum := sha256.Sum256([]byte("raw"))
	sig, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	if err != nil {
		b.Fatal(err)
	}
	text, err := Issue(s, testClaims, vaccination())
	if err != nil {
		b.Fatal(err)
	}
	raw := func() {
		if !ecdsa.VerifyASN1(&key.PublicKey, sum[:], sig) {
			b.Fatal("the raw signature does not verify")
		}
	}
	compare(b, "of-raw-verify", raw, func() {
		if res := Verify(text, &s.trust, now); !res.Valid {
			b.Fatal(res.Problems)
		}
	})
}
