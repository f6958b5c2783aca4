package rules

import (
	"strings"
	"testing"

	"loket/internal/fault"
)

// What staff change afterwards counts from its day on, and the pack as it was still
// decides the days before.
func TestASettingGetsALaterValue(t *testing.T) {
	const later = `
- id: ticket_days
  values:
    - {value: 10, from: 2022-01-01, source: notice, owner: Council, why: {nl: Korter, en: Shorter}}
`
	before := loadFerry(t)
	p, err := LoadChanged(ferry(t, nil), map[string][]byte{"settings.yaml": []byte(later)})
	if err != nil {
		t.Fatal(err)
	}
	if p.Hash == before.Hash {
		t.Error("the pack changed, and its hash did not")
	}
	for day, want := range map[string]int{"2021-12-31": 30, "2022-01-01": 10} {
		on := d(t, day)
		if v, ok := p.Setting("ticket_days", on, on); !ok || v.Value != want {
			t.Errorf("on %s: %v, want %d", day, v.Value, want)
		}
	}
	if ids := len(p.Settings()); ids != 2 {
		t.Errorf("%d settings", ids)
	}
}

func TestAChangedFileIsCheckedAsAnyOther(t *testing.T) {
	for name, test := range map[string]struct{ file, text, want string }{
		"no such setting": {"settings.yaml", "- {id: nothing, values: []}", "not declared"},
		"wrong type":      {"settings.yaml", "- {id: ticket_days, values: [{value: many, from: 2022-01-01, source: notice, why: {nl: x, en: x}}]}", "ticket_days"},
		"no source":       {"settings.yaml", "- {id: ticket_days, values: [{value: 3, from: 2022-01-01, why: {nl: x, en: x}}]}", "source"},
		"no place":        {"other.yaml", "x: y", "not a file of a pack"},
		"text":            {"texts/nl/welcome.md", "no head", "texts/nl/welcome.md"},
	} {
		_, err := LoadChanged(ferry(t, nil), map[string][]byte{test.file: []byte(test.text)})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
