package ident_test

import (
	"fmt"
	"strings"
	"testing"

	"loket/internal/fault"
	"loket/internal/ident"

	"pgregory.net/rapid"
)

// Specimens of ICAO Doc 9303, parts 4 to 7 and 11; the visas are made after them.
const (
	passport  = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
	cardTD1   = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
	longTD1   = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<"
	cardTD2   = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
	longTD2   = "I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<\nD23145890<UTO3407127M95071227349<<<8"
	visaA     = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<"
	visaB     = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<"
	noBirth   = "I<UTOD231458907<<<<<<<<<<<<<<<\n<<<<<<0F1204159UTO<<<<<<<<<<<6\nERIKSSON<<<<<<<<<<<<<<<<<<<<<<"
	halfBirth = "I<UTOD231458907<<<<<<<<<<<<<<<\n74<<<<1F1204159UTO<<<<<<<<<<<4\nERIKSSON<<<<<<<<<<<<<<<<<<<<<<"
)

func ExampleParseMRZ() {
	m, err := ident.ParseMRZ(`
		I<UTOD23145890<7349<<<<<<<<<<<
		3407127M9507122UTO<<<<<<<<<<<2
		STEVENSON<<PETER<JOHN<<<<<<<<<`, "2026-11-23")
	fmt.Println(m.Number.Reveal(), m.Birth.Reveal(), m.Expiry, m.Name.Full.Reveal(), err)
	// Output: D23145890734 1934-07-12 1995-07-12 PETER JOHN STEVENSON <nil>
}

func TestParseMRZ(t *testing.T) {
	for _, row := range []struct{ zone, code, number, birth, expiry, name string }{
		{passport, "P", "L898902C3", "1974-08-12", "2012-04-15", "ANNA MARIA ERIKSSON"},
		{strings.ToLower(passport), "P", "L898902C3", "1974-08-12", "2012-04-15", "ANNA MARIA ERIKSSON"},
		{strings.ReplaceAll(passport, "\n", " "), "P", "L898902C3", "1974-08-12", "2012-04-15", "ANNA MARIA ERIKSSON"},
		{cardTD1, "I", "D23145890", "1974-08-12", "2012-04-15", "ANNA MARIA ERIKSSON"},
		{cardTD2, "I", "D23145890", "1974-08-12", "2012-04-15", "ANNA MARIA ERIKSSON"},
		{longTD2, "I", "D23145890734", "1934-07-12", "1995-07-12", "PETER JOHN STEVENSON"},
		{visaA, "V", "L8988901C", "1940-09-07", "1996-12-10", "ANNA MARIA ERIKSSON"},
		{visaB, "V", "L8988901C", "1940-09-07", "1996-12-10", "ANNA MARIA ERIKSSON"},
		{noBirth, "I", "D23145890", "", "2012-04-15", "ERIKSSON"},
		{halfBirth, "I", "D23145890", "1974-00-00", "2012-04-15", "ERIKSSON"},
	} {
		m, err := ident.ParseMRZ(row.zone, today)
		if err != nil {
			t.Errorf("%s: %s", row.zone, fault.Key(err))
			continue
		}
		got := []string{m.Code, m.Number.Reveal(), m.Birth.Reveal(), m.Expiry, m.Name.Full.Reveal()}
		want := []string{row.code, row.number, row.birth, row.expiry, row.name}
		if strings.Join(got, "|") != strings.Join(want, "|") || m.Truncated {
			t.Errorf("%s\n got %v\nwant %v", row.zone, got, want)
		}
	}
}

func TestParseMRZRefuses(t *testing.T) {
	for key, zone := range map[string]string{
		"length":          passport[:80],
		"letters":         strings.Replace(passport, "<", "é", 1),
		"number-check":    strings.Replace(passport, "C36UTO", "C37UTO", 1),
		"birth-check":     strings.Replace(passport, "7408122F", "7408123F", 1),
		"expiry-check":    strings.Replace(passport, "1204159", "1204150", 1),
		"optional-check":  strings.Replace(passport, "B<<<<<10", "B<<<<<20", 1),
		"composite-check": strings.Replace(passport, "B<<<<<10", "B<<<<<11", 1),
		"date":            strings.Replace(visaB, "4009078", "4019079", 1),
	} {
		if _, err := ident.ParseMRZ(zone, today); fault.Key(err) != "ident.mrz."+key {
			t.Errorf("%s: key = %s", key, fault.Key(err))
		}
	}
	if _, err := ident.ParseMRZ(strings.Repeat("<", 1000), today); !fault.Is(err, fault.Invalid) {
		t.Errorf("a page of fillers: %v", err)
	}
	if _, err := ident.ParseMRZ(passport, "today"); !fault.Is(err, fault.Invalid) {
		t.Errorf("no date of today: %v", err)
	}
}

func TestMRZTellsThatANameIsCutOff(t *testing.T) {
	full := strings.Replace(passport, "ERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K", 1)
	if m, err := ident.ParseMRZ(full, today); err != nil || !m.Truncated {
		t.Errorf("truncated = %v, %v", m.Truncated, err)
	}
}

// The weights 7, 3, 1 let a check digit catch every digit that is read as
// another, for none of them divides ten.
func TestMRZCatchesWrongDigits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := []byte(strings.ReplaceAll(rapid.SampledFrom([]string{passport, cardTD1, longTD1, cardTD2, longTD2}).Draw(t, "zone"), "\n", ""))
		var places []int
		for i, c := range zone {
			if '0' <= c && c <= '9' {
				places = append(places, i)
			}
		}
		at := rapid.SampledFrom(places).Draw(t, "place")
		was := zone[at]
		zone[at] = byte('0' + rapid.IntRange(0, 9).Draw(t, "digit"))
		if _, err := ident.ParseMRZ(string(zone), today); (err == nil) != (zone[at] == was) {
			t.Errorf("%c read as %c at %d: error = %v", was, zone[at], at, err)
		}
	})
}

func FuzzParseMRZ(f *testing.F) {
	for _, seed := range []string{passport, cardTD1, longTD1, cardTD2, longTD2, visaA, visaB, noBirth, halfBirth} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ident.ParseMRZ(text, today)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: kind of %v", text, err)
			}
			return
		}
		if m.Number.IsZero() || m.Name.IsZero() || !m.Birth.IsZero() && m.Birth.Reveal() > today {
			t.Errorf("%q is read without a number or name, or born in the future", text)
		}
	})
}
