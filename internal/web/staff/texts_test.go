package staff_test

import (
	"testing"

	"loket/internal/lang"
	"loket/internal/web/staff"
	"loket/locales"
)

// The texts of all areas are whole in both languages of staff. That each key that is
// used exists, package locales proves.
func TestTextsAreComplete(t *testing.T) {
	c, err := lang.Load(staff.Messages(locales.Files))
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range c.Problems() {
		t.Error(problem)
	}
	if n := len(c.Languages()); n != 2 {
		t.Errorf("staff pages have %d languages, want Dutch and English", n)
	}
}
