package local

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"loket/internal/ident"
)

func TestTelling(t *testing.T) {
	for name, want := range map[string][]string{
		"Jan van der Berghe":  {"BERGHE", "DER", "JAN", "VAN"}, // one longer word is too little
		"Johan van der Berge": {"BERGE", "JOHAN"},
		"Li Wu":               {"LI", "WU"},
		"Contoh":              {"CONTOH"},
	} {
		n, err := ident.NewName(name, "")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, telling(tokens(n))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
