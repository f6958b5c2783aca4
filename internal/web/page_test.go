package web_test

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"loket/internal/lang"
	"loket/internal/web"
	"loket/internal/web/webtest"
	"loket/locales"
)

// small returns a site with one page, /page, whose main part is given.
func small(t *testing.T, main string, missing func(lang.Tag, string)) *web.Site {
	t.Helper()
	return smallWith(t, locales.Files, main, missing)
}

func smallWith(t *testing.T, texts fs.FS, main string, missing func(lang.Tag, string)) *web.Site {
	t.Helper()
	catalogue, err := lang.Load(texts)
	if err != nil {
		t.Fatal(err)
	}
	assets, err := web.LoadAssets(fstest.MapFS{})
	if err != nil {
		t.Fatal(err)
	}
	renderer, err := web.NewRenderer(web.Rendering{Catalogue: catalogue, Assets: assets, Missing: missing,
		Pages: fstest.MapFS{"page.html": {Data: []byte(`{{define "main"}}` + main + `{{end}}`)}}})
	if err != nil {
		t.Fatal(err)
	}
	site := webtest.Parts(t)
	site.Renderer, site.Assets = renderer, assets
	site.Page("GET /page", func(w http.ResponseWriter, r *http.Request) error {
		return site.Render(w, r, "page", &webtest.StartPage{Page: web.Page{Title: "common.action.back"}})
	})
	return site
}

// behind are the catalogues while the Arabic one waits for some of its texts.
type behind struct{ fs.FS }

func (b behind) ReadFile(name string) ([]byte, error) {
	data, err := fs.ReadFile(b.FS, name)
	if name == "ar.toml" {
		data = regexp.MustCompile(`(?m)^web\.error\.(home|wait) = .*$`).ReplaceAll(data, nil)
	}
	return data, err
}

func TestTextsInAnotherLanguageSaySo(t *testing.T) { // G-50
	site := smallWith(t, behind{locales.Files}, `<p title="{{t "web.error.home"}}">{{t "web.error.home"}}</p><p>{{t "web.error.wait" "Count" 1}}</p>`, nil)
	page := get(site, "/ar/page").Body.String()
	has(t, page, `<span lang="en" dir="ltr">You can try again in 1 minute.</span>`, `"><span lang="en" dir="ltr">`)
	if strings.Contains(page, `title="<`) || strings.Contains(page, `title="&lt;`) {
		t.Errorf("an attribute holds tags:\n%s", page)
	}
	if page := get(site, "/nl/page").Body.String(); strings.Contains(page, "<span lang") {
		t.Errorf("a text in the page's own language is marked:\n%s", page)
	}
}

func TestCodesAreNeverTranslatedAndTextIsEscaped(t *testing.T) {
	site := small(t, `{{code "<K7P4>"}} {{t "web.error.id" "ID" "<b>"}}`, nil)
	has(t, get(site, "/ar/page").Body.String(), `<bdi class="loket-code" dir="ltr" translate="no">&lt;K7P4&gt;</bdi>`)
}

func TestKeysThatAreNowhereAreTold(t *testing.T) {
	told := ""
	site := small(t, `{{t "page.no-such-key"}}`, func(tag lang.Tag, key string) { told = string(tag) + " " + key })
	get(site, "/en/page")
	if want := "en page.no-such-key"; told != want {
		t.Errorf("told %q, want %q", told, want)
	}
}

func TestABrokenTemplateIsAnInternalErrorWithoutItsData(t *testing.T) {
	for _, main := range []string{`{{t "common.action.back" "Name"}}`, `{{.Nothing}}`, `{{t "common.action.back" 7 8}}`} {
		w := get(small(t, main, nil), "/nl/page")
		if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "Nothing") {
			t.Errorf("%s: status %d\n%s", main, w.Code, w.Body)
		}
	}
}

func TestTemplatesAreReadAgainWhereAskedFor(t *testing.T) {
	catalogue, err := lang.Load(locales.Files)
	if err != nil {
		t.Fatal(err)
	}
	assets, err := web.LoadAssets(fstest.MapFS{})
	if err != nil {
		t.Fatal(err)
	}
	pages := fstest.MapFS{"page.html": {Data: []byte(`{{define "main"}}one{{end}}`)}}
	renderer, err := web.NewRenderer(web.Rendering{Catalogue: catalogue, Assets: assets, Pages: pages, Reload: true})
	if err != nil {
		t.Fatal(err)
	}
	site := webtest.Parts(t)
	site.Renderer = renderer
	site.Still("/page", "page", func(lang.Tag) (web.Document, error) { return &webtest.StartPage{}, nil })
	has(t, get(site, "/nl/page").Body.String(), "one")
	pages["page.html"] = &fstest.MapFile{Data: []byte(`{{define "main"}}two{{end}}`)}
	has(t, get(site, "/nl/page").Body.String(), "two")
}

func BenchmarkStillPageOverHTTP(b *testing.B) {
	server := httptest.NewServer(webtest.Parts(b))
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}
	request, err := http.NewRequest("GET", server.URL+"/nl/", nil)
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Accept-Encoding", "gzip")
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			response, err := client.Do(request)
			if err != nil {
				b.Error(err)
				return
			}
			if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
				b.Error(response.Status, err)
			}
			response.Body.Close()
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pages/s")
}
