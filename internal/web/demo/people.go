package demo

import (
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// link returns the first address in a text, or "".
func link(text string) string { return regexp.MustCompile(`https?://\S+`).FindString(text) }

// ReadPeople reads the people of a register file in the form that
// registry/local imports, one row an event.
func ReadPeople(r io.Reader) ([]Person, error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the people of the demo: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	var people []Person
	for _, row := range rows[1:] {
		field := func(name string) string { return row[column[name]] }
		p := Person{Name: field("name"), Latin: field("latin_name"), Number: field("bsn"), BirthDate: field("birth_date"),
			Email: field("email"), Phone: field("phone")}
		if p.Number == "" {
			p.Number = field("v_number")
		}
		known := strings.TrimSpace(field("kind") + " " + field("day"))
		if last := len(people) - 1; last >= 0 && people[last].Name == p.Name && people[last].BirthDate == p.BirthDate {
			people[last].Known += ", " + known
			continue
		}
		p.Known = known
		people = append(people, p)
	}
	return people, nil
}
