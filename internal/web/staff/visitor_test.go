package staff_test

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
	keys   *passkeys
	path   string // of the page that is open, without language
	status int
	header http.Header
	page   string
}

// visit returns a new browser with an authenticator of its own, signed in as nobody.
func (w *world) visit(t testing.TB) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, base: w.base, lang: "nl", client: &http.Client{Jar: jar}, keys: newPasskeys(w.origin, "localhost")}
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

// confirm sends the form of the open page that goes to action with the answer of the
// passkey that it asks for, as the script does.
func (v *visitor) confirm(action string, pairs ...string) *visitor {
	v.t.Helper()
	return v.send(action, append([]string{"response", v.response(action)}, pairs...)...)
}

// response is what the passkey answers to the form of the open page that goes to action.
func (v *visitor) response(action string) string {
	v.t.Helper()
	asked := askedTag.FindStringSubmatch(v.form(action))
	if asked == nil {
		v.t.Fatalf("the form of %s that goes to %s asks no passkey", v.path, action)
	}
	if options := html.UnescapeString(asked[2]); asked[1] == "get" {
		return v.keys.use(v.t, options)
	} else {
		return v.keys.create(v.t, options)
	}
}

var (
	formTag   = regexp.MustCompile(`(?s)<form method="post" action="([^"]+)".*?</form>`)
	askedTag  = regexp.MustCompile(`data-passkey="(get|create)" data-options="([^"]*)"`)
	hiddenTag = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
)

// form returns the form of the open page that goes to action.
func (v *visitor) form(action string) string {
	v.t.Helper()
	for _, form := range formTag.FindAllStringSubmatch(v.page, -1) {
		if html.UnescapeString(form[1]) == "/"+v.lang+action {
			return form[0]
		}
	}
	v.t.Fatalf("no form on %s goes to %s\n%s", v.path, action, v.text())
	return ""
}

// link returns the first link of the open page that begins with prefix, without
// language.
func (v *visitor) link(prefix string) string {
	v.t.Helper()
	found := regexp.MustCompile(`href="/` + v.lang + `(` + regexp.QuoteMeta(prefix) + `[^"]+)"`).FindStringSubmatch(v.page)
	if found == nil {
		v.t.Fatalf("%s links to nothing below %s", v.path, prefix)
	}
	return html.UnescapeString(found[1])
}

func (v *visitor) hidden(action string) url.Values {
	v.t.Helper()
	values := url.Values{}
	for _, input := range hiddenTag.FindAllStringSubmatch(v.form(action), -1) {
		values.Set(html.UnescapeString(input[1]), html.UnescapeString(input[2]))
	}
	return values
}

func (v *visitor) do(method, path string, values url.Values) *visitor {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.base+"/"+v.lang+path, strings.NewReader(values.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	response, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	v.path = strings.TrimPrefix(response.Request.URL.RequestURI(), "/"+v.lang)
	v.status, v.header, v.page = response.StatusCode, response.Header, string(body)
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
