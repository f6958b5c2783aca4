package ident_test

import (
	"regexp"
	"testing"

	"loket/internal/ident"
)

func TestStandardised(t *testing.T) {
	for name, want := range map[string]string{
		"Jansen":           "JANSEN",
		"van der Berg":     "VAN<DER<BERG",
		"O'Brien-Müller":   "OBRIEN<MULLER",
		"Ковальчук":        "KOVALCHUK",
		"  two   spaces  ": "TWO<SPACES",
		"":                 "",
	} {
		if got := ident.Standardised(name); got != want {
			t.Errorf("Standardised(%q) = %q, want %q", name, got, want)
		}
	}
}

func FuzzStandardised(f *testing.F) {
	f.Add("ÅngstrÖm ß Łódź")
	form := regexp.MustCompile(`^([A-Z]+(<[A-Z]+)*)?$`)
	f.Fuzz(func(t *testing.T, name string) {
		if got := ident.Standardised(name); !form.MatchString(got) {
			t.Errorf("Standardised(%q) = %q", name, got)
		}
	})
}
