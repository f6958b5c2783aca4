package lang_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"loket/internal/ident"
	"loket/internal/lang"
	"loket/locales"
)

func load(t *testing.T) *lang.Catalogue {
	t.Helper()
	c, err := lang.Load(locales.Files)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// small is a catalogue of which each part of a test needs one message.
func small(t *testing.T) *lang.Catalogue {
	t.Helper()
	c, err := lang.Load(fstest.MapFS{
		"nl.toml": {Data: []byte(`
meta = { autonym = "Nederlands", direction = "ltr", reviewed = true }
a.b.only-dutch = "alleen hier"
a.b.days = { one = "{{.Count}} dag", other = "{{.Count}} dagen" }
a.b.other = "anders"`)},
		"en.toml": {Data: []byte(`
meta = { autonym = "English", direction = "ltr", reviewed = true }
a.b.days = { one = "{{.Count}} day", other = "{{.Count}} days" }
a.b.hello = "Hello {{.Name}}, number {{.Number}}."`)},
		"ar.toml": {Data: []byte(`
meta = { autonym = "العربية", direction = "rtl", reviewed = false }
a.b.number = "رقمك {{.Number}}"
a.b.days = { zero = "٠", one = "يوم", two = "يومان", few = "{{.Count}} أيام", many = "{{.Count}} يومًا", other = "{{.Count}} يوم" }`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func ExampleTexts_Get() {
	catalogue, err := lang.Load(locales.Files)
	if err != nil {
		fmt.Println(err)
		return
	}
	texts := catalogue.In(catalogue.Match("en-GB, nl;q=0.5"))
	fmt.Println(texts.Get("common.action.back", nil), "·", texts.Date("2026-11-23"), "·", texts.Number(17600000))
	// Output: Back · 23 November 2026 · 17,600,000
}

func TestGetFallsBackPerMessage(t *testing.T) { // G-50
	ar := small(t).In("ar")
	for _, row := range []struct {
		key  string
		want lang.Text
	}{
		{"a.b.hello", lang.Text{Text: "Hello Aster, number ….", Lang: "en", Dir: "ltr", Fallback: true}},
		{"a.b.only-dutch", lang.Text{Text: "alleen hier", Lang: "nl", Dir: "ltr", Fallback: true}},
		{"a.b.other", lang.Text{Text: "anders", Lang: "nl", Dir: "ltr", Fallback: true}},
		{"a.b.nowhere", lang.Text{Text: "a.b.nowhere", Lang: "ar", Dir: "rtl", Fallback: true}},
	} {
		if got := ar.Get(row.key, map[string]any{"Name": "Aster"}); got != row.want {
			t.Errorf("%s = %+v, want %+v", row.key, got, row.want)
		}
	}
	if got := small(t).In("xx").Tag; got != lang.English {
		t.Errorf("texts of an unknown language are %s", got)
	}
}

func TestGetIsolatesTextsInRightToLeft(t *testing.T) {
	got := small(t).In("ar").Get("a.b.number", map[string]any{"Number": "K7P4-9XQ2-M3G"})
	if want := "رقمك \u2068K7P4-9XQ2-M3G\u2069"; got.Text != want || got.Dir != lang.RightToLeft || got.Fallback {
		t.Errorf("text = %+q", got)
	}
	// What is copied from the page with its marks is read again.
	if _, err := ident.ParseCaseNumber(strings.TrimPrefix(got.Text, "رقمك")); err != nil {
		t.Error(err)
	}
}

func TestGetHidesPrivateArguments(t *testing.T) {
	got := small(t).In("en").Get("a.b.hello", map[string]any{"Name": ident.NewPrivate("Zonnebloem"), "Number": 7})
	if got.Text != "Hello [private], number 7." {
		t.Errorf("text = %q", got.Text)
	}
}

func TestPluralForms(t *testing.T) {
	c := small(t)
	for _, row := range []struct {
		tag   lang.Tag
		count int
		want  string
	}{
		{"nl", 1, "1 dag"}, {"nl", 0, "0 dagen"}, {"en", 21, "21 days"}, {"nl", -1, "-1 dag"},
		{"ar", 2, "يومان"}, {"ar", 3, "3 أيام"}, {"ar", 11, "11 يومًا"}, {"ar", 100, "100 يوم"},
	} {
		if got := c.In(row.tag).Get("a.b.days", map[string]any{"Count": row.count}); got.Text != row.want {
			t.Errorf("%s %d = %q, want %q", row.tag, row.count, got.Text, row.want)
		}
	}
}

func TestDateAndNumberKeepLatinDigits(t *testing.T) {
	c := load(t)
	for _, row := range []struct {
		tag       lang.Tag
		day, want string
	}{
		{"nl", "2026-11-23", "23 november 2026"}, {"en", "2026-01-02", "2 January 2026"}, {"ar", "2026-11-23", "23 نوفمبر 2026"},
		{"nl", "1976-05-00", "mei 1976"}, {"nl", "1976-00-00", "1976"}, {"nl", "1976-13-01", "1976-13-01"}, {"nl", "soon", "soon"},
		{"nl", "2026/11/23", "2026/11/23"}, {"nl", "1976--1-01", "1976--1-01"},
	} {
		if got := c.In(row.tag).Date(row.day).Text; got != row.want {
			t.Errorf("%s %s = %q, want %q", row.tag, row.day, got, row.want)
		}
	}
	if got := small(t).In("ar").Date("2026-11-23"); got.Text == "" {
		t.Error("a catalogue without month names gives no date at all")
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1.000", -1234567: "-1.234.567", -100: "-100"} {
		if got := c.In(lang.Dutch).Number(n); got != want {
			t.Errorf("number %d = %q, want %q", n, got, want)
		}
	}
}

func TestMatch(t *testing.T) {
	files := fstest.MapFS{}
	for _, tag := range []string{"nl", "en", "ar", "fa", "uk", "ru", "pt-BR", "fil", "zh-Hans", "ak", "id", "tr"} {
		files[tag+".toml"] = &fstest.MapFile{Data: []byte(`meta = { autonym = "x", direction = "ltr", reviewed = false }`)}
	}
	c, err := lang.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]lang.Tag{
		"": "nl", "*": "nl", "en-US,en;q=0.9": "en", "nl-BE": "nl", "so, ar;q=0.5": "ar", "so": "en", "ti-ER": "en",
		"prs": "fa", "prs-AF, en;q=0.1": "fa", "ary-MA": "ar", "ar-EG": "ar", "arb": "ar", "tw": "ak", "tl-PH": "fil", "fil-PH": "fil",
		"pt-PT": "pt-BR", "pt": "pt-BR", "zh-CN": "zh-Hans", "zh": "zh-Hans", "id-ID": "id", "in": "id",
		"be": "en", "ku": "en", "uk-UA, ru;q=0.8": "uk", "nl;q=0, ar;q=0.1": "ar", ";;;": "nl",
		strings.Repeat("ar,", 400): "nl",
	} {
		if got := c.Match(header); got != want {
			t.Errorf("Match(%.40q) = %s, want %s", header, got, want)
		}
	}
	if _, ok := c.Tag("ar"); !ok {
		t.Error("ar is not found by its tag")
	}
	if _, ok := c.Tag("../ar"); ok {
		t.Error("a path is a language")
	}
}

func TestLoadRefuses(t *testing.T) {
	good := "meta = { autonym = \"x\", direction = \"ltr\", reviewed = true }\n"
	for name, nl := range map[string]string{
		"no meta":         `a.b.c = "x"`,
		"bad direction":   strings.Replace(good, "ltr", "left", 1),
		"number":          good + `a.b.c = 1`,
		"empty":           good + `a.b.c = ""`,
		"bad placeholder": good + `a.b.c = "{{ .Name }}"`,
		"code":            good + `a.b.c = "{{if .X}}"`,
		"capital":         good + `a.B.c = "x"`,
		"twice":           good + "a.b.c = \"x\"\na.b.c = \"y\"",
	} {
		_, err := lang.Load(fstest.MapFS{"nl.toml": {Data: []byte(nl)}, "en.toml": {Data: []byte(good)}})
		if err == nil || !strings.Contains(err.Error(), "nl.toml") {
			t.Errorf("%s: error = %v, want one that names the file", name, err)
		}
	}
	if _, err := lang.Load(fstest.MapFS{"nl.toml": {Data: []byte(good)}}); err == nil {
		t.Error("a catalogue without English is accepted")
	}
	if _, err := lang.Load(fstest.MapFS{"not a tag!.toml": {Data: []byte(good)}}); err == nil {
		t.Error("a file that is no language is accepted")
	}
}

func FuzzMatch(f *testing.F) {
	for _, seed := range []string{"", "ar-EG,ar;q=0.9,en;q=0.8", "x-klingon", "fil-u-rg-phzzzz", "a-b-c;q=9"} {
		f.Add(seed)
	}
	c, err := lang.Load(locales.Files)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if tag := c.Match(header); c.In(tag).Tag != tag {
			t.Errorf("Match(%q) = %s, which is no language of the catalogue", header, tag)
		}
	})
}

func FuzzLoad(f *testing.F) {
	const meta = "meta = { autonym = \"x\", direction = \"rtl\", reviewed = true }\n"
	for _, seed := range []string{`a.b.c = "x {{.Y}} z"`, `a.b = { one = "1", other = "{{.Count}}" }`, "[a]\nb.c = 1", `a = "}}"`} {
		f.Add(meta + seed)
	}
	f.Fuzz(func(t *testing.T, file string) {
		c, err := lang.Load(fstest.MapFS{"nl.toml": {Data: []byte(file)}, "en.toml": {Data: []byte(meta)}})
		if err != nil {
			return
		}
		for _, key := range c.Keys() {
			if got := c.In(lang.Dutch).Get(key, map[string]any{"Count": 2}); got.Text == "" || got.Fallback {
				t.Errorf("%s = %+v", key, got)
			}
		}
	})
}

func BenchmarkGet(b *testing.B) {
	c, err := lang.Load(locales.Files)
	if err != nil {
		b.Fatal(err)
	}
	ar := c.In("ar")
	for b.Loop() {
		ar.Get("common.action.back", nil)
	}
}
