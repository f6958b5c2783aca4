package ident_test

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"loket/internal/fault"
	"loket/internal/ident"

	"pgregory.net/rapid"
)

func ExampleParseCaseNumber() {
	n, err := ident.ParseCaseNumber("k7p4 9xq2 m3g")
	fmt.Println(n.Spoken(), err)
	_, err = ident.ParseCaseNumber("K7P4-9QX2-M3G") // two letters swapped
	fmt.Println(fault.Key(err))
	// Output:
	// K7P4-9XQ2-M3G <nil>
	// ident.case-number.check
}

func TestCaseNumberIsReadTolerantly(t *testing.T) { // G-51
	n := ident.NewCaseNumber(strings.NewReader("\x00\x01\x02\x03\x04\x05\x06\x07\x1f\x00"))
	typed := []string{n.Spoken(), strings.ToLower(string(n)), " " + strings.Join(strings.Split(string(n), ""), "-"),
		strings.NewReplacer("0", "o", "1", "l").Replace(string(n)), strings.NewReplacer("0", "O", "1", "I").Replace(n.Spoken()),
		strings.NewReplacer("0", "٠", "1", "١", "2", "٢", "3", "۳", "4", "۴").Replace(n.Spoken()) + "\u200f"}
	for _, text := range typed {
		if got, err := ident.ParseCaseNumber(text); err != nil || got != n {
			t.Errorf("%q = %q, %v, want %q", text, got, err, n)
		}
	}
	for _, text := range []string{"", "K7P4", "K7P49XQ2M3GK", "U7P49XQ2M3G", "Ж7P49XQ2M3G", strings.Repeat("-", 200)} {
		if _, err := ident.ParseCaseNumber(text); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: error = %v", text, err)
		}
	}
}

func TestCaseNumberCatchesSlips(t *testing.T) {
	const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	rapid.Check(t, func(t *rapid.T) {
		n := []byte(ident.NewCaseNumber(rand.Reader))
		if _, err := ident.ParseCaseNumber(string(n)); err != nil {
			t.Fatalf("own number refused: %s", n)
		}
		i := rapid.IntRange(0, len(n)-1).Draw(t, "place")
		j := rapid.IntRange(0, len(n)-1).Draw(t, "other")
		wrong := rapid.SampledFrom([]byte(letters)).Draw(t, "letter")
		single, swapped := append([]byte(nil), n...), append([]byte(nil), n...)
		single[i] = wrong
		swapped[i], swapped[j] = n[j], n[i]
		for _, slip := range [][]byte{single, swapped} {
			if _, err := ident.ParseCaseNumber(string(slip)); err == nil && string(slip) != string(n) {
				t.Errorf("%s passes for %s", slip, n)
			}
		}
	})
}

func TestCode(t *testing.T) { // G-52
	if got := ident.NewCode(strings.NewReader("\xff\xff\xff\xff\x00\x00\x00\x2a")).Reveal(); got != "00000042" {
		t.Errorf("code = %q, want the first number above the limit to be left out", got)
	}
	code := ident.NewCode(rand.Reader)
	typed, err := ident.ParseCode(code.Reveal()[:4] + " - " + code.Reveal()[4:])
	if err != nil || !typed.Equal(code) {
		t.Errorf("typed code: %v", err)
	}
	if arabic, err := ident.ParseCode("١٢٣٤ ۵۶۷۸"); err != nil || arabic.Reveal() != "12345678" {
		t.Errorf("Arabic digits = %q, %v", arabic.Reveal(), err)
	}
	for _, text := range []string{"", "1234567", "123456789", "1234567a", strings.Repeat("1", 1000)} {
		if _, err := ident.ParseCode(text); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: error = %v", text, err)
		}
	}
	if (ident.Code{}).Equal(ident.Code{}) {
		t.Error("two empty codes are equal")
	}
}

func TestID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := ident.NewID(rand.Reader, "req")
		if got, err := ident.ParseID("req", id); err != nil || got != id {
			t.Errorf("%s: %v", id, err)
		}
	})
	zero := ident.NewID(strings.NewReader(strings.Repeat("\x00", 16)), "req")
	if want := "req_" + strings.Repeat("0", 26); zero != want {
		t.Errorf("id = %q, want %q", zero, want)
	}
	for _, text := range []string{"", "req_", "msg" + zero[3:], zero + "0", zero[:29] + "1", zero[:29] + "O", "REQ" + zero[3:]} {
		if _, err := ident.ParseID("req", text); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: error = %v", text, err)
		}
	}
}

func FuzzParseCaseNumber(f *testing.F) {
	f.Add("K7P4-9XQ2-M3G")
	f.Add("o1l٣ \u200f")
	f.Fuzz(func(t *testing.T, text string) {
		n, err := ident.ParseCaseNumber(text)
		if err != nil {
			return
		}
		if again, err := ident.ParseCaseNumber(n.Spoken()); err != nil || again != n {
			t.Errorf("%q → %q → %q, %v", text, n, again, err)
		}
	})
}
