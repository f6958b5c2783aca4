package texting

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
)

// Word is what a text wants.
type Word string

// The words. Each has its spellings in the catalogues, under "texting.words.".
const (
	Yes    Word = "yes"
	No     Word = "no"
	Other  Word = "other"
	Later  Word = "later"
	Cancel Word = "cancel"
	Where  Word = "where"
	Code   Word = "code"
	Start  Word = "start"
	Send   Word = "send"
	Back   Word = "back"
	Help   Word = "help"
	Stop   Word = "stop"
	not    Word = "not" // "I do NOT want this": with it no other word is sure
)

func allWords() []Word {
	return []Word{Yes, No, Other, Later, Cancel, Where, Code, Start, Send, Back, Help, Stop, not}
}

// Said is a text, understood.
type Said struct {
	Word   Word     // empty where it is none, or not sure
	Alone  bool     // the text is the word as it should be spelled, and nothing else
	Digits string   // all digits of it, as 0 to 9
	Lang   lang.Tag // of the word, or of the script; empty where it can be several
	Plain  string   // the text, with digits as 0 to 9
}

// Words understands texts. It never changes, so that any number of goroutines may use it.
type Words struct {
	spelled map[string]meaning
}

type meaning struct {
	word  Word
	langs []lang.Tag
}

// The most of a text that is looked at for words, and how many words a sentence may have to
// be taken for one of ours.
const (
	mostRunes = 300
	mostWords = 6
)

// NewWords takes the spellings from the catalogues. One spelling with two meanings is a
// fault.Invalid.
func NewWords(c *lang.Catalogue) (*Words, error) {
	w := &Words{map[string]meaning{}}
	for _, l := range c.Languages() {
		for _, word := range allWords() {
			for spelling := range strings.FieldsSeq(c.In(l.Tag).Raw("texting.words." + string(word))) {
				folded := fold(spelling)
				m, ok := w.spelled[folded]
				if ok && m.word != word {
					return nil, fault.New(fault.Invalid, "", "%q means %s and %s in texts", spelling, m.word, word)
				}
				m.word = word
				if !slices.Contains(m.langs, l.Tag) {
					m.langs = append(m.langs, l.Tag)
				}
				w.spelled[folded] = m
			}
		}
	}
	return w, nil
}

// Read understands a text as people type it. It knows nothing of who sent it.
func (w *Words) Read(text ident.Private) Said { return w.read(text.Reveal()) }

func (w *Words) read(text string) Said {
	said := Said{Plain: strings.TrimSpace(plain(text)), Lang: script(text)}
	words, digits := tokens(said.Plain)
	said.Digits = digits
	if len([]rune(said.Plain)) > mostRunes || len(words) > mostWords {
		return said
	}
	found := map[Word]bool{}
	for i, spelling := range words {
		m, exact := w.meaning(spelling)
		if m.word == "" {
			continue
		}
		found[m.word] = true
		if len(m.langs) == 1 {
			said.Lang = m.langs[0]
		}
		said.Alone = exact && i == 0 && len(words) == 1
		said.Word = m.word
	}
	if len(found) != 1 || found[not] {
		said.Word, said.Alone = "", false
	}
	return said
}

// meaning returns what a folded spelling means, and whether it is spelled as it should be.
// One slip is forgiven in words of four letters and more, where it leads to one word only.
func (w *Words) meaning(spelling string) (meaning, bool) {
	if m, ok := w.spelled[spelling]; ok {
		return m, true
	}
	const least = 4
	if len([]rune(spelling)) < least {
		return meaning{}, false
	}
	var near meaning
	for known, m := range w.spelled {
		if len([]rune(known)) < least || !oneSlip([]rune(spelling), []rune(known)) {
			continue
		}
		if near.word != "" && near.word != m.word {
			return meaning{}, false
		}
		near.word = m.word
		for _, tag := range m.langs {
			if !slices.Contains(near.langs, tag) {
				near.langs = append(near.langs, tag)
			}
		}
	}
	return near, false
}

// oneSlip reports whether two words differ by one letter more, less or other, or by two
// neighbours that changed places.
func oneSlip(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return slices.Equal(a[i:], b[i+1:])
	}
	if i == len(a) || slices.Equal(a[i+1:], b[i+1:]) {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && slices.Equal(a[i+2:], b[i+2:])
}

// tokens returns the folded words of a text, and all its digits.
func tokens(text string) (words []string, digits string) {
	var d strings.Builder
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool {
		if '0' <= r && r <= '9' {
			d.WriteRune(r)
			return true
		}
		return !unicode.IsLetter(r) && !unicode.Is(unicode.M, r) && !strings.ContainsRune("'’ʼ`", r)
	}) {
		if word := fold(part); word != "" {
			words = append(words, word)
		}
	}
	return words, d.String()
}

// plain writes digits of all scripts as 0 to 9, and drops what cannot be seen.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		for _, zero := range [...]rune{'٠', '۰', '０'} {
			if zero <= r && r <= zero+9 {
				return '0' + r - zero
			}
		}
		if unicode.IsControl(r) && r != '\n' || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, text)
}

// fold makes spellings alike that people do not tell apart: capitals, accents, apostrophes,
// and the letters of Arabic that are written one for another.
func fold(word string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.M, r) || !unicode.IsLetter(r) || r == 'ـ':
			return -1
		case strings.ContainsRune("أإآٱ", r):
			return 'ا'
		case r == 'ى' || r == 'ی':
			return 'ي'
		case r == 'ة':
			return 'ه'
		case r == 'ک':
			return 'ك'
		}
		return r
	}, strings.ToLower(norm.NFKD.String(word)))
}

// script returns the language of a text by its letters, where they tell it.
func script(text string) lang.Tag {
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Cyrillic, r):
			return "uk"
		case unicode.Is(unicode.Arabic, r) && unicode.IsLetter(r):
			return "ar"
		}
	}
	return ""
}
