// Package registrytest holds what every registry.Registry must do, as a test.
//
//	func TestRegistry(t *testing.T) {
//		registrytest.Run(t, func(t *testing.T, people []registry.Record) registry.Registry { … })
//	}
//
// The function given to Run makes a registry that knows exactly those people.
// All of them are invented.
package registrytest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/registry"
)

// Today is the day on which the suite takes place: no birth date or event is later.
const Today = "2021-11-20"

// Run runs the suite on the registries that open makes.
func Run(t *testing.T, open func(t *testing.T, people []registry.Record) registry.Registry) {
	people := people()
	reg := open(t, slices.Clone(people))
	t.Run("by number", func(t *testing.T) { byNumber(t, reg, people) })
	t.Run("by name and birth date", func(t *testing.T) { byName(t, reg, people) })
	t.Run("nobody", func(t *testing.T) { nobody(t, reg) })
	t.Run("partial birth date", func(t *testing.T) { partial(t, reg, people) })
	t.Run("number before name", func(t *testing.T) { order(t, reg, people) })
	t.Run("most words first", func(t *testing.T) { words(t, reg, people) })
	t.Run("at most five", func(t *testing.T) { atMost(t, reg) })
	t.Run("context done", func(t *testing.T) { done(t, reg) })
}

// The people of the suite, by their place in the list.
const (
	abena = iota // two numbers, contact on file, three events
	olena        // V-number only, Ukrainian and Latin name
	yusuf        // no number, partial birth date, one word
	twinA        // same birth date, names of which three, two and one words are alike
	twinB
	twinC
	crowd // from here on: many more people than may be returned, with one name and birth date
	total = crowd + 30
)

func people() []registry.Record {
	all := []registry.Record{
		abena: {Numbers: []ident.Number{number("999990019"), number("2990000017")}, Name: name("Abena Voorbeeld", ""),
			Birth: birth("1984-03-09"), Phone: phone("+31612345678"), Email: email("abena@example.org"),
			Events: []registry.Event{
				{Kind: registry.PositiveTest, Day: "2021-02-03", Disease: "840539006", Country: "NL", TestType: "LP6464-4", Sampled: "2021-02-03T10:00:00+01:00"},
				{Kind: registry.Vaccination, Day: "2021-06-01", Disease: "840539006", Country: "NL", Centre: "GGD",
					Prophylaxis: "1119349007", Product: "EU/1/20/1528", Manufacturer: "ORG-100030215", Dose: 1, Doses: 2},
				{Kind: registry.Vaccination, Day: "2021-07-06", Disease: "840539006", Country: "NL",
					Prophylaxis: "1119349007", Product: "EU/1/20/1528", Manufacturer: "ORG-100030215", Dose: 2, Doses: 2},
			}},
		olena: {Numbers: []ident.Number{number("2990000025")}, Name: name("Олена Приклад", "Olena Pryklad"), Birth: birth("1991-11-30")},
		yusuf: {Name: name("Yusuf", ""), Birth: birth("1976-00-00"),
			Events: []registry.Event{{Kind: registry.NegativeTest, Day: "2021-11-19", Disease: "840539006", Country: "NL",
				TestType: "LP6464-4", TestName: "PCR", Sampled: "2021-11-19T08:30:00+01:00"}}},
		twinA: {Name: name("Maria Clara Santos", ""), Birth: birth("1990-01-01")},
		twinB: {Name: name("Maria Clara Pereira", ""), Birth: birth("1990-01-01")},
		twinC: {Name: name("Joana Santos", ""), Birth: birth("1990-01-01")},
	}
	for i := crowd; i < total; i++ {
		all = append(all, registry.Record{Numbers: []ident.Number{number(fmt.Sprintf("29901%05d", i))}, Name: name("Ama Menigte", ""), Birth: birth("2000-02-29")})
	}
	for i, word := range thirdWords() {
		all[crowd+i].Name = name("Ama Menigte "+word, "")
	}
	return all
}

// thirdWords are what three people in the crowd are called besides.
func thirdWords() []string { return []string{"Eerste", "Middelste", "Laatste"} }

func ask(t *testing.T, reg registry.Registry, q registry.Query) []registry.Record {
	t.Helper()
	records, err := reg.Candidates(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	for i := range records {
		if records[i].ID == "" {
			t.Error("a record has no id")
		}
		records[i].ID = ""
	}
	return records
}

func same(t *testing.T, got []registry.Record, want ...registry.Record) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("candidates (-want +got):\n%s", diff)
	}
}

func byNumber(t *testing.T, reg registry.Registry, people []registry.Record) {
	for _, n := range people[abena].Numbers {
		same(t, ask(t, reg, registry.Query{Number: n}), people[abena])
	}
	// The number leads to the record whatever else was asked: what differs is for Compare.
	same(t, ask(t, reg, registry.Query{Number: people[olena].Numbers[0], Name: name("Somebody Else", ""), Birth: birth("1970-01-02")}), people[olena])
}

func byName(t *testing.T, reg registry.Registry, people []registry.Record) {
	for _, n := range []ident.Name{name("Приклад Олена", ""), name("OLENA PRYKLAD", ""), name("Olena", "")} {
		same(t, ask(t, reg, registry.Query{Name: n, Birth: birth("1991-11-30")}), people[olena])
	}
}

func nobody(t *testing.T, reg registry.Registry) {
	for what, q := range map[string]registry.Query{
		"nothing asked":             {},
		"unknown number":            {Number: number("999990020")},
		"name without birth date":   {Name: name("Olena Pryklad", "")},
		"birth date without name":   {Birth: birth("1991-11-30")},
		"name, another birth date":  {Name: name("Olena Pryklad", ""), Birth: birth("1991-11-29")},
		"birth date, another name":  {Name: name("Ama Menigte", ""), Birth: birth("1991-11-30")},
		"a part of a word":          {Name: name("Ole", ""), Birth: birth("1991-11-30")},
		"a pattern":                 {Name: name("O%", "O_e*"), Birth: birth("1991-11-30")},
		"unknown number, no others": {Number: number("2990000033")},
	} {
		if got := ask(t, reg, q); len(got) != 0 { // G-25
			t.Errorf("%s: got %d candidates, want none", what, len(got))
		}
	}
}

func partial(t *testing.T, reg registry.Registry, people []registry.Record) {
	same(t, ask(t, reg, registry.Query{Name: name("yusuf", ""), Birth: birth("XX-XX-1976")}), people[yusuf])
	same(t, ask(t, reg, registry.Query{Name: name("yusuf", ""), Birth: birth("1976-04-00")}))
}

func order(t *testing.T, reg registry.Registry, people []registry.Record) {
	got := ask(t, reg, registry.Query{Number: people[abena].Numbers[0], Name: people[olena].Name, Birth: people[olena].Birth})
	same(t, got, people[abena], people[olena])
}

func words(t *testing.T, reg registry.Registry, people []registry.Record) {
	got := ask(t, reg, registry.Query{Name: name("Santos, Maria Clara", ""), Birth: birth("1990-01-01")})
	same(t, got, people[twinA], people[twinB], people[twinC])
	// The best must not be lost among many who are nearly as good.
	for i, word := range thirdWords() {
		got := ask(t, reg, registry.Query{Name: name("Menigte Ama "+word, ""), Birth: birth("2000-02-29")})
		if len(got) != registry.MaxCandidates || cmp.Diff(people[crowd+i], got[0]) != "" {
			t.Errorf("among %d people with two words alike the one with three is not the first", total-crowd)
		}
	}
}

func atMost(t *testing.T, reg registry.Registry) {
	q := registry.Query{Name: name("Ama Menigte", ""), Birth: birth("2000-02-29")}
	first := ask(t, reg, q)
	if len(first) != registry.MaxCandidates {
		t.Errorf("got %d candidates, want %d", len(first), registry.MaxCandidates)
	}
	same(t, ask(t, reg, q), first...)
	q.Number = number(fmt.Sprintf("29901%05d", total-1))
	got := ask(t, reg, q)
	if len(got) != registry.MaxCandidates || !got[0].Numbers[0].Equal(q.Number) {
		t.Errorf("a number among many of the same name: not first, or %d candidates, want %d", len(got), registry.MaxCandidates)
	}
}

func done(t *testing.T, reg registry.Registry) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	records, err := reg.Candidates(ctx, registry.Query{Number: number("999990019")})
	if !fault.Is(err, fault.Unavailable) || len(records) != 0 {
		t.Errorf("with a context that is done: %d candidates, error %v; want fault.Unavailable", len(records), err)
	}
}

// The texts below are constants of this suite: one that ident refuses is a mistake here.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func number(text string) ident.Number    { return must(ident.ParseNumber(text)) }
func name(full, latin string) ident.Name { return must(ident.NewName(full, latin)) }
func birth(text string) ident.BirthDate  { return must(ident.ParseBirthDate(text, Today)) }
func phone(text string) ident.Phone      { return must(ident.ParsePhone(text, "NL")) }
func email(text string) ident.Email      { return must(ident.ParseEmail(text)) }
