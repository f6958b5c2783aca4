package lang

import "golang.org/x/text/language"

// maxHeader is the length in bytes of an Accept-Language header beyond which
// nothing is read of it: browsers send under 200.
const maxHeader = 1000

// aliases gives the language that speakers of another read, where the tables
// of CLDR do not know it: Dari as Persian, spoken Arabic as Arabic, Twi and
// Fante as Akan, Frisian as Dutch.
var aliases = map[string]string{
	"prs": "fa",
	"ary": "ar", "arz": "ar", "apc": "ar", "ajp": "ar", "acm": "ar", "apd": "ar", "arq": "ar", "aeb": "ar", "ayl": "ar",
	"tw": "ak", "fat": "ak",
	"fy": "nl",
}

// Match returns the language to answer in, for the value of an Accept-Language
// header. Without a usable header that is Dutch; where the header asks only for
// languages that the catalogue lacks, English.
//
// Only the language itself counts, in any region, and the aliases above. The
// tables of CLDR would answer Kurdish in Turkish and Belarusian in Russian.
func (c *Catalogue) Match(header string) Tag {
	if len(header) > maxHeader {
		return Dutch
	}
	asked, weights, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return Dutch
	}
	best := Dutch
	for i, tag := range asked {
		if weights[i] <= 0 || tag == language.Und || tag.String() == "mul" {
			continue // "*" is parsed as mul
		}
		if found, ok := c.exact(tag); ok {
			return found
		}
		best = English
	}
	return best
}

// exact returns the language of the catalogue that is that of tag. It asks the
// matcher about one tag at a time and uses the index it gives: the tag it gives
// may carry extensions that no catalogue is named for.
func (c *Catalogue) exact(tag language.Tag) (Tag, bool) {
	if canonical, err := language.All.Canonicalize(tag); err == nil {
		tag = canonical // standard Arabic, arb, is Arabic; Mandarin, cmn, is Chinese
	}
	base, _ := tag.Base()
	if other, ok := aliases[base.String()]; ok {
		tag = language.Make(other)
		base, _ = tag.Base()
	}
	_, index, sure := c.matcher.Match(tag)
	found := c.texts[c.languages[index].Tag]
	foundBase, _ := found.tag.Base()
	return found.Tag, sure >= language.High && foundBase == base
}

// Tag returns the language that text names exactly, as in the path of a page,
// and whether the catalogue has it.
func (c *Catalogue) Tag(text string) (Tag, bool) {
	_, ok := c.texts[Tag(text)]
	return Tag(text), ok
}
