package local

import (
	"encoding/json"
	"strings"
	"time"

	"loket/internal/hcert"
	"loket/internal/ident"
	"loket/internal/registry"
)

// Reason says in one word why a row was refused.
type Reason string

// The reasons.
const (
	Missing     Reason = "missing"      // a field that is needed is empty
	Malformed   Reason = "malformed"    // the field cannot be read
	CheckDigit  Reason = "check-digit"  // the number fails its check
	Future      Reason = "future"       // the day has not been yet
	UnknownCode Reason = "unknown-code" // the code is not in its value set
	TooLong     Reason = "too-long"     // more than the limit of the field
	NotUTF8     Reason = "not-utf8"     // the row is in another encoding
	Syntax      Reason = "syntax"       // the row is no CSV or JSON, has too few or too many fields or an unknown one
	Conflict    Reason = "conflict"     // contradicts an earlier row about the same number
)

// problem is why a row is refused. It never holds what stood in the file.
type problem struct {
	column string // empty if it is the whole row
	reason Reason
}

// Limits of a row.
const (
	maxRow    = 64 << 10 // bytes of one CSV row or JSON object
	maxEvents = 100      // of one person in one row
	maxPlace  = 80       // characters; the limit of schema 1.3.3 for centres and tests
	maxDose   = 99
)

// rawPerson is a row as read. The names are the columns of CSV and the members
// of JSON.
type rawPerson struct {
	BSN       string     `json:"bsn"`
	VNumber   string     `json:"v_number"`
	Name      string     `json:"name"`
	LatinName string     `json:"latin_name"`
	BirthDate string     `json:"birth_date"`
	Phone     string     `json:"phone"`
	Email     string     `json:"email"`
	Events    []rawEvent `json:"events"`
}

type rawEvent struct {
	Kind         string      `json:"kind"`
	Day          string      `json:"day"`
	Country      string      `json:"country"`
	Centre       string      `json:"centre"`
	Disease      string      `json:"disease"`
	Prophylaxis  string      `json:"prophylaxis"`
	Product      string      `json:"product"`
	Manufacturer string      `json:"manufacturer"`
	Dose         json.Number `json:"dose"`
	Doses        json.Number `json:"doses"`
	TestType     string      `json:"test_type"`
	TestName     string      `json:"test_name"`
	TestDevice   string      `json:"test_device"`
	SampledAt    string      `json:"sampled_at"`
}

// parser turns rows into records.
type parser struct {
	today  string // YYYY-MM-DD
	region string
	codes  map[string]map[string]bool // value set → codes
}

func (s *Store) parser() *parser {
	p := &parser{
		today:  s.settings.Now().In(s.settings.Zone).Format(time.DateOnly),
		region: s.settings.Region,
		codes:  map[string]map[string]bool{},
	}
	for _, set := range []string{"tg", "vp", "mp", "vaccine-ma", "test-ma", "tt", "co"} {
		p.codes[set] = map[string]bool{}
		for _, code := range hcert.Codes(set) {
			p.codes[set][code] = true
		}
	}
	return p
}

// record reads one row. The record has no id yet.
func (p *parser) record(raw *rawPerson) (r registry.Record, wrong *problem) {
	if wrong := p.numbers(raw, &r); wrong != nil {
		return r, wrong
	}
	var err error
	if r.Name, err = ident.NewName(raw.Name, raw.LatinName); err != nil {
		if strings.TrimSpace(raw.Name+raw.LatinName) == "" {
			return r, &problem{"name", Missing}
		}
		return r, &problem{"name", Malformed}
	}
	if strings.TrimSpace(raw.BirthDate) != "" {
		if r.Birth, err = ident.ParseBirthDate(raw.BirthDate, p.today); err != nil {
			return r, &problem{"birth_date", Malformed}
		}
	}
	if len(r.Numbers) == 0 && r.Birth.IsZero() {
		return r, &problem{"birth_date", Missing}
	}
	if strings.TrimSpace(raw.Phone) != "" {
		if r.Phone, err = ident.ParsePhone(raw.Phone, p.region); err != nil {
			return r, &problem{"phone", Malformed}
		}
	}
	if strings.TrimSpace(raw.Email) != "" {
		if r.Email, err = ident.ParseEmail(raw.Email); err != nil {
			return r, &problem{"email", Malformed}
		}
	}
	if len(raw.Events) > maxEvents {
		return r, &problem{"events", TooLong}
	}
	for i := range raw.Events {
		e, wrong := p.event(&raw.Events[i])
		if wrong != nil {
			return r, wrong
		}
		r.Events = append(r.Events, e)
	}
	r.Events = sortEvents(r.Events)
	return r, nil
}

// numbers is strict where the form of a person is not: a register that holds a
// number which cannot exist has it of somebody else.
func (p *parser) numbers(raw *rawPerson, r *registry.Record) *problem {
	for _, field := range []struct {
		column, text string
		kind         ident.NumberKind
	}{{"bsn", raw.BSN, ident.BSN}, {"v_number", raw.VNumber, ident.VNumber}} {
		n, err := ident.ParseNumber(field.text)
		switch {
		case err != nil:
			return &problem{field.column, Malformed}
		case n.IsZero():
			continue
		case n.Kind() != field.kind:
			return &problem{field.column, Malformed}
		case !n.Plausible():
			return &problem{field.column, CheckDigit}
		}
		r.Numbers = append(r.Numbers, n)
	}
	return nil
}
