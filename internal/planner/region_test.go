package planner_test

import (
	"slices"
	"testing"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/planner"
	"loket/internal/rules"
)

// A postcode as people type it gives the region; what is no postcode is told.
func TestRegionOfAPostcode(t *testing.T) { // P-61
	w := newWorld(t, db.SQLite)
	for text, want := range map[string]string{
		"9405 BL": "north", "9405bl": "north", " 9405 ": "north", "٩٤٠٥": "north", "۹۴۰۵ BL": "north",
		"1043 GK": "north-west", "1394": "north-west", "1393": "central", "3584 CS": "central", "5211": "south", "2511 BT": "south-west",
	} {
		item, err := w.Region(text)
		if err != nil || item.ID != want {
			t.Errorf("postcode %q is in %q, want %q; %v", text, item.ID, want, err)
		}
	}
	for _, text := range []string{"", "940", "94055", "0999 AB", "9405 B", "9405 BLA", "AB 9405", "9405 б", "9405; DROP", "99999999999999999999999999999999999999999"} {
		if _, err := w.Region(text); !fault.Is(err, fault.Invalid) || fault.Key(err) != "planner.postcode" {
			t.Errorf("postcode %q: %v", text, err)
		}
	}
}

// Every postcode is in one region at most.
func TestRegionsDoNotOverlap(t *testing.T) {
	w := newWorld(t, db.SQLite)
	for code := 1000; code <= 9999; code++ {
		n := 0
		for _, item := range w.Pack.List("regions") {
			if codes, err := location.ParsePostcodes(item.Fields["postcodes"]); err == nil && codes.Holds(code) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("postcode %d is in %d regions", code, n)
		}
	}
}

func FuzzRegion(f *testing.F) {
	for _, seed := range []string{"9405 BL", "1043gk", "٩٤٠٥", "12", ""} {
		f.Add(seed)
	}
	w := newWorld(f, db.SQLite)
	f.Fuzz(func(t *testing.T, text string) {
		item, err := w.Region(text)
		if err != nil && !fault.Is(err, fault.Invalid) || err == nil && item.ID == "" {
			t.Errorf("%q: %v", text, err)
		}
	})
}

// Who has the proof, is not registered, or is not from Ukraine is told so with reasons, and
// nobody has to give a name for it.
func TestWhoMayAsk(t *testing.T) { // P-24 P-31 P-77
	w := newWorld(t, db.SQLite)
	for _, test := range []struct {
		facts rules.Facts
		want  string
	}{
		{rules.Facts{"has_proof": false, "registered": true}, planner.MayAsk},
		{rules.Facts{"has_proof": true, "registered": true}, "has-proof"},
		{rules.Facts{"has_proof": false, "registered": false}, "register-first"},
		{rules.Facts{"from_ukraine": false, "has_proof": false, "registered": true}, "not-here"},
	} {
		decision, err := w.Eligible(test.facts)
		if err != nil || decision.Outcome != test.want || len(decision.Reasons) == 0 || decision.Reasons[0].Text["nl"] == "" {
			t.Errorf("%v: %+v, want %s; %v", test.facts, decision, test.want, err)
		}
	}
	if d, err := w.Eligible(rules.Facts{"has_proof": false}); err != nil || d.Outcome != rules.NotKnownYet || !slices.Equal(d.Missing, []string{"registered"}) {
		t.Errorf("half the facts: %+v; %v", d, err)
	}
	if w.Pack.Fact("country") != nil || w.Pack.Fact("nationality") != nil {
		t.Error("the pack asks for a country") // P-69
	}
}

// The paper and the age decide what somebody gets, before there is a slot.
func TestProductByPaperAndAge(t *testing.T) { // P-68
	w := newWorld(t, db.SQLite)
	day := func(text string) rules.Day {
		d, err := rules.ParseDay(text)
		must(t, err)
		return d
	}
	for _, test := range []struct {
		paper, expires string
		year           int
		want           string
	}{
		{"passport", "2030-01-01", 1980, "sticker"},
		{"passport", "2022-12-01", 1980, "o-document"},
		{"id-card", "", 1980, "sticker"},
		{"none", "", 1980, "o-document"},
		{"none", "", 2006, "o-document"},
		{"none", "", 2015, "none"},
		{"passport", "", 1980, rules.NotKnownYet},
	} {
		m := w.member(t, 1, test.year)
		m.Document, m.Expires = test.paper, rules.Day{}
		if test.expires != "" {
			m.Expires = day(test.expires)
		}
		decision, err := w.Product(m, w.Today())
		if err != nil || decision.Outcome != test.want {
			t.Errorf("%s until %q, born %d: %s, want %s; %v", test.paper, test.expires, test.year, decision.Outcome, test.want, err)
		}
	}
}
