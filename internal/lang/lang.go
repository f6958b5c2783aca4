// Package lang gives people their texts in a language they read.
//
// A catalogue is one TOML file a language, loaded once at the start:
//
//	meta.autonym = "Nederlands"
//	meta.direction = "ltr"
//	meta.reviewed = true
//	common.action.back = "Terug"
//	mailbox.code.tries = { one = "U kunt het nog {{.Count}} keer proberen.", other = "…" }
//
// A key is area.page.element. A placeholder is {{.Name}} and nothing more. A
// table of plural categories (zero, one, two, few, many, other) is one message,
// whose form the argument Count chooses by the rules of CLDR.
//
//	catalogue, err := lang.Load(locales.Files)
//	texts := catalogue.In(catalogue.Match(r.Header.Get("Accept-Language")))
//	back := texts.Get("common.action.back", nil)
//
// Each message falls back by itself, to English and then to Dutch, and says so:
// an edge marks a [Text] whose Fallback is set with its own language and
// direction. A key that no catalogue has comes back as the key; the tests of
// package locales find those before people do.
//
// Codes, dates and figures keep Latin digits in every language, because people
// have to type them, say them at a desk and compare them with a letter.
package lang

// Tag names a language of the catalogue by its BCP 47 tag, as "nl" or "pt-BR".
type Tag string

// The two languages every catalogue has. A missing message falls back to
// English, which more people outside the login read, and then to Dutch, the
// language of the letters.
const (
	Dutch   Tag = "nl"
	English Tag = "en"
)

// Dir is the direction of writing, as the dir attribute of HTML spells it.
type Dir string

// The directions.
const (
	LeftToRight Dir = "ltr"
	RightToLeft Dir = "rtl"
)

// Language is what a list of languages shows of one.
type Language struct {
	Tag      Tag
	Autonym  string // the name of the language in the language
	Dir      Dir
	Reviewed bool // a person who speaks it has read the whole catalogue
}

// Text is a message ready to be shown: plain text, not HTML.
type Text struct {
	Text     string
	Lang     Tag // the language that Text is in
	Dir      Dir
	Fallback bool // Lang is not the language that was asked
}

// String returns the text alone.
func (t Text) String() string { return t.Text }
