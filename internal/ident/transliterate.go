package ident

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// transliterate returns text in capitals with accents dropped and the letters
// of the Cyrillic, Greek and Arabic scripts, and the Latin letters beyond Z,
// written in A to Z. Letters of other scripts stay.
//
// The tables follow ICAO Doc 9303 part 3, section 6, but for two things. Where it
// leaves a choice, the form without an extra letter is taken. And the X by
// which it marks Arabic letters is left out: documents carry a spelling by
// ear, and nearly none that reversible form.
func transliterate(text string) string {
	// Ukrainian and Belarusian write Г as H, Russian and Bulgarian as G.
	ghe := "G"
	if strings.ContainsAny(norm.NFC.String(strings.ToLower(text)), "ґєіїў") {
		ghe = "H"
	}
	var b strings.Builder
	var last rune
	// NFKD cuts й, ї, ё, أ and the like into a letter of the tables and a mark.
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(text, " ")) {
		if unicode.Is(unicode.M, r) {
			continue
		}
		r = unicode.ToUpper(r)
		latin, ok := latinOf[r]
		switch {
		case r == 'Г':
			b.WriteString(ghe)
		case r == 'Υ' && last == 'Ο': // the Greek digraph
			b.WriteByte('U')
		case ok:
			b.WriteString(latin)
		default:
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

// latinOf holds the letters that NFKD leaves as they are. It never changes.
var latinOf = map[rune]string{
	// Latin
	'Æ': "AE", 'Œ': "OE", 'Ø': "OE", 'ß': "SS", 'ẞ': "SS", 'Þ': "TH", 'Ð': "D", 'Đ': "D", 'Ɖ': "D", 'Ł': "L",
	'Ħ': "H", 'Ŧ': "T", 'Ŋ': "N", 'Ə': "E", 'Ɛ': "E", 'Ɔ': "O", 'ı': "I", 'ĸ': "K", 'Ɓ': "B", 'Ɗ': "D", 'Ƙ': "K", 'Ƴ': "Y",
	// Cyrillic
	'А': "A", 'Б': "B", 'В': "V", 'Ґ': "G", 'Д': "D", 'Е': "E", 'Є': "IE", 'Ж': "ZH", 'З': "Z", 'И': "I", 'І': "I",
	'Ј': "J", 'К': "K", 'Л': "L", 'Љ': "LJ", 'М': "M", 'Н': "N", 'Њ': "NJ", 'О': "O", 'П': "P", 'Р': "R", 'С': "S",
	'Т': "T", 'Ћ': "C", 'У': "U", 'Ф': "F", 'Х': "KH", 'Ц': "TS", 'Ч': "CH", 'Џ': "DZ", 'Ш': "SH", 'Щ': "SHCH",
	'Ъ': "IE", 'Ы': "Y", 'Ь': "", 'Э': "E", 'Ю': "IU", 'Я': "IA", 'Ђ': "D", 'Ѕ': "DZ", 'Қ': "K", 'Ғ': "G", 'Ү': "U", 'Ө': "O",
	// Greek
	'Α': "A", 'Β': "V", 'Γ': "G", 'Δ': "D", 'Ε': "E", 'Ζ': "Z", 'Η': "I", 'Θ': "TH", 'Ι': "I", 'Κ': "K", 'Λ': "L",
	'Μ': "M", 'Ν': "N", 'Ξ': "X", 'Ο': "O", 'Π': "P", 'Ρ': "R", 'Σ': "S", 'Τ': "T", 'Υ': "Y", 'Φ': "F", 'Χ': "CH",
	'Ψ': "PS", 'Ω': "O",
	// Arabic, with the letters of Persian, Pashto, Kurdish and Urdu
	'ا': "A", 'ٱ': "A", 'ء': "", 'ب': "B", 'ة': "H", 'ت': "T", 'ث': "TH", 'ج': "J", 'ح': "H", 'خ': "KH", 'د': "D",
	'ذ': "DH", 'ر': "R", 'ز': "Z", 'س': "S", 'ش': "SH", 'ص': "S", 'ض': "DZ", 'ط': "T", 'ظ': "Z", 'ع': "E", 'غ': "G",
	'ف': "F", 'ق': "Q", 'ك': "K", 'ک': "K", 'ل': "L", 'م': "M", 'ن': "N", 'ه': "H", 'ہ': "H", 'ھ': "H", 'ە': "H", 'و': "W",
	'ى': "A", 'ي': "Y", 'ی': "Y", 'ې': "Y", 'ۍ': "Y", 'ے': "Y", 'پ': "P", 'چ': "CH", 'ژ': "ZH", 'گ': "G", 'ڭ': "G",
	'ټ': "T", 'ٹ': "T", 'ډ': "D", 'ڈ': "D", 'ړ': "R", 'ڑ': "R", 'ڕ': "R", 'ږ': "G", 'ښ': "SH", 'څ': "TS", 'ځ': "DZ",
	'ڼ': "N", 'ں': "N", 'ڤ': "V", 'ۆ': "O", 'ڵ': "L", 'ـ': "",
	// Apostrophes and joiners are left out, as in the machine-readable zone.
	'\'': "", '’': "", '‘': "", 'ʼ': "", 'ʻ': "", 'ʾ': "", 'ʿ': "", '`': "", '´': "", '′': "", '\u200c': "", '\u200d': "",
}
