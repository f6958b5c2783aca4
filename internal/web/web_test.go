package web_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/web"
	"loket/internal/web/webtest"
)

func get(site http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	return send(site, "GET", path, "", header...)
}

// send asks for path; header holds names and values in turn.
func send(site http.Handler, method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	site.ServeHTTP(w, r)
	return w
}

func has(t *testing.T, body string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(body, part) {
			t.Errorf("the page lacks %s\n%s", part, body)
		}
	}
}

func TestTemplatesFitTheirData(t *testing.T) {
	webtest.Check(t, webtest.Parts(t).Renderer, map[string]web.Document{"parts": webtest.NewPartsPage(), "start": &webtest.StartPage{}})
}

func TestPageIsInTheLanguageOfItsPath(t *testing.T) { // G-50
	site := webtest.Parts(t)
	page := get(site, "/nl/parts").Body.String()
	has(t, page, `<html lang="nl" dir="ltr"`, "<title>Alle onderdelen van een pagina – Loket</title>",
		`href="/ar/parts" rel="alternate" lang="ar" hreflang="ar" dir="rtl">العربية</a>`, `href="/nl/leave"`, `5 november 2021`)
	page = get(site, "/ar/parts").Body.String()
	has(t, page, `<html lang="ar" dir="rtl"`, `<span lang="en" dir="ltr">That is fine too.</span>`)
}

func TestPathWithoutLanguageFollowsTheBrowser(t *testing.T) {
	site := webtest.Parts(t)
	w := get(site, "/parts?secret=1", "Accept-Language", "ar,en;q=0.5")
	if got, want := w.Header().Get("Location"), "/ar/parts"; w.Code != http.StatusSeeOther || got != want {
		t.Errorf("%d to %s, want 303 to %s", w.Code, got, want)
	}
	if w := get(site, "/ar/nowhere"); w.Code != http.StatusNotFound {
		t.Errorf("unknown page: %d", w.Code)
	}
	if w := get(site, "//elsewhere.example/parts"); strings.Contains(w.Header().Get("Location"), "//") {
		t.Errorf("sent to another host: %s", w.Header().Get("Location"))
	}
}

func TestWrongFormComesBackAsTyped(t *testing.T) {
	site := webtest.Parts(t)
	w := send(site, "POST", "/nl/parts", "name=&number=12&story=a%3Cb&birth-year=1976&has=none", "Sec-Fetch-Site", "same-origin")
	if w.Code != http.StatusUnprocessableEntity {
		t.Fatalf("status %d", w.Code)
	}
	page := w.Body.String()
	has(t, page, "<title>Fout: Alle onderdelen", `<a href="#name">Vul uw naam in.</a>`, `<a href="#number">Dit nummer klopt niet.</a>`,
		`<a href="#agree">`, `value="1976"`, `a&lt;b</textarea>`, `value="none" checked`, `aria-describedby="name-hint name-error"`)
	if w := send(site, "POST", "/nl/parts", "name=N&birth-year=1976&has=none&agree=yes", "Sec-Fetch-Site", "same-origin"); w.Header().Get("Location") != "/nl/" {
		t.Errorf("a good form led to %d %q", w.Code, w.Header().Get("Location"))
	}
}

func TestPagesAreSmallAndPlain(t *testing.T) { // D-61
	site := webtest.Parts(t)
	for _, path := range []string{"/nl/", "/nl/parts", "/en/parts", "/ar/parts", "/nl/nowhere"} {
		w := get(site, path)
		page := w.Body.String()
		if len(page) >= 15_000 {
			t.Errorf("%s has %d bytes, want under 15,000", path, len(page))
		}
		if strings.Contains(page, "<script") || strings.Contains(page, " style=") || strings.Contains(page, "//") && !strings.Contains(page, "<!DOCTYPE") {
			t.Errorf("%s holds a script, a style or another host", path)
		}
		if w.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s sets a cookie", path)
		}
	}
}

func TestErrorsInsideStayInside(t *testing.T) {
	var log bytes.Buffer
	site := webtest.Parts(t)
	site.Log = slog.New(slog.NewJSONHandler(&log, nil))
	site.NewID = func() string { return "E-1234" }
	inner := errors.New("table request: disk on fire")
	site.Page("GET /broken/{secret}", func(http.ResponseWriter, *http.Request) error { return inner })
	site.Page("GET /late", func(http.ResponseWriter, *http.Request) error {
		return fault.New(fault.TooLate, "", "open message m_17: %w", inner)
	})
	site.Page("GET /crash", func(http.ResponseWriter, *http.Request) error { panic("a person's name") })
	for _, test := range []struct {
		path   string
		status int
		id     bool
	}{{"/nl/broken/abcdef", 500, true}, {"/nl/late", 410, false}, {"/nl/crash", 500, true}} {
		log.Reset()
		w := get(site, test.path)
		if w.Code != test.status {
			t.Errorf("%s: status %d, want %d", test.path, w.Code, test.status)
		}
		if strings.Contains(w.Body.String(), "fire") || strings.Contains(w.Body.String(), "panic") {
			t.Errorf("%s shows the error:\n%s", test.path, w.Body)
		}
		if got := strings.Contains(w.Body.String(), "E-1234"); got != test.id {
			t.Errorf("%s shows an id: %v, want %v", test.path, got, test.id)
		}
		if strings.Contains(log.String(), "abcdef") || strings.Contains(log.String(), "person's name") {
			t.Errorf("%s: the log tells a secret: %s", test.path, &log)
		}
		has(t, w.Body.String(), `lang="nl"`, `href="/en`+strings.TrimPrefix(test.path, "/nl")+`"`)
		if test.id && !strings.Contains(log.String(), "E-1234") {
			t.Errorf("%s: the log lacks the id: %s", test.path, &log)
		}
	}
}

func TestPanicHalfwayCutsTheConnection(t *testing.T) {
	site := webtest.Parts(t)
	site.Page("GET /half", func(w http.ResponseWriter, _ *http.Request) error {
		io.WriteString(w, "half")
		panic("now")
	})
	server := httptest.NewServer(site)
	defer server.Close()
	response, err := http.Get(server.URL + "/nl/half")
	if err == nil {
		_, err = io.ReadAll(response.Body)
		response.Body.Close()
	}
	if err == nil {
		t.Error("half a page looks whole")
	}
}

func TestStillPageIsMadeOnceAndAgainAfterAChange(t *testing.T) {
	site := webtest.Parts(t)
	made := 0
	changed := site.Still("/still", "start", func(lang.Tag) (web.Document, error) {
		made++
		return &webtest.StartPage{Page: web.Page{Title: "parts.start.title"}}, nil
	})
	for range 3 {
		w := get(site, "/nl/still", "Accept-Encoding", "br, gzip;q=0.8")
		if got := w.Header().Get("Cache-Control"); got != "public, max-age=60" {
			t.Errorf("Cache-Control: %s", got)
		}
		zip, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(zip)
		if err != nil {
			t.Fatal(err)
		}
		has(t, string(page), "Deze pagina is voor iedereen gelijk.")
	}
	has(t, get(site, "/nl/still", "Accept-Encoding", "gzip;q=0").Body.String(), "Deze pagina is voor iedereen gelijk.")
	if made != 1 {
		t.Errorf("made %d times, want once", made)
	}
	changed()
	get(site, "/nl/still")
	if made != 2 {
		t.Errorf("made %d times after a change, want twice", made)
	}
}

func BenchmarkStillPage(b *testing.B) {
	site := webtest.Parts(b)
	r := httptest.NewRequest("GET", "/nl/", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	b.ReportAllocs()
	for b.Loop() {
		site.ServeHTTP(httptest.NewRecorder(), r)
	}
}

func BenchmarkPage(b *testing.B) {
	site := webtest.Parts(b)
	r := httptest.NewRequest("GET", "/nl/parts", nil)
	b.ReportAllocs()
	for b.Loop() {
		site.ServeHTTP(httptest.NewRecorder(), r)
	}
}
