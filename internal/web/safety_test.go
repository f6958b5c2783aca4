package web_test

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/web"
	"loket/internal/web/throttle"
	"loket/internal/web/webtest"
)

func TestEachAnswerCarriesTheSafetyHeaders(t *testing.T) {
	site := webtest.Parts(t)
	site.Secure = true
	site.Handle("GET /api/thing", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("{}")) }))
	site.Page("GET /crash", func(http.ResponseWriter, *http.Request) error { panic("x") })
	want := map[string]string{
		"Content-Security-Policy":      web.PublicPolicy,
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Referrer-Policy":              "same-origin",
		"Strict-Transport-Security":    "max-age=63072000; includeSubDomains; preload",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
	}
	for _, path := range []string{"/", "/nl/", "/nl/parts", "/nl/nowhere", "/nl/crash", "/nl/leave", "/api/thing", "/assets/nothing.css", site.Assets.Style("ltr")} {
		w := get(site, path)
		for name, value := range want {
			if got := w.Header().Get(name); got != value {
				t.Errorf("%s: %s = %q, want %q", path, name, got, value)
			}
		}
		if w.Header().Get("Permissions-Policy") == "" {
			t.Errorf("%s lacks Permissions-Policy", path)
		}
	}
	for _, part := range []string{"default-src 'none'", "script-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(web.PublicPolicy, part) {
			t.Errorf("the policy lacks %s", part)
		}
	}
}

func TestOnlyPagesWithoutStateMayBeStored(t *testing.T) { // D-61
	site := webtest.Parts(t)
	for path, want := range map[string]string{
		"/nl/": "public, max-age=60", "/nl/parts": "no-store", "/nl/nowhere": "no-store", "/": "no-store",
		site.Assets.Style("rtl"): "public, max-age=31536000, immutable",
	} {
		if got := get(site, path).Header().Get("Cache-Control"); got != want {
			t.Errorf("%s: Cache-Control = %q, want %q", path, got, want)
		}
	}
}

func TestOtherSitesCannotSendForms(t *testing.T) { // V3.5.1
	site := webtest.Parts(t)
	site.Handle("POST /api/thing", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusSeeOther) }))
	const good = "name=N&birth-year=1976&has=none&agree=yes"
	for _, test := range []struct {
		name   string
		header []string
		want   int
	}{
		{"own form", []string{"Sec-Fetch-Site", "same-origin", "Origin", "http://example.com"}, 303},
		{"typed address", []string{"Sec-Fetch-Site", "none"}, 303},
		{"other site", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 403},
		{"neighbour", []string{"Sec-Fetch-Site", "same-site", "Origin", "https://neighbour.example.com"}, 403},
		{"sandbox", []string{"Sec-Fetch-Site", "cross-site", "Origin", "null"}, 403},
		{"old browser, sandbox", []string{"Origin", "null"}, 403},
		{"old browser, own form", []string{"Origin", "http://example.com"}, 303},
		{"old browser, other site", []string{"Origin", "https://evil.example"}, 403},
		{"no browser", nil, 303},
	} {
		for _, path := range []string{"/nl/parts", "/api/thing"} {
			if got := send(site, "POST", path, good, test.header...).Code; got != test.want {
				t.Errorf("%s, %s: status %d, want %d", test.name, path, got, test.want)
			}
		}
	}
	has(t, send(site, "POST", "/nl/parts", good, "Sec-Fetch-Site", "cross-site").Body.String(), "andere website")
}

func TestTooManyFormsMeetAKindPage(t *testing.T) {
	site := webtest.Parts(t)
	now := time.Date(2021, 11, 5, 9, 0, 0, 0, time.UTC)
	site.Throttle = throttle.New(func() time.Time { return now }, rand.Reader)
	site.Writing = throttle.Limit{Name: "few", By: throttle.Source, Burst: 2, Every: 90 * time.Second}
	for range 2 {
		if got := send(site, "POST", "/nl/parts", "name=").Code; got != http.StatusUnprocessableEntity {
			t.Fatalf("status %d", got)
		}
	}
	w := send(site, "POST", "/nl/parts", "name=")
	if got := w.Header().Get("Retry-After"); w.Code != http.StatusTooManyRequests || got != "90" {
		t.Errorf("status %d, Retry-After %q, want 429 and 90", w.Code, got)
	}
	has(t, w.Body.String(), "Wacht even", "Over 2 minuten kunt u het weer proberen.")
	if got := get(site, "/nl/parts").Code; got != http.StatusOK {
		t.Errorf("reading is refused too: %d", got)
	}
}

func TestTextsForProgramsAreCountedAsPagesAre(t *testing.T) {
	site := webtest.Parts(t)
	site.Throttle = throttle.New(time.Now, rand.Reader)
	site.Reading = throttle.Limit{Name: "few", By: throttle.Source, Burst: 2, Every: time.Hour}
	text := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("text")) })
	site.Handle("GET /audit/thing", text)
	site.Handle("/api/", text)
	site.UncountedPage("GET /own", func(w http.ResponseWriter, r *http.Request) error { text(w, r); return nil })
	for range 2 {
		if got := get(site, "/audit/thing").Code; got != http.StatusOK {
			t.Fatalf("status %d", got)
		}
	}
	for path, want := range map[string]int{"/audit/thing": 429, "/nl/parts": 429, "/nl/own": 200, "/api/thing": 200} {
		if got := get(site, path).Code; got != want {
			t.Errorf("%s after the limit: status %d, want %d", path, got, want)
		}
	}
}

func TestTriesAreCountedByWhatTheCallerNames(t *testing.T) {
	site := webtest.Parts(t)
	r := httptest.NewRequest("POST", "/nl/code", nil)
	limit := throttle.Limit{Name: "code", By: throttle.Identifier, Burst: 1, Every: time.Minute}
	if err := site.Count(r, limit, "case"); err != nil {
		t.Errorf("without a throttle: %v", err)
	}
	site.Throttle = throttle.New(time.Now, rand.Reader)
	if err := site.Count(r, limit, "case"); err != nil {
		t.Error(err)
	}
	if err := site.Count(r, limit, "case"); !fault.Is(err, fault.Throttled) {
		t.Errorf("second try: %v, want throttled", err)
	}
	if err := site.Count(r, limit, "other"); err != nil {
		t.Errorf("another case from the same source: %v", err)
	}
}

func TestCookiesAreForThisHostAlone(t *testing.T) {
	site := webtest.Parts(t)
	site.Secure = true
	site.Page("GET /begin", func(w http.ResponseWriter, r *http.Request) error {
		site.SetCookie(w, "draft", "d_1", time.Hour)
		return site.Redirect(w, r, "/parts")
	})
	site.Page("GET /read", func(w http.ResponseWriter, r *http.Request) error {
		w.Write([]byte(site.Cookie(r, "draft")))
		return nil
	})
	got := get(site, "/nl/begin").Header().Get("Set-Cookie")
	if want := "__Host-draft=d_1; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=Strict"; got != want {
		t.Errorf("Set-Cookie = %q, want %q", got, want)
	}
	if got := get(site, "/nl/read", "Cookie", "__Host-draft=d_1").Body.String(); got != "d_1" {
		t.Errorf("cookie = %q", got)
	}
	if got := get(site, "/nl/read", "Cookie", "draft=planted").Body.String(); got != "" {
		t.Errorf("a cookie without the prefix was believed: %q", got)
	}
	site.Secure = false
	if got := get(site, "/nl/begin").Header().Get("Set-Cookie"); strings.Contains(got, "Secure") || strings.Contains(got, "__Host-") {
		t.Errorf("over plain http: %q, which browsers refuse", got)
	}
}

func TestLeaveQuicklyLeavesNothing(t *testing.T) {
	site := webtest.Parts(t)
	w := get(site, "/nl/leave", "Cookie", "draft=d_1", "Sec-Fetch-Site", "same-origin")
	if got := w.Header().Get("Location"); got != site.LeaveTo || w.Code != http.StatusSeeOther {
		t.Errorf("%d to %q", w.Code, got)
	}
	if got, want := w.Header().Get("Clear-Site-Data"), `"cache", "cookies", "storage"`; got != want {
		t.Errorf("Clear-Site-Data = %s, want %s", got, want)
	}
	if got := w.Header().Get("Set-Cookie"); !strings.HasPrefix(got, "draft=; ") || !strings.Contains(got, "Max-Age=0") {
		t.Errorf("Set-Cookie = %q", got)
	}
	if w := get(site, "/nl/leave", "Cookie", "draft=d_1", "Sec-Fetch-Site", "cross-site"); w.Header().Get("Clear-Site-Data") != "" || w.Header().Get("Set-Cookie") != "" {
		t.Error("another site can throw a draft away")
	}
}

func TestAssetsFallBackToAStylesheetOfOurOwn(t *testing.T) {
	assets, err := web.LoadAssets(fstest.MapFS{".placeholder": {}})
	if err != nil {
		t.Fatal(err)
	}
	if assets.Complete() || assets.Notices() != "" {
		t.Error("an empty folder counts as built")
	}
	site := webtest.Parts(t)
	site.Assets = assets
	w := get(site, assets.Style(lang.RightToLeft))
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
		t.Errorf("status %d, type %s", w.Code, w.Header().Get("Content-Type"))
	}
	has(t, w.Body.String(), "min-block-size")
	if _, err := web.LoadAssets(fstest.MapFS{"manifest.json": {Data: []byte(`{"app.css":"gone.css"}`)}}); err == nil {
		t.Error("a manifest that names a missing file is accepted")
	}
}

// The stylesheet must have been built before the tests run: make does.
func TestAssetsAreBuilt(t *testing.T) {
	assets, err := web.BuiltAssets()
	if err != nil {
		t.Fatal(err)
	}
	if !assets.Complete() {
		t.Fatal("internal/web/dist is empty: run npm ci --ignore-scripts and go run ./internal/tool/assets")
	}
	site := webtest.Parts(t)
	for _, dir := range []lang.Dir{lang.LeftToRight, lang.RightToLeft} {
		w := get(site, assets.Style(dir), "Accept-Encoding", "gzip")
		if w.Header().Get("Content-Encoding") != "gzip" || w.Body.Len() > 20_000 {
			t.Errorf("%s: %s, %d bytes, want gzip under 20,000", dir, w.Header().Get("Content-Encoding"), w.Body.Len())
		}
		sheet := get(site, assets.Style(dir)).Body.String()
		for _, foreign := range []string{"GDS Transport", "url(http", "url(\"http", "url(//", "@import"} {
			if strings.Contains(sheet, foreign) {
				t.Errorf("%s: the stylesheet holds %s", dir, foreign)
			}
		}
	}
	has(t, get(site, assets.Notices()).Body.String(), "govuk-frontend 6.6.0 (MIT)", "OFL-1.1")
}
