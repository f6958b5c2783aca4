package texting_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/texting"
	"loket/locales"
)

func words(t testing.TB) (*texting.Words, *lang.Catalogue) {
	t.Helper()
	c, err := lang.Load(locales.Files)
	must(t, err)
	w, err := texting.NewWords(c)
	must(t, err)
	return w, c
}

func read(w *texting.Words, text string) texting.Said { return w.Read(ident.NewPrivate(text)) }

func TestTextsAreUnderstoodAsPeopleTypeThem(t *testing.T) {
	w, _ := words(t)
	for _, test := range []struct {
		text   string
		word   texting.Word
		digits string
	}{
		{"YES 4821", texting.Yes, "4821"},
		{"yes4821", texting.Yes, "4821"},
		{"Yess  48 21 !!", texting.Yes, "4821"},
		{"ok 4821 thanks", texting.Yes, "4821"},
		{"Ja graag, 4821", texting.Yes, "4821"},
		{"так 4821", texting.Yes, "4821"},
		{"ТАК ٤٨٢١", texting.Yes, "4821"},
		{"نعم ٤٨٢١", texting.Yes, "4821"},
		{"نَعَم ۴۸۲۱", texting.Yes, "4821"},
		{"إلغاء 4821", texting.Cancel, "4821"},
		{"cancle 4821", texting.Cancel, "4821"},
		{"Cansel 4821", texting.Cancel, "4821"},
		{"anuleren 4821", texting.Cancel, "4821"},
		{"скасуваты 4821", texting.Cancel, "4821"},
		{"where? 4821", texting.Where, "4821"},
		{"wehre 4821", texting.Where, "4821"},
		{"Де 4821", texting.Where, "4821"},
		{"أين؟ ٤٨٢١", texting.Where, "4821"},
		{"STOP", texting.Stop, ""},
		{"стоп.", texting.Stop, ""},
		{"توقف", texting.Stop, ""},
		{"another day 4821", texting.Other, "4821"},
		{"آخر 4821", texting.Other, "4821"},
		{"later 4821", texting.Later, "4821"},
		{"لاحقاً 4821", texting.Later, "4821"},
		{"ні 4821", texting.No, "4821"},
		{"لا ٤٨٢١", texting.No, "4821"},

		// What is not sure is nothing: nobody loses a time by it.
		{"I do not want yes 4821", "", "4821"},
		{"don't cancel 4821", "", "4821"},
		{"niet annuleren 4821", "", "4821"},
		{"не скасувати 4821", "", "4821"},
		{"yes or no 4821", "", "4821"},
		{"ja nee 4821", "", "4821"},
		{"4821", "", "4821"},
		{"maybe 4821", "", "4821"},
		{"we came here last week and yes it was closed 4821", "", "4821"},
		{"", "", ""},
		{"😀", "", ""},
	} {
		if got := read(w, test.text); got.Word != test.word || got.Digits != test.digits {
			t.Errorf("%q is read as %q %q, want %q %q", test.text, got.Word, got.Digits, test.word, test.digits)
		}
	}
}

func TestALanguageIsHeard(t *testing.T) {
	w, _ := words(t)
	for text, want := range map[string]lang.Tag{
		"annuleren": "nl", "cancel": "en", "початок": "uk", "موعد": "ar", "добрий день": "uk", "مرحبا": "ar", "start": "", "hello": "", "1 ": "", "٤": "",
	} {
		if got := read(w, text); got.Lang != want {
			t.Errorf("%q is in %q, want %q", text, got.Lang, want)
		}
	}
}

// What our texts tell people to write is understood as what they tell it does.
func TestOurOwnWordsAreUnderstood(t *testing.T) {
	w, c := words(t)
	for _, l := range c.Languages() {
		texts := c.In(l.Tag)
		for key, want := range map[string][]texting.Word{
			"texting.notice.offered": {texting.Where, texting.Yes, texting.Other, texting.Later},
			"texting.help.asks":      {texting.Where, texting.Yes, texting.Other, texting.Later, texting.Cancel},
			"texting.done.accept":    {texting.Where, texting.Code, texting.Other, texting.Cancel},
			"texting.ask.send":       {texting.Send},
			"texting.sure.cancel":    {texting.Cancel},
			"texting.notice.instead": {texting.Where, texting.Yes, texting.No},
			"texting.where.instead":  {texting.Yes, texting.No},
			"texting.sure.withdraw":  {texting.Cancel},
			"texting.where.resting":  {texting.Yes},
			"texting.asked":          {texting.Where, texting.Cancel},

			"texting.where.disturbed": {texting.Other},
			"texting.where.ready":     {texting.Code},
		} {
			var got []texting.Word
			before := strings.Split(texts.Raw(key), " {{.Digits}}")
			for _, part := range before[:len(before)-1] {
				fields := strings.Fields(part)
				said := read(w, fields[len(fields)-1])
				if !said.Alone {
					t.Errorf("%s of %s says %q, which is not spelled as in the list", key, l.Tag, fields[len(fields)-1])
				}
				got = append(got, said.Word)
			}
			if strings.Join(asTexts(got), " ") != strings.Join(asTexts(want), " ") {
				t.Errorf("%s of %s tells to write %v, want %v", key, l.Tag, got, want)
			}
		}
	}
}

func asTexts(words []texting.Word) (list []string) {
	for _, w := range words {
		list = append(list, string(w))
	}
	return list
}

// gsm7 are the characters of which 160 go into one message; with any other it is 70.
const gsm7 = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"

// What we text goes into two messages of a phone with Latin letters, and into four with
// others. Names of places stand apart.
func TestOurTextsAreShort(t *testing.T) {
	_, c := words(t)
	for _, l := range c.Languages() {
		for _, key := range c.Keys() {
			if !strings.HasPrefix(key, "texting.") || strings.HasPrefix(key, "texting.words.") {
				continue
			}
			text := c.In(l.Tag).Get(key, map[string]any{"Digits": "482117", "Person": "6", "People": "6", "Domain": "loket.example", "Phone": "+31 20 000 0000",
				"When": "30 september 2022, 09:15", "Now": "30 september 2022, 09:15", "Until": "30 september 2022, 09:15", "Closes": "30 september 2022, 18:00", "Place": "Gatwickstraat 1, 1043 GK Amsterdam",
				"Ticket": "ABCDEFGHJK", "Number": "ABCD EFG HJKM", "Code": "1234 5678", "Ahead": "12.345", "Language": "Nederlands",
				"Day": "30 september 2022", "Hours": "09:00-12:00, 13:00-16:30", "Cause": "Few or no trains run, because of a strike"}).Text
			text = strings.NewReplacer("\u2068", "", "\u2069", "").Replace(text)
			plain := !strings.ContainsFunc(text, func(r rune) bool { return !strings.ContainsRune(gsm7, r) })
			most := 4 * 67
			if plain {
				most = 2 * 153
			}
			if n := utf8.RuneCountInString(text); n > most {
				t.Errorf("%s of %s has %d characters: %s", key, l.Tag, n, text)
			}
			if (l.Tag == "nl" || l.Tag == "en") && !plain {
				t.Errorf("%s of %s has a character that costs more: %s", key, l.Tag, text)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	w, _ := words(f)
	for _, seed := range []string{"YES 4821", "ja4821", "نعم ٤٨٢١", "скасувати\u0301 4821", "don't", "\xff\x00", strings.Repeat("ja ", 100), "e\u0301", "ﷺ", "İ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		said := read(w, text)
		if strings.Trim(said.Digits, "0123456789") != "" {
			t.Errorf("digits %q", said.Digits)
		}
		if said.Alone && said.Word == "" {
			t.Error("a word alone is no word")
		}
		if again := read(w, said.Plain); again.Digits != said.Digits || again.Word != said.Word {
			t.Errorf("%q is read as %+v, and what is plain of it as %+v", text, said, again)
		}
	})
}
