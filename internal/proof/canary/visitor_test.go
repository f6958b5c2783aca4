package canary

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
	base   *url.URL
	client *http.Client
	path   string // of the page that is open, without language
	page   string
}

func visit(t testing.TB, base string) *visitor {
	t.Helper()
	at, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	stay := func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host != at.Host {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return &visitor{t: t, base: at, client: &http.Client{Jar: jar, CheckRedirect: stay}}
}

// get opens a page, given without language.
func (v *visitor) get(path string) *visitor {
	v.t.Helper()
	return v.do("GET", path, nil)
}

var (
	formTag   = regexp.MustCompile(`(?s)<form method="post" action="([^"]+)".*?</form>`)
	hiddenTag = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
	anyTag    = regexp.MustCompile(`<[^>]*>`)
)

// send sends the form of the open page that goes to action, with the given names and
// values in place of its own; a page without such a form is sent to all the same.
func (v *visitor) send(action string, pairs ...string) *visitor {
	v.t.Helper()
	values := url.Values{}
	for _, form := range formTag.FindAllStringSubmatch(v.page, -1) {
		if html.UnescapeString(form[1]) != "/nl"+action {
			continue
		}
		for _, input := range hiddenTag.FindAllStringSubmatch(form[0], -1) {
			values.Set(html.UnescapeString(input[1]), html.UnescapeString(input[2]))
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return v.do("POST", action, values)
}

// answer sends the form of a question, and goes to the next.
func (v *visitor) answer(pairs ...string) *visitor {
	v.t.Helper()
	return v.send(v.path, pairs...)
}

func (v *visitor) do(method, path string, values url.Values) *visitor {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.base.String()+"/nl"+path, strings.NewReader(values.Encode()))
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
	v.path = strings.TrimPrefix(response.Request.URL.RequestURI(), "/nl")
	v.page = string(body)
	return v
}

// at fails the test unless the page is that of a path.
func (v *visitor) at(path string) *visitor {
	v.t.Helper()
	if v.path != path {
		v.t.Fatalf("the page is %s, want %s\n%s", v.path, path, v.text())
	}
	return v
}

// cookie returns the value of a cookie.
func (v *visitor) cookie(name string) string {
	for _, c := range v.client.Jar.Cookies(v.base) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// text is the page without tags.
func (v *visitor) text() string {
	return strings.Join(strings.Fields(html.UnescapeString(anyTag.ReplaceAllString(v.page, " "))), " ")
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
