package public_test

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// visitor is a browser without a screen: it keeps cookies, follows redirects, and
// sends forms with their hidden fields.
type visitor struct {
	t      testing.TB
	base   string
	lang   string
	client *http.Client
	path   string // of the page that is open, without language
	status int
	header http.Header
	page   string
}

func visit(t testing.TB, base, lang string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, base: base, lang: lang, client: &http.Client{Jar: jar}}
}

// get opens a page, given without language.
func (v *visitor) get(path string) *visitor {
	v.t.Helper()
	return v.do("GET", path, nil)
}

// send sends the form of the open page that goes to action, with the given names
// and values in place of its own.
func (v *visitor) send(action string, pairs ...string) *visitor {
	v.t.Helper()
	values := v.hidden(action)
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return v.do("POST", action, values)
}

// answer sends the form of a question.
func (v *visitor) answer(pairs ...string) *visitor {
	v.t.Helper()
	return v.send(v.path, pairs...)
}

var (
	formTag   = regexp.MustCompile(`(?s)<form method="post" action="([^"]+)".*?</form>`)
	hiddenTag = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
)

func (v *visitor) hidden(action string) url.Values {
	v.t.Helper()
	for _, form := range formTag.FindAllStringSubmatch(v.page, -1) {
		if html.UnescapeString(form[1]) != "/"+v.lang+action {
			continue
		}
		values := url.Values{}
		for _, input := range hiddenTag.FindAllStringSubmatch(form[0], -1) {
			values.Set(html.UnescapeString(input[1]), html.UnescapeString(input[2]))
		}
		return values
	}
	v.t.Fatalf("no form on %s goes to %s\n%s", v.path, action, v.text())
	return nil
}

func (v *visitor) do(method, path string, values url.Values) *visitor {
	v.t.Helper()
	return v.request(method, path, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
}

// post sends a body of a kind.
func (v *visitor) post(path, kind string, body io.Reader) *visitor {
	v.t.Helper()
	return v.request("POST", path, kind, body)
}

func (v *visitor) request(method, path, kind string, body io.Reader) *visitor {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.base+"/"+v.lang+path, body)
	if err != nil {
		v.t.Fatal(err)
	}
	if method == "POST" {
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	response, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	v.path = strings.TrimPrefix(response.Request.URL.RequestURI(), "/"+v.lang)
	v.status, v.header, v.page = response.StatusCode, response.Header, string(page)
	return v
}

// at fails the test unless the page is that of a path.
func (v *visitor) at(path string) *visitor {
	v.t.Helper()
	if v.path != path {
		v.t.Fatalf("the page is %s with status %d, want %s\n%s", v.path, v.status, path, v.text())
	}
	return v
}

// sees fails the test unless all the words are on the page.
func (v *visitor) sees(words ...string) *visitor {
	v.t.Helper()
	for _, w := range words {
		if !strings.Contains(v.text(), w) {
			v.t.Fatalf("%s lacks %q:\n%s", v.path, w, v.text())
		}
	}
	return v
}

func (v *visitor) seesNot(words ...string) *visitor {
	v.t.Helper()
	for _, w := range words {
		if strings.Contains(v.text(), w) {
			v.t.Fatalf("%s has %q:\n%s", v.path, w, v.text())
		}
	}
	return v
}

// cookies returns the cookies that the browser holds, as name=value.
func (v *visitor) cookies() []string {
	v.t.Helper()
	at, err := url.Parse(v.base)
	if err != nil {
		v.t.Fatal(err)
	}
	var names []string
	for _, c := range v.client.Jar.Cookies(at) {
		names = append(names, c.Name+"="+c.Value)
	}
	return names
}

// has puts cookies, as name=value, into the browser.
func (v *visitor) has(cookies ...string) {
	v.t.Helper()
	at, err := url.Parse(v.base)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, cookie := range cookies {
		name, value, _ := strings.Cut(cookie, "=")
		v.client.Jar.SetCookies(at, []*http.Cookie{{Name: name, Value: value}})
	}
}

var tags = regexp.MustCompile(`<[^>]*>`)

// text is the main part of the page without tags.
func (v *visitor) text() string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(mainPart(v.page), " "))), " ")
}

// mainPart cuts a page down to what is its own.
func mainPart(page string) string {
	_, rest, found := strings.Cut(page, "<main")
	if !found {
		return page
	}
	main, _, _ := strings.Cut(rest, "</main>")
	return "<main" + main + "</main>\n"
}

// shown returns what the pattern captures of the text of the page.
func (v *visitor) shown(pattern string) string {
	v.t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(v.text())
	if found == nil {
		v.t.Fatalf("%s does not show %s:\n%s", v.path, pattern, v.text())
	}
	return found[1]
}
