package hcert

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Line is one line of what a certificate says to people. Its label is a word such as
// "born", "vaccine" or "until", which a page translates; the value is in the English of
// the value sets.
type Line struct{ Label, Value string }

// Says returns the payload of a text without looking at its signature: for whoever
// prints what was verified or made a moment ago.
func Says(text string) (Payload, error) {
	var certificate struct{ Payload Payload }
	data, err := json.Marshal(Inspect(text))
	if err == nil {
		err = json.Unmarshal(data, &certificate)
	}
	if err != nil {
		return Payload{}, fmt.Errorf("read a certificate: %w", err)
	}
	return certificate.Payload, nil
}

// Lines returns what a certificate says in the order in which it is printed: first who,
// as "name" and "born". A value that it does not hold is empty.
func (c Payload) Lines() []Line {
	lines := []Line{{"name", strings.TrimSpace(c.Name.Given + " " + c.Name.Family)}, {"born", c.BirthDate}}
	for _, v := range c.Vaccinations {
		lines = append(lines, Line{"disease", CodeName("tg", v.Target)}, Line{"vaccine", CodeName("mp", v.Product)},
			Line{"kind-of-vaccine", CodeName("vp", v.Prophylaxis)}, Line{"maker", CodeName("vaccine-ma", v.Manufacturer)},
			Line{"dose", fmt.Sprintf("%d/%d", v.Dose, v.SeriesDoses)}, Line{"date", v.Date},
			Line{"country", CodeName("co", v.Country)}, Line{"issuer", v.Issuer}, Line{"id", v.ID})
	}
	for _, v := range c.Tests {
		lines = append(lines, Line{"disease", CodeName("tg", v.Target)}, Line{"kind-of-test", CodeName("tt", v.Type)},
			Line{"test-name", v.Name}, Line{"maker", CodeName("test-ma", v.Device)}, Line{"sample", v.Collected},
			Line{"result", CodeName("tr", v.Result)}, Line{"centre", v.Centre},
			Line{"country", CodeName("co", v.Country)}, Line{"issuer", v.Issuer}, Line{"id", v.ID})
	}
	for _, v := range c.Recoveries {
		lines = append(lines, Line{"disease", CodeName("tg", v.Target)}, Line{"first-positive", v.FirstPositive},
			Line{"from", v.ValidFrom}, Line{"until", v.ValidUntil},
			Line{"country", CodeName("co", v.Country)}, Line{"issuer", v.Issuer}, Line{"id", v.ID})
	}
	return lines
}
