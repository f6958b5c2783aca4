// Package questions is what the form asks, for every door: the pages for people ask
// one question a page, staff who fill the form in with somebody ask all on one page
// (see [Sheet]), and both read the same fields with the same parsers, hints and words
// for what is wrong.
//
//	asks := questions.Form{Requests: requests, Region: "NL"}
//	for _, q := range asks.Asked(answers) {
//		fields := q.Show(answers) // with what was answered before
//		if err := form.Read(r, fields.All()...); err != nil { … }
//		q.Take(fields, &answers)
//		problems := form.Problems(fields.All()...)
//	}
//
// The fields are drawn by the templates "choice", "date", "text" and "tick" of package
// web. What a field is called, what it is for and who sees it are the pack's words,
// which come into the catalogue of a site by [Messages]; all other texts have keys
// that begin with "public.". Nothing is decided here: which question comes next and
// which way is a person's, the pack says through package request.
package questions

import (
	"loket/internal/request"
	"loket/internal/rules"
)

// Form is the form of one installation.
type Form struct {
	Requests *request.Store
	Region   string // of phone numbers without a country, ISO 3166-1 alpha-2
}

// Question is one thing that is asked.
type Question struct {
	Path string // the last part of its page's address
	// Done reports whether the answers hold its own.
	Done func(a request.Answers) bool
	// Skip reports whether it is not asked because of other answers; nil never.
	Skip func(a request.Answers) bool
	// Show returns the fields with what was answered before.
	Show func(a request.Answers) *Fields
	// Take reads the fields into the answers; what is wrong stays in the fields.
	Take func(f *Fields, a *request.Answers)
}

// All returns all questions, in the order in which they are asked.
func (q Form) All() []Question {
	return []Question{
		q.municipality(), q.digid(), q.vaccinatedBy(), q.testedPositive(), q.document(),
		q.name(), q.birthDate(), q.number(), q.email(), q.phone(), q.documentNumber(),
	}
}

// Asked returns those that a person with these answers is asked.
func (q Form) Asked(a request.Answers) []Question {
	var list []Question
	for _, question := range q.All() {
		if question.Skip == nil || !question.Skip(a) {
			list = append(list, question)
		}
	}
	return list
}

// Way asks the pack which way these answers lead. A document that does not count
// leads to the counter, wherever the rest would lead.
func (q Form) Way(a request.Answers) (rules.Decision, error) {
	d, err := q.Requests.Route(a)
	if err != nil || a.Document == "" || d.Outcome != request.WayDigital && d.Outcome != request.WayNotKnown {
		return d, err
	}
	document, err := q.Requests.DocumentWay(a)
	if err != nil || document.Outcome != request.WayCounter {
		return d, err
	}
	return document, nil
}

// Open reports whether a way goes on within the form: to the end, to the counter, or
// to the next question. Any other outcome is somebody else's way.
func Open(way rules.Decision) bool {
	return way.Outcome == request.WayDigital || way.Outcome == request.WayCounter || way.Outcome == request.WayNotKnown
}
