package rules

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"loket/internal/fault"
)

func TestText(t *testing.T) {
	text := loadFerry(t).Text("en", "welcome")
	got, err := text.HTML(map[string]string{"boat": `<b>"A*n*na"</b>`})
	want := `<h2>Welcome</h2>
<p><em>Boat</em> <strong>&lt;b&gt;&#34;A*n*na&#34;&lt;/b&gt;</strong>, see <a href="https://example.org/times?a=1&amp;b=2" rel="noreferrer">the times</a>.</p>
<ul><li>east</li><li>west</li></ul>
<ol><li>buy</li><li>sail</li></ol>
`
	if err != nil || string(got) != want {
		t.Errorf("HTML: %v\ngot  %q\nwant %q", err, got, want)
	}
	plain, err := text.Plain(map[string]string{"boat": "Anna"})
	wantPlain := "Welcome\n\nBoat Anna, see the times (https://example.org/times?a=1&b=2).\n\n- east\n- west\n\n1. buy\n2. sail"
	if err != nil || plain != wantPlain {
		t.Errorf("plain: %v\ngot  %q\nwant %q", err, plain, wantPlain)
	}
	if _, err := text.Plain(nil); !fault.Is(err, fault.Internal) {
		t.Errorf("without its value: %v", err)
	}
}

func TestMarkdown(t *testing.T) {
	for source, want := range map[string]string{
		"a\nb\n\nc":                       "<p>a b</p>\n<p>c</p>\n",
		"# a\n## b\n### c\n#### d":        "<h2>a</h2>\n<h3>b</h3>\n<h4>c</h4>\n<p>#### d</p>\n",
		"- a\ntext\n- b":                  "<ul><li>a</li></ul>\n<p>text</p>\n<ul><li>b</li></ul>\n",
		"- a\n\n- b":                      "<ul><li>a</li></ul>\n<ul><li>b</li></ul>\n",
		`\*a\* \{b} 2*3`:                  "<p>*a* {b} 2*3</p>\n",
		"<script>x</script>":              "<p>&lt;script&gt;x&lt;/script&gt;</p>\n",
		"[a](javascript:alert(1))":        "<p>[a](javascript:alert(1))</p>\n",
		"[a](//evil.example)":             "<p>[a](//evil.example)</p>\n",
		"[a](http://a.example)":           "<p>[a](http://a.example)</p>\n",
		"[a](https://u:p@a.example)":      "<p>[a](https://u:p@a.example)</p>\n",
		`[a](https://a.example/"onclick)`: "<p>[a](https://a.example/&#34;onclick)</p>\n",
		"[a](/b) [c](tel:112)":            "<p><a href=\"/b\" rel=\"noreferrer\">a</a> <a href=\"tel:112\" rel=\"noreferrer\">c</a></p>\n",
		"**a *b* c**":                     "<p>**a <em>b</em> c**</p>\n",
	} {
		if got := renderHTML(parseMarkdown(source), nil); got != want {
			t.Errorf("%q:\ngot  %q\nwant %q", source, got, want)
		}
	}
}

var (
	allowedTag = regexp.MustCompile(`</?(?:h[234]|p|ul|ol|li|em|strong)>|</a>|<a href="([^"<>]*)" rel="noreferrer">`)
	tagName    = regexp.MustCompile(`^</?([a-z0-9]+)`)
)

// safeHTML reports what is not known to be safe in s, or "".
func safeHTML(s string) string {
	if rest := allowedTag.ReplaceAllString(s, ""); strings.ContainsAny(rest, `<>"`) {
		return "a tag or quote that is not ours"
	}
	var open []string
	for _, m := range allowedTag.FindAllStringSubmatch(s, -1) {
		name := tagName.FindStringSubmatch(m[0])[1]
		if !strings.HasPrefix(m[0], "</") {
			open = append(open, name)
		} else if len(open) == 0 || open[len(open)-1] != name {
			return "tags that are not nested"
		} else {
			open = open[:len(open)-1]
		}
		if href := html.UnescapeString(m[1]); href != "" && !safeLink(href) {
			return "an address that is not safe"
		}
	}
	if len(open) > 0 {
		return "tags that are not closed"
	}
	return ""
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{"# a\n\n- *b*\n1. **c**\n", "[a](https://b.example) {name}", "**{name}** \\{", "[a](javascript:x)", "<p>&lt;", "*\n*", "[[a](/b)](/c)", "\\\xff{"} {
		f.Add(s, "<i>value</i>")
	}
	f.Fuzz(func(t *testing.T, source, value string) {
		blocks := parseMarkdown(source)
		values := make(map[string]string)
		for _, name := range placeholders(blocks) {
			values[name] = value
		}
		out := renderHTML(blocks, values)
		if problem := safeHTML(out); problem != "" {
			t.Errorf("%s in %q", problem, out)
		}
		if strings.Count(renderPlain(blocks, values), "\x00") > strings.Count(source+strings.Repeat(value, len(source)), "\x00") {
			t.Error("plain text made something up")
		}
	})
}
