// Package sheet prints proofs as a PDF to keep or to send to a phone: one A4 for
// each, with its QR symbol as lines, sharp at any size, and what it says in two
// languages.
//
//	proof, err := sheet.NewProof(text, titles, func(label string) [2]string { … })
//	err = sheet.Write(w, sheet.Sheet{Proofs: []sheet.Proof{proof}, Notes: notes, Made: today})
//
// The same sheet gives the same bytes: there is no date in the file but the one
// given, and no random number. Nothing about a person stands in its properties,
// which programs show and index; what the sheet says is on the sheet.
//
// The fonts are the Go fonts, with Latin, Greek and Cyrillic letters. A PDF holds
// shapes, not letters, and joining those of Arabic or Amharic is beyond this
// package: both languages of a sheet must be written in one of the three scripts,
// and a name in another is printed in the standardised form that the certificate
// itself has beside it, as in a passport. The page to print from a browser has
// every script.
package sheet

import (
	"strings"
	"time"

	"loket/internal/fault"
	"loket/internal/hcert"
)

// Sheet is what is printed.
type Sheet struct {
	Proofs []Proof     // a page each
	Notes  [][2]string // sentences below, such as to keep the card: in both languages
	Lang   string      // BCP 47 tag of the first language
	Made   time.Time   // only its UTC day is written
}

// Proof is one page.
type Proof struct {
	Title [2]string // in both languages
	QR    string    // text of the symbol
	Show  [2]string // what to say beside the symbol
	Who   []Line    // name and date of birth
	Rows  []Line    // and the rest
}

// Line is a line of what a proof says.
type Line struct {
	Label [2]string // in both languages
	Value string
	Latin string // stands in for a value that the fonts cannot print
}

// NewProof reads the text of a symbol, which somebody verified or made a moment
// ago. label names a label of hcert.Line in both languages.
func NewProof(text string, title, show [2]string, label func(string) [2]string) (Proof, error) {
	content, err := hcert.Says(text)
	if err != nil {
		return Proof{}, fault.New(fault.Internal, "", "print a proof: %w", err)
	}
	p := Proof{Title: title, QR: text, Show: show}
	for _, l := range content.Lines() {
		line := Line{Label: label(l.Label), Value: l.Value}
		switch {
		case l.Value == "":
		case l.Label == "name":
			line.Latin = strings.TrimSpace(words(content.Name.GivenStandardised) + " " + words(content.Name.FamilyStandardised))
			p.Who = append(p.Who, line)
		case l.Label == "born":
			p.Who = append(p.Who, line)
		default:
			p.Rows = append(p.Rows, line)
		}
	}
	return p, nil
}

// words writes a standardised name with spaces.
func words(standardised string) string { return strings.ReplaceAll(standardised, "<", " ") }
