package location_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/rules"
)

// same compares what days and empty lists are in.
func same(a, b any) string {
	return cmp.Diff(a, b, cmpopts.EquateEmpty(), cmp.Comparer(func(a, b rules.Day) bool { return a == b }))
}

func drawDays(t *rapid.T) (first, last rules.Day) {
	from := rules.DayOf(time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)).Add(rapid.IntRange(0, 800).Draw(t, "first"))
	to := from.Add(rapid.IntRange(0, 100).Draw(t, "days"))
	switch rapid.IntRange(0, 3).Draw(t, "bounds") {
	case 0:
		return rules.Day{}, to
	case 1:
		return from, rules.Day{}
	case 2:
		return rules.Day{}, rules.Day{}
	}
	return from, to
}

// drawPlan is any plan that can be.
func drawPlan(t *rapid.T) location.Plan {
	var p location.Plan
	id := rapid.StringMatching(`[a-z][a-z0-9-]{0,9}`)
	some := rapid.IntRange(0, 3)
	p.First, p.Last = drawDays(t)
	_, p.Horizon = drawDays(t)
	p.Region, p.Ahead = id.Draw(t, "region"), some.Draw(t, "ahead")
	if rapid.Bool().Draw(t, "dated") {
		p.Bookable = time.Unix(rapid.Int64Range(1640000000, 1700000000).Draw(t, "bookable"), 0).UTC()
	}
	for range some.Draw(t, "desks") {
		first, last := drawDays(t)
		p.Desks = append(p.Desks, location.Desks{First: first, Last: last, Number: rapid.IntRange(0, 200).Draw(t, "number"),
			Minutes: rapid.IntRange(5, 480).Draw(t, "minutes"), Langs: rapid.SliceOfN(rapid.StringMatching(`[a-z]{2,3}`), 0, 3).Draw(t, "langs")})
	}
	for range some.Draw(t, "products") {
		first, last := drawDays(t)
		p.Products = append(p.Products, location.Offering{First: first, Last: last, Product: id.Draw(t, "product"), WalkIn: rapid.Bool().Draw(t, "walk-in")})
		p.Also = append(p.Also, location.Serving{First: first, Last: last, Region: id.Draw(t, "also")})
	}
	from := rules.DayOf(time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC))
	for range some.Draw(t, "addresses") {
		from = from.Add(rapid.IntRange(1, 100).Draw(t, "after"))
		p.Addresses = append(p.Addresses, location.Address{First: from, Text: rapid.StringMatching(`[A-Za-zé]{1,9}( [A-Za-z0-9,]{1,9}){0,3}`).Draw(t, "address")})
		p.Closed = append(p.Closed, location.Closure{First: from, Last: from, Why: rules.Words{"nl": "Gesloten", "uk": "Зачинено"}})
		p.Travel = append(p.Travel, location.Travel{By: id.Draw(t, "by"), Note: rules.Words{"en": "Free <parking> & \"more\""}})
	}
	return p
}

func TestAPlanReadsAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		got, err := location.ParsePlan(p.String())
		if diff := same(p, got); err != nil || diff != "" {
			t.Fatalf("%v %s", err, diff)
		}
		desks, err := location.ParseDesks(location.FormatDesks(p.Desks))
		if diff := same(p.Desks, desks); err != nil || diff != "" {
			t.Fatalf("%v %s", err, diff)
		}
		products, err := location.ParseOfferings(location.FormatOfferings(p.Products))
		if diff := same(p.Products, products); err != nil || diff != "" {
			t.Fatalf("%v %s", err, diff)
		}
		also, err := location.ParseServings(location.FormatServings(p.Also))
		if diff := same(p.Also, also); err != nil || diff != "" {
			t.Fatalf("%v %s", err, diff)
		}
		addresses, err := location.ParseAddresses(location.FormatAddresses(p.Addresses))
		if diff := same(p.Addresses, addresses); err != nil || diff != "" {
			t.Fatalf("%v %s", err, diff)
		}
	})
}

func TestPlansThatCannotBeAreRefused(t *testing.T) {
	for text, parse := range map[string]func(string) error{
		".. 2x15 uk; ":                         func(s string) error { _, err := location.ParseDesks(s); return err },
		".. 2":                                 func(s string) error { _, err := location.ParseDesks(s); return err },
		".. -1x15":                             func(s string) error { _, err := location.ParseDesks(s); return err },
		".. 201x15":                            func(s string) error { _, err := location.ParseDesks(s); return err },
		".. 2x4":                               func(s string) error { _, err := location.ParseDesks(s); return err },
		".. 2x15 uk,":                          func(s string) error { _, err := location.ParseDesks(s); return err },
		"2022-07-02..2022-07-01 2x15":          func(s string) error { _, err := location.ParseDesks(s); return err },
		"2022-07-32.. 2x15":                    func(s string) error { _, err := location.ParseDesks(s); return err },
		".. sticker walkin":                    func(s string) error { _, err := location.ParseOfferings(s); return err },
		".. Sticker":                           func(s string) error { _, err := location.ParseOfferings(s); return err },
		"sticker":                              func(s string) error { _, err := location.ParseOfferings(s); return err },
		"2022-07-01":                           func(s string) error { _, err := location.ParseAddresses(s); return err },
		"2022-07-02 A; 2022-07-02 B":           func(s string) error { _, err := location.ParseAddresses(s); return err },
		".. A":                                 func(s string) error { _, err := location.ParseAddresses(s); return err },
		".. ":                                  func(s string) error { _, err := location.ParseServings(s); return err },
		strings.Repeat(".. a;", 60) + ".. b":   func(s string) error { _, err := location.ParseServings(s); return err },
		`{`:                                    parsePlan,
		`{} {}`:                                parsePlan,
		`{"city":"x"}`:                         parsePlan,
		`{"desks":[{"number":1,"minutes":0}]}`: parsePlan,
		`{"first":"2022-07-02","last":"2022-07-01"}`:     parsePlan,
		`{"addresses":[{"first":"","text":"A"}]}`:        parsePlan,
		`{"closed":[{"first":"2022-07-02","last":""}]}`:  parsePlan,
		`{"travel":[{"by":"car","note":{}}]}`:            parsePlan,
		`{"travel":[{"by":"car","note":{"en":"a\nb"}}]}`: parsePlan,
		`{"ahead":-1}`:                        parsePlan,
		`{"bookable":"9999-12-31T00:00:00Z"}`: parsePlan,
	} {
		if err := parse(text); !fault.Is(err, fault.Invalid) || fault.Key(err) == "" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func parsePlan(text string) error {
	_, err := location.ParsePlan(text)
	return err
}

func TestWhatAPackSaysOfAPlace(t *testing.T) {
	at := time.Date(2022, 7, 14, 12, 0, 0, 0, amsterdam(t))
	item := func(fields map[string]string) []rules.Item {
		fields["hours"] = "mon 09:00-17:00"
		return []rules.Item{{ID: "x", Name: rules.Words{"en": "X"}, Fields: fields, Words: map[string]rules.Words{
			"closed-holiday": {"en": "Closed"}, "travel-train": {"en": "Ten minutes"}, "travel-car": {"en": "Free"}}}}
	}
	list, err := location.At(item(map[string]string{"state": "open", "bookable": "2022-07-13T10:00", "horizon": "2022-07-01 10 days", "closed": "2022-07-18 holiday"}), at)
	check(t, err)
	p := list[0].Plan
	if !p.Bookable.Equal(time.Date(2022, 7, 13, 8, 0, 0, 0, time.UTC)) || p.Horizon.String() != "2022-07-24" || len(p.Closed) != 1 ||
		len(p.Travel) != 2 || p.Travel[0].By != "car" {
		t.Errorf("%+v", p)
	}
	for _, fields := range []map[string]string{
		{}, {"state": "shut"}, {"stands": "2022-07-01 open; 2022-07-01 closed"}, {"stands": "2022-07-01 dated; 2022-07-02 closed"},
		{"stands": "soon open"}, {"stands": "2022-07-01 shut"}, {"stands": "2022-07-01T10 open"}, {"state": "open", "closed": "2022-07-01 strike"},
		{"state": "open", "horizon": "2022-07-01"}, {"state": "open", "horizon": "2022-07-01 0 days"}, {"state": "open", "horizon": "2022-07-02 2022-07-01"},
		{"state": "open", "horizon": "2022-07-02 2022-08-01; 2022-07-01 5 days"}, {"state": "open", "region": "The North"},
		{"state": "open", "first": "2022-07-02", "last": "2022-07-01"}, {"state": "open", "opens_on": "x"}, {"state": "open", "bookable": "ten"},
	} {
		if _, err := location.At(item(fields), at); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v: %v", fields, err)
		}
	}
}

// A month that the clocks jump into begins at the hour that is there.
func TestAStateBeginsByTheClockOnTheWall(t *testing.T) {
	items := []rules.Item{{ID: "x", Fields: map[string]string{"hours": "sun 09:00-17:00", "stands": "2022-03-27 bookable; 2022-03-27T10:00 open"}}}
	for text, want := range map[string]location.State{"2022-03-26T22:59:59Z": "", "2022-03-26T23:00:00Z": location.Bookable,
		"2022-03-27T07:59:59Z": location.Bookable, "2022-03-27T08:00:00Z": location.Open} {
		at, err := time.Parse(time.RFC3339, text)
		check(t, err)
		list, err := location.At(items, at.In(amsterdam(t)))
		check(t, err)
		if want == "" && len(list) == 0 {
			continue
		}
		if len(list) != 1 || list[0].State != want {
			t.Errorf("at %s: %+v", text, list)
		}
	}
}

func FuzzParsePlan(f *testing.F) {
	f.Add(`{"region":"north","bookable":"2022-07-13T10:00:00+02:00","desks":[{"number":2,"minutes":15,"langs":["uk"]}]}`)
	f.Add(`{"addresses":[{"first":"2022-07-19","text":"Voorbeeldplein 1"}],"travel":[{"by":"car","note":{"en":"Free"}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := location.ParsePlan(text)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		again, err := location.ParsePlan(p.String())
		if diff := same(p, again); err != nil || diff != "" {
			t.Fatalf("%q reads %s: %v %s", text, p, err, diff)
		}
	})
}

// fuzzList holds for every list of a plan: what is read is written as it is read again.
func fuzzList[T any](f *testing.F, parse func(string) ([]T, error), format func([]T) string, seeds ...string) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := parse(text)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		again, err := parse(format(list))
		if diff := same(list, again); err != nil || diff != "" {
			t.Fatalf("%q reads %q: %v %s", text, format(list), err, diff)
		}
	})
}

func FuzzParseDesks(f *testing.F) {
	fuzzList(f, location.ParseDesks, location.FormatDesks, "2022-07-21.. 2x15 uk,en; ..2022-08-01 1x30", "2022-07-21 0x5", "")
}

func FuzzParseOfferings(f *testing.F) {
	fuzzList(f, location.ParseOfferings, location.FormatOfferings, "..2022-09-04 sticker; .. o-document walk-in", "2022-07-21 a")
}

func FuzzParseServings(f *testing.F) {
	fuzzList(f, location.ParseServings, location.FormatServings, "2022-10-12.. central; .. north")
}

func FuzzParseAddresses(f *testing.F) {
	fuzzList(f, location.ParseAddresses, location.FormatAddresses, "2022-07-19 Voorbeeldplein 1, Amsterdam; 2022-11-16 Voorbeeldweg 1")
}

// FuzzAt reads the fields that only packs have.
func FuzzAt(f *testing.F) {
	f.Add("2022-07-04 dated; 2022-07-13T10:00 bookable; 2022-07-18 open; 2022-11-01 closed", "2022-07-13 2022-08-01; 2022-08-02 14 days", "2022-12-26 x", int64(1657700000))
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, stands, horizon, closed string, unix int64) {
		at := time.Unix(unix%4e9, 0).In(zone)
		list, err := location.At([]rules.Item{{ID: "x", Words: map[string]rules.Words{"closed-x": {"en": "Closed"}},
			Fields: map[string]string{"stands": stands, "horizon": horizon, "closed": closed, "state": "open"}}}, at)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		for _, l := range list {
			dated := l.State == location.Dated || l.State == location.Bookable
			if dated != l.OpensOn.After(rules.DayOf(at)) && dated && l.OpensOn.IsZero() {
				t.Fatalf("%s, and opens on no day", l.State)
			}
		}
	})
}

func FuzzParsePostcodes(f *testing.F) {
	f.Add("1000-1299,1300")
	f.Add("9999")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := location.ParsePostcodes(text)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		again, err := location.ParsePostcodes(p.String())
		if err != nil || !cmp.Equal(p, again) {
			t.Fatalf("%q reads %q: %v", text, p, err)
		}
	})
}

func TestPostcodes(t *testing.T) { // P-61
	p, err := location.ParsePostcodes("1000-1299,1300,9999")
	check(t, err)
	for code, want := range map[int]bool{999: false, 1000: true, 1299: true, 1300: true, 1301: false, 9998: false, 9999: true} {
		if p.Holds(code) != want {
			t.Errorf("%d: %v", code, !want) // P-61
		}
	}
	for _, text := range []string{"", "0999", "10000", "1000-", "1200-1100", "1000-1299,1299", "1300,1000", "1000 - 1200", "1e+3", "１０００"} {
		if _, err := location.ParsePostcodes(text); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A place serves other regions on their days, and its own on all.
func TestRegionsAreServedOnTheirDays(t *testing.T) { // P-39
	l := placesAt(t, "2022-10-06 12:00:00")["assen"]
	for on, want := range map[string]string{"2022-10-05": "north", "2022-10-06": "north east", "2022-10-31": "north east", "2022-11-01": "north"} {
		if got := strings.Join(l.Regions(day(t, on)), " "); got != want {
			t.Errorf("on %s it serves %s, want %s", on, got, want)
		}
	}
}
