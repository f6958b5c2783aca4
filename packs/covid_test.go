package packs

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"loket/internal/rules"
)

// TestTableOfSituations shows that each row of the table has a case; loading
// the pack runs them.
func TestTableOfSituations(t *testing.T) { // H-69
	data, err := fs.ReadFile(FS("covid-2021"), "cases.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 23; n++ {
		if !strings.Contains(string(data), fmt.Sprintf("cites: [C%d]", n)) {
			t.Errorf("no case cites C%d", n)
		}
	}
}

// TestRecoveryWindow walks through every day after a positive test.
func TestRecoveryWindow(t *testing.T) { // H-69
	p := load(t, "covid-2021")
	tested := day(t, "2021-07-01")
	for n := range 400 {
		on := tested.Add(n)
		d, err := rules.Decide(p, "eu_certificate", rules.Facts{"event": "positive-test", "happened": tested}, on, on)
		if err != nil {
			t.Fatal(err)
		}
		want := "recovery"
		if n < 11 {
			want = "wait"
		} else if n > 180 {
			want = "none"
		}
		if d.Outcome != want {
			t.Errorf("day %d: %s, want %s", n, d.Outcome, want)
		}
	}
}

// TestEachDoseHasACertificate is what the certificate area relies on.
func TestEachDoseHasACertificate(t *testing.T) { // H-69
	p := load(t, "covid-2021")
	on := day(t, "2021-12-20")
	for doses := range 5 {
		d, err := rules.Decide(p, "eu_certificate", rules.Facts{"event": "vaccination", "doses": doses}, on, on)
		if err != nil {
			t.Fatal(err)
		}
		if (d.Outcome == "vaccination") != (doses > 0) {
			t.Errorf("%d doses: %s", doses, d.Outcome)
		}
	}
}
