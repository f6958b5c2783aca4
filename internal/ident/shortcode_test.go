package ident

import (
	"crypto/rand"
	"strings"
	"testing"
)

// A short code is read back however it is typed, and neither one wrong character nor two
// that changed places is taken for another.
func TestShortCode(t *testing.T) {
	for range 200 {
		code := NewShortCode(rand.Reader)
		for _, typed := range []string{string(code), code.Spoken(), " " + strings.ToLower(code.Spoken()) + ".", strings.ReplaceAll(string(code), "0", "o")} {
			if got, err := ParseShortCode(typed); err != nil || got != code {
				t.Fatalf("%q is read as %q, %v", typed, got, err)
			}
		}
		for i := range code {
			for _, letter := range caseLetters {
				wrong := string(code[:i]) + string(letter) + string(code[i+1:])
				if _, err := ParseShortCode(wrong); err == nil && wrong != string(code) {
					t.Fatalf("%q is read, as well as %q", wrong, code)
				}
			}
			for j := range i {
				swapped := []byte(code)
				swapped[i], swapped[j] = swapped[j], swapped[i]
				if _, err := ParseShortCode(string(swapped)); err == nil && string(swapped) != string(code) {
					t.Fatalf("%q is read, as well as %q", swapped, code)
				}
			}
		}
	}
	for _, typed := range []string{"", "K7P", "K7P-49X-Q2M-4", "U7P49XQ2M", strings.Repeat("0", 300)} {
		if _, err := ParseShortCode(typed); err == nil {
			t.Errorf("%q is read", typed)
		}
	}
	if odd := ShortCode("x"); odd.Spoken() != "x" {
		t.Errorf("spoken %q", odd.Spoken())
	}
}

func FuzzParseShortCode(f *testing.F) {
	f.Add("K7P-49X-Q2M")
	f.Add("oil٣")
	f.Fuzz(func(t *testing.T, text string) {
		code, err := ParseShortCode(text)
		if err != nil {
			return
		}
		if again, err := ParseShortCode(code.Spoken()); err != nil || again != code {
			t.Errorf("%q is %q, and then %q, %v", text, code, again, err)
		}
	})
}
