// Package hcert makes and reads EU digital COVID certificates: the health
// certificate (HCERT) container of the eHealth Network, now kept by WHO, with
// payload schema 1.3.3.
//
// A certificate is a text that starts with "HC1:" and fits an alphanumeric QR
// symbol. From the inside out it is a payload about one person and one event
// (a vaccination, a test or a recovery), as CBOR inside CWT claims, signed as
// COSE_Sign1 with the issuer's document signer certificate (DSC), compressed
// with zlib and written in base45.
//
// Issue makes one. It is strict: it refuses whatever the schema, the value sets
// or the container specification forbid, then reads, verifies and validates its
// own text before it returns it.
//
//	text, err := hcert.Issue(signer, claims, payload)
//
// Verify reads one against a list of trusted certificates, as of an instant.
// Issuers all over the world have handed out certificates with small flaws, so
// Verify accepts those that change no meaning and names each as a warning; a
// problem makes the certificate not valid. Inspect reads without trusting.
//
//	res := hcert.Verify(text, trust, time.Now())
//	if res.Valid { … }
//
// What the package does not do: it does not decide who gets a certificate, apply
// rules of entry (CertLogic), look up revocations or fetch trust lists. It takes
// P-256 with ES256 and RSA with PS256, the two algorithms of the specification,
// and no other. It keeps no state and asks for no clock: times are passed in.
//
// Payloads hold personal data. They hide themselves when printed with fmt or
// logged with slog, and errors name fields and rules, never values; only
// Result.WriteText and encoding a Result or Payload as JSON write them out.
package hcert

import (
	"fmt"
	"log/slog"
)

// SchemaVersion is the version of the payload schema that Issue writes.
const SchemaVersion = "1.3.3"

// CodeCOVID19 is the SNOMED CT code of COVID-19, the only disease in the value
// set of field tg.
const CodeCOVID19 = "840539006"

// Codes of the fields tt (type of test, LOINC) and tr (result, SNOMED CT).
const (
	TestNAAT        = "LP6464-4"   // nucleic acid amplification
	TestRAT         = "LP217198-3" // rapid antigen test
	ResultDetected  = "260373001"
	ResultNotDetect = "260415000"
)

// Kind says what a certificate is about.
type Kind string

// The three kinds, as the groups v, t and r of the payload.
const (
	KindVaccination Kind = "vaccination"
	KindTest        Kind = "test"
	KindRecovery    Kind = "recovery"
)

// Payload is the content of a certificate: a person and exactly one event.
type Payload struct {
	Version      string        `json:"ver"`
	Name         Name          `json:"nam"`
	BirthDate    string        `json:"dob"` // YYYY-MM-DD, YYYY-MM, YYYY or empty, as far as known
	Vaccinations []Vaccination `json:"v,omitempty"`
	Tests        []Test        `json:"t,omitempty"`
	Recoveries   []Recovery    `json:"r,omitempty"`
}

// Name is a person's name, as written and as transliterated by ICAO Doc 9303
// part 3 (A to Z and <). At least one transliterated part is needed.
type Name struct {
	Family             string `json:"fn,omitempty"`
	FamilyStandardised string `json:"fnt,omitempty"`
	Given              string `json:"gn,omitempty"`
	GivenStandardised  string `json:"gnt,omitempty"`
}

// Vaccination is one dose. Codes are those of the value sets; see Codes.
type Vaccination struct {
	Target       string `json:"tg"`
	Prophylaxis  string `json:"vp"`
	Product      string `json:"mp"`
	Manufacturer string `json:"ma"`
	Dose         int    `json:"dn"` // number of this dose, from 1
	SeriesDoses  int    `json:"sd"` // doses of the whole series, from 1
	Date         string `json:"dt"` // YYYY-MM-DD
	Country      string `json:"co"` // ISO 3166-1 alpha-2, where it was given
	Issuer       string `json:"is"`
	ID           string `json:"ci"` // UVCI
}

// Test is one test for the virus.
type Test struct {
	Target    string `json:"tg"`
	Type      string `json:"tt"`
	Name      string `json:"nm,omitempty"` // of a NAAT
	Device    string `json:"ma,omitempty"` // of a rapid test, a code
	Collected string `json:"sc"`           // RFC 3339, with offset
	Result    string `json:"tr"`
	Centre    string `json:"tc,omitempty"`
	Country   string `json:"co"`
	Issuer    string `json:"is"`
	ID        string `json:"ci"`
}

// Recovery is a first positive test and the days a certificate of it holds.
type Recovery struct {
	Target        string `json:"tg"`
	FirstPositive string `json:"fr"` // YYYY-MM-DD
	Country       string `json:"co"`
	Issuer        string `json:"is"`
	ValidFrom     string `json:"df"` // YYYY-MM-DD
	ValidUntil    string `json:"du"` // YYYY-MM-DD
	ID            string `json:"ci"`
}

// Kind returns what the payload is about, and false if that is not exactly one
// event.
func (p *Payload) Kind() (Kind, bool) {
	if len(p.Vaccinations)+len(p.Tests)+len(p.Recoveries) != 1 {
		return "", false
	}
	switch {
	case len(p.Vaccinations) == 1:
		return KindVaccination, true
	case len(p.Tests) == 1:
		return KindTest, true
	}
	return KindRecovery, true
}

const hidden = "[certificate payload]"

// Format hides the payload from every fmt verb.
func (p Payload) Format(s fmt.State, _ rune) { hide(s) }

// LogValue hides the payload from logs.
func (p Payload) LogValue() slog.Value { return slog.StringValue(hidden) }

// Format hides the name from every fmt verb.
func (n Name) Format(s fmt.State, _ rune) { hide(s) }

// LogValue hides the name from logs.
func (n Name) LogValue() slog.Value { return slog.StringValue(hidden) }

// Format hides the vaccination from every fmt verb.
func (v Vaccination) Format(s fmt.State, _ rune) { hide(s) }

// Format hides the test from every fmt verb.
func (t Test) Format(s fmt.State, _ rune) { hide(s) }

// Format hides the recovery from every fmt verb.
func (r Recovery) Format(s fmt.State, _ rune) { hide(s) }

func hide(s fmt.State) {
	// fmt has no way to report a failed write, so neither has Format.
	_, _ = s.Write([]byte(hidden))
}
