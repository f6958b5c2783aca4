package ident

import (
	"slices"
	"strings"
	"unicode"
)

// Name is one full name, as it stands in the document of a person: any script,
// any order, one word or ten. Latin is the same name in Latin letters, as a
// passport has it below the other; it may be empty.
type Name struct {
	Full  Private
	Latin Private
}

// maxName is the longest name in letters that is read; the zone of a passport
// cuts names off at 39.
const maxName = 200

// NewName returns the name with its spaces tidied. The error, of kind Invalid, says that
// the full name is empty, has no letter, or is far too long.
func NewName(full, latin string) (Name, error) {
	n := Name{Full: NewPrivate(tidy(full)), Latin: NewPrivate(tidy(latin))}
	if n.Full.IsZero() {
		n.Full, n.Latin = n.Latin, Private{}
	}
	if n.Full.IsZero() {
		return Name{}, invalid("ident.name.empty", "name is empty")
	}
	if !strings.ContainsFunc(n.Full.Reveal(), unicode.IsLetter) {
		return Name{}, invalid("ident.name.no-letters", "name has no letter")
	}
	if len([]rune(n.Full.Reveal())) > maxName || len([]rune(n.Latin.Reveal())) > maxName {
		return Name{}, invalid("ident.name.long", "name is too long")
	}
	return n, nil
}

// tidy drops control characters and makes one space of several.
func tidy(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// IsZero reports whether there is no name.
func (n Name) IsZero() bool { return n.Full.IsZero() && n.Latin.IsZero() }

// Equal reports whether both names are written the same. Agree tells whether
// they can be of one person.
func (n Name) Equal(other Name) bool {
	return n.Full.Equal(other.Full) && n.Latin.Equal(other.Latin)
}

// Fold returns the words of a name in the one form under which its spellings
// meet, sorted and without doubles. Words are parted by anything but letters and
// digits; an apostrophe joins. Each is transliterated, and then what
// transliterations differ in is levelled: Y is I, a doubled letter is single, and E
// after A, O or U is dropped, for Müller is also Mueller and Muller.
//
// The form is for comparing and for keyed indexes, never for showing. Fold of
// joined folded words gives the same words.
func Fold(name string) []string {
	words := strings.FieldsFunc(transliterate(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, word := range words {
		words[i] = level(word)
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// level is the last step of Fold.
func level(word string) string {
	out := make([]rune, 0, len(word))
	var last rune
	for _, r := range word {
		if r == 'Y' {
			r = 'I'
		}
		if r == last && unicode.IsLetter(r) || r == 'E' && (last == 'A' || last == 'O' || last == 'U') {
			continue
		}
		out, last = append(out, r), r
	}
	return string(out)
}

// Tokens returns the folded words of both forms of the name together, for a
// keyed index.
func (n Name) Tokens() []string {
	return Fold(n.Full.Reveal() + " " + n.Latin.Reveal())
}

// weak holds folded words that do not tell people apart: particles, and what
// registries write for a name that is not known. It never changes.
var weak = []string{"AL", "BEN", "BIN", "BINT", "DA", "DAS", "DE", "DEN", "DER", "DI", "DO", "DOS", "DU", "EL", "FNU",
	"HET", "IBN", "LA", "LE", "LNU", "ONBEKEND", "TE", "TEN", "TER", "UL", "UNKNOWN", "VAN", "VON", "X"}

// Agree reports whether two names can be of one person as registries and
// passports differ: every telling word of the name that has fewer is in the
// other, and that is two words at least; or both are one and the same word.
// Order, accents, particles, a missing middle name and a second surname do not matter. Each
// form of one name, own script and Latin, is compared with each of the other.
//
// It is strict where a slip would give a proof to somebody else. Initials, a
// surname changed on marriage without the old one, a slip in spelling and
// Arabic script against Latin do not agree: the way then leads to a
// person who looks, never to a refusal.
func Agree(a, b Name) bool {
	for _, x := range [...]Private{a.Full, a.Latin} {
		for _, y := range [...]Private{b.Full, b.Latin} {
			if agree(telling(x), telling(y)) {
				return true
			}
		}
	}
	return false
}

func agree(fewer, more []string) bool {
	if len(fewer) > len(more) {
		fewer, more = more, fewer
	}
	for _, word := range fewer {
		if _, found := slices.BinarySearch(more, word); !found {
			return false
		}
	}
	return len(fewer) >= 2 || len(fewer) == 1 && len(more) == 1
}

// telling returns the folded words of name without the weak ones, unless there
// are no others.
func telling(name Private) []string {
	words := Fold(name.Reveal())
	strong := slices.DeleteFunc(slices.Clone(words), func(word string) bool {
		_, found := slices.BinarySearch(weak, word)
		return found
	})
	if len(strong) == 0 {
		return words
	}
	return strong
}
