// Package demo holds the register of the demonstration: a dozen invented people
// with numbers from no register, who show what a registry can know and lack.
//
//	counts, err := store.Import(ctx, local.Import{File: demo.People()})
//
// Among them are a full series with contact on file (Abena Voorbeeld), a single
// dose that is a whole series (Maria Clara Exemplo), a recovery (Olena Zrazok), a
// negative test (Kwame Toonbeeld), a person without contact whose day and month of birth
// nobody knows (Amina Mithal), a name of one word without any number (Contoh),
// somebody who is known without an event (Ama Toonbeeld), and two who share a
// phone. Surnames say "example" in some language, BSNs begin with 99999 and pass the
// eleven test, V-numbers begin with 299; no person is meant.
package demo

import (
	_ "embed"
	"strings"
)

//go:embed people.csv
var people string

// People returns the register as a CSV file for local.Store.Import. Each call
// returns a new reader.
func People() *strings.Reader { return strings.NewReader(people) }
