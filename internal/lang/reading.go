package lang

import (
	"regexp"
	"strings"
	"unicode"
)

// Reading is how hard a Dutch text is to read. It is a rough measure, to warn
// a writer and never to refuse a text.
type Reading struct {
	// Score is that of Flesch-Douma: 206.8, less 0.77 for each syllable in
	// a hundred words and 0.93 for each word in a sentence. Over 70 is about B1.
	Score    float64
	Words    int
	Longest  int // words in the longest sentence
	Sentence string
}

// minWords is the length of text below which the score says nothing: one long
// word on a button is not hard.
const minWords = 8

var (
	sentenceEnd  = regexp.MustCompile(`[.!?:;]+(\s|$)|\n\s*\n`)
	dutchVowels  = regexp.MustCompile(`ij|[aeiouyáàâéèêíîóôúû]+`)
	placeholders = regexp.MustCompile(`\{\{[^}]*\}\}`)
)

// ReadDutch measures text. Placeholders count as one short word.
func ReadDutch(text string) Reading {
	text = placeholders.ReplaceAllString(text, "dit")
	var r Reading
	sentences, syllables := 0, 0
	for _, sentence := range sentenceEnd.Split(text, -1) {
		words := strings.FieldsFunc(sentence, func(c rune) bool { return !unicode.IsLetter(c) && c != '\'' && c != '-' })
		if len(words) == 0 {
			continue
		}
		sentences++
		r.Words += len(words)
		if len(words) > r.Longest {
			r.Longest, r.Sentence = len(words), strings.TrimSpace(sentence)
		}
		for _, word := range words {
			syllables += dutchSyllables(word)
		}
	}
	if r.Words > 0 {
		r.Score = 206.8 - 0.77*100*float64(syllables)/float64(r.Words) - 0.93*float64(r.Words)/float64(sentences)
	}
	return r
}

// Hard reports whether a writer should look again: a score under 70 on a text
// long enough to have one, or a sentence of more than 15 words.
func (r Reading) Hard() bool {
	return r.Words >= minWords && r.Score < 70 || r.Longest > 15
}

// dutchSyllables counts groups of vowels; a diaeresis starts a new one.
func dutchSyllables(word string) int {
	word = strings.NewReplacer("ë", " e", "ï", " i", "ö", " o", "ü", " u", "ä", " a").Replace(strings.ToLower(word))
	return max(1, len(dutchVowels.FindAllString(word, -1)))
}
