package ident_test

import (
	"fmt"
	"strings"
	"testing"

	"loket/internal/fault"
	"loket/internal/ident"

	"pgregory.net/rapid"
)

func ExampleParseNumber() {
	n, err := ident.ParseNumber("1234.56.783") // one digit wrong
	fmt.Println(n.Kind(), n.Plausible(), err, n)
	// Output: bsn false <nil> [private]
}

func TestParseNumber(t *testing.T) {
	for _, row := range []struct {
		typed, want string
		kind        ident.NumberKind
		plausible   bool
	}{
		{"123456782", "123456782", ident.BSN, true},
		{" 2495 66.758 ", "249566758", ident.BSN, true},
		{"BSN: 123456782", "123456782", ident.BSN, true},
		{"١٢٣٤٥٦٧٨٢", "123456782", ident.BSN, true},
		{"۱۲۳۴۵۶۷۸۲\u200f", "123456782", ident.BSN, true},
		{"123456789", "123456789", ident.BSN, false}, // G-22: a wrong check digit warns, never blocks
		{"000000000", "000000000", ident.BSN, false},
		{"10000008", "010000008", ident.BSN, true},
		{"123.456.7890", "1234567890", ident.VNumber, true}, // G-21
		{"V-nr. 123 456 7890", "1234567890", ident.VNumber, true},
		{"0000000000", "0000000000", ident.VNumber, false},
		{"12345", "12345", ident.UnknownNumber, false},
		{"AB 12/34", "AB1234", ident.UnknownNumber, false},
		{"", "", ident.UnknownNumber, false}, // G-20: the field may stay empty
		{" - ", "", ident.UnknownNumber, false},
	} {
		n, err := ident.ParseNumber(row.typed)
		if err != nil || n.Reveal() != row.want || n.Kind() != row.kind || n.Plausible() != row.plausible {
			t.Errorf("%q = %q %v %v, %v", row.typed, n.Reveal(), n.Kind(), n.Plausible(), err)
		}
	}
	for _, typed := range []string{"none", "?", strings.Repeat("1", 31), strings.Repeat(" ", 101)} {
		if _, err := ident.ParseNumber(typed); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: error = %v, want invalid", typed, err)
		}
	}
}

// The eleven test catches every single wrong digit and every swap of two
// neighbours; its weights differ by less than eleven and are not zero.
func TestBSNCatchesSlips(t *testing.T) { // G-22
	rapid.Check(t, func(t *rapid.T) {
		good := []byte(rapid.SampledFrom([]string{"123456782", "249566758", "010000008", "999990019"}).Draw(t, "bsn"))
		i := rapid.IntRange(0, 8).Draw(t, "place")
		wrong := byte('0' + rapid.IntRange(0, 9).Draw(t, "digit"))
		single, swapped := append([]byte(nil), good...), append([]byte(nil), good...)
		single[i] = wrong
		if i < 8 {
			swapped[i], swapped[i+1] = good[i+1], good[i]
		}
		for _, slip := range []string{string(single), string(swapped)} {
			n, err := ident.ParseNumber(slip)
			if err != nil || n.Plausible() != (slip == string(good)) {
				t.Errorf("%s for %s: plausible = %v, %v", slip, good, n.Plausible(), err)
			}
		}
	})
}

func TestParseDocumentNumber(t *testing.T) { // G-13
	for typed, want := range map[string]string{
		"III-V123AL568": "IIIV123AL568", "nx 123.456<7": "NX1234567", "АВ 123456": "AV123456", "٠١٢٣٤": "01234",
	} {
		if n, err := ident.ParseDocumentNumber(typed); err != nil || n.Reveal() != want {
			t.Errorf("%q = %q, %v, want %q", typed, n.Reveal(), err, want)
		}
	}
	for _, typed := range []string{"", "123", "--- ---", strings.Repeat("A", 21), strings.Repeat("A", 1000)} {
		if _, err := ident.ParseDocumentNumber(typed); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: error = %v", typed, err)
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, seed := range []string{"123456782", "12345678", "V-nr 123.456.7890", "۱۲۳", "ß1ﷺ", "BSNV1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		n, err := ident.ParseNumber(typed)
		if err != nil {
			return
		}
		again, err := ident.ParseNumber(n.Reveal())
		if err != nil || !again.Equal(n) {
			t.Errorf("%q → %q → %q, %v", typed, n.Reveal(), again.Reveal(), err)
		}
	})
}

func FuzzParseDocumentNumber(f *testing.F) {
	f.Add("III-V123AL568")
	f.Add("Æß12ﷺ")
	f.Fuzz(func(t *testing.T, typed string) {
		n, err := ident.ParseDocumentNumber(typed)
		if err != nil {
			return
		}
		if again, err := ident.ParseDocumentNumber(n.Reveal()); err != nil || !again.Equal(n) {
			t.Errorf("%q → %q → %v", typed, n.Reveal(), err)
		}
	})
}
