package ident_test

import (
	"crypto/rand"
	"strings"
	"testing"

	"loket/internal/ident"
)

func TestADraftCodeIsReadAsItIsShown(t *testing.T) {
	code := ident.NewDraftCode(rand.Reader)
	for _, typed := range []string{code.Spoken(), strings.ToLower(code.Spoken()), " " + code.Reveal() + "\n", strings.ReplaceAll(code.Spoken(), "-", " ")} {
		read, err := ident.ParseDraftCode(typed)
		if err != nil || !read.Equal(code.Private) {
			t.Errorf("the typed form of %d characters is not read: %v", len(typed), err)
		}
	}
}

func FuzzParseDraftCode(f *testing.F) {
	f.Add("K7P4-9XQ2-M3G-K7P4-9XQ2-M3G")
	f.Fuzz(func(t *testing.T, text string) {
		code, err := ident.ParseDraftCode(text)
		if err != nil {
			return
		}
		if again, err := ident.ParseDraftCode(code.Spoken()); err != nil || !again.Equal(code.Private) {
			t.Errorf("what was read is not read again: %v", err)
		}
	})
}
