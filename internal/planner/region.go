package planner

import (
	"context"
	"fmt"
	"slices"

	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/rules"
)

// fieldPostcodes holds the postcodes of a region, as location.ParsePostcodes reads them.
const fieldPostcodes = "postcodes"

// Region returns the region of a postcode as people type it. The postcode itself is not
// kept. It is a fault.Invalid when it is none, or when the pack has no region for it: then
// its person picks one.
func (s *Store) Region(postcode string) (rules.Item, error) {
	code, ok := postcodeDigits(postcode)
	if !ok {
		return rules.Item{}, fault.New(fault.Invalid, "planner.postcode", "postcode is not four digits and two letters")
	}
	for _, item := range s.Pack.List(listRegions) {
		if s.postcodes[item.ID].Holds(code) {
			return item, nil
		}
	}
	return rules.Item{}, fault.New(fault.Invalid, "planner.postcode-unknown", "no region has the postcode")
}

// postcodeDigits reads the four digits of a Dutch postcode, the letters being there or not,
// in Latin, Arabic or Persian digits.
func postcodeDigits(text string) (int, bool) {
	const most = 40
	var code, digits, letters int
	if len(text) > most {
		return 0, false
	}
	for _, r := range text {
		switch {
		case r == ' ' || r == '-' || r == '\u00a0':
			continue
		case '٠' <= r && r <= '٩':
			r += '0' - '٠'
		case '۰' <= r && r <= '۹':
			r += '0' - '۰'
		}
		switch {
		case '0' <= r && r <= '9' && letters == 0:
			code = code*10 + int(r-'0')
			digits++
		case 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z':
			letters++
		default:
			return 0, false
		}
	}
	return code, digits == 4 && code >= 1000 && (letters == 0 || letters == 2)
}

// readPostcodes reads the postcodes of the pack's regions. A region may have none.
func (s *Store) readPostcodes() error {
	s.postcodes = map[string]location.Postcodes{}
	for _, item := range s.Pack.List(listRegions) {
		text := item.Fields[fieldPostcodes]
		if text == "" {
			continue
		}
		codes, err := location.ParsePostcodes(text)
		if err != nil {
			return fmt.Errorf("pack %s, region %s: %w", s.Pack.ID, item.ID, err)
		}
		s.postcodes[item.ID] = codes
	}
	return nil
}

// served makes sure that a region has, or will have, somewhere to go: a counter that is
// its own or also its, and is not closed for good.
func (s *Store) served(ctx context.Context, region string) error {
	if _, ok := s.Pack.Item(listRegions, region); !ok {
		return fault.New(fault.Invalid, "planner.region", "the pack has no such region")
	}
	all, err := s.Locations.Of(ctx)
	if err != nil {
		return err
	}
	for _, l := range all {
		if l.On(s.Today()) != location.Closed && l.Plan.Serves(region, s.Today()) {
			return nil
		}
	}
	return fault.New(fault.Invalid, "planner.region-closed", "no counter serves the region any more")
}

// speaks makes sure that a language wanted at the desk is spoken there, or will be.
func (s *Store) speaks(ctx context.Context, region, language string) error {
	if language == "" {
		return nil
	}
	all, err := s.Locations.Of(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(location.Languages(all, region, s.Today()), language) {
		return fault.New(fault.Invalid, "planner.desk-language", "nobody speaks %q at the desks of %s", language, region)
	}
	return nil
}
