package public_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"loket/internal/browsertest"
	"loket/internal/db"
	"loket/internal/qr"
)

// The pages as the tour saw them, in a real browser: nothing sticks out, axe finds
// nothing, nothing is too small to hit, and pictures go to LOKET_SHOTS.
func TestPagesInEveryLook(t *testing.T) { // WCAG 2.2 AA; design.md §6
	browser := browsertest.Start(t)
	symbol, err := qr.Encode("HC1:"+strings.Repeat("AN EXAMPLE ", 50), qr.Q)
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{"nl", "ar"} {
		w, base := open(t, db.SQLite)
		site, err := w.Site()
		if err != nil {
			t.Fatal(err)
		}
		pages := make(map[string]string)
		stops := tour(t, w, base, language)
		for _, stop := range stops {
			pages["/seen/"+stop.name] = stop.page
		}
		seen := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if page, ok := pages[r.URL.Path]; ok {
				fmt.Fprint(w, page)
				return
			}
			if strings.HasPrefix(r.URL.Path, "/"+language+"/message/proof/") { // the session it needs is the tour's
				w.Header().Set("Content-Type", "image/svg+xml")
				if err := symbol.WriteSVG(w, qr.SVG{Role: "presentation"}); err != nil {
					t.Error(err)
				}
				return
			}
			site.ServeHTTP(w, r)
		}))
		defer seen.Close()
		for _, width := range []int{320, 1280} {
			t.Run(fmt.Sprintf("%s-%d", language, width), func(t *testing.T) {
				tab := browser.Open(t, seen.URL, browsertest.Look{Width: width})
				for _, stop := range stops {
					tab.Go("/seen/" + stop.name)
					tab.Fits()
					if width == 320 {
						tab.Axe()
					}
					if small := tab.SmallTargets(); len(small) > 0 {
						t.Errorf("%s: too small to hit: %s", stop.name, strings.Join(small, ", "))
					}
					tab.Shot(fmt.Sprintf("%s-%s-%d", stop.name, language, width))
				}
			})
		}
	}
}
