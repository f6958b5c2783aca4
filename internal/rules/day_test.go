package rules

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDayAgreesWithTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		offset := rapid.IntRange(0, 3652058).Draw(t, "days since 0001-01-01")
		instant := time.Time{}.AddDate(0, 0, offset)
		day := DayOf(instant)
		if got, want := day.String(), instant.Format(time.DateOnly); got != want {
			t.Fatalf("day %s, want %s", got, want)
		}
		back, err := ParseDay(day.String())
		if err != nil || back != day {
			t.Fatalf("read back as %v, %v", back, err)
		}
		n := rapid.IntRange(-1000, 1000).Draw(t, "n")
		other := day.Add(n)
		if other.Since(day) != n || other.Before(day) != (n < 0) || other.After(day) != (n > 0) {
			t.Fatalf("%v + %d = %v", day, n, other)
		}
	})
}

func TestDayIsThatOfTheZone(t *testing.T) {
	amsterdam, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	late := time.Date(2021, 12, 31, 23, 30, 0, 0, time.UTC)
	if got := DayOf(late).String(); got != "2021-12-31" {
		t.Errorf("in UTC %s", got)
	}
	if got := DayOf(late.In(amsterdam)).String(); got != "2022-01-01" {
		t.Errorf("in Amsterdam %s", got)
	}
}

func TestDayJSON(t *testing.T) {
	type row struct{ From, To Day }
	in := row{From: d(t, "2021-12-16")}
	data, err := json.Marshal(in)
	if err != nil || string(data) != `{"From":"2021-12-16","To":""}` {
		t.Fatalf("%s, %v", data, err)
	}
	var out row
	if err := json.Unmarshal(data, &out); err != nil || out != in {
		t.Errorf("%+v, %v", out, err)
	}
}

func FuzzParseDay(f *testing.F) {
	for _, s := range []string{"2021-12-16", "2024-02-29", "2023-02-29", "0000-01-01", "9999-12-31", "21-1-1", "", "2021-12-16T00:00:00Z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		day, err := ParseDay(s)
		if err == nil && (day.IsZero() || day.String() != s) {
			t.Errorf("%q was read as %q", s, day)
		}
	})
}
