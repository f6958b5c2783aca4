package local

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"loket/internal/hcert"
	"loket/internal/registry"
)

// event reads one event.
func (p *parser) event(raw *rawEvent) (registry.Event, *problem) {
	e := registry.Event{
		Kind: registry.EventKind(strings.TrimSpace(raw.Kind)), Day: strings.TrimSpace(raw.Day),
		Disease: strings.TrimSpace(raw.Disease), Country: strings.TrimSpace(raw.Country), Centre: strings.TrimSpace(raw.Centre),
	}
	if e.Disease == "" {
		e.Disease = hcert.CodeCOVID19
	}
	var wrong *problem
	switch e.Kind {
	case registry.Vaccination:
		wrong = p.vaccination(raw, &e)
	case registry.PositiveTest, registry.NegativeTest:
		wrong = p.test(raw, &e)
	case "":
		return e, &problem{"kind", Missing}
	default:
		return e, &problem{"kind", UnknownCode}
	}
	if wrong != nil {
		return e, wrong
	}
	if wrong := p.day(e.Day, "day"); wrong != nil {
		return e, wrong
	}
	if utf8.RuneCountInString(e.Centre) > maxPlace {
		return e, &problem{"centre", TooLong}
	}
	return e, p.known(code{"country", "co", e.Country}, code{"disease", "tg", e.Disease})
}

func (p *parser) vaccination(raw *rawEvent, e *registry.Event) *problem {
	e.Prophylaxis = strings.TrimSpace(raw.Prophylaxis)
	e.Product = strings.TrimSpace(raw.Product)
	e.Manufacturer = strings.TrimSpace(raw.Manufacturer)
	var ok bool
	if e.Dose, ok = dose(raw.Dose); !ok {
		return &problem{"dose", Malformed}
	}
	if e.Doses, ok = dose(raw.Doses); !ok {
		return &problem{"doses", Malformed}
	}
	return p.known(code{"prophylaxis", "vp", e.Prophylaxis}, code{"product", "mp", e.Product},
		code{"manufacturer", "vaccine-ma", e.Manufacturer})
}

// test reads a test. A negative one proves something for hours only, so its
// instant is needed; of a positive one the day is enough.
func (p *parser) test(raw *rawEvent, e *registry.Event) *problem {
	e.TestType = strings.TrimSpace(raw.TestType)
	e.TestName = strings.TrimSpace(raw.TestName)
	e.TestDevice = strings.TrimSpace(raw.TestDevice)
	e.Sampled = strings.TrimSpace(raw.SampledAt)
	if e.Sampled != "" {
		at, err := time.Parse(time.RFC3339, e.Sampled)
		if err != nil || e.Day != "" && e.Day != at.Format(time.DateOnly) {
			return &problem{"sampled_at", Malformed}
		}
		e.Sampled, e.Day = at.Format(time.RFC3339), at.Format(time.DateOnly)
	} else if e.Kind == registry.NegativeTest {
		return &problem{"sampled_at", Missing}
	}
	if utf8.RuneCountInString(e.TestName) > maxPlace {
		return &problem{"test_name", TooLong}
	}
	if wrong := p.known(code{"test_type", "tt", e.TestType}); wrong != nil {
		return wrong
	}
	if e.TestDevice == "" && e.TestType != hcert.TestRAT {
		return nil
	}
	return p.known(code{"test_device", "test-ma", e.TestDevice})
}

// day checks a day that has been.
func (p *parser) day(day, column string) *problem {
	if day == "" {
		return &problem{column, Missing}
	}
	at, err := time.Parse(time.DateOnly, day)
	switch {
	case err != nil || at.Year() < 1900:
		return &problem{column, Malformed}
	case day > p.today:
		return &problem{column, Future}
	}
	return nil
}

// code is the value of a column that must be in a value set.
type code struct{ column, set, value string }

func (p *parser) known(codes ...code) *problem {
	for _, c := range codes {
		if c.value == "" {
			return &problem{c.column, Missing}
		}
		if !p.codes[c.set][c.value] {
			return &problem{c.column, UnknownCode}
		}
	}
	return nil
}

// dose reads the number of a dose.
func dose(text json.Number) (n int, ok bool) {
	v, err := json.Number(strings.TrimSpace(text.String())).Int64()
	return int(v), err == nil && 1 <= v && v <= maxDose
}
