package ident_test

import (
	"fmt"
	"strings"
	"testing"

	"loket/internal/fault"
	"loket/internal/ident"

	"pgregory.net/rapid"
)

const today = "2026-11-23"

func birth(t interface {
	Helper()
	Fatal(...any)
}, text string) ident.BirthDate {
	t.Helper()
	b, err := ident.ParseBirthDate(text, today)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func ExampleNewBirthDate() {
	b, err := ident.NewBirthDate("", "X", "1976", "2026-11-23")
	fmt.Println(b.Reveal(), b.Complete(), b.AgeOn("2026-11-23"), err)
	// Output: 1976-00-00 false 49 <nil>
}

func TestParseBirthDate(t *testing.T) {
	for typed, want := range map[string]string{
		"1976-05-12": "1976-05-12", "12-05-1976": "1976-05-12", "12.5.1976": "1976-05-12", "12 / 05 / 1976": "1976-05-12",
		"XX-XX-1976": "1976-00-00", "xx-05-1976": "1976-05-00", "1976-00-00": "1976-00-00", "0-0-1976": "1976-00-00",
		"ХХ-ХХ-1976": "1976-00-00", "١٢-٠٥-١٩٧٦": "1976-05-12", "۱۹۷۶-۰۵-۱۲": "1976-05-12",
		"29-02-2024": "2024-02-29", "23-11-2026": "2026-11-23", "00-11-2026": "2026-11-00", "1-1-1900": "1900-01-01",
	} {
		if b, err := ident.ParseBirthDate(typed, today); err != nil || b.Reveal() != want {
			t.Errorf("%q = %q, %v, want %q", typed, b.Reveal(), err, want)
		}
	}
	for typed, key := range map[string]string{
		"": "form", "1976": "form", "12-05": "form", "a-b-c-d": "form", strings.Repeat("1", 200): "form",
		"12-05-XXXX": "year", "12-05-0": "year", "12-05-76": "old", "12-05-1899": "old",
		"12-13-1976": "month", "12-XX-1976": "month", "12-mei-1976": "month", "32-05-1976": "day", "30-02-1976": "day",
		"29-02-2023": "day", "24-11-2026": "future", "00-12-2026": "future", "01-01-2027": "future",
	} {
		_, err := ident.ParseBirthDate(typed, today)
		if !fault.Is(err, fault.Invalid) || fault.Key(err) != "ident.birth-date."+key {
			t.Errorf("%q: error key = %v, want %s", typed, err, key)
		}
	}
}

func TestBirthDateMatches(t *testing.T) { // G-23
	for _, row := range []struct {
		a, b string
		want ident.Agreement
	}{
		{"1976-05-12", "1976-05-12", ident.Exact}, {"1976-00-00", "1976-00-00", ident.Exact},
		{"1976-05-12", "1976-05-00", ident.Possible}, {"1976-05-12", "1976-00-00", ident.Possible},
		{"1976-05-12", "1976-05-13", ident.Differs}, {"1976-05-00", "1976-06-00", ident.Differs},
		{"1976-00-00", "1977-00-00", ident.Differs}, {"1976-06-00", "1976-05-12", ident.Differs},
	} {
		a, b := birth(t, row.a), birth(t, row.b)
		if got := a.Matches(b); got != row.want {
			t.Errorf("%s and %s = %v, want %v", row.a, row.b, got, row.want)
		}
		if a.Matches(b) != b.Matches(a) {
			t.Errorf("%s and %s: the order matters", row.a, row.b)
		}
	}
	if got := birth(t, "1976-05-12").Matches(ident.BirthDate{}); got != ident.Differs { // G-26: a missing date is no match
		t.Errorf("a date and none = %v", got)
	}
	if got := (ident.BirthDate{}).Matches(ident.BirthDate{}); got != ident.Differs {
		t.Errorf("none and none = %v", got)
	}
}

func TestAgeOn(t *testing.T) {
	for _, row := range []struct {
		born, on string
		want     int
	}{
		{"2000-11-23", "2026-11-23", 26}, {"2000-11-24", "2026-11-23", 25}, {"2000-02-29", "2018-02-28", 17}, {"2000-02-29", "2018-03-01", 18},
		{"2000-05-00", "2018-05-30", 17}, {"2000-05-00", "2018-05-31", 18}, {"2000-00-00", "2018-12-30", 17}, {"2000-00-00", "2018-12-31", 18},
		{"2000-04-00", "2018-05-01", 18}, {"2026-11-23", "2026-11-22", -1}, {"2000-11-23", "1990-01-01", -1}, {"2000-11-23", "never", -1},
	} {
		if got := birth(t, row.born).AgeOn(row.on); got != row.want {
			t.Errorf("born %s on %s = %d, want %d", row.born, row.on, got, row.want)
		}
	}
	if got := (ident.BirthDate{}).AgeOn(today); got != -1 {
		t.Errorf("age without a date = %d", got)
	}
}

func TestBirthDateFieldsAndTextAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, m := rapid.IntRange(0, 28).Draw(t, "day"), rapid.IntRange(1, 12).Draw(t, "month")
		y := rapid.IntRange(1900, 2025).Draw(t, "year")
		b, err := ident.NewBirthDate(fmt.Sprint(d), fmt.Sprint(m), fmt.Sprint(y), today)
		if err != nil {
			t.Fatal(err)
		}
		if typed := birth(t, fmt.Sprintf("%d-%d-%d", d, m, y)); !typed.Equal(b) || birth(t, b.Reveal()).Matches(b) != ident.Exact {
			t.Errorf("%s is read as %s", b.Reveal(), typed.Reveal())
		}
	})
}

func FuzzParseBirthDate(f *testing.F) {
	for _, seed := range []string{"1976-05-12", "XX-XX-1976", "٠-٠-١٩٧٦", "1-1-1-", "9999-99-99"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		b, err := ident.ParseBirthDate(typed, today)
		if err != nil {
			return
		}
		if again, err := ident.ParseBirthDate(b.Reveal(), today); err != nil || !again.Equal(b) || b.AgeOn(today) < -1 || b.AgeOn(today) > 126 {
			t.Errorf("%q → %q → %v", typed, b.Reveal(), err)
		}
	})
}
