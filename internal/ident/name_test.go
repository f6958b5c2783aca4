package ident_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"loket/internal/fault"
	"loket/internal/ident"

	"pgregory.net/rapid"
)

func ExampleFold() {
	fmt.Println(ident.Fold("Müller-d'Été, José"))
	fmt.Println(ident.Fold("Володимир Щербак"), ident.Fold("Volodymyr Shcherbak"))
	// Output:
	// [DETE JOSE MULER]
	// [SHCHERBAK VOLODIMIR] [SHCHERBAK VOLODIMIR]
}

// name makes a Name of "full" or "full | latin".
func name(t *testing.T, text string) ident.Name {
	t.Helper()
	full, latin, _ := strings.Cut(text, "|")
	n, err := ident.NewName(full, latin)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return n
}

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"Anna Maria Eriksson": "ANA ERIKSON MARIA", "ERIKSSON<<ANNA<MARIA": "ANA ERIKSON MARIA",
		"Łukasz Żółć": "LUKASZ ZOLC", "Bjørn Åström": "ASTROM BJORN", "Straße": "STRASE", "İbrahim Işık": "IBRAHIM ISIK",
		"Дмитрий Ёлкин": "DMITRI ELKIN", "Dmitriy Elkin": "DMITRI ELKIN", "Юлія Мар’яна": "IULIA MARIANA",
		"Богдан Гнатюк": "BOGDAN GNATIUK", "Богдан Їжак Гнатюк": "BOHDAN HNATIUK IZHAK",
		"Γιώργος Παπαδόπουλος": "GIORGOS PAPADOPOULOS", "محمّد أحمد": "AHMD MHMD", "محمد احمد": "AHMD MHMD", "کریم": "KRIM", "كريم": "KRIM",
		"ሰላም ተስፋይ": "ሰላም ተስፋይ", "王 小明": "小明 王", "O'Brien O’Brien": "OBRIEN", "": "",
	} {
		if got := strings.Join(ident.Fold(text), " "); got != want {
			t.Errorf("Fold(%q) = %s, want %s", text, got, want)
		}
	}
}

func TestFoldIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[A-Za-zА-яґєіїäöüåæøßا-ي' -]{0,30}`)).Draw(t, "name")
		once := ident.Fold(text)
		if twice := ident.Fold(strings.Join(once, " ")); !slices.Equal(once, twice) {
			t.Errorf("%q: %q, then %q", text, once, twice)
		}
		if !slices.IsSorted(once) || len(slices.Compact(slices.Clone(once))) != len(once) {
			t.Errorf("%q: %q is not sorted or has doubles", text, once)
		}
	})
}

func TestAgree(t *testing.T) { // G-23
	for _, pair := range [][2]string{
		{"Anna Maria Eriksson", "Eriksson Anna Maria"},                      // order
		{"Anna Maria Eriksson", "Anna Eriksson"},                            // middle name missing
		{"Olena Bondar-Kovalenko", "Olena Kovalenko"},                       // married name beside the old one
		{"José García Márquez", "JOSE GARCIA MARQUEZ"},                      // accents
		{"Jürgen Groß", "JUERGEN GROSS"},                                    // as in a machine-readable zone
		{"Jan van den Berg", "Berg, Jan"},                                   // particles
		{"Ahmed Al-Sayed", "Ahmed El Sayed"},                                // article
		{"Mohammed Yusuf", "Mohamed Iusuf"},                                 // doubled letter, Y
		{"Олександр Шевченко", "Oleksandr Shevchenko"},                      // Cyrillic against Latin
		{"Олександр Шевченко|Oleksandr Shevchenko", "SHEVCHENKO OLEKSANDR"}, // own script and Latin
		{"Дмитро Коваленко", "Дмитро Іванович Коваленко"},                   // patronymic missing
		{"Suharto", "SUHARTO"},                                              // single name
		{"Suharto", "Onbekend Suharto"},                                     // what a registry writes for it
		{"FNU Ahmadzai", "Ahmadzai"},                                        // first name unknown
		{"محمد حسن|Mohammad Hassan", "Mohamad Hassan"},                      // Latin form of an Arabic name
		{"محمّد حسن", "محمد حسن"},                                           // with and without vowel marks
		{"Maria da Silva", "Maria Silva"},
	} {
		a, b := name(t, pair[0]), name(t, pair[1])
		if !ident.Agree(a, b) || !ident.Agree(b, a) {
			t.Errorf("%s and %s do not agree", pair[0], pair[1])
		}
	}
	for _, pair := range [][2]string{
		{"Anna Eriksson", "Anna Svensson"},
		{"Olena Kovalenko", "Olena Bondar"}, // surname changed on marriage
		{"Jan de Vries", "de Vries"},        // a surname alone
		{"Suharto", "Suharto Wibowo"},       // one word of two
		{"M. Jansen", "Maria Jansen"},       // an initial
		{"Jan van den Berg", "Piet van den Bosch"},
		{"محمد حسن", "Mohammad Hassan"}, // Arabic against Latin: vowels are missing
		{"Anna Maria", "Eriksson Anna"}, // one shared word
		{"van der", "de la"},
	} {
		a, b := name(t, pair[0]), name(t, pair[1])
		if ident.Agree(a, b) || ident.Agree(b, a) {
			t.Errorf("%s and %s agree", pair[0], pair[1])
		}
	}
	if ident.Agree(ident.Name{}, ident.Name{}) {
		t.Error("two missing names agree") // G-26
	}
}

func TestNewName(t *testing.T) {
	n, err := ident.NewName("  Aster \t\n Tesfay\x00 ", "")
	if err != nil || n.Full.Reveal() != "Aster Tesfay" {
		t.Errorf("name = %q, %v", n.Full.Reveal(), err)
	}
	if n, err := ident.NewName("", "Aster"); err != nil || n.Full.Reveal() != "Aster" || !n.Latin.IsZero() {
		t.Errorf("Latin alone = %q, %v", n.Full.Reveal(), err)
	}
	for _, full := range []string{"", " ", "123", "!?", strings.Repeat("a", 201)} {
		if _, err := ident.NewName(full, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: error = %v", full, err)
		}
	}
	if got := strings.Join(name(t, "Олена Бондар|Olena Bondar").Tokens(), " "); got != "BONDAR OLENA" {
		t.Errorf("tokens = %s", got)
	}
}

func FuzzFold(f *testing.F) {
	for _, seed := range []string{"Anna Eriksson", "Юлія", "أحمد", "ΐ", "ß-ĳ", "Æeuy", "\xf1ĳ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := ident.Fold(text)
		if twice := ident.Fold(strings.Join(once, " ")); !slices.Equal(once, twice) {
			t.Errorf("%q: %q, then %q", text, once, twice)
		}
		n, err := ident.NewName(text, "")
		if err == nil && len(once) > 0 && !ident.Agree(n, n) {
			t.Errorf("%q does not agree with itself", text)
		}
	})
}
