package hcert

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"testing"
	"time"
)

// rate measures how often f runs in a second, in the same run as the benchmark
// whose ratio it is the base of.
func rate(f func()) float64 {
	n := 0
	start := time.Now()
	for time.Since(start) < 500*time.Millisecond {
		for range 100 {
			f()
		}
		n += 100
	}
	return float64(n) / time.Since(start).Seconds()
}

func perSecond(b *testing.B) float64 { return float64(b.N) / b.Elapsed().Seconds() }

// BenchmarkIssue has three parts: what a certificate costs from its content in
// CBOR to base45, with the same from the payload, and the whole of Issue, which
// also verifies what it made and so cannot be faster than sign and verify.
func BenchmarkIssue(b *testing.B) {
	key := newP256(b)
	s := newSigner(b, key)
	sum := sha256.Sum256([]byte("raw"))
	rawSign := rate(func() {
		if _, err := ecdsa.SignASN1(rand.Reader, key, sum[:]); err != nil {
			b.Fatal(err)
		}
	})
	p := vaccination()
	b.Run("text", func(b *testing.B) {
		for b.Loop() {
			content, err := encodeClaims(testClaims, p)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := s.seal(content); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(perSecond(b)/rawSign, "of-raw-sign")
	})
	b.Run("whole", func(b *testing.B) {
		for b.Loop() {
			if _, err := Issue(s, testClaims, p); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(perSecond(b)/rawSign, "of-raw-sign")
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
	raw := rate(func() {
		if !ecdsa.VerifyASN1(&key.PublicKey, sum[:], sig) {
			b.Fatal("raw signature does not verify")
		}
	})
	text, err := Issue(s, testClaims, vaccination())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if res := Verify(text, &s.trust, now); !res.Valid {
			b.Fatal(res.Problems)
		}
	}
	b.ReportMetric(perSecond(b)/raw, "of-raw-verify")
}
