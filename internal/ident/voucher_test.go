package ident_test

import (
	"crypto/rand"
	"strings"
	"testing"

	"loket/internal/ident"

	"pgregory.net/rapid"
)

// A voucher is read as people type it, is a kind of its own, and a slip makes it none.
func TestVoucherIsANumberOfItsOwnKind(t *testing.T) { // G-51
	rapid.Check(t, func(t *rapid.T) {
		voucher := ident.NewVoucher(rand.Reader)
		shown := voucher.InGroups()
		if voucher.Kind() != ident.Voucher || !voucher.Plausible() || len(shown) != 14 || shown[0] != 'W' {
			t.Fatalf("a voucher of kind %s", voucher.Kind())
		}
		for _, typed := range []string{shown, strings.ToLower(shown), " " + strings.ReplaceAll(shown, "-", " "), strings.NewReplacer("0", "o", "1", "l").Replace(shown)} {
			if got, err := ident.ParseNumber(typed); err != nil || !got.Equal(voucher) {
				t.Errorf("%q is read as something else: %v", typed, err)
			}
		}
		i := rapid.IntRange(0, 11).Draw(t, "place")
		slip := []byte(voucher.Reveal())
		slip[i] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[(strings.IndexByte("0123456789ABCDEFGHJKMNPQRSTVWXYZ", slip[i])+rapid.IntRange(1, 31).Draw(t, "by"))%32]
		if got, err := ident.ParseNumber(string(slip)); err == nil && got.Kind() == ident.Voucher {
			t.Error("a slip is a voucher too")
		}
	})
	for _, text := range []string{"123456782", "2800000011", "W", "W1234567890", "WABC"} {
		if n, err := ident.ParseNumber(text); err == nil && n.Kind() == ident.Voucher {
			t.Errorf("%s is a voucher", text)
		}
	}
}
