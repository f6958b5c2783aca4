package planner

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/rules"
)

// fieldPostcodes holds the postcodes of a region: "1000-1299,1380,1400-1421", of which only
// the four digits count.
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
		if hasPostcode(item.Fields[fieldPostcodes], code) {
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

// hasPostcode reports whether one of the ranges of a region holds a postcode.
func hasPostcode(ranges string, code int) bool {
	for part := range strings.SplitSeq(ranges, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			to = from
		}
		first, err := strconv.Atoi(from)
		last, err2 := strconv.Atoi(to)
		if err == nil && err2 == nil && first <= code && code <= last {
			return true
		}
	}
	return false
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
		if l.On(s.Today()) != location.Closed && serves(l.Plan, region, s.Today()) {
			return nil
		}
	}
	return fault.New(fault.Invalid, "planner.region-closed", "no counter serves the region any more")
}

// serves reports whether a plan has slots for a region, on a day or later.
func serves(plan location.Plan, region string, day rules.Day) bool {
	return plan.Region == region || slices.ContainsFunc(plan.Also, func(also location.Serving) bool {
		return also.Region == region && (also.Last.IsZero() || !also.Last.Before(day))
	})
}
