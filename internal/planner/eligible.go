package planner

import (
	"fmt"
	"strings"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/rules"
)

// Facts that the planner fills in itself.
const (
	factPaper   = "paper"
	factExpires = "paper_expires_before"
	factAge     = "age"
)

// Outcomes of the question who may ask. Any other outcome ends with its reasons.
const MayAsk = "ask"

// Eligible tells whether somebody may ask, by what they said of themselves, such as
// has_proof and registered. The outcome is MayAsk, or another with reasons for the page; no
// ask is made and no slot is used (P-24, P-68).
func (s *Store) Eligible(facts rules.Facts) (rules.Decision, error) {
	decision, err := rules.Decide(s.Pack, questionAsk, facts, s.Today(), s.Today())
	if err != nil {
		return decision, fmt.Errorf("decide who may ask: %w", err)
	}
	return decision, nil
}

// mayAsk refuses whoever needs no place, or has not said enough to know.
func (s *Store) mayAsk(facts rules.Facts) error {
	decision, err := s.Eligible(facts)
	if err != nil {
		return err
	}
	if decision.Outcome != MayAsk {
		return fault.New(fault.Invalid, "planner.way", "the pack says %s", decision.Outcome)
	}
	return nil
}

// Product tells what somebody gets on a day: the outcome is an item of the pack's list of
// products, or none. The paper they can show, and until when it is valid, is all that is
// looked at beside their age.
func (s *Store) Product(m Member, on rules.Day) (rules.Decision, error) {
	facts := rules.Facts{factPaper: m.Document}
	if age := m.Birth.AgeOn(on.String()); age >= 0 {
		facts[factAge] = age
	}
	if !m.Expires.IsZero() {
		valid, ok := s.Pack.Setting(setPaperValid, on, s.Today())
		until, isDay := valid.Value.(rules.Day)
		if !ok || !isDay {
			return rules.Decision{}, fault.New(fault.Internal, "", "pack %s has no day %s", s.Pack.ID, setPaperValid)
		}
		facts[factExpires] = m.Expires.Before(until)
	}
	decision, err := rules.Decide(s.Pack, questionProduct, facts, on, s.Today())
	if err != nil {
		return decision, fmt.Errorf("decide on a product: %w", err)
	}
	return decision, nil
}

// product is Product for somebody who asks.
func (s *Store) product(m Member, on rules.Day) (string, error) {
	decision, err := s.Product(m, on)
	switch {
	case fault.Is(err, fault.Invalid):
		return "", fault.New(fault.Invalid, "planner.paper", "papers: %w", err)
	case err != nil:
		return "", err
	case decision.Outcome == rules.NotKnownYet:
		return "", fault.New(fault.Invalid, "planner.paper-unclear", "it is not known yet what somebody gets: %s is missing",
			strings.Join(decision.Missing, ", "))
	case decision.Outcome == rules.NoRule:
		return "", fault.New(fault.Invalid, "planner.paper-unclear", "no rule says what somebody gets")
	}
	return decision.Outcome, nil
}

// grownWithin is how many days ahead of an ask a slot can be.
const grownWithin = 2 * 366

// grown finds the first day on which somebody who gets nothing today gets something
// because they are older.
func (s *Store) grown(m Member) (from, product string, err error) {
	day := s.Today()
	age := m.Birth.AgeOn(day.String())
	for range grownWithin {
		day = day.Add(1)
		older := m.Birth.AgeOn(day.String())
		if older == age {
			continue
		}
		age = older
		if product, err = s.product(m, day); err != nil || product != noProduct {
			return day.String(), product, err
		}
	}
	return "", "", nil
}

// productOn is what a member gets on the day of a slot, given what they got on the day of
// asking.
func (m sealedMember) productOn(asked string, day rules.Day) string {
	if m.Then != "" && day.String() >= m.From {
		return m.Then
	}
	return asked
}

// complete reports what is missing of one of the people.
func (m Member) complete(first bool) error {
	switch {
	case m.Name.IsZero():
		return fault.New(fault.Invalid, "planner.member.name", "somebody has no name")
	case m.Birth.IsZero():
		return fault.New(fault.Invalid, "planner.member.birth", "somebody has no birth date")
	case m.Number.IsZero() && first:
		return fault.New(fault.Invalid, "planner.member.number", "who asks has no number")
	case !m.Number.IsZero() && m.Number.Kind() == ident.UnknownNumber:
		return fault.New(fault.Invalid, "planner.member.number-kind", "a number is no BSN and no V-number")
	}
	return nil
}
