package hcert

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// The first three are the examples of RFC 9285 §4.3, the last its §4.4.
func TestBase45Examples(t *testing.T) {
	for plain, text := range map[string]string{"AB": "BB8", "Hello!!": "%69 VD92EX0", "base-45": "UJCLQE7W581", "ietf!": "QED8WEX0"} {
		if got := string(appendBase45(nil, []byte(plain))); got != text {
			t.Errorf("%q = %q, want %q", plain, got, text)
		}
		if got, err := decodeBase45(text); err != nil || string(got) != plain {
			t.Errorf("%q = %q, %v, want %q", text, got, err, plain)
		}
	}
}

func TestBase45Refusals(t *testing.T) {
	for _, text := range []string{
		"A", "BB8A", // a length of 3n+1
		"GGW", ":::", // above 65,535
		"V5", "::", // above 255
		"ab", "BB8\n", "BBé", "AB,", // outside the alphabet
	} {
		if got, err := decodeBase45(text); err == nil {
			t.Errorf("%q = %x, want an error", text, got)
		}
	}
	if got, err := decodeBase45("FGW"); err != nil || !bytes.Equal(got, []byte{0xff, 0xff}) {
		t.Errorf("FGW = %x, %v, want the largest group", got, err)
	}
}

func TestBase45RoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOf(rapid.Byte()).Draw(t, "data")
		if got, err := decodeBase45(string(appendBase45(nil, data))); err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%x came back as %x, %v", data, got, err)
		}
	})
}

// FuzzBase45 holds that a text that decodes is the only text for its bytes.
func FuzzBase45(f *testing.F) {
	for _, seed := range []string{"", "BB8", "QED8WEX0", "FGW", "GGW", ":::", "A", "00", "::"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		data, err := decodeBase45(text)
		if err != nil {
			return
		}
		if got := string(appendBase45(nil, data)); got != text {
			t.Errorf("%q decodes, but encodes to %q", text, got)
		}
	})
}
