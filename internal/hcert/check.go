package hcert

import (
	"math"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// grade says how much a defect of a payload weighs.
type grade int

const (
	// advice: schema 1.3.3 allows it, an issuer must not do it.
	advice grade = iota
	// tolerated: the schema forbids it, but certificates with it are in people's
	// hands and mean what they say.
	tolerated
	// fatal: the schema forbids it and the meaning is in doubt.
	fatal
)

// defect is one deviation of a payload. It names the field, never its content.
type defect struct {
	grade grade
	where string
	text  string
}

type form int

const (
	formText form = iota
	formCount
	formDate
	formInstant
	formCountry
	formUVCI
)

// field is the rule for one entry of a group.
type field struct {
	name     string
	at       string // the name after that of its group
	required bool
	form     form
	max      int    // characters; 0 means no limit
	set      string // value set
}

// The groups of schema 1.3.3, in the order of its text.
var (
	vaccinationFields = []field{
		{"tg", "v.tg", true, formText, 0, "tg"}, {"vp", "v.vp", true, formText, 0, "vp"}, {"mp", "v.mp", true, formText, 0, "mp"},
		{"ma", "v.ma", true, formText, 0, "vaccine-ma"}, {"dn", "v.dn", true, formCount, 0, ""}, {"sd", "v.sd", true, formCount, 0, ""},
		{"dt", "v.dt", true, formDate, 0, ""}, {"co", "v.co", true, formCountry, 0, "co"}, {"is", "v.is", true, formText, 80, ""},
		{"ci", "v.ci", true, formUVCI, 80, ""},
	}
	testFields = []field{
		{"tg", "t.tg", true, formText, 0, "tg"}, {"tt", "t.tt", true, formText, 0, "tt"}, {"nm", "t.nm", false, formText, 80, ""},
		{"ma", "t.ma", false, formText, 0, "test-ma"}, {"sc", "t.sc", true, formInstant, 0, ""}, {"tr", "t.tr", true, formText, 0, "tr"},
		{"tc", "t.tc", false, formText, 80, ""}, {"co", "t.co", true, formCountry, 0, "co"}, {"is", "t.is", true, formText, 80, ""},
		{"ci", "t.ci", true, formUVCI, 80, ""},
	}
	recoveryFields = []field{
		{"tg", "r.tg", true, formText, 0, "tg"}, {"fr", "r.fr", true, formDate, 0, ""}, {"co", "r.co", true, formCountry, 0, "co"},
		{"is", "r.is", true, formText, 80, ""}, {"df", "r.df", true, formDate, 0, ""}, {"du", "r.du", true, formDate, 0, ""},
		{"ci", "r.ci", true, formUVCI, 80, ""},
	}
	nameFields = []field{
		{"fn", "nam.fn", false, formText, 80, ""}, {"fnt", "nam.fnt", false, formText, 80, ""},
		{"gn", "nam.gn", false, formText, 80, ""}, {"gnt", "nam.gnt", false, formText, 80, ""},
	}
	groups = []struct {
		name   string
		kind   Kind
		fields []field
	}{{"v", KindVaccination, vaccinationFields}, {"t", KindTest, testFields}, {"r", KindRecovery, recoveryFields}}
)

// checker collects the defects of one payload.
type checker struct {
	defects []defect
	kind    Kind
}

func (c *checker) add(g grade, where, text string) {
	c.defects = append(c.defects, defect{g, where, text})
}

// checkPayload compares a decoded payload with schema 1.3.3 and with what the
// specification asks of an issuer. It returns the kind as far as it is clear.
func checkPayload(tree map[string]any) (Kind, []defect) {
	c := new(checker)
	c.version(tree["ver"])
	c.birthDate(tree)
	c.name(tree["nam"])
	present, known := 0, 0
	for _, g := range groups {
		v, ok := tree[g.name]
		if !ok {
			continue
		}
		known++
		if v == nil {
			c.add(tolerated, g.name, "the group is there without content")
			continue
		}
		present++
		c.kind = g.kind
		c.group(g.name, v, g.fields)
	}
	if present != 1 {
		c.add(fatal, "", "there must be exactly one of a vaccination, a test and a recovery")
		c.kind = ""
	}
	for _, k := range []string{"ver", "nam", "dob"} {
		if _, ok := tree[k]; ok {
			known++
		}
	}
	if known != len(tree) {
		c.add(advice, "", "there are fields that the schema does not know")
	}
	return c.kind, c.defects
}

func (c *checker) version(v any) {
	s, ok := v.(string)
	switch {
	case s == SchemaVersion, s == "1.3.0": // both are the frozen schema
	case !ok || !versionPattern.MatchString(s):
		c.add(fatal, "ver", "the schema version is missing or not three numbers")
	default:
		c.add(advice, "ver", "the schema version is not the current one")
	}
}

// The first dots are not escaped in the schema either.
var versionPattern = regexp.MustCompile(`^\d+.\d+.\d+$`)

// birthDate takes a date, a month, a year, or nothing (empty), 1900 to 2099.
func (c *checker) birthDate(tree map[string]any) {
	s, ok := tree["dob"].(string)
	if !ok {
		c.add(fatal, "dob", "the birth date is missing or not text")
		return
	}
	if day, _, found := strings.Cut(s, "T"); found {
		c.add(tolerated, "dob", "the birth date has a time of day")
		s = day
	}
	switch {
	case s == "", realDate(s) && "1900" <= s && s < "2100": // the usual, without a regular expression
	case !birthPattern.MatchString(s):
		c.add(fatal, "dob", "the birth date is not a date, month or year from 1900 to 2099")
	default:
		c.add(advice, "dob", "the birth date is not a day of the calendar")
	}
}

var birthPattern = regexp.MustCompile(`^(19|20)\d\d(-\d\d){0,2}$`)

// realDate reports whether s is a day, month or year that exists.
func realDate(s string) bool {
	if len(s) != 4 && len(s) != 7 && len(s) != 10 {
		return false
	}
	_, err := time.Parse(time.DateOnly[:len(s)], s)
	return err == nil
}

func (c *checker) name(v any) {
	n, ok := v.(map[string]any)
	if !ok {
		c.add(fatal, "nam", "the name is missing or not a map")
		return
	}
	_, fnt := n["fnt"]
	_, gnt := n["gnt"]
	if !fnt && !gnt {
		c.add(fatal, "nam", "neither part of the name is transliterated")
	}
	filled := false
	c.fields("nam", n, nameFields)
	for _, k := range []string{"fnt", "gnt"} {
		s, _ := n[k].(string)
		filled = filled || strings.Trim(s, "<") != ""
		if !standardised(s) {
			c.add(tolerated, "nam."+k, "the transliterated name has other characters than A to Z and <")
		}
	}
	if !filled {
		c.add(advice, "nam", "the transliterated name is empty")
	}
}

func standardised(s string) bool {
	for i := range len(s) {
		if s[i] != '<' && (s[i] < 'A' || s[i] > 'Z') {
			return false
		}
	}
	return true
}

// group checks that there is one entry, and that entry.
func (c *checker) group(where string, v any, fields []field) {
	list, ok := v.([]any)
	if !ok || len(list) != 1 {
		c.add(fatal, where, "the group does not hold exactly one entry")
		return
	}
	entry, ok := list[0].(map[string]any)
	if !ok {
		c.add(fatal, where, "the entry is not a map")
		return
	}
	c.fields(where, entry, fields)
	c.combination(where, entry)
}

func (c *checker) fields(where string, entry map[string]any, fields []field) {
	known := 0
	for _, f := range fields {
		v, ok := entry[f.name]
		switch {
		case !ok && f.required:
			c.add(fatal, f.at, "the field is missing")
		case ok && v == nil && !f.required:
			c.add(tolerated, f.at, "the field is there without content")
		case ok && f.form == formCount:
			c.count(f.at, v)
		case ok:
			c.text(v, f)
		}
		if ok {
			known++
		}
	}
	if known != len(entry) {
		c.add(advice, where, "there are fields that the schema does not know")
	}
}

// count takes a whole number from 1; older issuers wrote floats.
func (c *checker) count(at string, v any) {
	switch n := v.(type) {
	case int64:
		if n >= 1 {
			return
		}
	case float64:
		if n >= 1 && n == math.Trunc(n) {
			c.add(advice, at, "the number is written as a fraction")
			return
		}
	}
	c.add(fatal, at, "the field is not a whole number from 1")
}

func (c *checker) text(v any, f field) {
	at := f.at
	s, ok := v.(string)
	if !ok {
		c.add(fatal, at, "the field is not text")
		return
	}
	if f.max > 0 && utf8.RuneCountInString(s) > f.max {
		c.add(fatal, at, "the text is too long")
	}
	if s != strings.TrimSpace(s) {
		c.add(advice, at, "the text has blanks around it")
		s = strings.TrimSpace(s)
	}
	if s == "" {
		c.add(advice, at, "the text is empty")
		if f.form != formCountry {
			return
		}
	}
	if !norm.NFC.IsNormalString(s) {
		c.add(advice, at, "the text is not in Unicode normal form C")
	}
	c.form(at, s, f)
	if f.set != "" && s != "" && !inSet(f.set, s) {
		c.add(advice, at, "the code is not in the value set")
	}
}

func (c *checker) form(at, s string, f field) {
	switch f.form {
	case formDate:
		if len(s) != len(time.DateOnly) || !realDate(s) {
			c.add(advice, at, "the field is not a date")
		}
	case formInstant:
		if _, err := time.Parse(time.RFC3339, s); err != nil {
			c.add(advice, at, "the field is not a date and time with offset")
		}
	case formCountry:
		// The schema asks for one capital letter anywhere, so this does too.
		if strings.IndexFunc(s, func(r rune) bool { return 'A' <= r && r <= 'Z' }) < 0 {
			c.add(fatal, at, "the field is not a country code")
		}
	case formUVCI:
		if err := CheckUVCI(s); err != nil {
			c.add(advice, at, "the identifier: "+err.Error())
		}
	}
}

// combination checks what depends on more than one field of an entry.
func (c *checker) combination(where string, entry map[string]any) {
	str := func(k string) string { s, _ := entry[k].(string); return s }
	switch where {
	case "t":
		if str("tt") == TestRAT && str("ma") == "" {
			c.add(advice, "t.ma", "a rapid test needs its device")
		}
	case "r":
		if str("df") > str("du") || str("fr") > str("df") {
			c.add(advice, "r", "the dates are not in order")
		}
	}
}
