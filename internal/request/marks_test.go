package request

import (
	"testing"

	"loket/internal/ident"
)

// A name in two scripts agrees where one of them does; nobody is told that the letters of
// another alphabet are missing.
func TestANameInTwoScriptsIsComparedInTheOneThatAgrees(t *testing.T) { // G-30
	name := func(full, latin string) ident.Name {
		n, err := ident.NewName(full, latin)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, test := range []struct {
		told, held ident.Name
		differ     int
	}{
		{name("يوسف محمد", "Yusuf Mohamed"), name("Yusuf Mohamed", ""), 0},
		{name("Yusuf Mohamed", ""), name("يوسف محمد", "Yusuf Mohamed"), 0},
		{name("يوسف محمد", "Yusuf Mohamed"), name("Yusuf Ahmed", ""), 2},
		{name("Ada Verzonne", ""), name("Ada Verzonnen", ""), 2},
		{name("Ada Maria Voorbeeld", ""), name("Voorbeeld, Ada", ""), 1},
	} {
		differ := 0
		for _, m := range nameMarks(test.told, test.held) {
			if m.Stand != Agrees {
				differ++
			}
		}
		if differ != test.differ {
			t.Errorf("%d words differ, want %d", differ, test.differ)
		}
	}
}
