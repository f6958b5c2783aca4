package location_test

import (
	"testing"
	"time"

	"loket/internal/fault"
	"loket/internal/location"
)

func FuzzParseTravel(f *testing.F) {
	fuzzList(f, location.ParseTravel, location.FormatTravel, "train nl Tien minuten lopen\ntrain en A walk of ten minutes\n\ncar nl  Betaald parkeren ", "car nl", "car nl a\ncar nl b")
}

func FuzzParseInstant(f *testing.F) {
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"2022-07-13T10:00", "2022-03-27T02:30", "2022-07-13", "", "morgen"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, err := location.ParseInstant(text, zone)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		again, err := location.ParseInstant(location.FormatInstant(at, zone), zone)
		if written := location.FormatInstant(again, zone); err != nil || written != location.FormatInstant(at, zone) {
			t.Errorf("%q is written %q: %v", text, written, err)
		}
	})
}
