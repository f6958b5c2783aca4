package ident_test

import (
	"fmt"
	"strings"
	"testing"

	"loket/internal/fault"
	"loket/internal/ident"
)

func ExampleParsePhone() {
	p, err := ident.ParsePhone("06 - 1234 5678", "NL")
	fmt.Println(p.Reveal(), p.Mobile(), p, err)
	// Output: +31612345678 true [private] <nil>
}

func ExampleParseEmail() {
	e, err := ident.ParseEmail(" Aster@Bücher.Example ")
	fmt.Println(e.Reveal(), e, err)
	// Output: Aster@xn--bcher-kva.example [private] <nil>
}

func TestParsePhone(t *testing.T) { // G-17
	for _, row := range []struct {
		typed, want      string
		mobile, callable bool
	}{
		{"0612345678", "+31612345678", true, true},
		{"0031 6 12345678", "+31612345678", true, true},
		{"+31 (0)6-12345678", "+31612345678", true, true},
		{"٠٦١٢٣٤٥٦٧٨", "+31612345678", true, true},
		{"۰۶۱۲۳۴۵۶۷۸\u200f", "+31612345678", true, true},
		{"020 555 5555", "+31205555555", false, true},
		{"+233 24 123 4567", "+233241234567", true, true},
		{"+380 67 123 4567", "+380671234567", true, true},
		{"+1 202 555 0123", "+12025550123", true, true},
		{"0900 1234", "+319001234", false, false},
	} {
		p, err := ident.ParsePhone(row.typed, "NL")
		if err != nil || p.Reveal() != row.want || p.Mobile() != row.mobile || p.Callable() != row.callable {
			t.Errorf("%q = %q mobile %v callable %v, %v", row.typed, p.Reveal(), p.Mobile(), p.Callable(), err)
		}
	}
	for _, typed := range []string{"", "12", "06123", "061234567", "telefoon", "06123456781234567", "+999 123456", "0612345678 ext. 5", strings.Repeat("0", 300)} {
		_, err := ident.ParsePhone(typed, "NL")
		if !fault.Is(err, fault.Invalid) || typed != "" && strings.Contains(err.Error(), typed) {
			t.Errorf("%q: error = %v", typed, err)
		}
	}
	if (ident.Phone{}).Mobile() || (ident.Phone{}).Callable() {
		t.Error("no number gets an SMS")
	}
}

func TestParseEmail(t *testing.T) { // G-16
	for typed, want := range map[string]string{
		"a.b+c@Example.ORG":             "a.b+c@example.org",
		"o'brien@example.org.":          "o'brien@example.org",
		"x@пример.укр":                  "x@xn--e1afmkfd.xn--j1amh",
		"x@例え。テスト":                      "x@xn--r8jz45g.xn--zckzah",
		"x@مثال.إختبار":                 "x@xn--mgbh0fb.xn--kgbechtv",
		"\u200ex@münchen.de\n":          "x@xn--mnchen-3ya.de",
		"x@sub.ＥＸＡＭＰＬＥ.org":             "x@sub.example.org",
		"-x-@a-b.example":               "-x-@a-b.example",
		"x@xn--bcher-kva.org":           "x@xn--bcher-kva.org",
		"1@2.example":                   "1@2.example",
		"!#$%&'*+-/=?^_`{|}~@a.example": "!#$%&'*+-/=?^_`{|}~@a.example",
	} {
		if e, err := ident.ParseEmail(typed); err != nil || e.Reveal() != want {
			t.Errorf("%q = %q, %v, want %q", typed, e.Reveal(), err, want)
		}
	}
	for _, typed := range []string{"", "x", "@", "x@", "@example.org", "x@localhost", "x@1.2.3.4", "x@[1.2.3.4]", "x@example..org",
		"x@.example.org", "x@-a.example", "x@a-.example", "x@exa mple.org", "x y@example.org", "x..y@example.org", ".x@example.org",
		"\"x y\"@example.org", "Aster <x@example.org>", "x@example.org, y@example.org", "x@y@example.org", "é@example.org",
		"x@example.org\r\nBcc: y@example.org", "x\r\nBcc:y@example.org", "x@example.org\x00", "x@exa\u00admple.org", "x@a_b.example",
		strings.Repeat("x", 65) + "@example.org", "x@" + strings.Repeat("a", 64) + ".org", "x@" + strings.Repeat("a.", 130) + "org"} {
		_, err := ident.ParseEmail(typed)
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: error = %v", typed, err)
		}
	}
}

func FuzzParsePhone(f *testing.F) {
	for _, seed := range []string{"0612345678", "+31 (0)6", "٠٦١٢٣٤٥٦٧٨", "tel:+31612345678;ext=1", "1-800-FLOWERS", "009000000000000000"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		p, err := ident.ParsePhone(typed, "NL")
		if err != nil {
			return
		}
		if again, err := ident.ParsePhone(p.Reveal(), "NL"); err != nil || !again.Equal(p) {
			t.Errorf("%q → %q → %q, %v", typed, p.Reveal(), again.Reveal(), err)
		}
	})
}

func FuzzParseEmail(f *testing.F) {
	for _, seed := range []string{"a@b.example", "x@пример.укр", "x@xn--a.b", "a\r\n@b.c", "x@ß.ǅ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		e, err := ident.ParseEmail(typed)
		if err != nil {
			return
		}
		for _, r := range e.Reveal() {
			if r <= ' ' || r >= 0x7f || strings.ContainsRune("<>()[]\\,;:\"", r) {
				t.Fatalf("%q → %q has a character that breaks a header", typed, e.Reveal())
			}
		}
		if again, err := ident.ParseEmail(e.Reveal()); err != nil || !again.Equal(e) {
			t.Errorf("%q → %q → %q, %v", typed, e.Reveal(), again.Reveal(), err)
		}
	})
}
