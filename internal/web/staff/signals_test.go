package staff_test

import (
	"testing"

	"loket/internal/lang"
	people "loket/internal/staff"
	"loket/internal/web/staff"
	"loket/locales"
)

// Each signal of the daily report says what it is about.
func TestEverySignalHasAText(t *testing.T) {
	catalogue, err := lang.Load(staff.Messages(locales.Files))
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range []lang.Tag{lang.Dutch, lang.English} {
		for _, name := range people.Signals() {
			key := "staff.signal." + name
			if text := catalogue.In(tag).Get(key, nil); text.Text == key || text.Fallback {
				t.Errorf("%s: no text %s", tag, key)
			}
		}
	}
}
