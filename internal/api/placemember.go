package api

import (
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/planner"
	"loket/internal/rules"
)

// member takes one of the people of an ask. What they can show decides what they get; who
// gets something has a number.
func (a *api) member(b *body, first bool) (planner.Member, error) {
	m := a.paper(b)
	latin, _ := b.text(memberLatinName)
	m.Name = needed(b, memberName, func(full string) (ident.Name, error) { return ident.NewName(full, latin) })
	m.Number, _ = parse(b, memberNumber, parseKnownNumber)
	missing := m.Number.IsZero() && !b.isBad(memberNumber)
	if first && missing {
		b.bad(memberNumber, "planner.member.number")
	}
	if b.isBad(memberBirthDate) || b.isBad(memberDocument) || b.isBad(memberExpires) {
		return m, nil
	}
	d, err := a.Planner.Product(m, a.Planner.Today())
	if err != nil {
		return m, err
	}
	switch unknown := placeMissing(d); {
	case len(unknown) > 0:
		b.bad(unknown[0], "api.missing")
	case d.Outcome == rules.NotKnownYet || d.Outcome == rules.NoRule:
		b.bad(memberDocument, "planner.paper-unclear")
	case d.Outcome != noProduct && missing && !first:
		b.bad(memberNumber, "planner.member.number")
	}
	return m, nil
}

// paper takes what decides on what somebody gets: their birth date, what they can show,
// and until when that is valid where it has a date.
func (a *api) paper(b *body) planner.Member {
	var m planner.Member
	today := a.Planner.Today().String()
	m.Birth = needed(b, memberBirthDate, func(text string) (ident.BirthDate, error) {
		birth, err := ident.ParseBirthDate(text, today)
		if err == nil && !birth.Complete() {
			err = fault.New(fault.Invalid, "planner.member.birth", "a part of a birth date is not known")
		}
		return birth, err
	})
	m.Document = b.choice(memberDocument, itemIDs(a.Planner.Pack, listPapers))
	b.need(memberDocument)
	m.Expires, _ = parse(b, memberExpires, parseExpiry)
	return m
}

// parseExpiry reads the last day of a document.
func parseExpiry(text string) (rules.Day, error) {
	day, err := rules.ParseDay(text)
	if err != nil {
		return day, fault.New(fault.Invalid, "public.place.expires.wrong", "until when a paper is valid is no day")
	}
	return day, nil
}

// parseKnownNumber reads a BSN or a V-number, and nothing else.
func parseKnownNumber(text string) (ident.Number, error) {
	n, err := ident.ParseNumber(text)
	if err == nil && !n.IsZero() && n.Kind() == ident.UnknownNumber {
		err = fault.New(fault.Invalid, "planner.member.number-kind", "a number is no BSN and no V-number")
	}
	return n, err
}
