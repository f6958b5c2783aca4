package registry

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"loket/internal/ident"
)

const today = "2021-11-20"

// parts are the fields of a person as they are typed; empty ones stay zero.
type parts struct{ number, name, birth, phone, email string }

func (p parts) asked(t *testing.T) Asked {
	t.Helper()
	var a Asked
	var errs [5]error
	a.Number, errs[0] = ident.ParseNumber(p.number)
	if p.name != "" {
		a.Name, errs[1] = ident.NewName(p.name, "")
	}
	if p.birth != "" {
		a.Birth, errs[2] = ident.ParseBirthDate(p.birth, today)
	}
	if p.phone != "" {
		a.Phone, errs[3] = ident.ParsePhone(p.phone, "NL")
	}
	if p.email != "" {
		a.Email, errs[4] = ident.ParseEmail(p.email)
	}
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	return a
}

func (p parts) record(t *testing.T) Record {
	a := p.asked(t)
	r := Record{Name: a.Name, Birth: a.Birth, Phone: a.Phone, Email: a.Email}
	if !a.Number.IsZero() {
		r.Numbers = []ident.Number{a.Number}
	}
	return r
}

func TestCompare(t *testing.T) { // G-23
	const number, name, birth = "999990019", "Abena Proefpersoon", "1984-03-09"
	const phone, email = "+31612345678", "abena@example.org"
	on := parts{number, name, birth, phone, email}
	all := Agreement{true, true, true, true, true}
	without := func(change func(*Agreement)) Agreement {
		a := all
		change(&a)
		return a
	}
	for _, test := range []struct {
		what          string
		asked, onFile parts
		want          Agreement
	}{
		{"everything alike", on, on, all},
		{"an address on file and no phone, T5", on, parts{number, name, birth, "", email},
			without(func(a *Agreement) { a.ContactAgrees = false })},
		{"a phone on file and no address", on, parts{number, name, birth, phone, ""}, all},
		{"the phone on file with another address", parts{number, name, birth, phone, "other@example.org"}, on,
			without(func(a *Agreement) { a.ContactAgrees = false })},
		{"another birth date under the same number", parts{number, name, "1985-03-09", phone, email}, on,
			without(func(a *Agreement) { a.BirthAgrees = false })}, // G-23
		{"another name under the same number", parts{number, "Kofi Voorbeeld", birth, phone, email}, on,
			without(func(a *Agreement) { a.NameAgrees = false })}, // G-23
		{"no birth date given", parts{number, name, "", phone, email}, on,
			without(func(a *Agreement) { a.BirthAgrees = false })}, // G-26
		{"no birth date in the record", on, parts{number, name, "", phone, email},
			without(func(a *Agreement) { a.BirthAgrees = false })}, // G-26
		{"no number given", parts{"", name, birth, phone, email}, on,
			without(func(a *Agreement) { a.NumberFound = false })}, // G-25
		{"no number at all", parts{"", name, birth, phone, email}, parts{"", name, birth, phone, email},
			without(func(a *Agreement) { a.NumberFound = false })}, // G-25
		{"another number", parts{"999990020", name, birth, phone, email}, on,
			without(func(a *Agreement) { a.NumberFound = false })}, // G-25
		{"names in another order, with accents", parts{number, "Proefpersoon, Abéna", birth, phone, email}, on, all},
		{"both birth dates partial alike", parts{number, name, "XX-XX-1984", phone, email}, parts{number, name, "1984-00-00", phone, email}, all},
		{"one birth date partial", parts{number, name, "XX-XX-1984", phone, email}, on,
			without(func(a *Agreement) { a.BirthAgrees = false })},
		{"no contact on file", on, parts{number, name, birth, "", ""},
			without(func(a *Agreement) { a.ContactOnFile, a.ContactAgrees = false, false })},
		{"no contact given", parts{number, name, birth, "", ""}, on,
			without(func(a *Agreement) { a.ContactAgrees = false })},
		{"only the phone on file, written otherwise", on, parts{number, name, birth, "06 1234 5678", ""}, all},
		{"only the e-mail on file, and another given", parts{number, name, birth, phone, "other@example.org"}, parts{number, name, birth, "", email},
			without(func(a *Agreement) { a.ContactAgrees = false })},
		{"phone alike, e-mail not", parts{number, name, birth, phone, "other@example.org"}, on,
			without(func(a *Agreement) { a.ContactAgrees = false })},
		{"phone on file, e-mail given", parts{number, name, birth, "", email}, parts{number, name, birth, phone, ""},
			without(func(a *Agreement) { a.ContactAgrees = false })},
		{"nothing on both sides", parts{}, parts{}, Agreement{}},
	} {
		if got := Compare(test.asked.asked(t), test.onFile.record(t)); got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.what, got, test.want)
		}
	}
}

func TestCompareAnyNumber(t *testing.T) { // G-21
	bsn, v := parts{number: "999990019"}.asked(t), parts{number: "2990000017"}.asked(t)
	r := Record{Numbers: []ident.Number{bsn.Number, v.Number}}
	for _, q := range []Asked{bsn, v} {
		if !Compare(q, r).NumberFound {
			t.Errorf("one of the two numbers of a record was not found")
		}
	}
}

func TestRecordsHide(t *testing.T) {
	r := parts{"999990019", "Abena Proefpersoon", "1984-03-09", "+31612345678", "abena@example.org"}.record(t)
	r.Events = []Event{{Kind: Vaccination, Day: "2021-07-02", Centre: "secret place"}}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("seen", "record", r, "event", r.Events[0])
	texts := log.String() + fmt.Sprintf("%v %+v %#v %s %x", r, r, r, r, r.Events) + fmt.Sprintf("%#v %d", r.Events[0], r.Events)
	for _, secret := range []string{"Abena", "1984", "9999", "3161", "example", "2021-07", "secret place", "vaccination"} {
		if strings.Contains(texts, secret) {
			t.Errorf("printing a record shows %q", secret)
		}
	}
}
