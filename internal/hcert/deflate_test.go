package hcert

import (
	"bytes"
	"compress/zlib"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func zlibLevel9(t testing.TB, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := zlib.NewWriterLevel(&out, zlib.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestDeflateInflates lets compress/zlib judge the stream, on messages that
// repeat themselves at all distances and lengths.
func TestDeflateInflates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var message []byte
		for len(message) < maxFixed {
			part := rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "part")
			times := rapid.IntRange(1, 30).Draw(t, "times")
			message = append(message, bytes.Repeat(part, times)...)
			if back := rapid.IntRange(0, len(message)).Draw(t, "back"); back > 2 {
				message = append(message, message[len(message)-back:][:min(back, 300)]...)
			}
			if rapid.Bool().Draw(t, "end") {
				break
			}
		}
		message = message[:min(len(message), maxFixed)]
		if got, err := inflate(deflateFixed(message)); err != nil || !bytes.Equal(got, message) {
			t.Fatalf("%x came back as %x, %v", message, got, err)
		}
	})
	for _, message := range [][]byte{nil, {0}, bytes.Repeat([]byte{7}, maxFixed)} {
		if got, err := inflate(deflateFixed(message)); err != nil || !bytes.Equal(got, message) {
			t.Errorf("%d bytes came back as %d, %v", len(message), len(got), err)
		}
	}
}

// TestDeflateIsAsShortAsLevel9 holds the promise of the same QR version, on
// certificates with names in scripts that fixed codes are bad at.
func TestDeflateIsAsShortAsLevel9(t *testing.T) {
	const slack = 8 // bytes; five were seen, with names of few different letters
	s := newSigner(t, newP256(t))
	random := rand.New(rand.NewPCG(1, 2))
	own, best := 0, 0
	for _, script := range []string{"abcdefghijklmno ABC-'", "ابتثجحخدذرزسشصضط ", "абвгдеёжзийклмн ", "አበገደሀወዘሐጠየከለመነ", "伟芳娜敏静丽强磊军洋"} {
		for range 50 {
			for _, p := range payloads() {
				p.Name.Family, p.Name.Given = randomName(random, script), randomName(random, script)
				content, err := encodeClaims(testClaims, p)
				if err != nil {
					t.Fatal(err)
				}
				text, err := s.seal(content)
				if err != nil {
					t.Fatal(err)
				}
				message, err := unpackText(text)
				if err != nil {
					t.Fatal(err)
				}
				a, b := len(deflateFixed(message)), len(zlibLevel9(t, message))
				if a > b+slack {
					t.Errorf("%d bytes for a name in %.3s…, level 9 needs %d", a, script, b)
				}
				own, best = own+a, best+b
			}
		}
	}
	if own > best {
		t.Errorf("%d bytes in all, level 9 needs %d", own, best)
	}
}

func randomName(random *rand.Rand, script string) string {
	letters := []rune(script)
	name := make([]rune, 1+random.IntN(40))
	for i := range name {
		name[i] = letters[random.IntN(len(letters))]
	}
	return string(name)
}

func TestInflateRefusals(t *testing.T) {
	good := zlibLevel9(t, []byte("a message"))
	bomb := zlibLevel9(t, make([]byte, maxInflated+1))
	damaged := bytes.Clone(good)
	damaged[len(damaged)-1] ^= 1
	for name, packed := range map[string][]byte{
		"nothing": nil, "plain": []byte("a message"), "cut": good[:len(good)-2], "checksum": damaged,
		"trailing": append(bytes.Clone(good), 0), "bomb": bomb,
	} {
		if _, err := inflate(packed); err == nil {
			t.Errorf("%s: inflated", name)
		}
	}
	if got, err := inflate(good); err != nil || string(got) != "a message" {
		t.Errorf("after refusals: %q, %v", got, err)
	}
}

func FuzzInflate(f *testing.F) {
	f.Add(zlibLevel9(f, []byte("HC1")))
	f.Add(deflateFixed([]byte("abcabcabcabc")))
	f.Fuzz(func(t *testing.T, data []byte) {
		if out, err := inflate(data); err == nil && len(out) > maxInflated {
			t.Errorf("%d bytes came out", len(out))
		}
		if len(data) <= maxFixed {
			if got, err := inflate(deflateFixed(data)); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%x came back as %x, %v", data, got, err)
			}
		}
	})
}
