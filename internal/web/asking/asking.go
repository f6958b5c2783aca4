// Package asking is what the form asks of whoever wants a place, for every door. The pages
// for people ask one question a page; staff who fill the form in with somebody ask all on
// one page (see [Sheet]). Both read the same fields with the same parsers, hints and words
// for what is wrong, and send the same form.
//
//	form := asking.Form{Planner: store, Catalogue: catalogue, Region: "NL", Tag: "uk", Locations: locations}
//	for _, q := range form.Questions(filled) {
//		fields := q.Show(filled) // with what was answered before
//		if err := form.Read(r, fields.All()...); err != nil { … }
//		q.Take(fields, &filled)
//		problems := form.Problems(fields.All()...)
//	}
//	asking := form.Asking(filled)
//
// The fields are drawn by the templates "choice", "pack-choice", "date" and "text" of
// package web. Their texts have keys that begin with "public.place."; regions, papers and
// what somebody gets are the pack's words. Nothing is decided here: who may ask and what
// they get the pack says through package planner.
package asking

import (
	"context"
	"fmt"

	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/location"
	"loket/internal/planner"
	"loket/internal/rules"
)

// Lists of a pack of places that the form names.
const (
	listRegions = "regions"
	listPapers  = "papers"

	noProduct = "none" // of somebody who gets nothing of their own
)

// Form is the form of one installation, for one request.
type Form struct {
	Planner   *planner.Store
	Catalogue *lang.Catalogue
	Region    string   // of phone numbers without a country, ISO 3166-1 alpha-2
	Tag       lang.Tag // in which the pack's words are shown
	Locations []location.Location
	// Usable tells at the field, by a message key, why a number cannot be asked with; nil, or
	// an empty key, leaves it to the planner.
	Usable func(n ident.Number) (key string)
	Texts  bool // text messages are taken: whoever holds the phone can answer
	Met    bool // somebody has the person or their paper before them: no contact is needed
}

// Filled is what has been filled in so far. A form that was begun has a Key, with which it
// is sent once.
type Filled struct {
	Key      string
	Facts    map[string]bool // of the pack's question, by name
	Region   string
	Seen     bool // the region, with its places
	Members  []Member
	Desk     bool // DeskLang and Soon were answered
	DeskLang string
	Soon     bool
	Email    ident.Email
	Phone    ident.Phone
}

// Member is one who comes.
type Member struct {
	Name    ident.Name
	Birth   ident.BirthDate
	Number  ident.Number
	Paper   string // item of the pack's list of papers
	Expires string // that paper, YYYY-MM-DD; empty where it was not told
}

// Person returns who it is as the planner wants it.
func (m Member) Person() planner.Member {
	day, err := rules.ParseDay(m.Expires)
	if err != nil {
		day = rules.Day{} // the paper has no date
	}
	return planner.Member{Name: m.Name, Birth: m.Birth, Number: m.Number, Document: m.Paper, Expires: day}
}

// Format hides what was told, whatever the verb.
func (a Filled) Format(s fmt.State, _ rune) {
	fmt.Fprintf(s, "form of %d people (hidden)", len(a.Members))
}

// Asking returns the form as the planner takes it, to be written to in the form's language.
func (q Form) Asking(a Filled, door planner.Door) planner.Asking {
	asking := planner.Asking{Facts: a.facts(), Region: a.Region, DeskLang: a.DeskLang, Soon: a.Soon, Email: a.Email, Phone: a.Phone,
		Lang: string(q.Tag), Door: door, Key: a.Key}
	for _, m := range a.Members {
		asking.Members = append(asking.Members, m.Person())
	}
	return asking
}

// facts are what they said of themselves, as the pack reads it.
func (a Filled) facts() rules.Facts {
	facts := rules.Facts{}
	for name, yes := range a.Facts {
		facts[name] = yes
	}
	return facts
}

// MayAsk asks the pack whether somebody needs a place at all.
func (q Form) MayAsk(a Filled) (rules.Decision, error) { return q.Planner.Eligible(a.facts()) }

// Reasons are the grounds of a decision in the words of the pack, the deciding one last.
func (q Form) Reasons(d rules.Decision) (list []lang.Text) {
	for _, reason := range d.Reasons {
		if reason.Kind == rules.RuleReason || reason.Kind == rules.GroundReason {
			list = append(list, q.Words(reason.Text))
		}
	}
	return list
}

// Gets tells what one of the people gets, and why.
func (q Form) Gets(m Member) (rules.Decision, error) {
	return q.Planner.Product(m.Person(), q.Planner.Today())
}

// Refused returns the first of the people whose number the planner refuses, from zero, and
// the message key; -1 is nobody.
func (q Form) Refused(ctx context.Context, a Filled) (int, string) {
	for i, m := range a.Members {
		if key, err := q.Planner.NumberWrong(ctx, m.Number); err == nil && key != "" {
			return i, key
		}
	}
	return -1, ""
}

// LacksNumber returns the first of the people who gets something and has told no number,
// from zero; -1 is nobody.
func (q Form) LacksNumber(a Filled) (int, error) {
	for i, m := range a.Members {
		decision, err := q.Gets(m)
		if err != nil {
			return -1, err
		}
		if decision.Outcome != noProduct && m.Number.IsZero() {
			return i, nil
		}
	}
	return -1, nil
}

// NumberOf returns the field of a person's number with what is wrong with it, in the
// question that asks it.
func (q Form) NumberOf(a Filled, i int, key string) (Question, *Fields) {
	question := q.whoStep(i)
	fields := question.Show(a)
	if key == "planner.member.number" {
		fields.After[0].Require(key)
	} else {
		fields.After[0].Error = key
	}
	return question, fields
}

// Words returns words of the pack, marked with the language that they are in. What has no
// words is empty.
func (q Form) Words(w rules.Words) lang.Text {
	words, in := q.Planner.Pack.In(string(q.Tag), w)
	return lang.Text{Text: words, Lang: lang.Tag(in), Dir: q.Catalogue.In(lang.Tag(in)).Dir}
}
